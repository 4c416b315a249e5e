//===- Sensitivity.cpp - how the answer depends on parameters -------------------===//
//
// At a solution the active constraints and bounds are equations in the unknowns
// and multipliers; differentiating them by a parameter gives one linear system
// with the KKT matrix for each (Fiacco, Introduction to Sensitivity and Stability
// Analysis in Nonlinear Programming, 1983). The objective changes as the Lagrangian
// does.
//
//===--------------------------------------------------------------------===//

#include "differentiate/Differentiate.h"
#include "driver/SolveConstrained.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

using namespace ir;
using namespace lower;

namespace {

constexpr size_t mostParameters = 64;
constexpr double nearSide = 1e-6;

/// L*D*L' over the pattern's tables, as kkt_factor does it, and solving.
class Factors {
public:
  Factors(const KktPattern &pattern, size_t order) : t_(pattern.tables), n_(order) {}
  void factor(const std::vector<double> &k) {
    l_.assign(t_[RowL].size(), 0.0);
    d_.assign(n_, 0.0);
    e_.assign(n_, 0.0);
    std::vector<double> w(n_, 0.0);
    for (size_t i = 0; i < n_; ++i) {
      for (auto p = at(FirstK, i); p < at(FirstK, i + 1); ++p)
        w[at(RowK, p)] += k[p];
      double pivot = w[i];
      w[i] = 0;
      for (auto q = at(FirstR, i); q < at(FirstR, i + 1); ++q) {
        const size_t c = at(ColumnR, q), end = at(PlaceR, q);
        const int64_t kind = t_[PivotBlock][c];
        if (kind == 2)
          continue; // went with the first of its block
        const size_t shift = kind == 1 ? at(FirstL, c + 1) - at(FirstL, c) : 0;
        const double one = w[c], two = kind == 1 ? w[c + 1] : 0;
        w[c] = 0;
        if (kind == 1)
          w[c + 1] = 0;
        for (auto p = at(FirstL, c); p < end; ++p)
          w[at(RowL, p)] -= l_[p] * one + (kind == 1 ? l_[p + shift] * two : 0);
        double first = one, second = two;
        divide(c, first, second);
        l_[end] = first;
        if (kind == 1)
          l_[end + shift] = second;
        pivot -= first * one + second * two;
      }
      d_[i] = pivot;
      if (t_[PivotBlock][i] == 2) {
        e_[i - 1] = w[i - 1];
        w[i - 1] = 0;
      }
    }
  }
  std::vector<double> solve(const std::vector<double> &b) const {
    std::vector<double> x(n_), w(n_);
    for (size_t i = 0; i < n_; ++i)
      w[i] = b[at(Permutation, i)];
    for (size_t i = 0; i < n_; ++i)
      for (auto p = at(FirstL, i); p < at(FirstL, i + 1); ++p)
        w[at(RowL, p)] -= l_[p] * w[i];
    double none = 0;
    for (size_t i = 0; i < n_; ++i)
      if (t_[PivotBlock][i] != 2)
        divide(i, w[i], t_[PivotBlock][i] == 1 ? w[i + 1] : none);
    for (size_t i = n_; i-- > 0;) {
      for (auto p = at(FirstL, i); p < at(FirstL, i + 1); ++p)
        w[i] -= l_[p] * w[at(RowL, p)];
      x[at(Permutation, i)] = w[i];
    }
    return x;
  }

private:
  /// By the diagonal element i, or by the block that begins there.
  void divide(size_t i, double &first, double &second) const {
    if (t_[PivotBlock][i] == 0) {
      first /= d_[i];
      return;
    }
    const double a = d_[i], b = e_[i], c = d_[i + 1], determinant = a * c - b * b;
    const double one = (c * first - b * second) / determinant;
    second = (a * second - b * first) / determinant;
    first = one;
  }
  size_t at(PatternTable t, size_t k) const { return static_cast<size_t>(t_[t][k] - 1); }
  const std::array<std::vector<int64_t>, patternTableCount> &t_;
  size_t n_;
  std::vector<double> l_, d_, e_;
};

} // namespace

bool ConstrainedSolver::addSensitivities(Solution &s) {
  Graph &g = session_.graph();
  size_t n = x_.size(), m = clower_.size(), order = n + m;
  const auto &t = pattern_.tables;

  // Which equations hold: rows of constraints and unknowns at bounds.
  std::vector<bool> held(n), active(m);
  std::vector<double> slope(n + 1);
  if (!call("lagrangian_gradient_flat", 1.0, {x_.data(), y_.data()}, slope.data(), true))
    return false;
  double largest = 1;
  for (double d : slope)
    largest = std::max(largest, std::fabs(d));
  for (size_t k = 0; k < n; ++k) {
    double distance = slope[k] > 0 ? x_[k] - lower_[k] : upper_[k] - x_[k];
    held[k] = lower_[k] == upper_[k] ||
              (distance <= nearSide * std::max(1.0, std::fabs(x_[k])) && std::fabs(slope[k]) > 1e-7 * largest);
  }
  for (size_t j = 0; j < m; ++j) {
    const ConstraintElement &e = s.constraints.constraints[j];
    double distance = y_[j] > 0 ? e.upper - e.value : e.value - e.lower;
    active[j] = e.lower == e.upper ||
                (distance <= nearSide * std::max(1.0, std::fabs(e.value)) && std::fabs(y_[j]) > 1e-8 * largest);
  }

  // The matrix, from derivatives along the colors.
  std::vector<double> k(t[RowK].size(), 0.0), seed(n + 1), out(order + 1);
  auto shown = [&](PatternTable color, PatternTable first, int64_t colors, bool hessian) {
    for (int64_t q = 1; q <= colors; ++q) {
      for (size_t i = 0; i < n; ++i)
        seed[i] = t[color][i] == q ? 1.0 : 0.0;
      if (hessian ? !call("lagrangian_curvature_flat", 1.0, {x_.data(), y_.data(), seed.data()}, out.data(), true)
                  : !call("constraints_along_flat", 0.0, {x_.data(), seed.data()}, out.data(), false))
        return false;
      for (auto p = static_cast<size_t>(t[first][static_cast<size_t>(q - 1)] - 1);
           p < static_cast<size_t>(t[first][static_cast<size_t>(q)] - 1); ++p) {
        auto row = static_cast<size_t>(t[hessian ? RowH : RowJ][p] - 1);
        auto column = static_cast<size_t>(t[hessian ? ColumnH : ColumnJ][p] - 1);
        bool kept = !held[column] && (hessian ? !held[row] : static_cast<bool>(active[row]));
        if (kept)
          k[static_cast<size_t>(t[hessian ? PlaceH : PlaceJ][p] - 1)] +=
              out[static_cast<size_t>(t[hessian ? ReadH : RowJ][p] - 1)];
      }
    }
    return true;
  };
  if (!shown(ColorH, FirstH, pattern_.sizes[ColorsH], true) ||
      !shown(ColorJ, FirstJ, pattern_.sizes[ColorsJ], false))
    return false;
  constexpr double regular = 1e-11;
  for (size_t i = 0; i < order; ++i) {
    bool one = i < n ? held[i] : !active[i - n];
    k[static_cast<size_t>(t[PlaceD][i] - 1)] += (i < n ? 1.0 : -1.0) * (one ? 1.0 : regular);
  }
  Factors factors(pattern_, order);
  factors.factor(k);

  // The right-hand sides by the interpreter, with the solution in the inputs.
  size_t at = 0;
  auto bindReal = [&](ValueId v, const double *values, size_t &place) {
    InputValue &value = session_.value(g.inputIndex(v));
    value.known = true;
    if (g.type(v).scalar()) {
      value.real = values[place++];
      return true;
    }
    if (!session_.extents(g.type(v).shape, value.extents))
      return false;
    size_t size = 1;
    for (int64_t e : value.extents)
      size *= static_cast<size_t>(e);
    value.reals.assign(values + place, values + place + size);
    place += size;
    return true;
  };
  for (const Unknown &u : problem_.unknowns)
    if (!bindReal(g.inputNode(u.input), x_.data(), at))
      return false;
  at = 0;
  for (ValueId v : descent_.multipliers)
    if (!bindReal(v, y_.data(), at))
      return false;
  double one = 1;
  at = 0;
  bindReal(descent_.sigma, &one, at);

  ValueId objective = problem_.maximize ? g.neg(problem_.objective) : problem_.objective;
  std::vector<ValueId> values{objective};
  for (const Constraint &c : problem_.constraints)
    values.push_back(c.value);
  size_t constraintEnd = values.size();
  values.insert(values.end(), descent_.lagrangianGradient.begin(), descent_.lagrangianGradient.end());
  size_t gradientEnd = values.size();
  std::vector<ValueId> sides; // lower and upper of constraints, then of unknowns; may be invalid
  for (const Constraint &c : problem_.constraints)
    sides.insert(sides.end(), {c.lower, c.upper});
  for (const Unknown &u : problem_.unknowns)
    sides.insert(sides.end(), {u.lower, u.upper});
  for (ValueId v : sides)
    values.push_back(v.valid() ? v : g.real(0));

  size_t done = 0;
  for (const ir::Parameter &p : session_.module().parameters) {
    ValueId parameter = g.inputNode(p.input);
    if (g.type(parameter).kind != Kind::Real || (!p.problem.empty() && p.problem != problem_.name) ||
        !session_.value(p.input).known)
      continue;
    // Some only move the sides of constraints.
    const ValueId read[1] = {parameter};
    const std::vector<bool> depends = g.dependsOnInputs(values, read);
    if (std::none_of(values.begin(), values.end(), [&](ValueId v) { return depends[v.index]; }))
      continue;
    const InputValue bound = session_.value(p.input);
    size_t size = g.type(parameter).scalar() ? 1 : bound.elements();
    // Along a direction that is an input of its own: one expression for all elements.
    ValueId direction = g.input({"d", g.type(parameter), InputRole::Local, {}});
    ValueId of[1] = {parameter}, along[1] = {direction};
    std::vector<ValueId> slopes = differentiate::pushforward(g, values, of, along);
    for (size_t e = 0; e < size && done < mostParameters; ++e, ++done) {
      InputValue &d = session_.value(g.inputIndex(direction));
      d = bound;
      d.borrowed = nullptr;
      d.real = 1;
      if (!g.type(parameter).scalar()) {
        d.reals.assign(size, 0.0);
        d.reals[e] = 1;
      }
      interpret::Interpreter<double> interpreter(g, session_.environment());
      auto evaluate = [&](size_t from, size_t to, std::vector<double> &into) {
        for (size_t v = from; v < to; ++v) {
          interpret::Result<double> r;
          interpret::EvalError error;
          if (!interpreter.evaluate(slopes[v], r, error)) {
            session_.diagnostics.report(Diag::EvaluationFailed, error.range, error.message);
            return false;
          }
          if (r.type.scalar())
            into.push_back(r.real);
          else
            into.insert(into.end(), r.array.data.begin(), r.array.data.end());
        }
        return true;
      };
      std::vector<double> f, c, gradient;
      if (!evaluate(0, 1, f) || !evaluate(1, constraintEnd, c) ||
          !evaluate(constraintEnd, gradientEnd, gradient))
        return false;
      // How the sides move that hold the point.
      auto sideSlopes = [&](size_t number, ValueId lower, ValueId upper, size_t count,
                            std::vector<double> &low, std::vector<double> &high) {
        auto one = [&](ValueId side, size_t v, std::vector<double> &into) {
          std::vector<double> read;
          if (side.valid() && !evaluate(v, v + 1, read))
            return false;
          read.resize(count, 0.0);
          into.insert(into.end(), read.begin(), read.end());
          return true;
        };
        return one(lower, gradientEnd + 2 * number, low) && one(upper, gradientEnd + 2 * number + 1, high);
      };
      std::vector<double> low, high, boundLow, boundHigh;
      size_t number = 0;
      auto count = [&](ValueId v) {
        std::vector<int64_t> shape;
        session_.extents(g.type(v).shape, shape);
        size_t all = 1;
        for (int64_t extent : shape)
          all *= static_cast<size_t>(extent);
        return all;
      };
      for (const Constraint &constraint : problem_.constraints)
        if (!sideSlopes(number++, constraint.lower, constraint.upper, count(constraint.value), low, high))
          return false;
      for (const Unknown &u : problem_.unknowns)
        if (!sideSlopes(number++, u.lower, u.upper, count(g.inputNode(u.input)), boundLow, boundHigh))
          return false;
      std::vector<double> rhs(order, 0.0), fixed(n, 0.0);
      double change = f[0];
      for (size_t i = 0; i < n; ++i)
        if (held[i]) {
          fixed[i] = slope[i] > 0 ? boundLow[i] : boundHigh[i];
          change += slope[i] * fixed[i];
        }
      for (size_t j = 0; j < m; ++j)
        if (active[j]) {
          double side = y_[j] > 0 ? high[j] : low[j];
          rhs[n + j] = side - c[j];
          change += y_[j] * (c[j] - side);
        }
      for (size_t i = 0; i < n; ++i)
        rhs[i] = held[i] ? fixed[i] : -gradient[i];
      // Unknowns that are carried along by their bounds move the other equations.
      std::vector<double> moved(order + 1, 0.0), carried = fixed;
      carried.push_back(0.0);
      if (std::any_of(fixed.begin(), fixed.end(), [](double v) { return v != 0; })) {
        if (!call("lagrangian_curvature_flat", 1.0, {x_.data(), y_.data(), carried.data()}, moved.data(), true))
          return false;
        for (size_t i = 0; i < n; ++i)
          rhs[i] -= held[i] ? 0.0 : moved[i];
        if (m != 0 && !call("constraints_along_flat", 0.0, {x_.data(), carried.data()}, moved.data(), false))
          return false;
        for (size_t j = 0; j < m; ++j)
          rhs[n + j] -= active[j] ? moved[j] : 0.0;
      }
      std::vector<double> solution = factors.solve(rhs);
      solution.resize(n);
      std::string name = g.inputs()[p.input].name;
      if (!g.type(parameter).scalar())
        name += "[" + std::to_string(e + 1) + "]";
      s.constraints.sensitivities.push_back(
          {name, (problem_.maximize ? -1.0 : 1.0) * change, std::move(solution)});
    }
  }
  return true;
}

} // namespace gradus::driver
