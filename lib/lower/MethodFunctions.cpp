//===- MethodFunctions.cpp - f, grad, project and what the loop needs -----------===//

#include "lower/MethodLowering.h"

#include <algorithm>
#include <functional>
#include <set>

namespace gradus::lower {

using namespace ir;
using loops::ScalarId;
using semantics::Value;

namespace {

using Predicate = std::function<bool(const syntax::Call &)>;

bool exprHas(const syntax::Expr &e, const Predicate &wanted);

bool exprsHave(std::initializer_list<syntax::ExprPtr> list, const Predicate &wanted) {
  return std::any_of(list.begin(), list.end(),
                     [&](syntax::ExprPtr e) { return e && exprHas(*e, wanted); });
}

/// Whether a wanted call is in the expression. Trees are of bounded depth.
bool exprHas(const syntax::Expr &e, const Predicate &wanted) {
  using namespace syntax;
  if (auto *c = std::get_if<Call>(&e.node)) {
    if (wanted(*c))
      return true;
    return std::any_of(c->arguments.begin(), c->arguments.end(),
                       [&](ExprPtr a) { return exprHas(*a, wanted); });
  }
  if (auto *u = std::get_if<Unary>(&e.node))
    return exprHas(*u->operand, wanted);
  if (auto *c = std::get_if<Chain>(&e.node))
    return std::any_of(c->links.begin(), c->links.end(),
                       [&](const Chain::Link &l) { return exprHas(*l.operand, wanted); });
  if (auto *p = std::get_if<Power>(&e.node))
    return exprsHave({p->base, p->exponent}, wanted);
  if (auto *c = std::get_if<Comparison>(&e.node))
    return std::any_of(c->operands.begin(), c->operands.end(),
                       [&](ExprPtr a) { return exprHas(*a, wanted); });
  if (auto *l = std::get_if<Logical>(&e.node))
    return std::any_of(l->operands.begin(), l->operands.end(),
                       [&](ExprPtr a) { return exprHas(*a, wanted); });
  if (auto *i = std::get_if<If>(&e.node))
    return exprsHave({i->condition, i->then, i->otherwise}, wanted);
  if (auto *i = std::get_if<Index>(&e.node))
    return exprHas(*i->base, wanted);
  if (auto *r = std::get_if<Reduction>(&e.node))
    return exprsHave({r->where, r->body}, wanted);
  if (auto *c = std::get_if<Comprehension>(&e.node))
    return exprHas(*c->body, wanted);
  if (auto *b = std::get_if<Block>(&e.node))
    return exprHas(*b->value, wanted) ||
           std::any_of(b->items.begin(), b->items.end(), [&](ItemPtr item) {
             auto *let = std::get_if<LetDecl>(&item->node);
             return let && exprHas(*let->value, wanted);
           });
  return false;
}

bool bodyHas(const syntax::Body &body, const Predicate &wanted) {
  using namespace syntax;
  for (StatementPtr s : body) {
    bool asks = std::visit(
        [&](const auto &n) {
          using T = std::decay_t<decltype(n)>;
          if constexpr (std::is_same_v<T, StateStmt>)
            return exprHas(*n.initial, wanted);
          else if constexpr (std::is_same_v<T, AssignStmt>)
            return exprHas(*n.value, wanted);
          else if constexpr (std::is_same_v<T, LetStmt>)
            return exprHas(*n.let.value, wanted);
          else if constexpr (std::is_same_v<T, FnStmt>)
            return exprHas(*n.fn.body, wanted);
          else if constexpr (std::is_same_v<T, WhileStmt>)
            return exprHas(*n.condition, wanted) || bodyHas(n.body, wanted);
          else if constexpr (std::is_same_v<T, RepeatStmt> || std::is_same_v<T, ForStmt>)
            return bodyHas(n.body, wanted);
          else if constexpr (std::is_same_v<T, IfStmt>)
            return exprHas(*n.condition, wanted) || bodyHas(n.then, wanted) ||
                   bodyHas(n.otherwise, wanted);
          else
            return exprHas(*n.condition, wanted);
        },
        s->node);
    if (asks)
      return true;
  }
  return false;
}

} // namespace

namespace {

/// Methods that are called by methods that are called.
constexpr int mostLevels = 8;

/// Also in the methods that are called, a few levels deep.
bool textsHave(const DescentTexts &texts, const syntax::Body &body, const Predicate &wanted,
               int depth = 0) {
  return bodyHas(body, [&](const syntax::Call &c) {
    if (wanted(c))
      return true;
    const syntax::MethodDecl *piece =
        texts.piece && depth < mostLevels ? texts.piece(c.callee.name) : nullptr;
    return piece && textsHave(texts, piece->body, wanted, depth + 1);
  });
}

/// The names of all that is called, each looked up once.
void collectCalls(const DescentTexts &texts, const syntax::Body &body, std::set<std::string> &into,
                  int depth = 0) {
  std::vector<std::string> found;
  bodyHas(body, [&](const syntax::Call &c) {
    if (into.insert(c.callee.name).second)
      found.push_back(c.callee.name);
    return false;
  });
  if (texts.piece && depth < mostLevels)
    for (const std::string &name : found)
      if (const syntax::MethodDecl *piece = texts.piece(name))
        collectCalls(texts, piece->body, into, depth + 1);
}

} // namespace

bool asksGradientElsewhere(const DescentTexts &texts) {
  return textsHave(texts, texts.method->body, [](const syntax::Call &c) {
    if (c.callee.name != "grad" || c.arguments.size() != 1)
      return false;
    auto *name = std::get_if<syntax::Name>(&c.arguments[0]->node);
    return !name || name->name != "x";
  });
}

std::set<std::string> callsOf(const DescentTexts &texts) {
  std::set<std::string> called;
  collectCalls(texts, texts.method->body, called);
  return called;
}

bool asksFor(const syntax::Body &body, std::string_view name) {
  return bodyHas(body, [&](const syntax::Call &c) { return c.callee.name == name; });
}

bool asksResiduals(const syntax::MethodDecl &method) {
  return asksFor(method.body, "residual") || asksFor(method.body, "jac");
}

bool asksSparseHessian(const syntax::MethodDecl &method) {
  return bodyHas(method.body,
                 [](const syntax::Call &c) { return c.callee.name == "hess_solve"; });
}

bool MethodLowering::checkPoint(std::span<const Value> arguments, size_t count, SourceRange range,
                                const char *name) {
  if (arguments.size() != count) {
    diagnostics.report(Diag::MethodText, range,
                       std::string(name) + " takes " + std::to_string(count) +
                           (count == 1 ? " argument" : " arguments") + ", not " +
                           std::to_string(arguments.size()));
    return false;
  }
  return std::none_of(arguments.begin(), arguments.end(),
                      [](const Value &v) { return v.isError(); });
}

void MethodLowering::declareSpecials() {
  semantics::Scope &root = *methodScope->parent()->parent();
  semantics::Scope &loop = *methodScope->parent();
  auto special = [&](semantics::Scope &scope, const char *name, auto handler) {
    semantics::Entity &e = scope.declare(std::string(name), {}, "function");
    e.kind = semantics::Entity::Kind::Special;
    e.used = true;
    e.special = [handler](std::span<const Value> arguments, const syntax::Call &,
                          SourceRange range) { return handler(arguments, range); };
  };
  special(root, "f", [this](auto a, SourceRange r) { return callF(a, r, false); });
  special(root, "grad", [this](auto a, SourceRange r) { return callF(a, r, true); });
  if (flatCurvature.valid()) {
    special(root, "hvp", [this](auto a, SourceRange r) { return callHvp(a, r); });
    special(root, "hess", [this](auto a, SourceRange r) { return callHess(a, r); });
  }
  if (flatHessian.valid())
    special(root, "hess_solve", [this](auto a, SourceRange r) { return callHessSolve(a, r); });
  if (flatResidual.valid()) {
    special(root, "residual", [this](auto a, SourceRange r) { return callResidual(a, r); });
    special(root, "jac", [this](auto a, SourceRange r) { return callJac(a, r); });
    root.declareValue({"m", {}}, "size", Value::scalar(m));
  }
  special(root, "project", [this](auto a, SourceRange r) { return project(a, r); });
  special(root, "reduced", [this](auto a, SourceRange r) { return reduced(a, r); });
  if (random) {
    special(root, "uniform", [this](auto a, SourceRange r) { return uniform(a, r); });
    special(root, "normal", [this](auto a, SourceRange r) { return normal(a, r); });
  }
  if (batches) {
    special(root, "batch", [this](auto a, SourceRange r) { return callBatch(a, r); });
    root.declareValue({"terms", {}}, "size", Value::scalar(g.extent(batchRange)));
  }
  special(root, "held", [this](auto a, SourceRange r) { return held(a, r); });
  special(loop, "report", [this](auto a, SourceRange r) { return report(a, r); });
}

ScalarId MethodLowering::counted(loops::VariableId counter) {
  ScalarId one = b->let(loops::Kind::Int, loops::ConstInt{1});
  ScalarId next = b->let(loops::Kind::Int, loops::PrimOp{Prim::Add, {b->read(counter), one}});
  b->push(loops::Assign{counter, next});
  return next;
}

/// Two requests at the same point share one evaluation: the points of earlier
/// ones that are still there are remembered by the expression they were.
MethodLowering::Evaluation MethodLowering::evaluateAt(ValueId point, bool gradient) {
  ValueId where = key(point);
  for (size_t k = evaluations.size(); k-- > 0;)
    if (evaluations[k].first == where &&
        (gradient ? evaluations[k].second.gradient : evaluations[k].second.f).valid())
      return evaluations[k].second;
  gradient = gradient || gradientAtTrials;
  loops::BufferId x = materialize(point);
  std::vector<loops::Argument> arguments;
  for (ValueId v : problem.inputs)
    arguments.push_back(g.type(v).scalar() ? loops::Argument{b->bound(v)}
                                           : loops::Argument{b->arrayOf(v)});
  arguments.push_back({b->bound(n)});
  arguments.push_back({x});
  loops::VariableId value = b->variable(loops::Kind::Real, "f");
  arguments.push_back({value});
  Evaluation made;
  if (gradient) {
    loops::BufferId d = b->workspace(vectorType, "g" + std::to_string(++temporaries));
    arguments.push_back({d});
    made.gradient = g.input({"grad", vectorType, InputRole::Local, {}});
    b->bindArray(made.gradient, d);
    counted(gradientCount);
  }
  counted(valueCount);
  b->push(loops::Call{gradient ? flatGradient : flatValue, std::move(arguments)});
  made.f = g.input({"f", {Kind::Real, 0}, InputRole::Local, {}});
  b->bind(made.f, b->read(value));
  evaluations.push_back({where, made});
  return made;
}

Value MethodLowering::callF(std::span<const Value> arguments, SourceRange range, bool gradient) {
  if (arguments.size() == 2 && batches)
    return callOnBatch(arguments, range, gradient);
  if (!checkPoint(arguments, 1, range, gradient ? "grad" : "f"))
    return Value::error();
  semantics::Shapes &shapes = elaborator->shapes();
  if (shapes.rank(arguments[0]) != 1)
    return elaborator->error(Diag::MethodText, range, "a point is a vector like x");
  Value point = shapes.named(shapes.reindexed(shapes.real(arguments[0]), g.axes(vectorType.shape)));
  Evaluation e = evaluateAt(point.node, gradient);
  return shapes.of(gradient ? e.gradient : e.f);
}

Value MethodLowering::project(std::span<const Value> arguments, SourceRange range) {
  if (!checkPoint(arguments, 1, range, "project"))
    return Value::error();
  if (!problem.bounded)
    return arguments[0];
  semantics::Shapes &shapes = elaborator->shapes();
  Value point = shapes.named(shapes.reindexed(shapes.real(arguments[0]), g.axes(vectorType.shape)));
  if (projected.count(key(point.node)))
    return point;
  ValueId i = g.newSymbol(vectorLo, n, "i");
  std::vector<ValueId> index{i};
  ValueId inside = g.prim(Prim::Min, {g.prim(Prim::Max, {g.at(point.node, index), g.at(lower, index)}),
                                      g.at(upper, index)});
  Axis range1[1] = {{vectorLo, n}};
  ValueId node = g.build(index, range1, inside);
  projected.insert(node);
  return shapes.of(node);
}

/// Whether x[i] is at a bound that a step along -d would leave.
ValueId MethodLowering::pushedOut(ValueId x, ValueId d, ValueId i) {
  std::vector<ValueId> index{i};
  ValueId xi = g.at(x, index), di = g.at(d, index), zero = g.real(0.0);
  ValueId low = g.logicalAnd(g.lessEqual(xi, g.at(lower, index)), g.less(zero, di));
  ValueId high = g.logicalAnd(g.lessEqual(g.at(upper, index), xi), g.less(di, zero));
  return g.logicalOr(low, high);
}

bool MethodLowering::pointAndSlope(std::span<const Value> arguments, SourceRange range,
                                   const char *name, ValueId &x, ValueId &d) {
  if (!checkPoint(arguments, 2, range, name))
    return false;
  semantics::Shapes &shapes = elaborator->shapes();
  x = shapes.named(shapes.reindexed(arguments[0], g.axes(vectorType.shape))).node;
  d = shapes.named(shapes.reindexed(arguments[1], g.axes(vectorType.shape))).node;
  return true;
}

/// The gradient with 0 where x is at a bound that the descent direction would
/// leave: its norm is 0 exactly at a stationary point of the bounded problem.
Value MethodLowering::reduced(std::span<const Value> arguments, SourceRange range) {
  ValueId x, d;
  if (!pointAndSlope(arguments, range, "reduced", x, d))
    return Value::error();
  if (!problem.bounded)
    return arguments[1];
  ValueId i = g.newSymbol(vectorLo, n, "i");
  std::vector<ValueId> index{i};
  Axis range1[1] = {{vectorLo, n}};
  return elaborator->shapes().of(
      g.build(index, range1, g.select(pushedOut(x, d, i), g.real(0.0), g.at(d, index))));
}

/// 1 where `reduced` takes the gradient away, else 0.
Value MethodLowering::held(std::span<const Value> arguments, SourceRange range) {
  ValueId x, d;
  if (!pointAndSlope(arguments, range, "held", x, d))
    return Value::error();
  ValueId i = g.newSymbol(vectorLo, n, "i");
  std::vector<ValueId> index{i};
  Axis range1[1] = {{vectorLo, n}};
  ValueId value = problem.bounded ? g.select(pushedOut(x, d, i), g.real(1.0), g.real(0.0)) : g.real(0.0);
  return elaborator->shapes().of(g.build(index, range1, value));
}

Value MethodLowering::report(std::span<const Value> arguments, SourceRange range) {
  if (!checkPoint(arguments, constraints ? 7 : 4, range, "report"))
    return Value::error();
  loops::Hook hook;
  hook.target = b->variable(loops::Kind::Int, "host");
  for (const Value &v : arguments)
    hook.scalars.push_back(evaluate(g.toReal(v.node)));
  hook.x = byName.at("x")->buffer;
  loops::VariableId target = hook.target;
  b->push(std::move(hook));
  ValueId answer = g.input({"host", {Kind::Int, 0}, InputRole::Local, {}});
  b->bind(answer, b->read(target));
  return Value::scalar(answer);
}

} // namespace gradus::lower
