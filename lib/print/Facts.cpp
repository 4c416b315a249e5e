//===- Facts.cpp - what the ranges of indices prove ---------------------------------===//

#include "print/Facts.h"

#include <vector>

namespace gradus::print {

using namespace ir;

void Linear::add(const Linear &other, int64_t factor) {
  valid &= other.valid;
  int64_t scaled = 0;
  if (__builtin_mul_overflow(other.constant, factor, &scaled) ||
      __builtin_add_overflow(constant, scaled, &constant))
    valid = false;
  for (auto [part, f] : other.parts) {
    int64_t &mine = parts[part];
    if (__builtin_mul_overflow(f, factor, &scaled) || __builtin_add_overflow(mine, scaled, &mine))
      valid = false;
    if (mine == 0)
      parts.erase(part);
  }
}

Linear linear(const Graph &g, ValueId root) {
  Linear result;
  std::vector<std::pair<ValueId, int64_t>> work{{root, 1}};
  while (!work.empty()) {
    auto [v, factor] = work.back();
    work.pop_back();
    const Node &n = g.node(v);
    if (n.op == Op::Constant) {
      result.add({{}, g.intValue(v)}, factor);
      continue;
    }
    if (n.op == Op::Prim) {
      ValueId a = g.operand(v, 0), b = n.operandCount > 1 ? g.operand(v, 1) : a;
      if (n.prim() == Prim::Add || n.prim() == Prim::Sub) {
        work.push_back({a, factor});
        work.push_back({b, n.prim() == Prim::Sub ? -factor : factor});
        continue;
      }
      if (n.prim() == Prim::Neg) {
        work.push_back({a, -factor});
        continue;
      }
      if (n.prim() == Prim::Mul && (g.isConstant(a) || g.isConstant(b))) {
        int64_t scaled = 0;
        if (__builtin_mul_overflow(g.intValue(g.isConstant(a) ? a : b), factor, &scaled))
          result.valid = false;
        work.push_back({g.isConstant(a) ? b : a, scaled});
        continue;
      }
    }
    result.add({{{v, 1}}, 0}, factor);
  }
  return result;
}

Linear difference(const Graph &g, ValueId a, ValueId b) {
  Linear form = linear(g, a);
  form.add(linear(g, b), -1);
  return form;
}

ValueId build(Graph &g, const Linear &form) {
  ValueId made = g.integer(form.constant);
  for (auto [part, factor] : form.parts)
    made = g.add(made, g.mul(g.integer(factor), part));
  return made;
}

bool provenNotNegative(const Graph &g, Linear form) {
  // The youngest symbol first: ranges read older symbols only.
  for (int step = 0; step < 64 && form.valid; ++step) {
    ValueId youngest;
    for (auto [part, factor] : form.parts)
      if (g.isSymbol(part) &&
          (!youngest.valid() || g.node(part).payload < g.node(youngest).payload))
        youngest = part;
    if (!youngest.valid())
      break;
    int64_t factor = form.parts[youngest];
    form.parts.erase(youngest);
    const Symbol &s = g.symbol(youngest);
    ValueId end = factor > 0 ? s.lo : s.hi;
    if (!end.valid())
      return false;
    form.add(linear(g, end), factor);
  }
  if (!form.valid || form.constant < 0)
    return false;
  for (auto [part, factor] : form.parts)
    if (factor < 0 || g.node(part).op != Op::Input || g.inputOf(part).role != InputRole::Size)
      return false;
  return true;
}

std::optional<bool> decide(const Graph &g, ValueId condition) {
  const Node &n = g.node(condition);
  if (n.op != Op::Prim || n.operandCount != 2)
    return std::nullopt;
  ValueId a = g.operand(condition, 0), b = g.operand(condition, 1);
  if (g.type(a) != Type{Kind::Int, 0})
    return std::nullopt;
  auto atLeast = [&](ValueId x, ValueId y, int64_t gap) { // x >= y + gap
    Linear form = difference(g, x, y);
    form.add({{}, gap}, -1);
    return provenNotNegative(g, form);
  };
  if (n.prim() == Prim::Less || n.prim() == Prim::LessEqual) {
    int64_t gap = n.prim() == Prim::Less;
    if (atLeast(b, a, gap))
      return true;
    if (atLeast(a, b, 1 - gap))
      return false;
  } else if (n.prim() == Prim::Equal || n.prim() == Prim::NotEqual) {
    bool equal = n.prim() == Prim::Equal;
    Linear form = difference(g, a, b);
    if (form.valid && form.parts.empty())
      return (form.constant == 0) == equal;
    if (atLeast(a, b, 1) || atLeast(b, a, 1))
      return !equal;
  }
  return std::nullopt;
}

ValueId solve(Graph &g, const Linear &form, ValueId symbol) {
  auto it = form.parts.find(symbol);
  if (!form.valid || it == form.parts.end() || (it->second != 1 && it->second != -1))
    return {};
  Linear rest;
  for (auto [part, factor] : form.parts) {
    if (part == symbol)
      continue;
    if (g.dependsOn(part, symbol))
      return {};
    rest.parts.emplace(part, factor);
  }
  rest.constant = form.constant;
  Linear value;
  value.add(rest, -it->second);
  return value.valid ? build(g, value) : ValueId{};
}

} // namespace gradus::print
