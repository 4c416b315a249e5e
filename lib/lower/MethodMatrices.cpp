//===- MethodMatrices.cpp - hess, hvp, residual, jac -----------------------------===//

#include "lower/MethodLowering.h"

namespace gradus::lower {

using namespace ir;
using loops::BufferId;
using loops::ScalarId;
using semantics::Value;

/// Calls a kernel over x[1..n]: the model's inputs, n, then the buffers.
void MethodLowering::callFlat(loops::FunctionId callee, std::initializer_list<BufferId> buffers) {
  std::vector<loops::Argument> arguments;
  for (ValueId input : problem.inputs)
    arguments.push_back(g.type(input).scalar() ? loops::Argument{b->bound(input)}
                                               : loops::Argument{b->arrayOf(input)});
  arguments.push_back({b->bound(n)});
  for (BufferId buffer : buffers)
    arguments.push_back({buffer});
  b->push(loops::Call{callee, std::move(arguments)});
}

bool MethodLowering::pointOf(std::span<const Value> arguments, SourceRange range, const char *name,
                             BufferId &x) {
  semantics::Shapes &shapes = elaborator->shapes();
  if (shapes.rank(arguments[0]) != 1) {
    elaborator->error(Diag::MethodText, range, std::string(name) + " takes a point, a vector like x");
    return false;
  }
  x = materialize(
      shapes.named(shapes.reindexed(shapes.real(arguments[0]), g.axes(vectorType.shape))).node);
  return true;
}

Value MethodLowering::callHvp(std::span<const Value> arguments, SourceRange range) {
  BufferId x, v;
  if (!checkPoint(arguments, 2, range, "hvp") || !pointOf(arguments, range, "hvp", x) ||
      !pointOf(arguments.subspan(1), range, "hvp", v))
    return Value::error();
  BufferId hv = b->workspace(vectorType, "hv" + std::to_string(++temporaries));
  callFlat(flatCurvature, {x, v, hv});
  counted(hessianCount);
  ValueId made = g.input({"hvp", vectorType, InputRole::Local, {}});
  b->bindArray(made, hv);
  return elaborator->shapes().of(made);
}

Value MethodLowering::byColumns(const char *name, Type columnType,
                                const std::function<void(BufferId, BufferId)> &emitColumn) {
  Axis rows = g.axes(columnType.shape)[0];
  Type matrix{Kind::Real, g.shape({rows, {vectorLo, n}})};
  std::string suffix = std::to_string(++temporaries);
  BufferId result = b->workspace(matrix, name + suffix);
  BufferId unit = b->workspace(vectorType, "unit" + suffix);
  BufferId column = b->workspace(columnType, "column" + suffix);
  auto real = [&](double value) { return b->let(loops::Kind::Real, loops::ConstReal{value}); };
  b->push(loops::Fill{unit, real(0.0)});
  loops::For outer, inner;
  outer.lo = inner.lo = b->let(loops::Kind::Int, loops::ConstInt{1});
  outer.hi = b->bound(n);
  inner.hi = b->size(rows.hi);
  outer.index = b->scalar(loops::Kind::Int, "j");
  inner.index = b->scalar(loops::Kind::Int, "i");
  loops::Body *saved = b->body;
  b->body = &outer.body;
  b->push(loops::Store{unit, {outer.index}, real(1.0)});
  emitColumn(unit, column);
  b->push(loops::Store{unit, {outer.index}, real(0.0)});
  b->body = &inner.body;
  ScalarId element = b->let(loops::Kind::Real, loops::LoadOp{column, {inner.index}});
  b->push(loops::Store{result, {inner.index, outer.index}, element});
  b->body = &outer.body;
  b->push(std::move(inner));
  b->body = saved;
  b->push(std::move(outer));
  ValueId made = g.input({name, matrix, InputRole::Local, {}});
  b->bindArray(made, result);
  return elaborator->shapes().of(made);
}

/// The dense Hessian, a column from each unit vector.
Value MethodLowering::callHess(std::span<const Value> arguments, SourceRange range) {
  BufferId x;
  if (!checkPoint(arguments, 1, range, "hess") || !pointOf(arguments, range, "hess", x))
    return Value::error();
  counted(hessianCount);
  return byColumns("hess", vectorType, [&](BufferId unit, BufferId column) {
    callFlat(flatCurvature, {x, unit, column});
  });
}

Value MethodLowering::callResidual(std::span<const Value> arguments, SourceRange range) {
  BufferId x;
  if (!checkPoint(arguments, 1, range, "residual") || !pointOf(arguments, range, "residual", x))
    return Value::error();
  BufferId r = b->workspace(residualType, "r" + std::to_string(++temporaries));
  callFlat(flatResidual, {x, r});
  counted(valueCount);
  ValueId made = g.input({"residual", residualType, InputRole::Local, {}});
  b->bindArray(made, r);
  return elaborator->shapes().of(made);
}

/// The dense Jacobian of the residuals, m by n.
Value MethodLowering::callJac(std::span<const Value> arguments, SourceRange range) {
  BufferId x;
  if (!checkPoint(arguments, 1, range, "jac") || !pointOf(arguments, range, "jac", x))
    return Value::error();
  counted(gradientCount);
  return byColumns("jac", residualType, [&](BufferId unit, BufferId column) {
    callFlat(flatJacobian, {x, unit, column});
  });
}

} // namespace gradus::lower
