//===- Inputs.cpp - parameters -------------------------------------------------===//

#include "semantics/Declarations.h"

#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;
using ir::InputRole;
using ir::Kind;

/// Remembers which sizes the axes of an input bind.
void ModuleBuilder::bindSizes(ValueId input) {
  std::vector<Axis> axes = graph_.axesOf(input);
  for (unsigned k = 0; k < axes.size(); ++k) {
    ValueId length = graph_.extent(axes[k]);
    if (graph_.node(length).op == ir::Op::Input &&
        graph_.inputOf(length).role == InputRole::Size)
      module_.sizeBindings.push_back(
          {graph_.inputIndex(length), graph_.inputIndex(input), k});
  }
}

/// param, and data given inline: values the user may set.
Value ModuleBuilder::parameter(const syntax::Declarator &declarator, bool integer,
                               syntax::ExprPtr initial, SourceRange range, Unit &unit) {
  std::vector<Axis> axes;
  if (!elaborator_.axes(declarator.axes, unit.scope, axes))
    return Value::error();
  Kind kind = integer ? Kind::Int : Kind::Real;
  Shapes &shapes = elaborator_.shapes();
  Value value;
  if (initial) {
    bool binds = false;
    for (const Axis &axis : axes) {
      ValueId length = graph_.extent(axis);
      binds |= graph_.node(length).op == ir::Op::Input &&
               graph_.inputOf(length).role == InputRole::Size;
    }
    // An array that binds its own size keeps the shape of its value.
    if (declarator.axes.empty() || binds)
      value = elaborator_.expression(*initial, unit.scope);
    else
      value = elaborator_.overAxes(*initial, declarator, axes, unit.scope);
    if (value.isScalar() && binds)
      value = elaborator_.overAxes(*initial, declarator, axes, unit.scope);
    if (!value.isError() && !value.isArray() &&
        !elaborator_.number(value, initial->range).valid())
      value = Value::error();
    if (value.isError())
      return Value::error();
    if (value.isArray() && axes.empty())
      axes = shapes.axes(value);
    if (value.isArray() && shapes.rank(value) != axes.size())
      return elaborator_.error(
          Diag::WrongShape, initial->range,
          fmt::format("'{}' is declared as [{}], and its value is [{}]", declarator.name.name,
                      shapes.describe(axes), shapes.describe(shapes.axes(value))));
    if (integer && value.isScalar() && !shapes.whole(value) && !graph_.isConstant(value.node))
      value.whole = elaborator_.wholeOfColumns(value.node);
    if (integer && !shapes.whole(value))
      return elaborator_.error(Diag::WholeNeeded, initial->range,
                               fmt::format("'{}' is declared as whole, and its value '{}' is real",
                                           declarator.name.name,
                                           elaborator_.textOf(initial->range)),
                               "`/` makes real numbers; div(a, b) is the whole quotient");
    if (integer && value.whole.valid() && shapes.kind(value) != Kind::Int)
      value = Value::scalar(value.whole);
    graph_.setRange(initial->range);
    value = integer ? shapes.named(value) : shapes.named(shapes.real(value));
    if (value.isError() || !value.node.valid())
      return Value::error();
  }
  graph_.setRange(declarator.name.range);
  ValueId input = graph_.input({declarator.name.name,
                                {kind, axes.empty() ? 0 : graph_.shape(axes)},
                                InputRole::Parameter,
                                declarator.name.range});
  module_.parameters.push_back({graph_.inputIndex(input), value.node, range});
  bindSizes(input);
  return shapes.of(input);
}

/// A parameter of `problem p(x0[2], target = 1)`: a `param` of that problem.
void ModuleBuilder::declareProblemParameter(const syntax::Parameter &p, Unit &unit) {
  const syntax::Declarator &declarator = p.declarator;
  if (p.function) {
    elaborator_.notYet(declarator.name.range, "a function as a parameter of a problem");
    return;
  }
  Entity *entity = lazily(declarator.name, "parameter", unit, [this, &p, &declarator, &unit] {
    Value v = parameter(declarator, p.integer, p.initial, declarator.name.range, unit);
    if (!v.isError())
      module_.parameters.back().problem = unit.name;
    return v;
  });
  if (entity && !p.integer && declarator.axes.empty())
    entity->wholeForm = "int " + entity->name;
  bindFreeSizes(declarator, unit);
}

} // namespace gradus::semantics
