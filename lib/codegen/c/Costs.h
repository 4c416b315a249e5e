//===- Costs.h - what a call costs: stack and arithmetic --------------------===//
#pragma once

#include "codegen/c/CTree.h"
#include "loops/Loops.h"

#include <map>
#include <string>
#include <vector>

namespace gradus::codegen::c {

/// A bound of the stack that functions take, callees included: every name and the
/// deepest expression in a place of its own, as compilers have it that optimize
/// nothing. Functions that were not added, those of the C library and the hook
/// among them, count nothing.
class StackBounds {
public:
  explicit StackBounds(unsigned lanes) : lanes_(lanes) {}
  void add(const Function &function);
  /// A function that is text: a helper, or one of the runtime.
  void addText(const std::string &name, int64_t bytes) { frames_[name] = {bytes, {}}; }
  int64_t of(const std::string &name) const;

private:
  struct Frame {
    int64_t bytes = 0;
    std::vector<std::string> calls;
  };
  unsigned lanes_;
  std::map<std::string, Frame> frames_;
};

/// Operations of one call in units of an addition: a number, or an expression of
/// `names`, the function's sizes, where it is a polynomial of them of second
/// degree; "" where it is not. Trips that data decide are not counted.
std::string operationsText(const loops::Module &module, loops::FunctionId function,
                           const std::vector<std::string> &names);

} // namespace gradus::codegen::c
