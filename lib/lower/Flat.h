//===- Flat.h - kernels over one vector of all unknowns ---------------------===//
//
// Outside programs hold a problem's unknowns in one array. A flat function
// takes it apart into views, calls a kernel, and puts the kernel's results one
// after the other too. Before: `value_gradient(a, b[n]; f, d_a, d_b[n])`.
// After: `flat(x[1+n]; f, g[1+n])`.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "lower/Interface.h"
#include "lower/Kernel.h"
#include "lower/Scope.h"

namespace gradus::lower {

struct SparseHessian;

/// A kernel together with what it was made from, or a function like it.
struct Callable {
  KernelSpec spec;
  Kernel kernel;
};

/// How an Input node appears in the table.
InterfaceArgument describeInput(const ir::Graph &graph, ir::ValueId input);
/// Number of elements of a value, at least 0.
ir::ValueId elementsOf(ir::Graph &graph, ir::ValueId value);
/// Places of values in a vector, and its length.
std::vector<UnknownPlace> placesOf(ir::Graph &graph, std::span<const ir::ValueId> values,
                                   ir::ValueId &length);

/// Inputs of the kernel that stand in one array.
struct FlatVector {
  ArgumentRole role;
  std::string name;
  std::vector<ir::ValueId> inputs;
};

/// The next `count` outputs of the kernel, one after the other.
struct FlatResult {
  std::string name;
  size_t count;
  ArgumentRole role = ArgumentRole::Result;
};

struct FlatSpec {
  std::string name, documentation;
  std::vector<FlatVector> vectors;
  size_t hidden = 0; ///< so many of the kernel's first outputs are not passed on
  size_t kept = 0;   ///< so many of the next stay as they are
  std::vector<FlatResult> results; ///< the rest
  /// The result is a matrix: column j is what comes of the j-th unit vector of these inputs.
  std::vector<ir::ValueId> unitVectors = {};
};

/// Adds the function; `function`, `workspace` and `arguments` of the result are set.
InterfaceFunction addFlat(ir::Graph &graph, loops::Module &module, const Callable &inner,
                          const FlatSpec &spec);

/// A whole descent without the number of unknowns among its parameters: inputs,
/// bounds where there are any, x, options, results. With `negate` the objective
/// is given back with its sign turned. What the descent reads of a sparse Hessian
/// comes in one array, the plan. With constraints there are multipliers behind x,
/// signed as people read them, and the largest violation among the results.
struct SolveSpec {
  std::string name;
  loops::FunctionId solve;
  std::span<const ir::ValueId> inputs, unknowns, options;
  /// Parameters in their order: the inputs, and what else `sides` reads.
  std::span<const ir::ValueId> parameters;
  ir::ValueId n, workspace;
  bool bounded = false, negate = false;
  const SparseHessian *hessian = nullptr;
  /// With constraints: inputs..., n, x[n], out c, and the kernel whose outputs are the
  /// lower sides, then the upper ones.
  const Callable *sides = nullptr;
  loops::FunctionId constraints = {};
  /// Inputs that no parameter gives, and the kernel whose outputs they are: it is called once.
  std::span<const ir::ValueId> hoisted = {};
  const Callable *hoist = nullptr;
};
InterfaceFunction addSolve(ir::Graph &graph, loops::Module &module, const SolveSpec &spec);

} // namespace gradus::lower
