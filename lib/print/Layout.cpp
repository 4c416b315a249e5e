//===- Layout.cpp - from nodes to formulas ------------------------------------------===//

#include "print/Layout.h"

#include "print/Simplify.h"
#include "print/Words.h"

#include <fmt/format.h>

#include <algorithm>

namespace gradus::print {

using namespace ir;

namespace {

/// A sum or product that several others use is joined with their parts up to
/// this size; larger ones stay whole, and get a name when they are long.
constexpr size_t largestJoined = 8;

bool isTrue(const Graph &g, ValueId v) { return g.isConstant(v) && g.boolValue(v); }

bool isPrim(const Graph &g, ValueId v, Prim p) {
  return g.node(v).op == Op::Prim && g.node(v).prim() == p;
}

/// Number scalars: what view() reads.
bool isNumeric(const Graph &g, ValueId v) {
  return g.type(v).scalar() && g.type(v).kind != Kind::Bool;
}

const char *reductionName(ReduceOp op) {
  switch (op) {
  case ReduceOp::Sum:
    return "sum";
  case ReduceOp::Prod:
    return "prod";
  case ReduceOp::Min:
    return "min";
  case ReduceOp::Max:
    return "max";
  case ReduceOp::LogSumExp:
    return "logsumexp";
  }
  return "";
}

} // namespace

FormulaId Layout::add(Formula f) {
  auto deepest = [&](FormulaId part) {
    if (out.scopes[out[part].scope].depth > out.scopes[f.scope].depth)
      f.scope = out[part].scope;
  };
  // A binder's scope is where the binder stands, and is set by binder().
  if (f.ownScope == 0)
    for (FormulaId p : f.parts)
      deepest(p);
  out.all.push_back(std::move(f));
  return static_cast<FormulaId>(out.all.size() - 1);
}

FormulaId Layout::name(std::string text, uint32_t scope) {
  Formula f{Shape::Name, std::move(text)};
  f.scope = scope;
  return add(std::move(f));
}

FormulaId Layout::number(std::string text) { return add({Shape::Number, std::move(text)}); }

/// The innermost scope whose indices the node reads.
uint32_t Layout::naturalScope(ValueId v) const {
  uint32_t best = 0;
  for (const auto &[symbol, where] : symbols)
    if (out.scopes[where.first].depth > out.scopes[best].depth && g.dependsOn(v, symbol))
      best = where.first;
  return best;
}

std::string Layout::freeName(const std::string &hint, uint32_t scope, unsigned rank) {
  auto used = [&](const std::string &n) {
    if (taken.count(n))
      return true;
    for (uint32_t s = scope;; s = out.scopes[s].parent) {
      const auto &names = out.scopes[s].names;
      if (std::find(names.begin(), names.end(), n) != names.end())
        return true;
      if (s == 0)
        return false;
    }
  };
  static const char *const letters[] = {"i", "j", "k", "l", "m", "p", "q", "r", "s"};
  if (!hint.empty() && !used(hint))
    return hint;
  for (const char *letter : letters)
    if (!used(letter))
      return letter;
  std::string stem = hint.empty() ? "i" : hint;
  for (unsigned k = rank + 2;; ++k)
    if (std::string n = fmt::format("{}{}", stem, k); !used(n))
      return n;
}

/// Names in use, the style of numbers, and sums that stay whole.
void Layout::prepare(ValueId root) {
  static const char *const reserved[] = {
      "fn",  "let",  "var",   "param",     "if",       "then", "else",    "for",
      "do",  "in",   "where", "until",     "fold",     "scan", "iterate", "while",
      "and", "or",   "not",   "minimize",  "maximize", "sum",  "prod",    "min",
      "max", "mean", "count", "logsumexp", "e",        "pi",   "inf"};
  taken.insert(std::begin(reserved), std::end(reserved));
  for (const Input &input : g.inputs())
    if (input.name == "pi" || input.name == "e")
      style.constants = false;
  std::vector<ValueId> work{root};
  std::unordered_map<ValueId, unsigned, ValueIdHash> uses;
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    if (++uses[v] > 1)
      continue;
    if (g.node(v).op == Op::Input) {
      const std::string &name = g.inputOf(v).name;
      taken.insert(name.substr(0, name.find('.')));
    }
    if (g.isConstant(v) && g.type(v).kind == Kind::Real) {
      Number n = Number::of(g.realValue(v));
      style.decimals |= n.decimal() && n.bottom() > 9;
    }
    for (ValueId o : g.operands(v))
      work.push_back(o);
    if (!g.type(v).scalar())
      for (const Axis &axis : g.axesOf(v)) {
        work.push_back(axis.lo);
        work.push_back(axis.hi);
      }
  }
  std::vector<ValueId> all;
  for (auto [v, count] : uses)
    all.push_back(v);
  std::sort(all.begin(), all.end());
  std::unordered_map<ValueId, size_t, ValueIdHash> parts, length;
  for (ValueId v : all) {
    const Node &n = g.node(v);
    size_t total = 0, text = n.op == Op::Input ? g.inputOf(v).name.size() : 3;
    for (ValueId o : g.operands(v)) {
      total += viewer.closed.count(o) ? 1 : parts[o];
      text = std::min<size_t>(text + length[o], 1000);
    }
    bool joined = isNumeric(g, v) && (isAdditive(g, v) || isMultiplicative(g, v));
    parts[v] = joined ? total : 1;
    length[v] = text;
    if (joined && uses[v] > 1 && (total > largestJoined || text > longestRepeated))
      viewer.closed[v] = true;
  }
  for (int32_t f : g.freeIndices(root))
    for (uint32_t k = 0; k < g.size(); ++k)
      if (g.node({k}).op == Op::Index && g.node({k}).payload == f) {
        std::string chosen = freeName(g.symbol({k}).name, 0, 0);
        out.scopes[0].names.push_back(chosen);
        symbols[{k}] = {0, chosen};
      }
}

Formulas Layout::run(ValueId root) {
  out.scopes.emplace_back();
  Op op = g.node(root).op;
  if (!g.type(root).scalar() && op != Op::Input && op != Op::Build && op != Op::List &&
      op != Op::Zeros && op != Op::State)
    root = simplifyForPeople(g, root);
  prepare(root);
  out.root = formula(root);
  nameShared();
  return std::move(out);
}

//--- one scope, operands first -----------------------------------------------------

FormulaId Layout::formula(ValueId root) {
  std::vector<std::pair<ValueId, bool>> work{{root, false}};
  std::unordered_map<ValueId, Plan, ValueIdHash> plans;
  while (!work.empty()) {
    auto [v, ready] = work.back();
    work.pop_back();
    if (done.count(v))
      continue;
    if (ready) {
      FormulaId f = make(v, plans[v]);
      done[v] = f;
      plans.erase(v);
      continue;
    }
    Plan p = plan(v);
    work.push_back({v, true});
    for (size_t k = p.children.size(); k-- > 0;)
      if (!done.count(p.children[k]))
        work.push_back({p.children[k], false});
    plans[v] = std::move(p);
  }
  return done.at(root);
}

/// A primitive that has no name in the language, over those that have one.
ValueId Layout::spelledOut(ValueId v) {
  if (g.node(v).op != Op::Prim)
    return {};
  std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
  return inWords(g, g.node(v).prim(), ops);
}

Layout::Plan Layout::plan(ValueId v) {
  Plan p;
  const Node n = g.node(v);
  if (ValueId same = spelledOut(v); same.valid()) {
    p.children = {same};
    return p;
  }
  if (isNumeric(g, v) && (n.op == Op::Constant || n.op == Op::Prim)) {
    p.sum = viewer.view(v);
    bool itself = p.sum.size() == 1 && p.sum[0].coefficient.isOne() &&
                  p.sum[0].factors.size() == 1 && p.sum[0].factors[0].isPlain() &&
                  p.sum[0].factors[0].base == v;
    p.terms = !itself;
  }
  if (p.terms) {
    for (const Term &t : p.sum)
      for (const Factor &f : t.factors) {
        if (f.base.valid())
          p.children.push_back(f.base);
        if (f.symbolic.valid())
          p.children.push_back(exponentOf(g, f));
      }
    // 1/(x - 1) for -1/(1 - x): the other sign of a base may be wanted.
    if (p.sum.size() == 1)
      flipSign(p.sum[0]);
    if (p.sum.size() == 1)
      for (const Factor &f : p.sum[0].factors)
        if (f.base.valid())
          p.children.push_back(f.base);
    return p;
  }
  if (n.binders != 0 || n.op == Op::State)
    return p; // binder() looks after its own parts
  if (isPrim(g, v, Prim::And) || isPrim(g, v, Prim::Or) || isPrim(g, v, Prim::Min) ||
      isPrim(g, v, Prim::Max)) {
    std::vector<ValueId> chainWork{v};
    while (!chainWork.empty()) {
      ValueId w = chainWork.back();
      chainWork.pop_back();
      if (isPrim(g, w, n.prim())) {
        chainWork.push_back(g.operand(w, 1));
        chainWork.push_back(g.operand(w, 0));
      } else {
        p.children.push_back(w);
      }
    }
    return p;
  }
  auto ops = g.operands(v);
  p.children.assign(ops.begin(), ops.end());
  if (n.op == Op::Matrix)
    p.children = matrixArguments(v);
  return p;
}

FormulaId Layout::make(ValueId v, const Plan &p) {
  if (p.terms)
    return sum(p.sum);
  if (ValueId same = spelledOut(v); same.valid())
    return at(same);
  const Node n = g.node(v);
  if (n.op == Op::Prim && (n.prim() == Prim::And || n.prim() == Prim::Or || n.prim() == Prim::Min ||
                           n.prim() == Prim::Max)) {
    Formula f{n.prim() == Prim::And  ? Shape::And
              : n.prim() == Prim::Or ? Shape::Or
                                     : Shape::Call,
              info(n.prim()).name};
    f.truth = f.shape != Shape::Call;
    for (ValueId c : p.children)
      f.parts.push_back(at(c));
    return add(std::move(f));
  }
  return structural(v);
}

/// As it is written: A and b of solve(A, b), where the node also has the factors.
std::vector<ValueId> Layout::matrixArguments(ValueId v) {
  const MatrixOp op = g.node(v).matrixOp();
  std::vector<ValueId> all;
  for (ValueId o : std::vector<ValueId>(g.operands(v).begin(), g.operands(v).end()))
    if (g.node(o).op != Op::Matrix || g.node(o).matrixOp() != MatrixOp::Factor)
      all.push_back(o);
  if (op == MatrixOp::SolveTransposed || op == MatrixOp::SolveLowerTransposed) {
    const std::vector<Axis> axes = g.axesOf(all[0]);
    ValueId symbols[] = {g.newSymbol(axes[1].lo, axes[1].hi, "i"),
                         g.newSymbol(axes[0].lo, axes[0].hi, "j")};
    const Axis turned[] = {axes[1], axes[0]};
    all[0] = g.build(symbols, turned, g.at(all[0], std::vector<ValueId>{symbols[1], symbols[0]}));
  }
  return all;
}

std::string Layout::matrixFunction(MatrixOp op) {
  switch (op) {
  case MatrixOp::Cholesky:
  case MatrixOp::Det:
  case MatrixOp::LogDet:
    return matrixOpName(op);
  default:
    return "solve";
  }
}

FormulaId Layout::structural(ValueId v) {
  const Node n = g.node(v);
  switch (n.op) {
  case Op::Constant: // numbers are sums; this is a truth value
    return comparison(v);
  case Op::Input:
    return name(g.inputOf(v).name);
  case Op::Index: {
    auto it = symbols.find(v);
    return it == symbols.end() ? name(g.symbol(v).name) : name(it->second.second, it->second.first);
  }
  case Op::Prim: {
    if (n.type.kind == Kind::Bool)
      return comparison(v);
    Formula f{Shape::Call, info(n.prim()).name};
    for (ValueId o : g.operands(v))
      f.parts.push_back(at(o));
    return add(std::move(f));
  }
  case Op::Select: {
    Formula f{Shape::Choice, ""};
    for (ValueId o : g.operands(v))
      f.parts.push_back(at(o));
    f.truth = n.type.kind == Kind::Bool;
    return add(std::move(f));
  }
  case Op::At:
    return element(v);
  case Op::List: {
    Formula f{Shape::List, ""};
    for (ValueId o : g.operands(v))
      f.parts.push_back(at(o));
    f.columns = n.operandCount;
    const auto &axes = g.axesOf(v);
    if (axes.size() > 1 && g.isConstant(axes.back().lo) && g.isConstant(axes.back().hi))
      f.columns =
          static_cast<uint32_t>(g.intValue(axes.back().hi) - g.intValue(axes.back().lo) + 1);
    return add(std::move(f));
  }
  case Op::Zeros:
    return zeros(v);
  case Op::Keep:
    return at(g.operand(v, 0));
  case Op::Matrix: {
    Formula f{Shape::Call, matrixFunction(n.matrixOp())};
    for (ValueId o : matrixArguments(v))
      f.parts.push_back(at(o));
    return add(std::move(f));
  }
  case Op::Put:
    return formula(simplifyForPeople(g, v));
  case Op::Build:
  case Op::Reduce:
    if (n.op == Op::Reduce && !n.type.scalar())
      return formula(simplifyForPeople(g, v));
    return binder(v);
  case Op::State:
    return state(v);
  case Op::Recur: { // the number of steps that were made
    Formula f{Shape::Call, "steps"};
    f.parts.push_back(recurrence(v, StatePart::Last));
    return add(std::move(f));
  }
  }
  return noFormula;
}

FormulaId Layout::zeros(ValueId v) {
  std::vector<Axis> axes = g.axesOf(v);
  std::vector<ValueId> indices;
  for (const Axis &axis : axes)
    indices.push_back(g.newSymbol(axis.lo, axis.hi));
  return formula(g.build(indices, axes, g.real(0.0)));
}

FormulaId Layout::element(ValueId v) {
  Formula f{Shape::Element, ""};
  std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
  f.parts.push_back(at(ops[0]));
  std::vector<Axis> axes = g.axesOf(ops[0]);
  bool literal = out[f.parts[0]].shape == Shape::List;
  for (size_t k = 1; k < ops.size(); ++k) {
    // A literal counts from 1.
    ValueId index = ops[k];
    if (literal && !g.isInt(axes[k - 1].lo, 1))
      index = g.add(index, g.sub(g.integer(1), axes[k - 1].lo));
    f.parts.push_back(formula(index));
  }
  return add(std::move(f));
}

//--- binders --------------------------------------------------------------------------

FormulaId Layout::binder(ValueId v) {
  if (FormulaId whole = wholeArrays(v); whole != noFormula)
    return whole;
  const Node n = g.node(v);
  Opened o = g.open(v);
  uint32_t parent = naturalScope(v);
  auto own = static_cast<uint32_t>(out.scopes.size());
  out.scopes.push_back({parent, out.scopes[parent].depth + 1, {}, {}});
  Formula f{n.op == Op::Build ? Shape::Build : Shape::Reduction, ""};
  if (n.op == Op::Reduce)
    f.text = reductionName(n.reduceOp());
  for (size_t k = 0; k < o.symbols.size(); ++k) {
    FormulaId lo = formula(o.ranges[k].lo), hi = formula(o.ranges[k].hi);
    std::string chosen =
        freeName(g.indexName(v, static_cast<unsigned>(k)), own, static_cast<unsigned>(k));
    out.scopes[own].names.push_back(chosen);
    symbols[o.symbols[k]] = {own, chosen};
    f.bounds.push_back({chosen, lo, hi});
  }
  if (o.condition.valid() && !isTrue(g, o.condition))
    f.condition = formula(o.condition);
  bool one = g.isConstant(o.body) && g.type(o.body).kind != Kind::Bool && g.realValue(o.body) == 1;
  if (n.op == Op::Reduce && n.reduceOp() == ReduceOp::Sum && one)
    f.shape = Shape::Count;
  else
    f.parts = {formula(o.body)};
  f.scope = parent;
  f.ownScope = own;
  return add(std::move(f));
}

Formulas layout(Graph &graph, ValueId v) {
  Layout first(graph);
  Formulas formulas = first.run(v);
  std::unordered_set<ValueId, ValueIdHash> named = first.namedReductions(formulas);
  if (named.empty())
    return formulas;
  // A sum over an index that has a name takes its place among the names.
  Layout second(graph);
  second.treatAsNames(std::move(named));
  return second.run(v);
}

std::unordered_set<ValueId, ValueIdHash> Layout::namedReductions(const Formulas &formulas) const {
  std::unordered_set<ValueId, ValueIdHash> named;
  for (auto [v, f] : done)
    if (g.node(v).op == Op::Reduce && !formulas[f].name.empty())
      named.insert(v);
  return named;
}

} // namespace gradus::print
