//===- Rescue.cpp - other methods where the chosen one finds no minimum -------------===//
//
// Only where the compiler has chosen: who names a method gets that method. An
// attempt replaces the answer when it ends at a minimum that is not higher.
//
//===--------------------------------------------------------------------===//

#include "driver/Solve.h"
#include "driver/SolveKinks.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gradus::driver {

namespace {

constexpr size_t mostUnknowns = 200;
constexpr int64_t mostElements = 20'000;
constexpr double attemptSteps = 3000;
constexpr double allSeconds = 2; ///< for all attempts together

bool worthTrying(Status s) {
  switch (s) {
  case Status::Limit:
  case Status::Acceptable:
  case Status::EvaluationFailed:
  case Status::Stalled:
    return true;
  case Status::Converged:
  case Status::Infeasible:
  case Status::Unbounded: // but see below
  case Status::NotEvaluable:
  case Status::Interrupted:
    return false;
  }
  return false;
}

/// Starts around x: nearer to zero and farther, then each unknown moved by a
/// factor of its own (points of Halton, Numerische Mathematik 2, 1960).
std::vector<std::vector<double>> startsAround(const std::vector<double> &x) {
  std::vector<std::vector<double>> starts;
  for (double factor : {0.1, 0.01, 10.0}) {
    starts.push_back(x);
    for (double &e : starts.back())
      e *= factor;
  }
  constexpr int primes[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
  for (int point = 1; point <= 4; ++point) {
    starts.push_back(x);
    for (size_t k = 0; k < x.size(); ++k) {
      const int base = primes[k % std::size(primes)];
      double u = 0, part = 1;
      for (int rest = point + static_cast<int>(k / std::size(primes)); rest > 0; rest /= base) {
        part /= base;
        u += part * (rest % base);
      }
      starts.back()[k] = x[k] == 0 ? 2 * u - 1 : x[k] * std::pow(10.0, 2 * u - 1.5);
    }
  }
  return starts;
}

/// A bound may have stopped a descent that would have gone lower elsewhere: where that
/// costs little, from the origin and the mirrored start too, and the lowest end is the
/// answer.
bool leaveBounds(Session &session, const ir::Problem &problem, SolveOptions how,
                 const Solver &first, Solution &solution) {
  constexpr int64_t mostWork = 1'000'000; // evaluations times elements
  bool held = false;
  const size_t n = solution.x.size();
  for (size_t k = 0; k < n; ++k)
    held = held || ((solution.x[k] <= first.lowerBounds()[k] || solution.x[k] >= first.upperBounds()[k]) &&
                    first.lowerBounds()[k] < first.upperBounds()[k]);
  if (!held || solution.status != Status::Converged ||
      solution.values * first.elements() > mostWork ||
      n > mostUnknowns || first.elements() > mostElements || solution.method.name == "gauss_newton")
    return true;
  const double sign = problem.maximize ? -1.0 : 1.0;
  const std::vector<double> start = solution.startX;
  how.maxTime = how.maxTime > 0 ? std::min(how.maxTime, allSeconds) : allSeconds;
  for (double factor : {0.0, -1.0}) {
    std::vector<double> from = start;
    for (size_t k = 0; k < n; ++k)
      from[k] = std::clamp(factor * start[k], first.lowerBounds()[k], first.upperBounds()[k]);
    if (from == start)
      continue;
    const Attempt attempt{solution.method.name,
                          solution.method.why + "; " +
                              (factor == 0 ? "from the origin" : "from the mirrored start") +
                              " it ends lower",
                          {{"steps", attemptSteps}},
                          std::move(from)};
    Solution other;
    if (!Solver(session, problem, how).solve(attempt, other))
      return false;
    solution.compileMs += other.compileMs;
    solution.solveMs += other.solveMs;
    if (other.status != Status::Converged ||
        !(sign * other.objective <
          sign * solution.objective - 1e-7 * std::max(1e-300, std::fabs(solution.objective))))
      continue;
    other.compileMs = solution.compileMs;
    other.solveMs = solution.solveMs;
    other.start = solution.start;
    other.startX = start;
    solution = std::move(other);
  }
  return true;
}

/// With an unknown in place of each kink, where a descent over the kinks has stopped.
bool solveKinks(Session &session, const ir::Problem &problem, SolveOptions how,
                Solution &solution) {
  const std::string before = solution.method.name + " ended " + statusName(solution.status) + "; ";
  how.maxTime = how.maxTime > 0 ? std::min(how.maxTime, allSeconds) : allSeconds;
  Solution other;
  const auto solved = solveWithoutKinks(session, problem, how, nullptr, other, true);
  if (!solved || !*solved)
    return !solved;
  const double sign = problem.maximize ? -1.0 : 1.0;
  if (other.status != Status::Converged ||
      sign * other.objective >
          sign * solution.objective + 1e-7 * (std::fabs(solution.objective) + 1e-300))
    return true;
  other.method.why = before + other.method.why;
  other.compileMs += solution.compileMs;
  other.solveMs += solution.solveMs;
  solution = std::move(other);
  return true;
}

/// The method of multipliers, where the chosen one ends at no point that meets the
/// conditions of optimality. Where it finds one, or a lower one that holds the
/// constraints, that is the answer.
bool solveWithMultipliers(Session &session, const ir::Problem &problem, SolveOptions how,
                          Solution &solution) {
  constexpr double allowed = 1e-8;
  const bool stopped = solution.status == Status::Limit || solution.status == Status::Stalled ||
                       solution.status == Status::EvaluationFailed;
  if (!stopped || solution.timeUsedUp || solution.x.size() > mostUnknowns)
    return true;
  const Attempt attempt{"augmented_lagrangian",
                        solution.method.name + " ended " + statusName(solution.status) +
                            "; augmented_lagrangian from the start",
                        {},
                        {}};
  how.maxTime = how.maxTime > 0 ? std::min(how.maxTime, allSeconds) : allSeconds;
  Solution other;
  if (!Solver(session, problem, how).solve(attempt, other))
    return false;
  const double sign = problem.maximize ? -1.0 : 1.0;
  const bool lower = other.maxViolation <= allowed &&
                     (!(solution.maxViolation <= allowed) ||
                      sign * other.objective <
                          sign * solution.objective - 1e-7 * std::fabs(solution.objective));
  solution.solveMs += other.solveMs;
  solution.compileMs += other.compileMs;
  if (other.status != Status::Converged && other.status != Status::Acceptable && !lower)
    return true;
  other.solveMs = solution.solveMs;
  other.compileMs = solution.compileMs;
  other.start = solution.start;
  solution = std::move(other);
  return true;
}

} // namespace

bool solveProblem(Session &session, const ir::Problem &problem, const SolveOptions &options,
                  const syntax::MethodCall *method, Solution &solution) {
  DescentStore made; // attempts share methods
  SolveOptions how = options;
  if (!how.store)
    how.store = &made;
  if (const auto solved = solveWithoutKinks(session, problem, how, method, solution))
    return *solved;
  Solver first(session, problem, how);
  if (!first.solve(method, solution))
    return false;
  if (solution.constraints.present && !method && problem.method.name.empty() &&
      options.start.empty())
    return solveWithMultipliers(session, problem, options, solution);
  if (!method && problem.method.name.empty() && options.start.empty() &&
      !leaveBounds(session, problem, options, first, solution))
    return false;
  const size_t n = solution.x.size();
  const bool sparse = solution.method.name == "newton_sparse";
  if (solution.constraints.present || solution.timeUsedUp || method || !problem.method.name.empty() || (!worthTrying(solution.status) && solution.runaway.empty()) ||
      ((n > mostUnknowns || first.elements() > mostElements) && !sparse))
    return true;
  if (!solveKinks(session, problem, options, solution))
    return false;
  if (!worthTrying(solution.status) && solution.runaway.empty())
    return true;
  const bool squares = solution.method.name == "levenberg_marquardt";
  const std::vector<double> start = solution.startX, end = solution.x;
  const std::string chosen = solution.method.name;
  const double sign = problem.maximize ? -1.0 : 1.0;
  std::vector<Attempt> attempts;
  auto add = [&](const char *name, std::vector<double> from, const char *where,
                 std::vector<std::pair<std::string, double>> given = {}) {
    given.push_back({"steps", attemptSteps});
    attempts.push_back({name,
                        chosen + " ended " + statusName(solution.status) + "; " + name + " " +
                            where,
                        std::move(given), std::move(from)});
  };
  if (sparse)
    add("lbfgs", start, "from the start");
  else if (solution.status != Status::Unbounded && std::isfinite(solution.objective))
    add("trust_region", end, "from there");
  if (squares)
    add("levenberg_marquardt", start, "with more damping", {{"mu", 1e3}});
  if (!sparse) {
    add("trust_region", start, "from the start");
    add("bfgs", start, "from the start");
    for (const std::vector<double> &from : startsAround(start)) {
      if (squares)
        add("levenberg_marquardt", from, "from a point near the start");
      add("trust_region", from, "from a point near the start");
    }
  }
  const auto begin = Clock::now();
  for (const Attempt &attempt : attempts) {
    const double left = allSeconds - milliseconds(begin) / 1000;
    if (left <= 0)
      break;
    how.maxTime = options.maxTime > 0 ? std::min(left, options.maxTime) : left;
    Solution other;
    Solver solver(session, problem, how);
    if (!solver.solve(attempt, other))
      return false;
    solution.solveMs += other.solveMs;
    solution.compileMs += other.compileMs;
    if (other.status == Status::Interrupted)
      break;
    const double noise = 1e-9 * (std::fabs(solution.objective) + 1e-300);
    if (other.status != Status::Converged || sign * other.objective > sign * solution.objective + noise)
      continue;
    other.solveMs = solution.solveMs;
    other.compileMs = solution.compileMs;
    other.values += solution.values;
    other.gradients += solution.gradients;
    other.hessians += solution.hessians;
    other.iterations += solution.iterations;
    other.startX = start;
    if (!solution.trace.empty() && !other.trace.empty())
      other.start = solution.start;
    solution = std::move(other);
    break;
  }
  return true;
}

} // namespace gradus::driver
