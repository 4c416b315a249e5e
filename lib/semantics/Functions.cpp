//===- Functions.cpp - the functions of a file, for themselves ----------------===//
//
// A function is differentiated, compiled and exported for itself: its arguments
// become inputs, and the sizes that their shapes bind too. Then it is called
// with these, like from anywhere else.
//
//===--------------------------------------------------------------------===//

#include "semantics/Declarations.h"

#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;
using ir::InputRole;
using ir::Kind;

void ModuleBuilder::makeFunction(Entity &entity, bool exported) {
  const syntax::FnDecl &fn = *entity.fn;
  ir::Function function;
  function.name = fn.name.name;
  function.range = fn.name.range;
  Scope shapesScope(entity.home);
  std::vector<Value> arguments(fn.parameters.size());
  std::vector<SourceRange> ranges;
  ContextSaver saver(elaborator_);

  for (size_t k = 0; k < fn.parameters.size(); ++k) {
    const syntax::Parameter &p = fn.parameters[k];
    const syntax::Ident &name = p.declarator.name;
    ranges.push_back(name.range);
    // Which function it takes is known only where it is called.
    if (p.function)
      return;
    if (p.initial)
      elaborator_.notYet(p.initial->range, "a default value of an argument");
    for (size_t j = 0; j < k; ++j)
      if (fn.parameters[j].declarator.name.name == name.name) {
        elaborator_.error(Diag::DuplicateName, name.range,
                          fmt::format("'{}' is declared twice", name.name),
                          fmt::format("both are arguments of {}", fn.name.name));
        return;
      }
    if (p.declarator.axes.empty()) {
      graph_.setRange(name.range);
      arguments[k] = Value::scalar(graph_.input(
          {name.name, {p.integer ? Kind::Int : Kind::Real, 0}, InputRole::Argument, name.range}));
      if (p.integer)
        shapesScope.declareValue(name, "argument", arguments[k]);
    }
  }
  for (const syntax::Parameter &p : fn.parameters)
    for (const syntax::AxisDecl &axis : p.declarator.axes) {
      auto *name = std::get_if<syntax::Name>(&axis.upper->node);
      if (!name || shapesScope.findHere(name->name))
        continue;
      graph_.setRange(axis.upper->range);
      ValueId size = graph_.input(
          {name->name, {Kind::Int, 0}, InputRole::Size, axis.upper->range});
      elaborator_.shapes().addFreeSize(size);
      function.sizes.push_back(graph_.inputIndex(size));
      shapesScope.declareValue({name->name, axis.upper->range}, "size", Value::scalar(size));
    }
  for (size_t k = 0; k < fn.parameters.size(); ++k) {
    const syntax::Parameter &p = fn.parameters[k];
    if (!p.declarator.axes.empty()) {
      std::vector<Axis> axes;
      if (!elaborator_.axes(p.declarator.axes, shapesScope, axes))
        return;
      graph_.setRange(p.declarator.name.range);
      arguments[k] = Value::array(
          graph_.input({p.declarator.name.name,
                        {p.integer ? Kind::Int : Kind::Real, graph_.shape(axes)},
                        InputRole::Argument,
                        p.declarator.name.range}));
    }
    function.arguments.push_back(graph_.inputIndex(arguments[k].node));
  }

  Value value = elaborator_.callFunction(entity, arguments, ranges, fn.name.range);
  if (value.form == Value::Form::Text) {
    elaborator_.error(Diag::WrongType, fn.body->range, "the value of a function cannot be a text");
    return;
  }
  // Tuples and conditions are values inside the language only.
  if (!exported || value.isError() || value.isTuple() ||
      elaborator_.shapes().kind(value) == Kind::Bool || !value.node.valid())
    return;
  function.value = value.node;
  module_.functions.push_back(std::move(function));
}

} // namespace gradus::semantics
