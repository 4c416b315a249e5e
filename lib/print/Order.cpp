//===- Order.cpp - the fixed order of factors and terms ----------------------------===//

#include "print/Order.h"

#include <fmt/format.h>

#include <algorithm>

namespace gradus::print {

using namespace ir;

namespace {

constexpr size_t longestKey = 160;

/// Greek (any letter beyond ASCII) before Latin.
std::string nameKey(const std::string &name) {
  bool latin = !name.empty() && static_cast<unsigned char>(name[0]) < 0x80;
  return (latin ? "\x04" : "\x03") + name;
}

} // namespace

std::string Order::makeKey(ValueId v) {
  const Node &n = g.node(v);
  std::string text;
  switch (n.op) {
  case Op::Constant:
    return n.type.kind != Kind::Real ? fmt::format("{:020}", n.payload)
                                     : fmt::format("{:024.12f}", g.realValue(v));
  case Op::Input:
    return nameKey(g.inputOf(v).name);
  case Op::Index:
    if (n.payload > 0)
      return fmt::format("\x04#{}", n.payload);
    return g.symbol(v).name.empty() ? fmt::format("\x04i{}", -n.payload)
                                    : nameKey(g.symbol(v).name);
  case Op::Prim:
    text = info(n.prim()).name;
    break;
  case Op::Select:
    text = "if";
    break;
  case Op::At: {
    // Control characters sort x[i] before x[i+1].
    text = keys[g.operand(v, 0)];
    for (ValueId o : g.operands(v).subspan(1))
      text += "\x02" + keys[o] + "\x01";
    return text.substr(0, longestKey);
  }
  case Op::Put:
    text = "put";
    break;
  case Op::Zeros:
    text = "zeros";
    break;
  case Op::List:
  case Op::Build:
    text = "[";
    break;
  case Op::Matrix:
    text = matrixOpName(n.matrixOp());
    break;
  case Op::Keep:
    return keys[g.operand(v, 0)];
  case Op::Reduce:
    text = fmt::format("reduce{}", n.sub);
    break;
  case Op::Recur:
    text = "recur";
    break;
  case Op::State:
    text = fmt::format("state{},{}", n.payload, n.sub);
    break;
  }
  // The body of a binder tells more than its ranges.
  auto ops = g.operands(v);
  for (size_t k = 0; k < ops.size() && text.size() < longestKey; ++k)
    text += "\x01" + keys[n.binders != 0 ? ops[ops.size() - 1 - k] : ops[k]];
  return text.substr(0, longestKey);
}

const std::string &Order::key(ValueId root) {
  auto it = keys.find(root);
  if (it != keys.end())
    return it->second;
  std::vector<std::pair<ValueId, bool>> work{{root, false}};
  while (!work.empty()) {
    auto [v, ready] = work.back();
    work.pop_back();
    if (ready) {
      std::string made = makeKey(v);
      keys[v] = std::move(made);
      continue;
    }
    if (!keys.emplace(v, "").second)
      continue;
    work.push_back({v, true});
    for (ValueId o : g.operands(v))
      if (!keys.count(o))
        work.push_back({o, false});
  }
  return keys[root];
}

int Order::rank(const Factor &f) const {
  if (f.isExponential() || f.symbolic.valid())
    return 1;
  const Node &n = g.node(f.base);
  if (n.op == Op::Input || n.op == Op::Index || n.op == Op::At || n.op == Op::Constant)
    return 0;
  if (n.op == Op::Reduce)
    return 2;
  if (isAdditive(g, f.base))
    return 3;
  if (n.op == Op::Prim && n.prim() == Prim::ToReal)
    return rank(Factor{g.operand(f.base, 0), 1, {}});
  return 1;
}

Order::Ranked Order::ranked(const Factor &f) {
  return {f, rank(f), f.isExponential() ? "exp\x01" + key(f.symbolic) : key(f.base)};
}

bool Order::Ranked::operator<(const Ranked &other) const {
  if (rank != other.rank)
    return rank < other.rank;
  if (int order = key.compare(other.key); order != 0)
    return order < 0;
  return factor.base < other.factor.base;
}

Order::RankedTerm Order::ranked(const Term &term, size_t position) {
  RankedTerm result{{}, position};
  for (const Factor &f : term.factors)
    result.factors.push_back(ranked(f));
  std::sort(result.factors.begin(), result.factors.end());
  return result;
}

std::vector<Factor> Order::sorted(const Term &term) {
  std::vector<Factor> factors;
  for (const Ranked &r : ranked(term, 0).factors)
    factors.push_back(r.factor);
  return factors;
}

bool Order::termLess(const RankedTerm &a, const RankedTerm &b) {
  size_t i = 0, j = 0;
  const Number zero(0);
  while (i < a.factors.size() || j < b.factors.size()) {
    const Ranked *x = i < a.factors.size() ? &a.factors[i] : nullptr;
    const Ranked *y = j < b.factors.size() ? &b.factors[j] : nullptr;
    if (x && y && x->factor.base == y->factor.base && x->factor.symbolic == y->factor.symbolic) {
      if (!(x->factor.exponent == y->factor.exponent))
        return y->factor.exponent < x->factor.exponent;
      ++i, ++j;
      continue;
    }
    // The factor that comes first decides; the other term has its power 0.
    bool first = x && (!y || *x < *y);
    const Factor &f = first ? x->factor : y->factor;
    bool positive = f.symbolic.valid() || zero < f.exponent;
    return first == positive;
  }
  return a.term < b.term;
}

void Order::sort(Sum &sum) {
  std::vector<RankedTerm> terms;
  terms.reserve(sum.size());
  for (size_t k = 0; k < sum.size(); ++k)
    terms.push_back(ranked(sum[k], k));
  std::sort(terms.begin(), terms.end(), termLess);
  auto first = std::find_if(terms.begin(), terms.end(), [&](const RankedTerm &r) {
    return !sum[r.term].coefficient.negative();
  });
  if (first != terms.end())
    std::rotate(terms.begin(), first, first + 1);
  Sum result;
  result.reserve(sum.size());
  for (const RankedTerm &r : terms)
    result.push_back(std::move(sum[r.term]));
  sum = std::move(result);
}

bool Order::leadsNegative(const Sum &sum) {
  // 1 - sigmoid(x), as everybody writes it.
  if (sum.size() == 2)
    for (size_t k = 0; k < 2; ++k) {
      const Term &constant = sum[k], &other = sum[1 - k];
      if (constant.factors.empty() && other.factors.size() == 1 && other.factors[0].isPlain() &&
          g.node(other.factors[0].base).op == Op::Prim &&
          g.node(other.factors[0].base).prim() == Prim::Sigmoid)
        return constant.coefficient.negative();
    }
  RankedTerm best;
  for (size_t k = 0; k < sum.size(); ++k) {
    RankedTerm r = ranked(sum[k], k);
    if (k == 0 || termLess(r, best))
      best = std::move(r);
  }
  return !sum.empty() && sum[best.term].coefficient.negative();
}

} // namespace gradus::print
