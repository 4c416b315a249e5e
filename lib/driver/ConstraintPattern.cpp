//===- ConstraintPattern.cpp - which unknowns constraints and slopes read -------===//

#include "driver/ConstraintPattern.h"

#include "interpret/Skeleton.h"
#include "ir/Rewrite.h"

#include <algorithm>
#include <set>

namespace gradus::driver {

using namespace ir;
using interpret::Dependence;
using interpret::Environment;

namespace {

using Rows = std::vector<std::vector<uint32_t>>;

/// Values in which a choice that open inputs decide reads both of its branches, so
/// that no pattern leaves out what a later run takes.
class BothBranches {
public:
  BothBranches(Graph &g, std::span<const ValueId> open) : g(g), open(open.begin(), open.end()) {}

  std::vector<ValueId> of(std::span<const ValueId> roots) {
    auto chooses = [&](ValueId v) {
      const Node &n = g.node(v);
      return (n.op == Op::Select && n.type.kind == Kind::Real) || n.op == Op::Reduce;
    };
    return rewrite(g, roots, {chooses, [&](ValueId v) { return widened(v); }});
  }

  /// Whether open inputs decide anything that is left: a comparison of real numbers.
  /// If not, the pattern is the same at all points.
  bool decide(std::span<const ValueId> roots) {
    return anyBelow(roots, [&](ValueId v, const Node &n) {
      return n.op == Op::Recur ||
             (n.op == Op::Prim && n.type.kind == Kind::Bool && n.operandCount > 0 &&
              g.type(g.operand(v, 0)).kind == Kind::Real && isOpen(v));
    });
  }

private:
  /// Whether a condition may hold, and whether it may fail.
  struct May {
    ValueId hold, fail;
    bool known;
  };

  ValueId widened(ValueId v) {
    if (g.node(v).op == Op::Reduce) {
      const Opened o = g.open(v);
      const May may = mayOf(o.condition);
      if (may.known)
        return v;
      return g.reduce(g.node(v).reduceOp(), o.symbols[0], o.ranges[0].lo, o.ranges[0].hi, may.hold,
                      o.body);
    }
    const ValueId condition = g.operand(v, 0), then = g.operand(v, 1), otherwise = g.operand(v, 2);
    const May may = mayOf(condition);
    if (may.known)
      return v;
    const ValueId both = g.prim(Prim::Add, {then, otherwise});
    return g.select(may.hold, g.select(may.fail, both, then), otherwise);
  }

  May mayOf(ValueId c) {
    const Node &n = g.node(c);
    if (n.op == Op::Prim && n.prim() == Prim::Not) {
      const May a = mayOf(g.operand(c, 0));
      return {a.fail, a.hold, a.known};
    }
    if (n.op == Op::Prim && (n.prim() == Prim::And || n.prim() == Prim::Or)) {
      const bool both = n.prim() == Prim::And;
      const May a = mayOf(g.operand(c, 0)), b = mayOf(g.operand(c, 1));
      const ValueId all = g.logicalAnd(both ? a.hold : a.fail, both ? b.hold : b.fail);
      const ValueId any = g.logicalOr(both ? a.fail : a.hold, both ? b.fail : b.hold);
      return {both ? all : any, both ? any : all, a.known && b.known};
    }
    if (isOpen(c))
      return {g.boolean(true), g.boolean(true), false};
    return {c, g.logicalNot(c), true};
  }

  /// Reads an open input, or the state of a recurrence.
  bool isOpen(ValueId root) {
    return anyBelow({&root, 1}, [&](ValueId v, const Node &n) {
      return (n.op == Op::Input && open.count(v)) || n.op == Op::State ||
             (n.op == Op::Index && n.type.kind == Kind::Real);
    });
  }

  /// Whether something holds for one of the values that the roots are made of.
  bool anyBelow(std::span<const ValueId> roots, const auto &holds) {
    std::vector<ValueId> work(roots.begin(), roots.end());
    std::set<uint32_t> seen;
    while (!work.empty()) {
      const ValueId v = work.back();
      work.pop_back();
      if (!v.valid() || !seen.insert(v.index).second)
        continue;
      if (holds(v, g.node(v)))
        return true;
      for (ValueId o : g.operands(v))
        work.push_back(o);
    }
    return false;
  }

  Graph &g;
  std::set<ValueId, decltype([](ValueId a, ValueId b) { return a.index < b.index; })> open;
};

class Finder {
public:
  explicit Finder(DependenceTask task) : task(std::move(task)), g(this->task.graph) {}

  bool find(Rows &ofJ, Rows &ofH, interpret::EvalError &error) {
    const lower::Descent &d = task.descent;
    for (std::span<const ValueId> list : {task.unknowns, std::span<const ValueId>(d.multipliers)})
      task.open.insert(task.open.end(), list.begin(), list.end());
    BothBranches wider(g, task.open);
    std::vector<ValueId> constraints = wider.of(task.constraints);
    std::vector<ValueId> slope = wider.of(d.lagrangianGradient);
    const int rounds = wider.decide(constraints) || wider.decide(slope) ? 2 : 1;
    for (std::vector<ValueId> *values : {&constraints, &slope})
      if (auto made = interpret::skeletons(g, *values, task.unknowns, task.open))
        *values = std::move(*made);
    for (int round = 0; round < rounds; ++round) {
      Environment<Dependence> env = task.inputs;
      uint32_t at = 0;
      for (ValueId v : task.unknowns)
        if (!assign(env, v, [&] {
              const Dependence made(task.point(at, round), at);
              ++at;
              return made;
            }))
          return false;
      for (ValueId v : d.multipliers)
        if (!assign(env, v, [&] { return Dependence(0.5 + uniform()); }))
          return false;
      env.setReal(d.sigma, Dependence(0.75));
      ofH.resize(at);
      interpret::Interpreter<Dependence> interpreter(g, std::move(env));
      if (!collect(interpreter, constraints, ofJ, error) ||
          !collect(interpreter, slope, ofH, error))
        return false;
    }
    return true;
  }

private:
  double uniform() {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    return static_cast<double>(random >> 11) * 0x1p-53;
  }

  bool assign(Environment<Dependence> &env, ValueId v, const std::function<Dependence()> &next) {
    if (g.type(v).scalar()) {
      env.setReal(v, next());
      return true;
    }
    std::vector<int64_t> shape;
    if (!task.extents(g.type(v).shape, shape))
      return false;
    size_t size = 1;
    for (int64_t e : shape)
      size *= static_cast<size_t>(e);
    std::vector<Dependence> values;
    for (size_t k = 0; k < size; ++k)
      values.push_back(next());
    env.setArray(v, std::move(values), shape);
    return true;
  }

  static bool collect(interpret::Interpreter<Dependence> &interpreter,
                      const std::vector<ValueId> &values, Rows &rows, interpret::EvalError &error) {
    size_t row = 0;
    for (ValueId v : values) {
      interpret::Result<Dependence> out;
      if (!interpreter.evaluate(v, out, error))
        return false;
      const std::vector<Dependence> one{out.real};
      for (const Dependence &d : out.type.scalar() ? one : out.array.data) {
        if (rows.size() <= row)
          rows.emplace_back();
        if (d.set && rows[row] != *d.set) {
          std::vector<uint32_t> both;
          std::set_union(rows[row].begin(), rows[row].end(), d.set->begin(), d.set->end(),
                         std::back_inserter(both));
          rows[row] = std::move(both);
        }
        ++row;
      }
    }
    return true;
  }

  DependenceTask task;
  Graph &g;
  uint64_t random = 0x9E3779B97F4A7C15ull;
};

} // namespace

std::optional<KktPattern> findPattern(DependenceTask task, interpret::EvalError &error) {
  Rows ofJ, ofH;
  if (!Finder(std::move(task)).find(ofJ, ofH, error))
    return std::nullopt;
  return kktEntries(ofH.size(), ofJ, ofH);
}

} // namespace gradus::driver
