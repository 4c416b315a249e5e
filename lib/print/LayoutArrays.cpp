//===- LayoutArrays.cpp - matrix algebra that is read as such ------------------------===//
//
// An array given by its elements, or a sum of their products, is written with
// whole arrays where matrices are multiplied in it:
//
//   [j in 1..n] sum(i in 1..m) A[i,j]*(sum(k in 1..n) A[i,k]*x[k] - b[i])
//   A'*(A*x - b)
//
// The elements are translated into a scalar in which each whole array, and each
// product of arrays, is one name, so that signs, numbers and the order of terms
// come from the same rules as everywhere. Requires that each index runs over all of
// the axis it reads, counted from 1; what does not fit stays as it is.
//
//===--------------------------------------------------------------------===//

#include "print/Layout.h"

#include <algorithm>

namespace gradus::print {

using namespace ir;

namespace {

/// Nested deeper than this, formulas keep their sums.
constexpr unsigned deepestArrays = 24;

bool isPlainSum(const Graph &g, ValueId v) {
  return g.node(v).op == Op::Reduce && g.type(v).scalar() && g.type(v).kind == Kind::Real &&
         g.node(v).reduceOp() == ReduceOp::Sum && g.isConstant(g.operand(v, 2)) &&
         g.boolValue(g.operand(v, 2)) && g.isInt(g.operand(v, 0), 1);
}

} // namespace

/// A name that stands for a formula of arrays.
ValueId Layout::standIn(std::string key, Formula f) {
  auto it = standIns.find(key);
  if (it != standIns.end())
    return it->second;
  FormulaId made = add(std::move(f));
  ValueId v = g.input({key, {Kind::Real, 0}, InputRole::Local, {}});
  done[v] = made;
  standIns.emplace(std::move(key), v);
  return v;
}

ValueId Layout::wholeProduct(ValueId left, ValueId right) {
  std::string key = keyOf(left) + " * " + keyOf(right);
  std::vector<FormulaId> parts;
  for (ValueId v : {left, right}) {
    FormulaId f = formula(v);
    parts.push_back(f);
  }
  productsFound = true;
  ValueId made = standIn(key, {Shape::Product, "", std::move(parts)});
  wholes.insert(done.at(made));
  return made;
}

std::string Layout::keyOf(ValueId v) const {
  return g.node(v).op == Op::Input ? g.inputOf(v).name : "#" + std::to_string(v.index);
}

ValueId Layout::transposeOf(ValueId v) {
  return standIn(keyOf(v) + "'", {Shape::Transpose, "", {formula(v)}});
}

/// at(A, ...) whose indices are `over`, in this order or exchanged, and others
/// that do not depend on them.
ValueId Layout::wholeElement(ValueId v, std::span<const ValueId> over, unsigned depth) {
  std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
  while (g.node(ops[0]).op == Op::Keep)
    ops[0] = g.operand(ops[0], 0);
  const Node source = g.node(ops[0]);
  if (source.op == Op::Build && !g.isOpenTerm(ops[0]))
    return whole(g.openWith(ops[0], std::span(ops).subspan(1)).body, over, depth + 1);
  if ((source.op != Op::Input && source.op != Op::Matrix) || g.dependsOnAny(ops[0], over))
    return {};
  const std::vector<Axis> axes = g.axesOf(ops[0]);
  std::vector<size_t> places;
  std::string key = source.op == Op::Input ? g.inputOf(ops[0]).name : keyOf(ops[0]);
  std::vector<FormulaId> parts{formula(ops[0])};
  bool slice = false;
  for (size_t k = 1; k < ops.size(); ++k) {
    auto it = std::find(over.begin(), over.end(), ops[k]);
    if (it != over.end()) {
      const Symbol &symbol = g.symbol(ops[k]);
      if (!g.isInt(axes[k - 1].lo, 1) || symbol.lo != axes[k - 1].lo || symbol.hi != axes[k - 1].hi)
        return {};
      places.push_back(static_cast<size_t>(it - over.begin()));
      parts.push_back(name(".."));
      key += "|..";
    } else {
      if (g.dependsOnAny(ops[k], over))
        return {};
      slice = true;
      parts.push_back(formula(ops[k]));
      key += "|" + std::to_string(ops[k].index);
    }
  }
  if (places.size() != over.size() || (places.size() == 2 && places[0] == places[1]))
    return {};
  ValueId made = slice ? standIn(key, {Shape::Element, "", std::move(parts)})
                       : standIn(key + " ", Formula(out[parts[0]]));
  return places.size() == 2 && places[0] == 1 ? transposeOf(made) : made;
}

/// sum(k) of one factor over (i, k) and one over (k) or (k, j).
ValueId Layout::wholeContraction(ValueId v, std::span<const ValueId> over, unsigned depth) {
  Opened o = g.open(v);
  ValueId k = o.symbols[0];
  Term body = viewer.viewTerm(o.body), outside;
  outside.coefficient = body.coefficient;
  Term left, right; // with the first index of `over`, with the second or none
  for (const Factor &f : body.factors) {
    ValueId node = build(g, f);
    bool first = g.dependsOn(node, over[0]);
    bool second = over.size() > 1 && g.dependsOn(node, over[1]);
    bool inner = g.dependsOn(node, k);
    if ((first && second) || (!inner && (first || second)))
      return {};
    multiply(g, !inner ? outside : first ? left : right, f);
  }
  if (left.factors.empty() || right.factors.empty())
    return {};
  ValueId rows[] = {over[0], k};
  ValueId a = whole(build(g, left), rows, depth + 1), b;
  if (over.size() == 2) {
    ValueId columns[] = {k, over[1]};
    b = whole(build(g, right), columns, depth + 1);
  } else {
    b = whole(build(g, right), {&k, 1}, depth + 1);
  }
  if (!a.valid() || !b.valid())
    return {};
  return g.mul(build(g, outside), wholeProduct(a, b));
}

/// The factors of one term: numbers, one array, or arrays element by element.
ValueId Layout::wholeTerm(const Term &t, std::span<const ValueId> over, unsigned depth) {
  Term numbers, rows, columns;
  numbers.coefficient = t.coefficient;
  std::vector<ValueId> top, bottom;
  // u[i]*v[j] is u*v'.
  bool outer = over.size() == 2;
  for (const Factor &f : t.factors) {
    ValueId node = build(g, f);
    bool first = g.dependsOn(node, over[0]), second = over.size() == 2 && g.dependsOn(node, over[1]);
    outer = outer && !(first && second);
    if (!first && !second)
      multiply(g, numbers, f);
    else
      multiply(g, first ? rows : columns, f);
  }
  if (outer && !rows.factors.empty() && !columns.factors.empty()) {
    ValueId u = whole(build(g, rows), over.subspan(0, 1), depth + 1);
    ValueId w = whole(build(g, columns), over.subspan(1, 1), depth + 1);
    if (!u.valid() || !w.valid())
      return {};
    return g.mul(build(g, numbers), wholeProduct(u, transposeOf(w)));
  }
  if (over.size() == 2 && !columns.factors.empty() && !rows.factors.empty())
    return {};
  for (const Factor &f : t.factors) {
    ValueId node = build(g, f);
    if (!g.dependsOnAny(node, over))
      continue;
    if (f.isExponential()) {
      ValueId inside = whole(exponentOf(g, f), over, depth + 1);
      if (!inside.valid())
        return {};
      top.push_back(g.prim(Prim::Exp, {inside}));
      continue;
    }
    bool above = f.isPlain(), below = f.isPower() && f.exponent == Number(-1);
    ValueId base = above || below ? whole(f.base, over, depth + 1) : ValueId{};
    if (!base.valid())
      return {};
    (above ? top : bottom).push_back(base);
  }
  ValueId scale = build(g, numbers), made;
  auto elementwise = [&](const std::vector<ValueId> &all) {
    if (all.size() == 1)
      return all[0];
    std::string key;
    std::vector<FormulaId> parts;
    for (ValueId v : all) {
      key += (key.empty() ? "" : " .* ") + keyOf(v);
      parts.push_back(formula(v));
    }
    return standIn(key, {Shape::ElementProduct, "", std::move(parts)});
  };
  if (top.empty())
    return bottom.size() == 1 ? g.div(scale, bottom[0]) : ValueId{};
  made = elementwise(top);
  if (!bottom.empty()) {
    ValueId under = elementwise(bottom);
    made = standIn(keyOf(made) + " ./ " + keyOf(under),
                   {Shape::ElementQuotient, "", {formula(made), formula(under)}});
  }
  return g.mul(scale, made);
}

/// The scalar v for all values of the indices `over`, as arrays; invalid when it
/// has no such form.
ValueId Layout::whole(ValueId v, std::span<const ValueId> over, unsigned depth) {
  if (depth > deepestArrays)
    return {};
  if (!g.dependsOnAny(v, over))
    return over.size() == 1 || depth > 0 ? v : ValueId{};
  // The same vector in every column has no form of its own.
  if (over.size() == 2 && !(g.dependsOn(v, over[0]) && g.dependsOn(v, over[1])))
    return {};
  const Node n = g.node(v);
  if (n.op == Op::At)
    return wholeElement(v, over, depth);
  if (n.op == Op::Reduce)
    return isPlainSum(g, v) ? wholeContraction(v, over, depth) : ValueId{};
  if (n.op != Op::Prim || n.type.kind != Kind::Real)
    return {};
  Sum terms = viewer.view(v);
  bool itself = terms.size() == 1 && terms[0].coefficient.isOne() &&
                terms[0].factors.size() == 1 && terms[0].factors[0].isPlain() &&
                terms[0].factors[0].base == v;
  if (itself) {
    if (n.operandCount != 1 || info(n.prim()).notation != Notation::Function)
      return {};
    ValueId inside = whole(g.operand(v, 0), over, depth + 1);
    return inside.valid() ? g.prim(n.prim(), {inside}) : inside;
  }
  ValueId sum;
  for (Term &t : terms) {
    flipSign(t);
    ValueId part;
    bool depends = std::any_of(t.factors.begin(), t.factors.end(), [&](const Factor &f) {
      return g.dependsOnAny(build(g, f), over);
    });
    part = depends ? wholeTerm(t, over, depth + 1) : build(g, t);
    if (!part.valid())
      return {};
    sum = sum.valid() ? g.add(sum, part) : part;
  }
  return sum;
}

/// A Build, or a sum of squares or products, in which matrices are multiplied.
FormulaId Layout::wholeArrays(ValueId v) {
  const Node n = g.node(v);
  Opened o = g.open(v);
  for (const Axis &range : o.ranges)
    if (!g.isInt(range.lo, 1))
      return noFormula;
  bool before = productsFound;
  productsFound = false;
  auto finish = [&](ValueId made) {
    bool found = productsFound;
    productsFound = before;
    return made.valid() && found ? formula(made) : noFormula;
  };
  if (n.op == Op::Build) {
    if (o.symbols.size() > 2 || n.type.kind != Kind::Real)
      return finish({});
    return finish(whole(o.body, o.symbols, 0));
  }
  if (!isPlainSum(g, v))
    return finish({});
  ValueId i = o.symbols[0];
  Term body = viewer.viewTerm(o.body), outside;
  outside.coefficient = body.coefficient;
  std::vector<Factor> inside;
  for (const Factor &f : body.factors)
    if (g.dependsOn(build(g, f), i))
      inside.push_back(f);
    else
      multiply(g, outside, f);
  bool square = inside.size() == 1 && inside[0].isPower() && inside[0].exponent == Number(2);
  bool pair = inside.size() == 2 && inside[0].isPlain() && inside[1].isPlain();
  if (!square && !pair)
    return finish({});
  std::vector<FormulaId> parts;
  std::string key = square ? "sumsq" : "dot";
  for (const Factor &f : inside) {
    ValueId one = whole(f.base, {&i, 1}, 0);
    if (!one.valid())
      return finish({});
    key += " " + keyOf(one);
    parts.push_back(formula(one));
  }
  ValueId made = standIn(key, {Shape::Call, square ? "sumsq" : "dot", std::move(parts)});
  return finish(g.mul(build(g, outside), made));
}

} // namespace gradus::print
