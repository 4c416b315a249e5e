//===- FunctionArguments.cpp - functions that take functions ------------------===//
//
// `fn twice(f(x), a) = f(f(a))`. Calls are expanded, so a function that is
// passed is known where it is called: the name of the parameter stands for it.
//
//===--------------------------------------------------------------------===//

#include "semantics/Builtins.h"
#include "semantics/Elaborate.h"

#include <fmt/core.h>

namespace gradus::semantics {

Value Elaborator::functionArgument(const syntax::Parameter &parameter, const syntax::Expr &expr,
                                   Scope &scope) {
  const std::string &wanted = parameter.declarator.name.name;
  const size_t arity = parameter.parameters.size();
  auto passed = [](const Entity &entity) {
    Value v;
    v.form = Value::Form::Function;
    v.function = &entity;
    return v;
  };
  auto *name = std::get_if<syntax::Name>(&expr.node);
  Entity *entity = name ? scope.find(name->name) : nullptr;
  if (name && !entity) {
    std::optional<ir::Prim> prim = ir::findPrimitive(name->name);
    if (!prim || ir::info(*prim).notation != ir::Notation::Function)
      return unknownName(name->name, expr.range, scope, true);
    if (!checkArity(fmt::format("'{}'", name->name), arity, ir::info(*prim).arity, expr.range,
                    fmt::format("the function '{}' is called with {} here", wanted, arity)))
      return Value::error();
    for (const Entity &known : passed_)
      if (known.name == name->name)
        return passed(known);
    Entity &made = passed_.emplace_back();
    made.name = name->name;
    made.kind = Entity::Kind::Special;
    made.special = [this, prim = *prim](std::span<const Value> arguments, const syntax::Call &c,
                                        SourceRange range) {
      if (!checkArity(c.callee.name, ir::info(prim).arity, arguments.size(), range, {}))
        return Value::error();
      return primitive(prim, {arguments.begin(), arguments.end()}, range);
    };
    return passed(made);
  }
  if (!entity || (entity->kind != Entity::Kind::Function && entity->kind != Entity::Kind::Special))
    return error(Diag::WrongType, expr.range,
                 fmt::format("'{}' is not a function, and '{}' takes one", textOf(expr.range),
                             wanted),
                 "pass the name of a function; fn g(x) = ... in a block makes one");
  entity->used = true;
  if (entity->kind == Entity::Kind::Function && entity->fn->parameters.size() != arity)
    return error(Diag::WrongArity, expr.range,
                 fmt::format("'{}' takes {} argument{}, and '{}' is called with {}", entity->name,
                             entity->fn->parameters.size(),
                             entity->fn->parameters.size() == 1 ? "" : "s", wanted, arity),
                 fmt::format("it is declared at {}", placeOf(entity->range)));
  return passed(*entity);
}

void Elaborator::bindFunction(const syntax::Ident &name, const Entity &passed, Scope &frame) {
  if (!isFree(name, frame))
    return;
  Entity &entity = frame.declare(name, "function");
  entity.kind = passed.kind;
  entity.fn = passed.fn;
  entity.home = passed.home;
  entity.special = passed.special;
}

} // namespace gradus::semantics
