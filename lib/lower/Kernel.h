//===- Kernel.h - from expressions to a function of the loop IR -------------===//
//
// A kernel computes some expressions from some inputs in one pass as far as
// their dependences allow: loops over the same range at the same depth of
// dependence are fused, so that value and gradient share one pass over the
// data; what does not depend on an index is computed outside its loop; arrays
// that are read more than once are stored in the workspace.
//
// The work is done scope by scope: a scope is the function's body or the body
// of a (fused) loop. See Scope.h.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"
#include "loops/Loops.h"

#include <span>
#include <string>
#include <vector>

namespace gradus::lower {

struct KernelSpec {
  std::string name;
  std::string documentation;
  std::vector<ir::ValueId> inputs;  ///< Input nodes, the parameters in order
  std::vector<ir::ValueId> outputs; ///< scalars (out) or arrays (out)
  std::vector<std::string> outputNames;
};

struct Kernel {
  loops::FunctionId function;
  /// Elements of 8 bytes of workspace it needs: an Int expression of its inputs.
  ir::ValueId workspace;
};

/// Adds the kernel to `module`. Every input that the outputs read must be
/// among `spec.inputs`.
Kernel lowerKernel(ir::Graph &graph, loops::Module &module, const KernelSpec &spec);

/// The expression with what no back end knows written out: expanded
/// primitives, logsumexp.
ir::ValueId prepare(ir::Graph &graph, ir::ValueId root);
std::vector<ir::ValueId> prepare(ir::Graph &graph, std::span<const ir::ValueId> roots);

/// The same expressions, where terms of reductions that are read by several loops
/// and have loops of their own are arrays that are computed once.
std::vector<ir::ValueId> storeTerms(ir::Graph &graph, std::span<const ir::ValueId> roots,
                                    bool strict);

/// Marks a max that is -inf over an empty range, where others fail: what prepare()
/// makes of logsumexp.
ir::ValueId emptyMark(ir::Graph &graph);
bool mayBeEmpty(const ir::Graph &graph, ir::ValueId reduce);

} // namespace gradus::lower
