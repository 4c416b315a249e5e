//===- Accesses.h - what statements read and write -------------------------===//
#pragma once

#include "loops/Loops.h"

#include <functional>
#include <optional>
#include <vector>

namespace gradus::codegen {

/// What is accessed from where in one function.
struct AccessCounts {
  explicit AccessCounts(const loops::Function &function);
  std::vector<unsigned> variables, buffers; ///< by id
  std::vector<const loops::Operation *> definitions; ///< by ScalarId, null: no Let
};

/// All statements, those of inner bodies included.
void forEachStatement(const loops::Body &body,
                      const std::function<void(const loops::Statement &)> &visit);
const loops::LoadOp *loadOf(const loops::Statement &s);
/// The variable and the buffers that a statement itself reads or writes.
void forEachAccess(const loops::Statement &s,
                   const std::function<void(loops::VariableId)> &variable,
                   const std::function<void(loops::BufferId)> &buffer);
std::optional<int64_t> constantOf(const AccessCounts &counts, loops::ScalarId s);

/// The innermost list of statements with all accesses that `counts` finds.
const loops::Body *home(const loops::Body &body, unsigned total,
                        const std::function<unsigned(const loops::Body &)> &count);
/// Whether each run of the body sets the variable before anything reads it.
bool setsFirst(const loops::Body &body, loops::VariableId v);
/// Whether each run of the body writes the buffer before anything reads it.
bool writesFirst(const loops::Body &body, loops::BufferId b);

} // namespace gradus::codegen
