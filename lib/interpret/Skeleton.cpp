//===- Skeleton.cpp - values that depend on the same unknowns -----------------===//

#include "interpret/Skeleton.h"

#include "interpret/Dependence.h"
#include "ir/Rewrite.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>

namespace gradus::interpret {

using namespace ir;

namespace {

/// Whether a node is made of one of the inputs; nodes that are made meanwhile included.
class Reading {
public:
  Reading(const Graph &g, std::span<const ValueId> inputs) : g(g) {
    for (ValueId v : inputs)
      set(v, Yes);
  }

  bool operator()(ValueId root) {
    if (known(root) != Unknown)
      return known(root) == Yes;
    work.push_back(root);
    while (!work.empty()) {
      const ValueId v = work.back();
      const size_t before = work.size();
      Answer answer = No;
      for (ValueId o : g.operands(v)) {
        if (known(o) == Unknown)
          work.push_back(o);
        else if (known(o) == Yes)
          answer = Yes;
      }
      if (answer == Yes)
        work.resize(before);
      else if (work.size() > before)
        continue;
      set(v, answer);
      work.pop_back();
    }
    return known(root) == Yes;
  }

private:
  enum Answer : uint8_t { Unknown, No, Yes };
  Answer known(ValueId v) const { return v.index < answers.size() ? answers[v.index] : Unknown; }
  void set(ValueId v, Answer answer) {
    if (answers.size() <= v.index)
      answers.resize(g.size() + g.size() / 4 + 1, Unknown);
    answers[v.index] = answer;
  }

  const Graph &g;
  std::vector<Answer> answers;
  std::vector<ValueId> work;
};

class Maker {
public:
  Maker(Graph &g, std::span<const ValueId> unknowns, std::span<const ValueId> open)
      : g(g), reads(g, unknowns), readsOpen(g, open) {}

  /// Whether numbers matter; `loops`: whether there is anything to be gained.
  bool numbersMatter(std::span<const ValueId> roots, bool &loops) {
    std::vector<ValueId> work(roots.begin(), roots.end());
    std::vector<bool> seen(g.size());
    for (ValueId v : work)
      seen[v.index] = true;
    while (!work.empty()) {
      const ValueId v = work.back();
      work.pop_back();
      const Node &n = g.node(v);
      if (n.op == Op::Recur || n.op == Op::State || n.op == Op::Matrix)
        return true;
      loops = loops || n.op == Op::Build || n.op == Op::Reduce;
      for (ValueId o : g.operands(v)) {
        if (n.type.kind != Kind::Real && g.type(o).kind == Kind::Real && readsOpen(o))
          return true;
        if (!seen[o.index]) {
          seen[o.index] = true;
          work.push_back(o);
        }
      }
    }
    return false;
  }

  std::vector<ValueId> make(std::span<const ValueId> roots) {
    auto isNumber = [&](ValueId v) {
      const Node &n = g.node(v);
      return n.type == Type{Kind::Real, 0} &&
             (n.op == Op::Prim || n.op == Op::Select || n.op == Op::Reduce) && readsOpen(v);
    };
    return rewrite(g, roots, {isNumber, [&](ValueId v) { return sum(leavesOf(v)); }});
  }

private:
  using Leaves = std::vector<ValueId>; ///< ascending

  /// The elements that a number is computed from, as nodes that are skeletons themselves.
  const Leaves &leavesOf(ValueId v) {
    if (auto it = known.find(v); it != known.end())
      return it->second;
    Leaves made;
    if (reads(v)) {
      const Node n = g.node(v);
      if (n.op == Op::Prim) {
        const std::vector<ValueId> operands(g.operands(v).begin(), g.operands(v).end());
        for (unsigned k = 0; k < operands.size(); ++k) {
          if (!passes(n.prim(), k))
            continue;
          const Leaves before = std::move(made), &more = leavesOf(operands[k]);
          made.clear();
          std::set_union(before.begin(), before.end(), more.begin(), more.end(),
                         std::back_inserter(made));
        }
        if (made.size() > mostLeaves)
          made = {sum(made)};
      } else if (n.op == Op::Reduce && n.reduceOp() != ReduceOp::Sum) {
        const Opened o = g.open(v);
        made = {g.reduce(ReduceOp::Sum, o.symbols[0], o.ranges[0].lo, o.ranges[0].hi, o.condition,
                         o.body)};
      } else {
        made = {v};
      }
    }
    return known.emplace(v, std::move(made)).first->second;
  }

  ValueId sum(const Leaves &leaves) {
    if (leaves.empty())
      return g.real(0.0);
    ValueId total = leaves[0];
    for (size_t k = 1; k < leaves.size(); ++k)
      total = g.prim(Prim::Add, {total, leaves[k]});
    known[total] = leaves.size() > mostLeaves ? Leaves{total} : leaves;
    return total;
  }

  /// Whether what the k-th operand depends on the value depends on, too.
  bool passes(Prim p, unsigned k) {
    auto [it, added] = passed.try_emplace(static_cast<unsigned>(p));
    if (added)
      it->second = dependsOnOperands(p);
    return it->second[k];
  }

  /// More than that, as in a sum that is written out, are a number of their own.
  static constexpr size_t mostLeaves = 64;

  Graph &g;
  Reading reads, readsOpen;
  std::unordered_map<ValueId, Leaves, ValueIdHash> known;
  std::unordered_map<unsigned, std::array<bool, 3>> passed;
};

} // namespace

std::optional<std::vector<ValueId>> skeletons(Graph &g, std::span<const ValueId> roots,
                                              std::span<const ValueId> unknowns,
                                              std::span<const ValueId> open) {
  Maker maker(g, unknowns, open);
  bool loops = false;
  if (maker.numbersMatter(roots, loops) || !loops)
    return {};
  return maker.make(roots);
}

} // namespace gradus::interpret
