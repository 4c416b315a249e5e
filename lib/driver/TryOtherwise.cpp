//===- TryOtherwise.cpp - constrained descents from elsewhere ---------------------===//

#include "driver/SolveConstrained.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gradus::driver {

/// Farther inside the bounds and with a larger barrier first, nearer to the start
/// with a smaller one, or from the origin or the mirrored start a descent may end
/// elsewhere: where that costs little, the lowest end is the answer. One that has
/// found nothing is worth more time.
bool ConstrainedSolver::tryOtherwise(Solution &solution) {
  // Some 5000 elements take a millisecond.
  constexpr double mostWork = 1e5, mostInAll = 5e5, mostWithout = 5e6, mostSteps = 500;
  constexpr struct {
    double mu0, push, factor; ///< of the start
  } ways[] = {{1, 0.1, 1},   {100, 0.3, 1},    {1e-4, 1e-4, 1}, {1e-4, 1e-4, 0},
              {100, 0.3, 0}, {0.1, 0.01, -1}, {1e4, 0.01, 1}};
  const bool found = solution.status == Status::Converged;
  if (found && class_.convex) // lower ends there are none
    return true;
  if (solution.status == Status::NotEvaluable || solution.status == Status::Interrupted ||
      solution.status == Status::Unbounded || outOfTime_ || (found && workOf(solution) > mostWork))
    return true;
  const double sign = problem_.maximize ? -1.0 : 1.0, mu0 = optionValue("mu0"),
               push = optionValue("push"), steps = optionValue("steps");
  const std::vector<double> given = start_;
  double all = 0;
  bool sound = true;
  const Attempt quiet{}; // a start without a value is nobody's mistake
  const Attempt *const asked = attempt_;
  attempt_ = &quiet;
  setOptionValue("steps", std::min(steps, mostSteps));
  for (const auto &way : ways) {
    const bool converged = solution.status == Status::Converged;
    if (all > (converged ? mostInAll : mostWithout) ||
        (converged && &way == std::end(ways) - 1))
      break;
    for (size_t k = 0; k < given.size(); ++k)
      start_[k] = std::clamp(way.factor * given[k], lower_[k], upper_[k]);
    if (way.factor != 1 && start_ == given)
      continue;
    setOptionValue("mu0", way.mu0);
    setOptionValue("push", way.push);
    std::vector<double> x = x_, y = y_, z = z_, g = g_;
    auto begin = Clock::now();
    sound = runConstrained();
    if (!sound)
      break;
    Solution other;
    judgeConstrained(other);
    const double spent = milliseconds(begin);
    all += workOf(other);
    // What the last digits of a violation are worth is no gain.
    double noise = 1e-7 * std::max(1e-300, std::fabs(solution.objective));
    for (const ConstraintElement &c : other.constraints.constraints)
      noise += 2 * std::fabs(c.multiplier) * std::max({0.0, c.lower - c.value, c.value - c.upper});
    const bool better =
        other.status == Status::Converged
            ? !converged || sign * other.objective < sign * solution.objective - noise
            : other.status == Status::Infeasible &&
                  (solution.status == Status::Stalled || solution.status == Status::Limit);
    if (!better) {
      x_ = std::move(x), y_ = std::move(y), z_ = std::move(z), g_ = std::move(g);
      solution.solveMs += spent;
      continue;
    }
    for (auto &[name, value] : other.method.options)
      value = name == "mu0" ? way.mu0 : name == "push" ? way.push : value;
    other.method.why += way.factor == 1   ? "; begun otherwise, "
                        : way.factor == 0 ? "; from the origin, "
                                          : "; from the mirrored start, ";
    other.method.why += other.status == Status::Infeasible ? "it finds a reason"
                        : converged                        ? "it ends lower"
                                                           : "it ends at a minimum";
    other.start = solution.start;
    other.startX = given;
    other.compileMs = solution.compileMs;
    other.solveMs = solution.solveMs + spent;
    solution = std::move(other);
  }
  attempt_ = asked;
  start_ = given;
  setOptionValue("mu0", mu0);
  setOptionValue("push", push);
  setOptionValue("steps", steps);
  return sound;
}

} // namespace gradus::driver
