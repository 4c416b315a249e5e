//===- MethodVariables.cpp - versions, assignment, evaluation -------------------===//

#include "lower/MethodLowering.h"

#include <algorithm>
#include <cassert>

namespace gradus::lower {

using namespace ir;
using loops::BufferId;
using loops::Combine;
using loops::ScalarId;

namespace {
loops::Kind loopKind(Type t) {
  return t.kind == Kind::Int    ? loops::Kind::Int
         : t.kind == Kind::Bool ? loops::Kind::Bool
                                : loops::Kind::Real;
}
} // namespace

MethodVariable &MethodLowering::makeVariable(std::string name, Type type) {
  variables.push_back({name, type, {}, {}, {}, nullptr});
  MethodVariable &v = variables.back();
  if (type.scalar())
    v.scalar = b->variable(loopKind(type), name);
  else
    v.buffer = b->workspace(type, name);
  v.version = newVersion(v);
  return v;
}

MethodVariable &MethodLowering::declareVariable(const syntax::Ident &name, Type type,
                                                semantics::Scope &scope) {
  MethodVariable &v = makeVariable(name.name, type);
  v.entity = &scope.declareValue(name, "variable", elaborator->shapes().of(v.version));
  v.entity->used = true;
  byEntity[v.entity] = &v;
  return v;
}

ValueId MethodLowering::newVersion(MethodVariable &v) {
  ValueId version = g.input({v.name, v.type, InputRole::Local, {}});
  if (!v.type.scalar())
    b->bindArray(version, v.buffer);
  return version;
}

void MethodLowering::bindVersion(MethodVariable &v, ValueId version, ScalarId value) {
  v.version = version;
  if (v.type.scalar())
    b->bind(version, value);
  else
    b->bindArray(version, v.buffer);
  if (v.entity)
    v.entity->value = elaborator->shapes().of(version);
}

void MethodLowering::refresh(MethodVariable &v) {
  ValueId version = newVersion(v);
  bindVersion(v, version, v.type.scalar() ? b->read(v.scalar, v.name) : ScalarId{});
}

ValueId MethodLowering::key(ValueId v) const {
  auto it = definitions.find(v);
  return it == definitions.end() ? v : it->second;
}

ScalarId MethodLowering::evaluate(ValueId scalar) {
  if (ScalarId s = b->bound(scalar); s.valid())
    return s;
  ValueId ready = prepare(g, scalar);
  loops::VariableId t = b->variable(b->kindOf(ready));
  emitScope(*b, {{Action::Kind::Variable, ready, g.boolean(true), Combine::Set, t, {}, {}, 0}});
  return b->read(t);
}

BufferId MethodLowering::materialize(ValueId array) {
  if (b->hasArray(array))
    return b->arrayOf(array);
  BufferId buffer = b->workspace(g.type(array), "t" + std::to_string(++temporaries));
  emitScope(*b, {{Action::Kind::Array, prepare(g, array), g.boolean(true), Combine::Set, {}, buffer,
                  {}, 0}});
  b->bindArray(array, buffer);
  return buffer;
}

/// Whether an element of `value` reads another element of `array` than the one
/// at its own place: then it cannot be written over it directly.
bool MethodLowering::readsElsewhere(ValueId value, ValueId array) {
  ValueId roots[1] = {value}, inputs[1] = {array};
  if (!g.dependsOnInputs(roots, inputs)[value.index])
    return false;
  if (g.node(value).op != Op::Build)
    return true;
  Opened o = g.open(value);
  ValueId body[1] = {o.body};
  auto outside = [&](ValueId v) { return !g.dependsOnAny(v, o.symbols); };
  // What does not depend on the place is computed before the first is written.
  std::vector<ValueId> work{o.body};
  std::set<ValueId> seen;
  (void)body;
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    if (!seen.insert(v).second || (!g.isOpenTerm(v) && outside(v)))
      continue;
    const Node &n = g.node(v);
    if (n.op == Op::At && g.operand(v, 0) == array) {
      auto ops = g.operands(v);
      if (!std::equal(ops.begin() + 1, ops.end(), o.symbols.begin(), o.symbols.end()))
        return true;
    }
    for (ValueId operand : g.operands(v))
      work.push_back(operand);
  }
  return false;
}

void MethodLowering::assignArray(MethodVariable &v, ValueId value) {
  if (value == v.version)
    return;
  ValueId ready = b->hasArray(value) ? value : prepare(g, value);
  if (b->hasArray(ready)) {
    b->push(loops::Copy{v.buffer, b->arrayOf(ready)});
  } else if (readsElsewhere(ready, v.version)) {
    b->push(loops::Copy{v.buffer, materialize(ready)});
  } else {
    emitScope(*b, {{Action::Kind::Array, ready, g.boolean(true), Combine::Set, {}, v.buffer, {}, 0}});
  }
  ValueId definition = key(value);
  b->forgetArray(v.version);
  ValueId version = newVersion(v);
  bindVersion(v, version, {});
  definitions[version] = definition;
}

void MethodLowering::assign(MethodVariable &v, ValueId value) {
  if (!v.type.scalar())
    return assignArray(v, value);
  if (v.type.kind == Kind::Real)
    value = g.toReal(value);
  ScalarId s = evaluate(value);
  b->push(loops::Assign{v.scalar, s});
  // A copy of another variable is the same value: points made of it are the same.
  const bool copy = g.node(value).op == Op::Input && g.type(value).kind == v.type.kind &&
                    b->bound(value).valid();
  bindVersion(v, copy ? value : newVersion(v), s);
}

void MethodLowering::assigned(const syntax::Body &body, std::set<std::string> &names) const {
  for (syntax::StatementPtr s : body) {
    if (auto *a = std::get_if<syntax::AssignStmt>(&s->node))
      names.insert(a->target.name);
    else if (auto *w = std::get_if<syntax::WhileStmt>(&s->node))
      assigned(w->body, names);
    else if (auto *r = std::get_if<syntax::RepeatStmt>(&s->node))
      assigned(r->body, names);
    else if (auto *f = std::get_if<syntax::ForStmt>(&s->node))
      assigned(f->body, names);
    else if (auto *i = std::get_if<syntax::IfStmt>(&s->node)) {
      assigned(i->then, names);
      assigned(i->otherwise, names);
    } else if (std::holds_alternative<syntax::StopStmt>(s->node)) {
      names.insert("stopped");
    }
  }
}

std::vector<MethodVariable *> MethodLowering::variablesOf(const std::set<std::string> &names,
                                                          semantics::Scope &scope) {
  std::vector<MethodVariable *> result;
  for (const std::string &name : names)
    if (semantics::Entity *e = scope.find(name))
      if (auto it = byEntity.find(e); it != byEntity.end())
        result.push_back(it->second);
  if (random)
    for (const char *name : {"random1", "random2"})
      result.push_back(byName.at(name));
  if (batches)
    for (const char *name : {"draw1", "draw2"})
      result.push_back(byName.at(name));
  if (names.count("stopped") && !scope.find("stopped"))
    result.push_back(byName.at("stopped"));
  return result;
}

} // namespace gradus::lower
