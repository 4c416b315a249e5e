//===- SolveOutside.cpp - constrained problems by IPOPT ------------------------===//
//
// IPOPT gets the compiled derivatives over the sparse patterns of the problem; what
// it ends with is judged like the end of any other method.
//
//===--------------------------------------------------------------------===//

#include "driver/Ipopt.h"
#include "driver/SolveConstrained.h"

#include "semantics/Elaborate.h"
#include "support/Timings.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

using namespace lower;

namespace {

std::vector<int32_t> fromZero(const std::vector<int64_t> &places) {
  std::vector<int32_t> all;
  for (int64_t p : places)
    all.push_back(static_cast<int32_t>(p - 1));
  return all;
}

} // namespace

bool ConstrainedSolver::findOutside(const syntax::MethodCall *given) {
  outside_ = Ipopt::load();
  if (!outside_) {
    session_.diagnostics.report(Diag::UnknownMethod, given ? given->method.range : problem_.method.range,
                                "the method ipopt is the library of IPOPT, which is not installed",
                                "apt install coinor-libipopt1v5, or choose interior_point");
    return false;
  }
  // Its own options are numbers; ours mean the same for all methods.
  outsideOptions_ = {{"tol", 1e-8}, {"max_iter", 3000}, {"bound_relax_factor", 0}};
  return eachOption(given, [&](const std::string &name, SourceRange, double value) {
    if (name == hostTime) {
      options_.maxTime = value;
      return true;
    }
    const std::string theirs = name == "steps" ? "max_iter" : name;
    for (auto &[known, number] : outsideOptions_)
      if (known == theirs) {
        number = value;
        return true;
      }
    outsideOptions_.push_back({theirs, value});
    return true;
  });
}

bool ConstrainedSolver::runOutside() {
  const size_t n = start_.size(), m = clower_.size();
  const auto &t = pattern_.tables;
  values_ = gradients_ = hessians_ = 0;
  std::vector<double> x(n + 1), g(n + 1), seed(n + 1), product(std::max(n, m) + 1);
  double f = 0;
  bool known = false, sound = false;
  // Value and gradient are one evaluation.
  auto at = [&](const double *point) {
    if (!known || !std::equal(point, point + n, x.begin())) {
      std::copy(point, point + n, x.begin());
      known = true;
      sound = objectiveAt(x, f, g);
      ++gradients_;
    }
    return sound;
  };
  auto byColor = [&](PatternTable color, PatternTable first, int64_t colors, const auto &column) {
    for (int64_t q = 1; q <= colors; ++q) {
      for (size_t i = 0; i < n; ++i)
        seed[i] = t[color][i] == q ? 1.0 : 0.0;
      if (!column(static_cast<size_t>(t[first][static_cast<size_t>(q - 1)] - 1),
                  static_cast<size_t>(t[first][static_cast<size_t>(q)] - 1)))
        return false;
    }
    return true;
  };
  OutsideProblem p{lower_.values(), upper_.values(), clower_, cupper_, fromZero(t[RowJ]), fromZero(t[ColumnJ]),
                   fromZero(t[RowH]), fromZero(t[ColumnH]), {}, {}, {}, {}, {}, {}};
  p.value = [&](const double *point, double &value) {
    const bool there = at(point);
    value = f;
    return there;
  };
  p.gradient = [&](const double *point, double *gradient) {
    const bool there = at(point);
    std::copy(g.begin(), g.end() - 1, gradient);
    return there;
  };
  p.constraints = [&](const double *point, double *c) {
    ++values_;
    return m == 0 || call("constraints_flat", 0, {point}, c, false);
  };
  p.jacobian = [&](const double *point, double *entries) {
    return byColor(ColorJ, FirstJ, pattern_.sizes[ColorsJ], [&](size_t from, size_t to) {
      if (!call("constraints_along_flat", 0, {point, seed.data()}, product.data(), false))
        return false;
      for (size_t k = from; k < to; ++k)
        entries[k] = product[static_cast<size_t>(t[RowJ][k] - 1)];
      return true;
    });
  };
  p.hessian = [&](const double *point, double sigma, const double *y, double *entries) {
    ++hessians_;
    return byColor(ColorH, FirstH, pattern_.sizes[ColorsH], [&](size_t from, size_t to) {
      if (!call("lagrangian_curvature_flat", sigma, {point, y, seed.data()}, product.data(), true))
        return false;
      for (size_t k = from; k < to; ++k)
        entries[k] = product[static_cast<size_t>(t[ReadH][k] - 1)];
      return true;
    });
  };
  p.step = [&](const double *row) {
    k_ = static_cast<int64_t>(row[0]);
    return hook(this, row, 7, x.data(), static_cast<int64_t>(n)) == 0;
  };
  x_ = start_;
  y_.assign(m + 1, 0.0);
  z_.assign(n + 1, 0.0);
  trace_.clear();
  k_ = 0;
  OutsideEnd end{};
  std::string says;
  const Stage stage("descend");
  if (!outside_->solve(p, outsideOptions_, x_, y_, z_, end, says)) {
    session_.diagnostics.report(Diag::OptionValue, problem_.method.range,
                                "IPOPT has no option '" + says + "' with a number, or not this one");
    return false;
  }
  y_.push_back(0.0); // never empty
  z_.push_back(0.0);
  known = false;
  at(x_.data());
  f_ = f;
  g_ = g;
  norm_ = 0;
  choice_.why = "an outside method with these derivatives; it says: " + says;
  switch (end) {
  case OutsideEnd::Solved:
  case OutsideEnd::Acceptable:
    status_ = static_cast<int64_t>(Ending::Converged);
    break;
  case OutsideEnd::Infeasible:
    status_ = static_cast<int64_t>(Ending::Infeasible);
    break;
  case OutsideEnd::Diverging:
    status_ = static_cast<int64_t>(Ending::Unbounded);
    break;
  case OutsideEnd::Steps:
    status_ = static_cast<int64_t>(Ending::Steps);
    break;
  case OutsideEnd::Time:
  case OutsideEnd::Stopped:
    status_ = static_cast<int64_t>(Ending::Host);
    break;
  case OutsideEnd::NotFinite:
    status_ = static_cast<int64_t>(k_ == 0 ? Ending::StartNotFinite : Ending::NotFinite);
    break;
  case OutsideEnd::Stuck:
    status_ = static_cast<int64_t>(Ending::Stalled);
    break;
  }
  return true;
}

} // namespace gradus::driver
