//===- MethodSparse.cpp - hess_solve ---------------------------------------------===//
//
// The entries of the Hessian are computed straight into compressed columns, by
// a kernel like any other; a function of the runtime factors and solves. The
// pattern, the order of elimination and the sizes of the factors are inputs,
// found once before the descent.
//
//===--------------------------------------------------------------------===//

#include "loops/Builder.h"
#include "lower/MethodLowering.h"

namespace gradus::lower {

using namespace ir;
using loops::BufferId;
using semantics::Value;

void MethodLowering::makeSparseHessian(const KernelSpec &value) {
  const SparseHessian &h = *problem.hessian;
  entriesType = {Kind::Real, g.shape({{g.integer(1), h.entries}})};
  KernelSpec spec{"hessian", "the entries of the lower triangle of the Hessian", value.inputs, {},
                  {"h"}};
  spec.outputs = {differentiate::slotValues(g, h.matrix, h.positions, h.entries)};
  Kernel k = lowerKernel(g, module, spec);
  sparseHessian = k.function;
  calleeWorkspace = g.prim(Prim::Max, {calleeWorkspace, k.workspace});

  loops::FunctionBuilder f(module, "hess_solve");
  f.function().documentation = "(H + shift*I) d = right, where right is not 0";
  f.function().exported = false;
  f.function().external = "gradus_hess_solve";
  auto size = [&](const char *name) { return f.parameter(loops::Kind::Int, name); };
  loops::ScalarId count = size("n"), entries = size("entries"), plan = size("plan_length"),
                  factor = size("factor_length");
  f.parameter(loops::Kind::Real, "shift");
  f.parameter(loops::Kind::Real, "pivot");
  auto array = [&](const char *name, loops::BufferRole role, loops::ScalarId extent,
                   loops::Kind kind = loops::Kind::Real) {
    f.array(role, name, {f.axis(extent)}, kind);
  };
  array("plan", loops::BufferRole::In, plan, loops::Kind::Int);
  array("values", loops::BufferRole::In, entries);
  array("right", loops::BufferRole::In, count);
  array("factor", loops::BufferRole::Out, factor);
  array("x", loops::BufferRole::Out, count);
  f.output(loops::Kind::Int, "raised");
  hessSolve = f.id();
}

/// hess_solve(point, right, shift, pivot)
Value MethodLowering::callHessSolve(std::span<const Value> arguments, SourceRange range) {
  BufferId x, right;
  if (!checkPoint(arguments, 4, range, "hess_solve") ||
      !pointOf(arguments, range, "hess_solve", x) ||
      !pointOf(arguments.subspan(1), range, "hess_solve", right))
    return Value::error();
  semantics::Shapes &shapes = elaborator->shapes();
  for (size_t k : {2, 3})
    if (shapes.rank(arguments[k]) != 0)
      return elaborator->error(Diag::MethodText, range,
                               "shift and pivot of hess_solve(x, b, shift, pivot) are numbers");
  const SparseHessian &h = *problem.hessian;
  const std::string suffix = std::to_string(++temporaries);
  BufferId values = b->workspace(entriesType, "h" + suffix);
  callFlat(flatHessian, {x, values});
  counted(hessianCount);
  BufferId factor =
      b->workspace({Kind::Real, g.shape({{g.integer(1), h.factorLength}})}, "factor" + suffix);
  BufferId d = b->workspace(vectorType, "d" + suffix);
  loops::Call call{hessSolve, {}};
  for (ValueId v : {n, h.entries, h.planLength, h.factorLength})
    call.arguments.push_back({b->bound(v)});
  for (size_t k : {2, 3})
    call.arguments.push_back({evaluate(g.toReal(arguments[k].node))});
  for (BufferId buffer : {b->arrayOf(h.plan), values, right, factor, d})
    call.arguments.push_back({buffer});
  call.arguments.push_back({b->variable(loops::Kind::Int, "raised")});
  b->push(std::move(call));
  ValueId made = g.input({"hess_solve", vectorType, InputRole::Local, {}});
  b->bindArray(made, d);
  return shapes.of(made);
}

} // namespace gradus::lower
