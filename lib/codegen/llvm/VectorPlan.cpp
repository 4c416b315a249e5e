//===- VectorPlan.cpp - which loops run on vectors, and how ----------------===//
#include "codegen/llvm/VectorPlan.h"

#include "loops/Operands.h"

#include <algorithm>
#include <functional>

namespace gradus::codegen {

using namespace loops;

namespace {

class Planner {
public:
  Planner(const loops::Function &f, const AccessCounts &counts, const For &loop)
      : f_(f), counts_(counts), loop_(loop) {}
  std::optional<VectorPlan> plan();
  std::optional<VectorPlan> planRounds();

private:
  bool supported(const Body &body);
  bool judgeVariables();
  bool judgeBuffers();
  void findStrides();
  void findAlways(const Body &body);
  bool sameValue(ScalarId a, ScalarId b, int depth) const;
  bool visitStrides(const Body &body, bool masked);
  Stride strideOf(const Operation &op) const;
  bool sameRound(const std::vector<ScalarId> &indices, size_t &axis, int64_t &shift) const;
  bool worthIt();
  bool crossable(const For &inner) const;
  bool copiesToOwn(const For &inner) const;

  BufferId root(BufferId b) const {
    while (f_.buffers[b.index].role == BufferRole::View)
      b = f_.buffers[b.index].base;
    return b;
  }

  const loops::Function &f_;
  const AccessCounts &counts_;
  const For &loop_;
  VectorPlan plan_;
  std::set<uint32_t> written_; ///< buffers
};

/// Statements that have a vector form, inside loops that all lanes run alike.
bool Planner::supported(const Body &body) {
  for (const Statement &s : body) {
    if (auto *inner = std::get_if<For>(&s.node)) {
      plan_.nested = true;
      if (!supported(inner->body))
        return false;
    } else if (auto *branch = std::get_if<If>(&s.node)) {
      if (!supported(branch->then) || !supported(branch->otherwise))
        return false;
    } else if (!std::holds_alternative<Let>(s.node) && !std::holds_alternative<Assign>(s.node) &&
               !std::holds_alternative<Store>(s.node) &&
               !std::holds_alternative<Accumulate>(s.node) &&
               !std::holds_alternative<Fill>(s.node) && !std::holds_alternative<Check>(s.node)) {
      return false;
    }
  }
  return true;
}

bool Planner::judgeVariables() {
  std::map<uint32_t, unsigned> here;
  std::map<uint32_t, std::optional<Combine>> accumulated; // nothing: also set or read
  forEachStatement(loop_.body, [&](const Statement &s) {
    forEachAccess(
        s,
        [&](VariableId v) {
          ++here[v.index];
          auto *a = std::get_if<Accumulate>(&s.node);
          std::optional<Combine> how = a ? std::optional(a->combine) : std::nullopt;
          auto [it, fresh] = accumulated.try_emplace(v.index, how);
          if (!fresh && it->second != how)
            it->second = std::nullopt;
        },
        [](BufferId) {});
  });
  for (auto [v, count] : here) {
    bool local = count == counts_.variables[v];
    auto countIn = [v = v](const Body &body) {
      unsigned n = 0;
      forEachStatement(body, [&](const Statement &s) {
        forEachAccess(
            s, [&](VariableId w) { n += w.index == v; }, [](BufferId) {});
      });
      return n;
    };
    if (local && setsFirst(*home(loop_.body, count, countIn), {v}))
      continue;
    if (!accumulated.at(v) || *accumulated.at(v) == Combine::Set)
      return false;
    plan_.reductions[v] = *accumulated.at(v);
  }
  return true;
}

/// Indices that differ between any two rounds: i + shift in one axis.
bool Planner::sameRound(const std::vector<ScalarId> &indices, size_t &axis, int64_t &shift) const {
  for (size_t k = 0; k < indices.size(); ++k) {
    ScalarId s = indices[k];
    if (s == loop_.index) {
      axis = k;
      shift = 0;
      return true;
    }
    auto *op = counts_.definitions[s.index]
                   ? std::get_if<PrimOp>(counts_.definitions[s.index])
                   : nullptr;
    if (!op || (op->prim != ir::Prim::Add && op->prim != ir::Prim::Sub))
      continue;
    ScalarId a = op->operands[0], b = op->operands[1];
    if (op->prim == ir::Prim::Add && b == loop_.index)
      std::swap(a, b);
    auto constant = constantOf(counts_, b);
    if (a != loop_.index || !constant)
      continue;
    axis = k;
    shift = op->prim == ir::Prim::Add ? *constant : -*constant;
    return true;
  }
  return false;
}

bool Planner::judgeBuffers() {
  struct Use {
    unsigned accesses = 0;
    bool loads = false, sets = false, combines = false, fills = false, view = false;
    Combine combine = Combine::Add;
    bool mixed = false;
    std::optional<std::pair<size_t, int64_t>> place; ///< axis and shift of all accesses
    bool placed = true;
  };
  std::map<uint32_t, Use> uses;
  forEachStatement(loop_.body, [&](const Statement &s) {
    auto at = [&](BufferId b, const std::vector<ScalarId> &indices) -> Use & {
      Use &use = uses[root(b).index];
      ++use.accesses;
      use.view = use.view || root(b) != b;
      std::pair<size_t, int64_t> place;
      if (!sameRound(indices, place.first, place.second) || (use.place && *use.place != place))
        use.placed = false;
      use.place = place;
      return use;
    };
    if (const LoadOp *load = loadOf(s)) {
      at(load->buffer, load->indices).loads = true;
    } else if (auto *store = std::get_if<Store>(&s.node)) {
      Use &use = at(store->buffer, store->indices);
      if (store->combine == Combine::Set) {
        use.sets = true;
      } else {
        use.mixed = use.mixed || (use.combines && use.combine != store->combine);
        use.combines = true;
        use.combine = store->combine;
      }
    } else if (auto *fill = std::get_if<Fill>(&s.node)) {
      at(fill->buffer, {}).fills = true;
    }
  });
  for (auto &[b, use] : uses) {
    if (!use.sets && !use.combines && !use.fills)
      continue; // read only
    written_.insert(b);
    if (use.view)
      return false;
    if (use.combines && !use.sets && !use.fills && !use.loads && !use.mixed) {
      if (!use.placed)
        plan_.shared[b] = use.combine;
      continue; // sums into anywhere
    }
    if (use.placed && !use.fills)
      continue;
    const Buffer &buffer = f_.buffers[b];
    auto countIn = [b = b](const Body &body) {
      unsigned n = 0;
      forEachStatement(body, [&](const Statement &s) {
        forEachAccess(
            s, [](VariableId) {}, [&](BufferId c) { n += c.index == b; });
      });
      return n;
    };
    bool local = use.accesses == counts_.buffers[b] && buffer.role == BufferRole::Workspace &&
                 buffer.ownRoom && buffer.kind == Kind::Real &&
                 writesFirst(*home(loop_.body, use.accesses, countIn), {b});
    if (!local)
      return false;
    plan_.own.insert(b);
  }
  return true;
}

Stride Planner::strideOf(const Operation &op) const {
  if (auto *read = std::get_if<ReadOp>(&op))
    return plan_.varying.count(read->variable.index) ? Stride() : Stride(0);
  bool uniform = true;
  forEachOperand(op, [&](ScalarId s) { uniform = uniform && plan_.strideOf(s) == Stride(0); });
  if (auto *load = std::get_if<LoadOp>(&op)) {
    BufferId b = root(load->buffer);
    return uniform && !written_.count(b.index) ? Stride(0) : Stride();
  }
  if (uniform)
    return 0;
  auto *p = std::get_if<PrimOp>(&op);
  if (!p)
    return {};
  bool whole = true;
  for (ScalarId s : p->operands)
    whole = whole && f_.scalars[s.index].kind == Kind::Int;
  if (!whole)
    return {};
  Stride a = plan_.strideOf(p->operands[0]);
  if (!a)
    return {};
  if (p->prim == ir::Prim::Neg)
    return -*a;
  if (p->operands.size() != 2)
    return {};
  Stride b = plan_.strideOf(p->operands[1]);
  if (!b)
    return {};
  if (p->prim == ir::Prim::Add)
    return *a + *b;
  if (p->prim == ir::Prim::Sub)
    return *a - *b;
  if (p->prim == ir::Prim::Mul) {
    auto x = constantOf(counts_, p->operands[0]), y = constantOf(counts_, p->operands[1]);
    if (y && std::abs(*y) < (1 << 20))
      return *a * *y;
    if (x && std::abs(*x) < (1 << 20))
      return *b * *x;
  }
  return {};
}

/// True when a variable has become one that differs between rounds.
bool Planner::visitStrides(const Body &body, bool masked) {
  bool changed = false;
  auto writes = [&](VariableId v, ScalarId value) {
    if (plan_.reductions.count(v.index))
      return;
    if (masked || plan_.strideOf(value) != Stride(0))
      changed |= plan_.varying.insert(v.index).second;
  };
  for (const Statement &s : body) {
    if (auto *let = std::get_if<Let>(&s.node))
      plan_.strides[let->target.index] = strideOf(let->operation);
    else if (auto *assign = std::get_if<Assign>(&s.node))
      writes(assign->variable, assign->value);
    else if (auto *accumulate = std::get_if<Accumulate>(&s.node))
      writes(accumulate->variable, accumulate->value);
    else if (auto *inner = std::get_if<For>(&s.node)) {
      plan_.strides[inner->index.index] = 0;
      changed |= visitStrides(inner->body, masked);
    } else if (auto *branch = std::get_if<If>(&s.node)) {
      bool differs = masked || plan_.strideOf(branch->condition) != Stride(0);
      changed |= visitStrides(branch->then, differs);
      changed |= visitStrides(branch->otherwise, differs);
    }
  }
  return changed;
}

void Planner::findStrides() {
  plan_.strides[loop_.index.index] = 1;
  while (visitStrides(loop_.body, false)) {
  }
}

bool Planner::sameValue(ScalarId a, ScalarId b, int depth) const {
  if (a == b)
    return true;
  const Operation *x = counts_.definitions[a.index], *y = counts_.definitions[b.index];
  if (!x || !y || depth == 0)
    return false;
  auto constant = constantOf(counts_, a);
  if (constant)
    return constant == constantOf(counts_, b);
  auto *p = std::get_if<PrimOp>(x), *q = std::get_if<PrimOp>(y);
  if (!p || !q || p->prim != q->prim || p->operands.size() != q->operands.size())
    return false;
  for (size_t k = 0; k < p->operands.size(); ++k)
    if (!sameValue(p->operands[k], q->operands[k], depth - 1))
      return false;
  return true;
}

void Planner::findAlways(const Body &body) {
  std::vector<ScalarId> checked;
  for (const Statement &s : body) {
    forEachBody(s, [&](const Body &inner) { findAlways(inner); });
    if (auto *check = std::get_if<Check>(&s.node))
      checked.push_back(check->condition);
    auto *branch = std::get_if<If>(&s.node);
    if (!branch || branch->then.empty() || !branch->otherwise.empty())
      continue;
    auto *store = std::get_if<Store>(&branch->then.back().node);
    auto *differs = counts_.definitions[branch->condition.index]
                        ? std::get_if<PrimOp>(counts_.definitions[branch->condition.index])
                        : nullptr;
    if (!store || store->combine != Combine::Add || !differs ||
        differs->prim != ir::Prim::NotEqual)
      continue;
    bool fits = false;
    for (size_t k : {0u, 1u}) {
      const Operation *zero = counts_.definitions[differs->operands[k].index];
      auto *constant = zero ? std::get_if<ConstReal>(zero) : nullptr;
      fits = fits || (constant && constant->value == 0 && differs->operands[1 - k] == store->value);
    }
    for (size_t k = 0; k + 1 < branch->then.size(); ++k) {
      const Statement &t = branch->then[k];
      auto *check = std::get_if<Check>(&t.node);
      fits = fits && (std::holds_alternative<Let>(t.node) ||
                      (check && std::any_of(checked.begin(), checked.end(), [&](ScalarId c) {
                         return sameValue(c, check->condition, 4);
                       })));
      if (auto *let = std::get_if<Let>(&t.node))
        for (ScalarId i : store->indices)
          fits = fits && i != let->target;
    }
    if (fits)
      plan_.always[branch] = store;
  }
}

/// Whether the lanes read and write neighbours. `crossing`: an access jumps from
/// lane to lane but has neighbours in an inner loop, which is then the better
/// one to spread over lanes.
bool Planner::worthIt() {
  bool good = true;
  std::vector<const For *> inner;
  std::function<void(const Body &)> visit = [&](const Body &body) {
    for (const Statement &s : body) {
      const std::vector<ScalarId> *indices = nullptr;
      BufferId buffer;
      if (const LoadOp *load = loadOf(s))
        indices = &load->indices, buffer = load->buffer;
      else if (auto *store = std::get_if<Store>(&s.node))
        indices = &store->indices, buffer = store->buffer;
      if (indices && !indices->empty() && !plan_.own.count(root(buffer).index)) {
        bool jumps = false;
        for (size_t k = 0; k + 1 < indices->size(); ++k)
          jumps = jumps || plan_.strideOf((*indices)[k]) != Stride(0);
        bool last = plan_.strideOf(indices->back()) != Stride(0);
        auto along = std::find_if(inner.begin(), inner.end(),
                                  [&](const For *l) { return l->index == indices->back(); });
        if (jumps && !last && along != inner.end() && !copiesToOwn(**along)) {
          good = good && *along == inner.back() && crossable(**along);
          plan_.crossed.insert(*along);
        }
      }
      if (auto *loop = std::get_if<For>(&s.node)) {
        // Ends that differ from lane to lane have no vector form.
        if (plan_.strideOf(loop->lo) != Stride(0) || plan_.strideOf(loop->hi) != Stride(0))
          good = false;
        // A few rounds are no loop to spread.
        auto lo = constantOf(counts_, loop->lo), hi = constantOf(counts_, loop->hi);
        bool few = lo && hi && *hi - *lo < 8;
        if (!few)
          inner.push_back(loop);
        visit(loop->body);
        if (!few)
          inner.pop_back();
      } else {
        forEachBody(s, visit);
      }
    }
  };
  visit(loop_.body);
  return good;
}

/// A copy of a row that is worth its strides, since it is read many times.
bool Planner::copiesToOwn(const For &inner) const {
  for (const Statement &s : inner.body) {
    auto *store = std::get_if<Store>(&s.node);
    if (store ? !plan_.own.count(root(store->buffer).index) : !loadOf(s))
      return false;
  }
  return true;
}

/// Loops of single operations that use their index as the last one of arrays only.
bool Planner::crossable(const For &inner) const {
  bool fine = true;
  auto indices = [&](BufferId buffer, const std::vector<ScalarId> &list) {
    fine = fine && !plan_.own.count(root(buffer).index) &&
           f_.buffers[buffer.index].kind == Kind::Real;
    for (size_t k = 0; k < list.size(); ++k) {
      bool last = k + 1 == list.size();
      fine = fine && (list[k] == inner.index ? last : !last || plan_.strideOf(list[k]) == Stride(0));
    }
  };
  std::set<uint32_t> values; // that come from the loop
  for (const Statement &s : inner.body) {
    auto reads = [&](ScalarId v) {
      fine = fine && v != inner.index &&
             (values.count(v.index) || f_.scalars[v.index].kind == Kind::Real ||
              plan_.strideOf(v) == Stride(0));
    };
    if (auto *let = std::get_if<Let>(&s.node)) {
      if (auto *load = std::get_if<LoadOp>(&let->operation)) {
        indices(load->buffer, load->indices);
      } else if (auto *p = std::get_if<PrimOp>(&let->operation)) {
        fine = fine && f_.scalars[let->target.index].kind == Kind::Real;
        for (ScalarId v : p->operands)
          reads(v);
      } else {
        fine = fine && std::holds_alternative<ConstReal>(let->operation);
      }
      for (ScalarId v : {let->target})
        values.insert(v.index);
    } else if (auto *a = std::get_if<Accumulate>(&s.node)) {
      fine = fine && f_.variables[a->variable.index].kind == Kind::Real;
      reads(a->value);
    } else if (auto *store = std::get_if<Store>(&s.node)) {
      indices(store->buffer, store->indices);
      reads(store->value);
      fine = fine && !store->indices.empty() && store->indices.back() == inner.index &&
             (store->combine == Combine::Set || store->combine == Combine::Add);
      for (size_t k = 0; k + 1 < store->indices.size(); ++k)
        fine = fine && plan_.strideOf(store->indices[k]) == Stride(0);
      fine = fine && store->combine == Combine::Add;
    } else {
      fine = false;
    }
  }
  return fine;
}

std::optional<VectorPlan> Planner::planRounds() {
  if (!supported(loop_.body) || !plan_.nested || !judgeVariables() || !judgeBuffers())
    return std::nullopt;
  findStrides();
  bool triangular = false, fine = true;
  forEachStatement(loop_.body, [&](const Statement &s) {
    if (auto *inner = std::get_if<For>(&s.node))
      triangular = triangular || plan_.strideOf(inner->lo) != Stride(0) ||
                   plan_.strideOf(inner->hi) != Stride(0);
    if (auto *store = std::get_if<Store>(&s.node))
      fine = fine && f_.buffers[store->buffer.index].kind == Kind::Real;
  });
  if (!triangular || !fine)
    return std::nullopt;
  plan_.lanes = false;
  return std::move(plan_);
}

std::optional<VectorPlan> Planner::plan() {
  auto lo = constantOf(counts_, loop_.lo), hi = constantOf(counts_, loop_.hi);
  if (lo && hi && *hi - *lo < 8)
    return std::nullopt;
  if (!supported(loop_.body) || !judgeVariables() || !judgeBuffers())
    return std::nullopt;
  findStrides();
  findAlways(loop_.body);
  if (!worthIt())
    return std::nullopt;
  // Powers with exponents that differ from lane to lane are left to calls.
  bool fine = true;
  forEachStatement(loop_.body, [&](const Statement &s) {
    auto *let = std::get_if<Let>(&s.node);
    auto *p = let ? std::get_if<PrimOp>(&let->operation) : nullptr;
    if (auto *fill = std::get_if<Fill>(&s.node))
      fine = fine && plan_.own.count(fill->buffer.index) &&
             plan_.strideOf(fill->value) == Stride(0);
    if (auto *store = std::get_if<Store>(&s.node))
      fine = fine && f_.buffers[store->buffer.index].kind == Kind::Real;
    if (p && p->prim == ir::Prim::Powi && plan_.strideOf(p->operands[1]) != Stride(0))
      fine = false;
  });
  if (!fine)
    return std::nullopt;
  return std::move(plan_);
}

} // namespace

const Store *storeOf(const VectorPlan &plan, const Statement &statement) {
  if (auto *branch = std::get_if<If>(&statement.node))
    if (auto it = plan.always.find(branch); it != plan.always.end())
      return it->second;
  return std::get_if<Store>(&statement.node);
}

std::optional<VectorPlan> planVectors(const loops::Function &function, const AccessCounts &counts,
                                      const For &loop) {
  return Planner(function, counts, loop).plan();
}

std::optional<VectorPlan> planRounds(const loops::Function &function, const AccessCounts &counts,
                                     const For &loop) {
  return Planner(function, counts, loop).planRounds();
}

} // namespace gradus::codegen
