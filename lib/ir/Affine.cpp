//===- Affine.cpp - whole numbers as sums of multiples --------------------------===//
#include "ir/Affine.h"

#include <algorithm>

namespace gradus::ir {

void Affine::addTerm(ValueId atom, int64_t factor) {
  auto it = std::lower_bound(terms.begin(), terms.end(), atom,
                             [](const auto &t, ValueId a) { return t.first < a; });
  if (it != terms.end() && it->first == atom) {
    overflow |= __builtin_add_overflow(it->second, factor, &it->second);
    if (it->second == 0)
      terms.erase(it);
  } else if (factor != 0) {
    terms.insert(it, {atom, factor});
  }
}

Affine affineOf(const Graph &g, ValueId root) {
  Affine result;
  if (const Node &n = g.node(root); n.op != Op::Prim) {
    if (n.op == Op::Constant)
      result.constant = n.payload;
    else
      result.terms.push_back({root, 1});
    return result;
  }
  std::vector<std::pair<ValueId, int64_t>> work{{root, 1}};
  while (!work.empty()) {
    auto [v, factor] = work.back();
    work.pop_back();
    const Node &n = g.node(v);
    int64_t scaled = 0;
    if (n.op == Op::Constant) {
      result.overflow |= __builtin_mul_overflow(n.payload, factor, &scaled);
      result.addConstant(scaled);
    } else if (n.op == Op::Prim && n.prim() == Prim::Add) {
      work.push_back({g.operand(v, 0), factor});
      work.push_back({g.operand(v, 1), factor});
    } else if (n.op == Op::Prim && n.prim() == Prim::Sub) {
      work.push_back({g.operand(v, 0), factor});
      work.push_back({g.operand(v, 1), -factor});
    } else if (n.op == Op::Prim && n.prim() == Prim::Neg) {
      work.push_back({g.operand(v, 0), -factor});
    } else if (n.op == Op::Prim && n.prim() == Prim::Mul &&
               (g.isConstant(g.operand(v, 0)) || g.isConstant(g.operand(v, 1)))) {
      unsigned c = g.isConstant(g.operand(v, 0)) ? 0 : 1;
      result.overflow |= __builtin_mul_overflow(g.intValue(g.operand(v, c)), factor, &scaled);
      work.push_back({g.operand(v, 1 - c), scaled});
    } else {
      result.addTerm(v, factor);
    }
  }
  return result;
}

} // namespace gradus::ir
