//===- Subject.h - what can be differentiated: functions and objectives -----------===//
//
// To diff, eval, check and compile a function with its arguments and an
// objective with its unknowns are the same thing.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "driver/Session.h"

#include <string>
#include <vector>

namespace gradus::driver {

struct Subject {
  std::string name;
  ir::ValueId value;
  std::vector<ir::ValueId> arguments;   ///< Input nodes: arguments, or unknowns
  std::vector<uint32_t> sizes;          ///< inputs that the arguments' shapes bind
  const ir::Problem *problem = nullptr; ///< of an objective
  SourceRange range;

  /// The arguments that are real: those one can differentiate by.
  std::vector<ir::ValueId> variables(const ir::Graph &graph) const;
};

/// Functions of the file (with `imported`, also those of its imports), then
/// objectives. An objective without a name has its problem's, or the file's stem.
std::vector<Subject> subjects(Session &session, bool imported = false);

/// The function or objective that a user names: objectives also by the name of
/// their problem and the file's stem. Null after reporting.
const Subject *findSubject(Session &session, const std::vector<Subject> &all,
                           const std::string &name);

/// Number of elements of an array whose axes are constants; nothing otherwise.
std::optional<int64_t> constantElements(const ir::Graph &graph, ir::ShapeId shape);

/// Prints what was reported, with `json` on `out` too, and gives the exit code.
int finish(const Session &session, const std::string &file, bool json, std::ostream &out,
           std::ostream &err);

} // namespace gradus::driver
