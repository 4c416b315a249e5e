//===- Operations.cpp - counting arithmetic ---------------------------------------===//

#include "loops/Operations.h"
#include "loops/Operands.h"

#include <algorithm>
#include <cmath>

namespace gradus::loops {

namespace {

/// Whole numbers as far as they are known: counted trips need no more.
class Counter {
public:
  Counter(const Module &module, const Function &function, double unknownTrips)
      : module(module), f(function), unknownTrips(unknownTrips), known(f.scalars.size()) {}

  double run(const std::vector<std::optional<double>> &wholes) {
    size_t next = 0;
    for (const Parameter &p : f.parameters)
      if (auto *s = std::get_if<ScalarId>(&p.value); s && f.scalars[s->index].kind == Kind::Int)
        if (next < wholes.size())
          known[s->index] = wholes[next++];
    return count(f.body);
  }

private:
  std::optional<double> value(ScalarId s) const { return known[s.index]; }

  double count(const Body &body) {
    double total = 0;
    for (const Statement &s : body)
      total += std::visit([&](const auto &n) { return count(n); }, s.node);
    return total;
  }

  double count(const Let &let) {
    if (auto *c = std::get_if<ConstInt>(&let.operation))
      known[let.target.index] = static_cast<double>(c->value);
    auto *p = std::get_if<PrimOp>(&let.operation);
    if (!p)
      return std::holds_alternative<SelectOp>(let.operation) &&
                     f.scalars[let.target.index].kind == Kind::Real
                 ? 1
                 : 0;
    if (f.scalars[let.target.index].kind == Kind::Int)
      known[let.target.index] = whole(*p);
    bool reals = std::any_of(p->operands.begin(), p->operands.end(), [&](ScalarId o) {
      return f.scalars[o.index].kind == Kind::Real;
    });
    return reals ? ir::info(p->prim).cost : 0;
  }

  std::optional<double> whole(const PrimOp &p) const {
    std::vector<double> v;
    for (ScalarId o : p.operands) {
      if (!value(o))
        return {};
      v.push_back(*value(o));
    }
    switch (p.prim) {
    case ir::Prim::Add:
      return v[0] + v[1];
    case ir::Prim::Sub:
      return v[0] - v[1];
    case ir::Prim::Mul:
      return v[0] * v[1];
    case ir::Prim::Neg:
      return -v[0];
    case ir::Prim::Min:
      return std::min(v[0], v[1]);
    case ir::Prim::Max:
      return std::max(v[0], v[1]);
    case ir::Prim::IntDiv:
      return v[1] == 0 ? std::optional<double>() : std::floor(v[0] / v[1]);
    case ir::Prim::Mod:
      return v[1] == 0 ? std::optional<double>() : v[0] - v[1] * std::floor(v[0] / v[1]);
    default: // no size is made of others
      return {};
    }
  }

  double count(const For &loop) {
    auto lo = value(loop.lo), hi = value(loop.hi);
    double trips = lo && hi ? std::max(0.0, *hi - *lo + 1) : unknownTrips;
    if (lo && hi)
      known[loop.index.index] = 0.5 * (*lo + *hi);
    return trips * count(loop.body);
  }
  double count(const While &loop) {
    return unknownTrips * (count(loop.head) + count(loop.body));
  }
  double count(const If &branch) { return std::max(count(branch.then), count(branch.otherwise)); }
  double count(const Accumulate &a) { return isReal(f.variables[a.variable.index].kind); }
  double count(const Store &s) {
    return s.combine == Combine::Set ? 0 : isReal(f.buffers[s.buffer.index].kind);
  }
  double count(const Call &call) {
    const Function &callee = module.functions[call.callee.index];
    std::vector<std::optional<double>> wholes;
    for (size_t k = 0; k < call.arguments.size() && k < callee.parameters.size(); ++k) {
      auto *s = std::get_if<ScalarId>(&callee.parameters[k].value);
      auto *given = std::get_if<ScalarId>(&call.arguments[k].value);
      if (s && given && callee.scalars[s->index].kind == Kind::Int)
        wholes.push_back(value(*given));
    }
    return Counter(module, callee, unknownTrips).run(wholes);
  }
  template <class T> double count(const T &) { return 0; } // moves, tests, jumps

  static double isReal(Kind kind) { return kind == Kind::Real ? 1 : 0; }

  const Module &module;
  const Function &f;
  double unknownTrips;
  std::vector<std::optional<double>> known; ///< by scalar
};

int64_t countStatements(const Body &body) {
  auto count = static_cast<int64_t>(body.size());
  for (const Statement &s : body)
    forEachBody(s, [&](const Body &inner) { count += countStatements(inner); });
  return count;
}

} // namespace

int64_t statements(const Module &module) {
  int64_t count = 0;
  for (const Function &f : module.functions)
    count += countStatements(f.body);
  return count;
}

double operations(const Module &module, FunctionId function,
                  const std::vector<int64_t> &wholeParameters, double unknownTrips) {
  std::vector<std::optional<double>> wholes(wholeParameters.begin(), wholeParameters.end());
  return Counter(module, module.functions[function.index], unknownTrips).run(wholes);
}

} // namespace gradus::loops
