//===- LayoutConditions.cpp - comparisons ----------------------------------------------===//

#include "print/Facts.h"
#include "print/Layout.h"

namespace gradus::print {

using namespace ir;

FormulaId Layout::comparison(ValueId v) {
  const Node n = g.node(v);
  Formula f{Shape::Comparison, ""};
  f.truth = true;
  if (n.op == Op::Constant) {
    FormulaId zero = number("0");
    f.text = g.boolValue(v) ? "==" : "!=";
    f.parts = {zero, zero};
    return add(std::move(f));
  }
  if (n.prim() == Prim::Not) {
    f.shape = Shape::Not;
    f.parts = {at(g.operand(v, 0))};
    return add(std::move(f));
  }
  ValueId a = g.operand(v, 0), b = g.operand(v, 1);
  if (FormulaId text = textComparison(v); text != noFormula)
    return text;
  if (g.type(a).kind == Kind::Int)
    if (FormulaId whole = wholeComparison(v); whole != noFormula)
      return whole;
  bool swap = g.isConstant(a) && !g.isConstant(b);
  if (!swap && (n.prim() == Prim::Equal || n.prim() == Prim::NotEqual) && !g.isConstant(b))
    swap = order.key(b) < order.key(a);
  f.text = info(n.prim()).name;
  if (swap && n.prim() == Prim::Less)
    f.text = ">";
  if (swap && n.prim() == Prim::LessEqual)
    f.text = ">=";
  f.parts = swap ? std::vector{at(b), at(a)} : std::vector{at(a), at(b)};
  return add(std::move(f));
}

/// t.species[i] == "Adelie": in the graph an element of the whole numbers `t.species ==
/// "Adelie"`, 1 where it holds, that is compared with 1.
FormulaId Layout::textComparison(ValueId v) {
  const Prim p = g.node(v).prim();
  ValueId a = g.operand(v, 0), b = g.operand(v, 1);
  if (g.isConstant(a))
    std::swap(a, b);
  if ((p != Prim::Equal && p != Prim::NotEqual) || g.type(a) != Type{Kind::Int, 0} ||
      !g.isConstant(b) || g.intValue(b) < 0 || g.intValue(b) > 1 || g.node(a).op != Op::At ||
      g.node(g.operand(a, 0)).op != Op::Input)
    return noFormula;
  const std::string equals = " == \"", named = g.inputOf(g.operand(a, 0)).name;
  const size_t split = named.find(equals);
  if (split == std::string::npos)
    return noFormula;
  std::string text = "\"";
  for (char c : named.substr(split + equals.size(), named.size() - split - equals.size() - 1))
    text += c == '"' ? "\"\"" : std::string(1, c);
  const FormulaId column = name(named.substr(0, split)), index = at(g.operand(a, 1));
  Formula element{Shape::Element};
  element.parts = {column, index};
  const FormulaId left = add(std::move(element)), right = name(text + "\"");
  Formula f{Shape::Comparison, (p == Prim::Equal) == (g.intValue(b) == 1) ? "==" : "!="};
  f.truth = true;
  f.parts = {left, right};
  return add(std::move(f));
}

/// A comparison of whole numbers with an index in it: the index on the left,
/// everything else on the right, `j >= 2` for `1 <= j - 1`.
FormulaId Layout::wholeComparison(ValueId v) {
  Prim p = g.node(v).prim();
  Linear form = difference(g, g.operand(v, 0), g.operand(v, 1));
  ValueId index;
  for (auto [part, factor] : form.parts)
    if (g.node(part).op == Op::Index && (factor == 1 || factor == -1) &&
        (!index.valid() || order.key(part) < order.key(index)))
      index = part;
  if (!index.valid() || !form.valid)
    return noFormula;
  bool above = form.parts[index] < 0; // rest - index < 0: index > rest
  Linear rest;
  int64_t factor = form.parts[index];
  form.parts.erase(index);
  rest.add(form, -factor);
  Formula f{Shape::Comparison, info(p).name};
  f.truth = true;
  if (p == Prim::Less || p == Prim::LessEqual) {
    bool strict = p == Prim::Less;
    // Whole numbers: < and <= differ by 1; take the shorter right side.
    int64_t step = above ? -1 : 1;
    if (strict && (rest.constant == step || rest.parts.empty())) {
      rest.constant -= step;
      strict = false;
    } else if (!strict && rest.constant == -step && !rest.parts.empty()) {
      rest.constant += step;
      strict = true;
    }
    f.text = above ? (strict ? ">" : ">=") : (strict ? "<" : "<=");
  }
  FormulaId left = formula(index), right = formula(build(g, rest));
  f.parts = {left, right};
  return add(std::move(f));
}

} // namespace gradus::print
