//===- Names.cpp - names, table columns and blocks ----------------------------===//

#include "semantics/Builtins.h"
#include "semantics/Elaborate.h"

#include <fmt/core.h>
#include <limits>
#include <numbers>

namespace gradus::semantics {

Value Elaborator::read(Entity &entity, SourceRange use) {
  entity.used = true;
  switch (entity.state) {
  case Entity::State::Ready:
    return entity.value;
  case Entity::State::Active:
    if (entity.hasAxes)
      return earlierElements(entity, use);
    return error(Diag::CyclicDefinition, use,
                 fmt::format("'{}' is defined by itself", entity.name),
                 fmt::format("its definition at {} leads back to it", placeOf(entity.range)));
  case Entity::State::Waiting:
    entity.state = Entity::State::Active;
    {
      ContextSaver saver(*this);
      entity.value = entity.resolve();
    }
    entity.state = Entity::State::Ready;
    return entity.value;
  }
  return Value::error();
}

Value Elaborator::name(const syntax::Name &n, SourceRange range, Scope &scope) {
  Entity *entity = scope.find(n.name);
  if (!entity) {
    if (n.name == "pi")
      return Value::scalar(graph_.real(std::numbers::pi));
    if (n.name == "e")
      return Value::scalar(graph_.real(std::numbers::e));
    if (n.name == "inf")
      return Value::scalar(graph_.real(std::numeric_limits<double>::infinity()));
    return unknownName(n.name, range, scope, false);
  }
  switch (entity->kind) {
  case Entity::Kind::Value:
    return read(*entity, range);
  case Entity::Kind::Function:
  case Entity::Kind::Special:
    entity->used = true;
    return error(Diag::WrongType, range,
                 fmt::format("'{}' is a function, and a value is needed here", n.name),
                 fmt::format("call it: {}(...)", n.name));
  case Entity::Kind::Table:
    entity->used = true;
    return error(Diag::WrongType, range,
                 fmt::format("'{}' is a table, and a value is needed here", n.name),
                 fmt::format("name a column, as in {}.column[i]", n.name));
  }
  return Value::error();
}

Value Elaborator::unknownName(const std::string &name, SourceRange range, Scope &scope,
                              bool called) {
  for (auto it = context_.ended.rbegin(); it != context_.ended.rend() && !called; ++it) {
    if (it->name != name)
      continue;
    // What ended the reduction is the next character that is not a space.
    const std::string &text = diagnostics_.sources().file(it->reduction.file).text;
    size_t at = it->reduction.end;
    while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t'))
      ++at;
    std::string word = textOf(it->reduction);
    word = word.substr(0, word.find_first_of("( "));
    std::string before = at < text.size() && (text[at] == '+' || text[at] == '-')
                             ? fmt::format(" before '{}'", text[at])
                             : std::string();
    return error(Diag::EndedReduction, range,
                 fmt::format("'{}' is the index of the {} at {}, and the {} ends{}", name, word,
                             placeOf(it->reduction), word, before),
                 fmt::format("the {} ends{}: put its body in brackets", word, before));
  }
  std::vector<std::string> candidates = scope.visible();
  if (called || candidates.empty())
    for (const std::string &builtin : builtinNames())
      candidates.push_back(builtin);
  std::string remedy;
  if (auto best = closest(name, candidates))
    remedy = fmt::format("did you mean '{}'?", *best);
  else if (!called && isBuiltin(name))
    remedy = fmt::format("'{0}' is a function: call it, as in {0}(x)", name);
  return error(Diag::UnknownName, range,
               called ? fmt::format("there is no function '{}'", name)
                      : fmt::format("'{}' is not declared", name),
               remedy);
}

Value Elaborator::member(const syntax::Member &m, SourceRange range, Scope &scope) {
  auto *base = std::get_if<syntax::Name>(&m.base->node);
  Entity *entity = base ? scope.find(base->name) : nullptr;
  if (base && !entity)
    return unknownName(base->name, m.base->range, scope, false);
  if (!entity || entity->kind != Entity::Kind::Table)
    return error(Diag::WrongType, range,
                 fmt::format("'{}' has no columns: it is not a table", textOf(m.base->range)),
                 "a table is declared by `data t from \"file.csv\"`");
  entity->used = true;
  return entity->column(m.member);
}

//--- blocks ------------------------------------------------------------------------

Value Elaborator::block(const syntax::Block &b, SourceRange, Scope &scope) {
  Scope inner(&scope);
  for (syntax::ItemPtr item : b.items)
    this->item(*item, inner);
  Value value = expression(*b.value, inner);
  warnUnused(inner);
  return value;
}

void Elaborator::item(const syntax::Item &item, Scope &scope) {
  if (auto *let = std::get_if<syntax::LetDecl>(&item.node)) {
    bindTargets(*let, letValue(*let, scope), scope);
  } else if (auto *fn = std::get_if<syntax::FnDecl>(&item.node)) {
    if (isFree(fn->name, scope))
      declareFunction(*fn, scope);
  } else {
    error(Diag::Misplaced, item.range, "only `let` and `fn` can stand in a block");
  }
}

void Elaborator::declareFunction(const syntax::FnDecl &fn, Scope &scope) {
  Entity &entity = scope.declare(fn.name, "function");
  entity.kind = Entity::Kind::Function;
  entity.fn = &fn;
  entity.home = &scope;
}

Value Elaborator::letValue(const syntax::LetDecl &let, Scope &scope) {
  if (let.tuple || let.targets.size() != 1 || let.targets[0].axes.empty())
    return shapes_.named(expression(*let.value, scope));
  const syntax::Declarator &target = let.targets[0];
  std::vector<ir::Axis> declared;
  DependentAxes dependent;
  if (!dependentAxes(target.axes, scope, declared, dependent))
    return Value::error();
  // Inside its own value the name stands for the array in the making.
  Scope inner(&scope);
  Entity *self = scope.findHere(target.name.name);
  if (!self || self->state != Entity::State::Active) {
    self = &inner.declareValue(target.name, "let", Value::error());
    self->state = Entity::State::Active;
    self->hasAxes = true;
  }
  context_.growing.push_back({self, declared, {}, {}});
  Value value = shapes_.named(overAxes(*let.value, target, declared, inner, dependent));
  const ValueId state = context_.growing.back().self;
  context_.growing.pop_back();
  if (!state.valid() || value.isError() || !graph_.dependsOn(value.node, state))
    return value;
  value = shapes_.named(shapes_.real(value));
  return declared.size() == 1 ? inOrder(value.node, state, target.name.name)
                              : rowsInOrder(value.node, state, target.name.name);
}

void Elaborator::bindTargets(const syntax::LetDecl &let, Value value, Scope &scope) {
  if (let.targets.size() == 1 && !let.tuple) {
    if (isFree(let.targets[0].name, scope))
      scope.declareValue(let.targets[0].name, "let", std::move(value));
    return;
  }
  if (!value.isError() && (!value.isTuple() || value.parts.size() != let.targets.size())) {
    std::string given = value.isTuple() ? fmt::format("a tuple of {}", value.parts.size())
                                        : std::string("one value");
    value = error(Diag::WrongType, let.value->range,
                  fmt::format("{} names stand for the parts of '{}', which is {}",
                              let.targets.size(), textOf(let.value->range), given));
  }
  for (size_t k = 0; k < let.targets.size(); ++k) {
    const syntax::Declarator &target = let.targets[k];
    if (!target.axes.empty())
      notYet(target.name.range, "a part of a tuple with declared ranges");
    if (target.name.name != "_" && isFree(target.name, scope))
      scope.declareValue(target.name, "let", value.isTuple() ? value.parts[k] : Value::error());
  }
}

} // namespace gradus::semantics
