//===- MethodStatements.cpp - statements of a method -------------------------------===//

#include "lower/MethodLowering.h"

#include <cassert>

namespace gradus::lower {

using namespace ir;
using loops::ScalarId;
using semantics::Value;

void MethodLowering::statements(const syntax::Body &body, semantics::Scope &scope) {
  for (syntax::StatementPtr s : body)
    statement(*s, scope);
}

void MethodLowering::statement(const syntax::Statement &s, semantics::Scope &scope) {
  // Calls of local functions are remembered by their arguments; what they read
  // besides may change from statement to statement.
  elaborator = std::make_unique<semantics::Elaborator>(g, diagnostics);
  g.setRange(s.range);
  std::visit(
      [&](const auto &n) {
        using T = std::decay_t<decltype(n)>;
        if constexpr (std::is_same_v<T, syntax::StateStmt>)
          return; // declared and set before the first step
        else if constexpr (std::is_same_v<T, syntax::LetStmt>)
          letStatement(n, scope);
        else if constexpr (std::is_same_v<T, syntax::AssignStmt>)
          assignStatement(n, s.range, scope);
        else if constexpr (std::is_same_v<T, syntax::FnStmt>)
          elaborator->declareFunction(n.fn, scope);
        else if constexpr (std::is_same_v<T, syntax::WhileStmt>)
          whileStatement(n, scope);
        else if constexpr (std::is_same_v<T, syntax::RepeatStmt>) {
          ValueId count = elaborator->integer(*n.count, scope, "a number of repetitions");
          ValueId one = g.integer(1);
          if (count.valid())
            countedLoop(evaluate(one), evaluate(count), nullptr, one, count, n.body, scope);
        } else if constexpr (std::is_same_v<T, syntax::ForStmt>) {
          ValueId lo = elaborator->integer(*n.binder.lower, scope, "the start of a range");
          ValueId hi = elaborator->integer(*n.binder.upper, scope, "the end of a range");
          if (lo.valid() && hi.valid())
            countedLoop(evaluate(lo), evaluate(hi), &n.binder.name, lo, hi, n.body, scope);
        } else if constexpr (std::is_same_v<T, syntax::IfStmt>)
          ifStatement(n, scope);
        else
          stopStatement(n, scope);
      },
      s.node);
}

/// The value as a node of the wanted type: a number becomes an array of it.
ValueId MethodLowering::valueOf(const syntax::Expr &expr, semantics::Scope &scope, Type wanted) {
  return converted(elaborator->expression(expr, scope), expr.range, wanted);
}

ValueId MethodLowering::converted(const Value &v, SourceRange range, Type wanted) {
  if (v.isError())
    return {};
  if (wanted.scalar()) {
    if (wanted.kind == Kind::Bool)
      return elaborator->condition(v, range);
    ValueId number = elaborator->number(v, range);
    if (!number.valid() || wanted.kind == Kind::Real)
      return number.valid() ? g.toReal(number) : number;
    if (g.type(number).kind == Kind::Int)
      return number;
    if (v.whole.valid())
      return v.whole;
    elaborator->error(Diag::MethodText, range, "a whole number is needed here",
                      "the variable was declared with int");
    return {};
  }
  semantics::Shapes &shapes = elaborator->shapes();
  if (v.isScalar()) {
    ValueId number = elaborator->real(v, range);
    if (!number.valid())
      return {};
    const std::vector<Axis> axes = g.axes(wanted.shape);
    std::vector<ValueId> symbols;
    for (const Axis &axis : axes)
      symbols.push_back(g.newSymbol(axis.lo, axis.hi));
    return g.build(symbols, axes, number);
  }
  if (!v.isArray() || shapes.rank(v) != g.axes(wanted.shape).size()) {
    elaborator->error(Diag::MethodText, range, "the shape does not fit the variable");
    return {};
  }
  return shapes.named(shapes.reindexed(shapes.real(v), g.axes(wanted.shape))).node;
}

//--- declarations ----------------------------------------------------------------------

void MethodLowering::declareStates(const syntax::Body &body, semantics::Scope &scope) {
  for (syntax::StatementPtr s : body)
    if (auto *state = std::get_if<syntax::StateStmt>(&s->node)) {
      elaborator = std::make_unique<semantics::Elaborator>(g, diagnostics);
      stateStatement(*state, scope);
    }
}

void MethodLowering::stateStatement(const syntax::StateStmt &s, semantics::Scope &scope) {
  if (!elaborator->isFree(s.declarator.name, scope))
    return;
  Type t{s.integer ? Kind::Int : Kind::Real, 0};
  std::vector<Axis> axes;
  if (!s.declarator.axes.empty()) {
    if (!elaborator->axes(s.declarator.axes, scope, axes))
      return;
    t.shape = g.shape(axes);
  }
  ValueId initial = valueOf(*s.initial, scope, t);
  if (!initial.valid())
    return;
  assign(declareVariable(s.declarator.name, t, scope), initial);
}

void MethodLowering::letStatement(const syntax::LetStmt &s, semantics::Scope &scope) {
  if (s.let.tuple || s.let.targets.size() != 1) {
    elaborator->notYet(s.let.value->range, "a tuple in a method");
    return;
  }
  const syntax::Declarator &target = s.let.targets[0];
  if (!elaborator->isFree(target.name, scope))
    return;
  const syntax::MethodDecl *piece = pieceOf(*s.let.value, scope);
  Value v = piece ? callPiece(*piece, std::get<syntax::Call>(s.let.value->node), s.let.value->range, scope)
                  : elaborator->letValue(s.let, scope);
  if (v.isError())
    return;
  semantics::Shapes &shapes = elaborator->shapes();
  if (v.isArray()) {
    ValueId node = shapes.named(shapes.real(v)).node;
    assign(declareVariable(target.name, g.type(node), scope), node);
    return;
  }
  if (v.isScalar() && g.type(v.node).kind == Kind::Bool) {
    assign(declareVariable(target.name, {Kind::Bool, 0}, scope), v.node);
    return;
  }
  Type t{s.integer ? Kind::Int : Kind::Real, 0};
  ValueId node = converted(v, s.let.value->range, t);
  if (node.valid())
    assign(declareVariable(target.name, t, scope), node);
}

//--- assignment ---------------------------------------------------------------------------

void MethodLowering::assignStatement(const syntax::AssignStmt &s, SourceRange range,
                                     semantics::Scope &scope) {
  semantics::Entity *e = scope.find(s.target.name);
  auto it = e ? byEntity.find(e) : byEntity.end();
  if (it == byEntity.end()) {
    elaborator->error(Diag::MethodText, s.target.range,
                      e ? "'" + s.target.name + "' cannot be assigned"
                        : "'" + s.target.name + "' is not declared",
                      "declare it with let, or with state when it is to be kept from step to step");
    return;
  }
  MethodVariable &v = *it->second;
  if (pieceDepth != 0 && byName.count(v.name) && byName.at(v.name) == &v) {
    elaborator->error(Diag::MethodText, s.target.range,
                      "a method that is called cannot assign '" + v.name + "'",
                      "give its result by assigning to its own name");
    return;
  }
  if (!s.subscripts.empty())
    return assignElement(v, s, range, scope);
  const syntax::MethodDecl *piece = pieceOf(*s.value, scope);
  ValueId value =
      piece ? converted(callPiece(*piece, std::get<syntax::Call>(s.value->node), s.value->range, scope),
                        s.value->range, v.type)
            : valueOf(*s.value, scope, v.type);
  if (value.valid())
    assign(v, value);
}

void MethodLowering::assignElement(MethodVariable &v, const syntax::AssignStmt &s,
                                   SourceRange range, semantics::Scope &scope) {
  const std::vector<Axis> axes = g.axes(v.type.shape);
  if (axes.size() != s.subscripts.size()) {
    elaborator->error(Diag::MethodText, range,
                      v.name + " has " + std::to_string(axes.size()) + " axes, not " +
                          std::to_string(s.subscripts.size()));
    return;
  }
  std::vector<ValueId> indices, symbols;
  std::vector<Axis> slices;
  for (size_t k = 0; k < axes.size(); ++k) {
    const syntax::Subscript &sub = s.subscripts[k];
    if (!sub.all && !sub.upper) {
      indices.push_back(elaborator->integer(*sub.index, scope, "an index"));
      if (!indices.back().valid())
        return;
      continue;
    }
    Axis slice = axes[k];
    if (!sub.all)
      slice = {elaborator->integer(*sub.index, scope, "an index"),
               elaborator->integer(*sub.upper, scope, "an index")};
    if (!slice.lo.valid() || !slice.hi.valid())
      return;
    symbols.push_back(g.newSymbol(slice.lo, slice.hi));
    slices.push_back(slice);
    indices.push_back(symbols.back());
  }
  Type wanted{v.type.kind, g.shape(slices)};
  ValueId value = valueOf(*s.value, scope, wanted);
  if (!value.valid())
    return;
  ValueId inputs[1] = {v.version}, roots[1] = {value};
  if (!slices.empty() && g.dependsOnInputs(roots, inputs)[value.index])
    materialize(value);
  // One loop a slice.
  loops::Body *saved = b->body;
  size_t mark = b->mark();
  std::vector<loops::For> nest(slices.size());
  for (size_t d = 0; d < slices.size(); ++d) {
    nest[d].lo = evaluate(slices[d].lo);
    nest[d].hi = evaluate(slices[d].hi);
    nest[d].index = b->scalar(loops::Kind::Int, "i");
    b->bind(symbols[d], nest[d].index);
    b->openSymbols.push_back(symbols[d]);
    b->body = &nest[d].body;
  }
  Action store{Action::Kind::Element, slices.empty() ? value : g.at(value, symbols), g.boolean(true),
               loops::Combine::Set, {}, v.buffer, indices, v.type.shape};
  store.value = prepare(g, store.value);
  emitScope(*b, {std::move(store)});
  for (size_t d = slices.size(); d-- > 0;) {
    b->openSymbols.pop_back();
    b->body = d == 0 ? saved : &nest[d - 1].body;
    b->push(std::move(nest[d]));
  }
  b->body = saved;
  b->release(mark);
  b->forgetArray(v.version);
  bindVersion(v, newVersion(v), {});
}

//--- control ---------------------------------------------------------------------------------

void MethodLowering::nested(loops::Body &into, const syntax::Body &body, semantics::Scope &scope) {
  loops::Body *saved = b->body;
  size_t mark = b->mark(), evaluated = evaluations.size();
  b->body = &into;
  semantics::Scope &inner = newScope(scope);
  statements(body, inner);
  b->body = saved;
  b->release(mark);
  evaluations.resize(evaluated);
}

void MethodLowering::whileStatement(const syntax::WhileStmt &s, semantics::Scope &scope) {
  std::set<std::string> names;
  assigned(s.body, names);
  std::vector<MethodVariable *> changing = variablesOf(names, scope);
  loops::While loop;
  loops::Body *saved = b->body;
  b->body = &loop.head;
  for (MethodVariable *v : changing)
    refresh(*v);
  std::vector<ValueId> atHead;
  for (MethodVariable *v : changing)
    atHead.push_back(v->version);
  elaborator = std::make_unique<semantics::Elaborator>(g, diagnostics);
  ValueId condition = elaborator->condition(*s.condition, scope);
  if (!condition.valid()) {
    b->body = saved;
    return;
  }
  loop.condition = evaluate(condition);
  b->body = saved;
  nested(loop.body, s.body, scope);
  b->push(std::move(loop));
  // The loop is left from its head: what was computed there holds afterwards.
  for (size_t k = 0; k < changing.size(); ++k) {
    MethodVariable &v = *changing[k];
    if (v.version == atHead[k])
      continue;
    if (!v.type.scalar())
      b->forgetArray(v.version);
    bindVersion(v, atHead[k], v.type.scalar() ? b->bound(atHead[k]) : ScalarId{});
  }
}

void MethodLowering::countedLoop(ScalarId lo, ScalarId hi, const syntax::Ident *index,
                                 ValueId loNode, ValueId hiNode, const syntax::Body &body,
                                 semantics::Scope &scope) {
  std::set<std::string> names;
  assigned(body, names);
  std::vector<MethodVariable *> changing = variablesOf(names, scope);
  loops::For loop;
  loop.lo = lo;
  loop.hi = hi;
  loop.index = b->scalar(loops::Kind::Int, index ? index->name : "r");
  loops::Body *saved = b->body;
  size_t mark = b->mark(), evaluated = evaluations.size();
  b->body = &loop.body;
  ValueId symbol = g.newSymbol(loNode, hiNode, index ? index->name : "");
  b->bind(symbol, loop.index);
  b->openSymbols.push_back(symbol);
  for (MethodVariable *v : changing)
    refresh(*v);
  semantics::Scope &inner = newScope(scope);
  if (index) {
    elaborator = std::make_unique<semantics::Elaborator>(g, diagnostics);
    inner.declareValue(*index, "index", Value::scalar(symbol)).used = true;
  }
  statements(body, inner);
  b->openSymbols.pop_back();
  b->body = saved;
  b->release(mark);
  evaluations.resize(evaluated);
  b->push(std::move(loop));
  for (MethodVariable *v : changing)
    refresh(*v);
}

void MethodLowering::ifStatement(const syntax::IfStmt &s, semantics::Scope &scope) {
  ValueId condition = elaborator->condition(*s.condition, scope);
  if (!condition.valid())
    return;
  std::set<std::string> names;
  assigned(s.then, names);
  assigned(s.otherwise, names);
  std::vector<MethodVariable *> changing = variablesOf(names, scope);
  loops::If branch{evaluate(condition), {}, {}};
  std::vector<ValueId> before;
  for (MethodVariable *v : changing)
    before.push_back(v->version);
  nested(branch.then, s.then, scope);
  // The other branch starts from the same values.
  for (size_t k = 0; k < changing.size(); ++k) {
    MethodVariable &v = *changing[k];
    if (v.version != before[k])
      bindVersion(v, before[k], v.type.scalar() ? b->bound(before[k]) : ScalarId{});
  }
  nested(branch.otherwise, s.otherwise, scope);
  b->push(std::move(branch));
  for (MethodVariable *v : changing)
    refresh(*v);
}

void MethodLowering::stopStatement(const syntax::StopStmt &s, semantics::Scope &scope) {
  ValueId condition = elaborator->condition(*s.condition, scope);
  if (!condition.valid())
    return;
  MethodVariable &stopped = *byName.at("stopped");
  ValueId value = g.select(condition, g.integer(1), stopped.version);
  assign(stopped, value);
}

} // namespace gradus::lower
