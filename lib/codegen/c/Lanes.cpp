//===- Lanes.cpp - sums in parts that compilers put into vectors ------------------===//
//
// C compilers may not change the order of a sum's terms. A sum is written in so many
// parts, whose terms they compute side by side:
//
//   for (r = 0; r <= rounds - 1; ++r)
//     for (l = 0; l <= LANES - 1; ++l)
//       parts[l] += term(lo + r*LANES + l);
//
// clang would write out a loop of so few rounds before it looks for vectors: the loops
// have a mark for it.
//
// What a round keeps for the next one (`pending`) is made anew from the index before,
// where that costs a few additions and products and no call.
//
//===--------------------------------------------------------------------===//
#include "codegen/c/FunctionWriter.h"

#include "loops/Operands.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace gradus::codegen::c {

using namespace loops;

namespace {

Expression atom(const std::string &text) { return Expression::atom(text); }
Expression infix(const char *op, Binding binding, Expression a, Expression b) {
  return Expression::infix(op, binding, std::move(a), std::move(b));
}
Expression sum(Expression a, Expression b) {
  return infix("+", Binding::Sum, std::move(a), std::move(b));
}
Expression difference(Expression a, Expression b) {
  return infix("-", Binding::Sum, std::move(a), std::move(b));
}
Expression product(Expression a, Expression b) {
  return infix("*", Binding::Product, std::move(a), std::move(b));
}

/// Compilers put it into vectors, without a library for them.
bool isCheap(const Operation &op) {
  auto *prim = std::get_if<PrimOp>(&op);
  if (!prim)
    return true;
  const ir::PrimInfo &row = ir::info(prim->prim);
  return row.lowering == ir::Lowering::Instruction || row.lowering == ir::Lowering::Intrinsic;
}

} // namespace

const FunctionWriter::Carried *FunctionWriter::LanePlan::find(VariableId v) const {
  auto it = std::find_if(carried.begin(), carried.end(),
                         [&](const Carried &c) { return c.variable == v; });
  return it == carried.end() ? nullptr : &*it;
}

/// How a loop goes to lanes, if it is a sum that compilers cannot put into vectors:
/// simple statements, with additions to variables.
std::optional<FunctionWriter::LanePlan> FunctionWriter::lanePlan(const For &s) const {
  constexpr int64_t few = 32;
  if (file_.module.strict || s.body.size() > 40)
    return {};
  const Value &lo = values_[s.lo.index], &hi = values_[s.hi.index];
  if (lo.constant && hi.constant && *hi.constant - *lo.constant < few)
    return {};
  bool sums = false, reads = false;
  std::set<uint32_t> summed, set;
  for (const loops::Statement &inner : s.body) {
    if (auto *let = std::get_if<Let>(&inner.node)) {
      set.insert(let->target.index);
      reads = reads || std::holds_alternative<ReadOp>(let->operation);
    } else if (auto *add = std::get_if<Accumulate>(&inner.node)) {
      sums = true;
      if (add->combine != Combine::Add || f_.variables[add->variable.index].kind != Kind::Real ||
          !summed.insert(add->variable.index).second)
        return {};
    } else if (std::holds_alternative<loops::Assign>(inner.node)) {
      reads = true;
    } else if (!std::holds_alternative<Store>(inner.node)) {
      return {};
    }
  }
  // Pointers are declared where their offsets are known, once.
  for (const Buffer &b : f_.buffers)
    if (b.offset.valid() && set.count(b.offset.index))
      return {};
  LanePlan plan;
  if (!sums || (reads && !planCarried(s, plan)))
    return {};
  return plan;
}

/// False where the values of variables cannot be made anew: they need loads of what the
/// loop stores, or the variable's own value, or cost too much.
bool FunctionWriter::planCarried(const For &s, LanePlan &plan) const {
  constexpr int64_t farthestReach = 3;
  constexpr size_t most = 40; ///< lets made anew
  std::map<uint32_t, const Let *> lets;
  std::set<uint32_t> stored, assigned;
  for (const loops::Statement &inner : s.body) {
    if (auto *let = std::get_if<Let>(&inner.node)) {
      if (!isCheap(let->operation))
        return false;
      if (auto *read = std::get_if<ReadOp>(&let->operation))
        if (assigned.count(read->variable.index))
          return false;
      lets[let->target.index] = let;
    } else if (auto *store = std::get_if<Store>(&inner.node)) {
      stored.insert(store->buffer.index);
    } else if (auto *assign = std::get_if<loops::Assign>(&inner.node)) {
      if (!assigned.insert(assign->variable.index).second)
        return false;
      plan.carried.push_back({assign->variable, assign->value, {}});
    }
  }
  for (const loops::Statement &inner : s.body) {
    if (auto *add = std::get_if<Accumulate>(&inner.node); add && plan.find(add->variable))
      return false;
    if (auto *let = std::get_if<Let>(&inner.node))
      if (auto *read = std::get_if<ReadOp>(&let->operation); read && !plan.find(read->variable))
        return false; // a sum's own value
  }
  size_t total = 0;
  std::map<uint32_t, int64_t> reaches; // -1: being found
  std::function<int64_t(Carried &)> reachOf = [&](Carried &c) -> int64_t {
    auto [at, isNew] = reaches.emplace(c.variable.index, -1);
    if (!isNew)
      return at->second < 0 ? farthestReach + 1 : at->second; // of itself: no end
    std::set<uint32_t> needed;
    std::vector<ScalarId> work{c.value};
    int64_t before = 0;
    while (!work.empty()) {
      ScalarId v = work.back();
      work.pop_back();
      auto let = lets.find(v.index);
      if (let == lets.end() || !needed.insert(v.index).second)
        continue;
      const Operation &op = let->second->operation;
      if (auto *load = std::get_if<LoadOp>(&op); load && stored.count(load->buffer.index))
        return farthestReach + 1;
      if (auto *read = std::get_if<ReadOp>(&op)) {
        auto other = std::find_if(plan.carried.begin(), plan.carried.end(), [&](const Carried &o) {
          return o.variable == read->variable;
        });
        before = std::max(before, reachOf(*other));
      }
      forEachOperand(op, [&](ScalarId o) { work.push_back(o); });
    }
    for (const loops::Statement &inner : s.body)
      if (auto *let = std::get_if<Let>(&inner.node); let && needed.count(let->target.index))
        c.lets.push_back(inner);
    total += c.lets.size();
    return reaches[c.variable.index] = before + 1;
  };
  for (Carried &c : plan.carried)
    plan.reach = std::max(plan.reach, reachOf(c));
  return plan.reach <= farthestReach && total <= most;
}

/// What the variable holds after the round at `round - rounds`.
Expression FunctionWriter::carriedBefore(const For &s, const LanePlan &plan, const Carried &c,
                                         const Expression &round, int64_t rounds, Block &out) {
  const Value index = values_[s.index.index];
  std::vector<std::pair<uint32_t, std::string>> places;
  for (const loops::Statement &inner : c.lets)
    if (auto *read = std::get_if<ReadOp>(&std::get<Let>(inner.node).operation)) {
      const uint32_t v = read->variable.index;
      Expression value = carriedBefore(s, plan, *plan.find(read->variable), round, rounds + 1, out);
      places.push_back({v, places_[v].name});
      places_[v].name = value.text;
    }
  values_[s.index.index] = affine(round, -rounds);
  body(c.lets, out);
  const std::string name = names_.unique(f_.variables[c.variable.index].name + "_before", "before");
  out.push_back(Declare{"const " + typeName(f_.variables[c.variable.index].kind), name, {plain(c.value)}});
  for (const auto &[v, place] : places)
    places_[v].name = place;
  values_[s.index.index] = index;
  return atom(name);
}

/// Rounds in groups of as many as there are lanes, then groups of eight for the first
/// lanes, then the rest, one after the other.
void FunctionWriter::lanes(const For &s, const LanePlan &plan, Block &out) {
  if (!plan.carried.empty()) {
    // Without lanes there is nothing to gain from making values anew.
    const Expression many = infix(">", Binding::Relation, atom(upperCase(file_.prefix) + "_LANES"), atom("1"));
    Branch branch{many, {}, {}};
    plainLoop(s, branch.otherwise);
    laneLoops(s, plan, branch.then);
    out.push_back(std::move(branch));
  } else {
    inLanes_ = true; // all rounds, so that none depends on its place
    laneLoops(s, plan, out);
    inLanes_ = false;
  }
}

void FunctionWriter::laneLoops(const For &s, const LanePlan &plan, Block &out) {
  constexpr int64_t few = 8;
  const std::string count = upperCase(file_.prefix) + "_LANES";
  file_.helpers.use(Helper::Lanes);
  const std::string total = file_.helpers.use(Helper::Total);
  std::map<uint32_t, std::string> arrays, names;
  Body kept; // without the variables that are made anew
  for (const loops::Statement &inner : s.body) {
    if (!std::holds_alternative<loops::Assign>(inner.node))
      kept.push_back(inner);
    if (auto *add = std::get_if<Accumulate>(&inner.node)) {
      const uint32_t v = add->variable.index;
      names[v] = places_[v].name;
      arrays[v] = names_.unique(f_.variables[v].name + "_lanes", "lanes");
      out.push_back(Declare{file_.real(), arrays[v], {atom("{0}")}, count});
    }
  }
  auto declare = [&](const char *name, Expression value, Block &into) {
    const std::string unique = names_.unique(name, name);
    into.push_back(Declare{"const int64_t", unique, {std::move(value)}});
    return atom(unique);
  };
  Expression first = plain(s.lo);
  const Expression hi = plain(s.hi);
  if (plan.reach > 0) { // one after the other until all that rounds need is there
    auto after = [&](int64_t many) {
      const Value &lo = values_[s.lo.index];
      return lo.constant ? whole(*lo.constant + many).e : affine(first, many).e;
    };
    out.push_back(countedLoop(s, first, Expression::call(file_.helpers.use(Helper::WholeMinimum),
                                                         {after(plan.reach - 1), hi})));
    first = declare("from", after(plan.reach), out);
  }
  // Returns the index behind the groups.
  auto groups = [&](Expression from, Expression many, Expression last, const char *mark,
                    Block &into) {
    const Expression rounds = declare(
        "rounds", Expression::call(file_.helpers.use(Helper::Rounds), {from, hi, many}), out);
    const Expression round = atom(names_.unique("r", "r")), lane = atom(names_.unique("l", "l"));
    CountedLoop inner{lane.text, atom("0"), std::move(last), {}, upperCase(file_.prefix) + mark};
    Value index;
    index.e = atom(names_.unique(f_.scalars[s.index.index].name, "i"));
    index.base = index.e;
    values_[s.index.index] = index;
    inner.body.push_back(Declare{"const int64_t", index.e.text,
                                 {sum(sum(from, product(round, many)), lane)}});
    std::vector<std::pair<uint32_t, std::string>> places;
    for (const Carried &c : plan.carried) {
      Expression before = carriedBefore(s, plan, c, index.e, 1, inner.body);
      places.push_back({c.variable.index, places_[c.variable.index].name});
      places_[c.variable.index].name = before.text;
    }
    for (const auto &[v, array] : arrays)
      places_[v].name = format(Expression::index(atom(array), lane));
    body(kept, inner.body);
    for (const auto &[v, name] : names)
      places_[v].name = name;
    for (const auto &[v, name] : places)
      places_[v].name = name;
    CountedLoop outer{round.text, atom("0"), difference(rounds, atom("1")), {}};
    outer.body.push_back(std::move(inner));
    into.push_back(std::move(outer));
    return sum(from, product(rounds, many));
  };
  const Expression next =
      declare("next",
              groups(first, atom(count), difference(atom(count), atom("1")), "_LANE_LOOP", out), out);
  Branch eights{infix(">", Binding::Relation, atom(count), atom("1")), {}, {}};
  const Expression rest =
      declare("rest", groups(next, whole(few).e, whole(few - 1).e, "_EIGHT_LOOP", eights.then), out);
  out.push_back(std::move(eights));
  if (plan.reach > 0) {
    Branch some{infix(">", Binding::Relation, rest, first), {}, {}};
    for (const Carried &c : plan.carried) {
      Expression before = carriedBefore(s, plan, c, rest, 1, some.then);
      some.then.push_back(Assign{atom(places_[c.variable.index].name), "=", std::move(before)});
    }
    out.push_back(std::move(some));
  }
  for (const auto &[v, array] : arrays)
    out.push_back(Assign{atom(names[v]), "+=", Expression::call(total, {atom(array)})});
  out.push_back(countedLoop(s, rest, hi));
}

} // namespace gradus::codegen::c
