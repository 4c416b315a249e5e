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
    return n.type.kind == Kind::Int ? fmt::format("{:020}", n.payload)
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
  case Op::Keep:
    return keys[g.operand(v, 0)];
  case Op::Reduce:
    text = fmt::format("reduce{}", n.sub);
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

bool Order::less(const Factor &a, const Factor &b) {
  int ra = rank(a), rb = rank(b);
  if (ra != rb)
    return ra < rb;
  std::string ka = a.isExponential() ? "exp\x01" + key(a.symbolic) : key(a.base);
  std::string kb = b.isExponential() ? "exp\x01" + key(b.symbolic) : key(b.base);
  if (ka != kb)
    return ka < kb;
  return a.base < b.base;
}

std::vector<Factor> Order::sorted(const Term &term) {
  std::vector<Factor> factors = term.factors;
  std::sort(factors.begin(), factors.end(),
            [&](const Factor &a, const Factor &b) { return less(a, b); });
  return factors;
}

bool Order::termLess(const Ranked &a, const Ranked &b) {
  size_t i = 0, j = 0;
  const Number zero(0);
  while (i < a.factors.size() || j < b.factors.size()) {
    const Factor *x = i < a.factors.size() ? &a.factors[i] : nullptr;
    const Factor *y = j < b.factors.size() ? &b.factors[j] : nullptr;
    if (x && y && x->base == y->base && x->symbolic == y->symbolic) {
      if (!(x->exponent == y->exponent))
        return y->exponent < x->exponent;
      ++i, ++j;
      continue;
    }
    // The factor that comes first decides; the other term has its power 0.
    bool first = x && (!y || less(*x, *y));
    const Factor &f = first ? *x : *y;
    bool positive = f.symbolic.valid() || zero < f.exponent;
    return first == positive;
  }
  return a.term < b.term;
}

void Order::sort(Sum &sum) {
  std::vector<Ranked> ranked;
  ranked.reserve(sum.size());
  for (size_t k = 0; k < sum.size(); ++k)
    ranked.push_back({sorted(sum[k]), k});
  std::sort(ranked.begin(), ranked.end(),
            [&](const Ranked &a, const Ranked &b) { return termLess(a, b); });
  auto first = std::find_if(ranked.begin(), ranked.end(), [&](const Ranked &r) {
    return !sum[r.term].coefficient.negative();
  });
  if (first != ranked.end())
    std::rotate(ranked.begin(), first, first + 1);
  Sum result;
  result.reserve(sum.size());
  for (const Ranked &r : ranked)
    result.push_back(std::move(sum[r.term]));
  sum = std::move(result);
}

bool Order::leadsNegative(const Sum &sum) {
  size_t best = 0;
  Ranked bestRanked;
  for (size_t k = 0; k < sum.size(); ++k) {
    Ranked r{sorted(sum[k]), k};
    if (k == 0 || termLess(r, bestRanked)) {
      best = k;
      bestRanked = std::move(r);
    }
  }
  return !sum.empty() && sum[best].coefficient.negative();
}

} // namespace gradus::print
