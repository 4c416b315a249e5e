//===- solvers.cpp - whole solves by several libraries, side by side --------------===//
//
// Each library minimizes with a gradient by hand; Gradus with its own lbfgs, compiled
// together with the model (gradus compile --emit=obj). All from the same start, until
// the norm of the gradient is 1e-7 of that at the start. A first run counts the evaluations
// until then; timed runs, in turns, stop at that count and look at nothing.
//
//===--------------------------------------------------------------------===//

#include "byhand.h"
#define CHAIN_IMPLEMENTATION // what the objects need of the runtime
#define LEAST_SQUARES_IMPLEMENTATION
#define LOGISTIC_IMPLEMENTATION
#define NORMAL_IMPLEMENTATION
#include "chain.h"
#include "least_squares.h"
#include "logistic.h"
#include "normal.h"

#include <algorithm>
#include <ceres/ceres.h>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <gsl/gsl_multimin.h>
#include <lbfgs.h>
#include <nlopt.h>
#include <string>
#include <vector>

namespace {

constexpr double reduction = 1e-7; ///< of the norm of the gradient
constexpr int memory = 10;
constexpr long most = 20'000, mostOfMany = 1'000; ///< evaluations; with many unknowns

using Vector = std::vector<double>;
using Clock = std::chrono::steady_clock;

double seconds(Clock::time_point from) {
  return std::chrono::duration<double>(Clock::now() - from).count();
}

double norm(size_t n, const double *g) {
  double s = 0;
  for (size_t i = 0; i < n; ++i)
    s += g[i] * g[i];
  return std::sqrt(s);
}

struct Problem {
  std::string name;
  Vector start;
  std::function<double(const double *x, double *g)> byHand;
  std::function<void(double tol, Vector &x, long &evaluations, double &f)> gradus;
  double tolerance = 0, atStart = 0; ///< norm of the gradient

  void measureStart() {
    Vector g(start.size());
    byHand(start.data(), g.data());
    atStart = norm(g.size(), g.data());
    tolerance = reduction * atStart;
  }
};

/// Where a solve is: stops at a count of evaluations, or where the gradient is small.
struct Meter {
  const Problem &problem;
  long limit; ///< 0: watch the gradient
  long evaluations = 0;
  double f = 0;
  bool reached = false;

  double evaluate(const double *x, double *g) {
    ++evaluations;
    return f = problem.byHand(x, g);
  }
  /// After an iteration, or an evaluation.
  bool enough(double gradient) {
    reached = limit ? evaluations >= limit : gradient <= problem.tolerance;
    return reached || evaluations >= (problem.start.size() > 10'000 ? mostOfMany : most);
  }
};

//--- the libraries -----------------------------------------------------------------------

void liblbfgs(Meter &m) {
  lbfgs_parameter_t how;
  lbfgs_parameter_init(&how);
  how.m = memory;
  how.epsilon = 1e-30;
  Vector x = m.problem.start;
  double f;
  lbfgs(
      static_cast<int>(x.size()), x.data(), &f,
      [](void *user, const double *x, double *g, int, double) {
        return static_cast<Meter *>(user)->evaluate(x, g);
      },
      [](void *user, const double *, const double *, double f, double, double g, double, int, int,
         int) {
        auto &meter = *static_cast<Meter *>(user);
        meter.f = f;
        return meter.enough(g) ? 1 : 0;
      },
      &m, &how);
}

void nloptLbfgs(Meter &m) {
  struct Both {
    Meter *meter;
    nlopt_opt opt;
  } both{&m, nlopt_create(NLOPT_LD_LBFGS, static_cast<unsigned>(m.problem.start.size()))};
  nlopt_set_vector_storage(both.opt, memory);
  nlopt_set_min_objective(
      both.opt,
      [](unsigned n, const double *x, double *g, void *user) {
        auto &b = *static_cast<Both *>(user);
        const double f = b.meter->evaluate(x, g);
        if (b.meter->enough(b.meter->limit ? 0 : norm(n, g)))
          nlopt_force_stop(b.opt);
        return f;
      },
      &both);
  Vector x = m.problem.start;
  double f;
  nlopt_optimize(both.opt, x.data(), &f);
  nlopt_destroy(both.opt);
}

void ceresLbfgs(Meter &m) {
  struct Function : ceres::FirstOrderFunction {
    explicit Function(Meter &m) : meter(m) {}
    bool Evaluate(const double *x, double *f, double *g) const override {
      // Without a gradient asked for the value costs the same here.
      if (scratch.empty())
        scratch.resize(meter.problem.start.size());
      *f = meter.evaluate(x, g ? g : scratch.data());
      return true;
    }
    int NumParameters() const override { return static_cast<int>(meter.problem.start.size()); }
    Meter &meter;
    mutable Vector scratch;
  };
  struct Stop : ceres::IterationCallback {
    explicit Stop(Meter &m) : meter(m) {}
    ceres::CallbackReturnType operator()(const ceres::IterationSummary &s) override {
      meter.f = s.cost;
      return meter.enough(s.gradient_norm) ? ceres::SOLVER_TERMINATE_SUCCESSFULLY
                                           : ceres::SOLVER_CONTINUE;
    }
    Meter &meter;
  };
  Stop stop(m);
  ceres::GradientProblemSolver::Options how;
  how.max_lbfgs_rank = memory;
  how.max_num_iterations = most;
  how.function_tolerance = how.parameter_tolerance = how.gradient_tolerance = 0;
  how.logging_type = ceres::SILENT;
  how.callbacks.push_back(&stop);
  Vector x = m.problem.start;
  ceres::GradientProblem problem(new Function(m));
  ceres::GradientProblemSolver::Summary summary;
  ceres::Solve(how, problem, x.data(), &summary);
}

void gsl(Meter &m) {
  const size_t n = m.problem.start.size();
  Vector g(n);
  struct User {
    Meter &meter;
    Vector &scratch;
  } user{m, g};
  gsl_multimin_function_fdf f;
  f.n = n;
  f.params = &user;
  f.f = [](const gsl_vector *x, void *p) {
    auto &u = *static_cast<User *>(p);
    return u.meter.evaluate(x->data, u.scratch.data());
  };
  f.df = [](const gsl_vector *x, void *p, gsl_vector *g) {
    static_cast<User *>(p)->meter.evaluate(x->data, g->data);
  };
  f.fdf = [](const gsl_vector *x, void *p, double *f, gsl_vector *g) {
    *f = static_cast<User *>(p)->meter.evaluate(x->data, g->data);
  };
  gsl_vector *x = gsl_vector_alloc(n);
  std::copy(m.problem.start.begin(), m.problem.start.end(), x->data);
  gsl_multimin_fdfminimizer *s = gsl_multimin_fdfminimizer_alloc(gsl_multimin_fdfminimizer_vector_bfgs2, n);
  gsl_multimin_fdfminimizer_set(s, &f, x, 0.01, 0.1);
  for (long before = -1; before != m.evaluations;) { // it may rest without saying so
    before = m.evaluations;
    if (gsl_multimin_fdfminimizer_iterate(s) != 0)
      break;
    m.f = s->f;
    if (m.enough(m.limit ? 0 : norm(n, s->gradient->data)))
      break;
  }
  gsl_multimin_fdfminimizer_free(s);
  gsl_vector_free(x);
}

//--- problems ---------------------------------------------------------------------------

/// Numbers in [-1, 1), the same on every machine.
double uniform() {
  static uint64_t state = 88172645463325252ull;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return static_cast<double>(state >> 11) * 0x1p-52 - 1;
}

template <class Frame> void withWorkspace(Frame &frame, Vector &room, size_t bytes) {
  room.resize(std::max(room.size(), bytes / sizeof(double) + 1));
  frame.workspace = room.data();
  frame.workspace_bytes = room.size() * sizeof(double);
}

void check(int result, const char *what) {
  if (result == 0)
    return;
  std::fprintf(stderr, "%s: result %d\n", what, result);
  std::exit(1);
}

/// From -1.2, 1, -1.2, ..., or from 0.5 everywhere.
Problem chain(const char *name, size_t n, bool alternates, bool quick) {
  Problem p{name, Vector(n, 0.5), {}, {}, 0, 0};
  for (size_t i = 0; alternates && i < n; ++i)
    p.start[i] = i % 2 == 0 ? -1.2 : 1;
  p.byHand = [n, quick](const double *x, double *g) {
    return quick ? fast::chain(n, x, g) : strict::chain(n, x, g);
  };
  p.gradus = [n](double tol, Vector &x, long &evaluations, double &f) {
    static Vector room;
    chain_solve_options options = CHAIN_SOLVE_OPTIONS;
    options.tol = tol;
    options.memory = memory;
    chain_frame frame = {};
    withWorkspace(frame, room, chain_solve_workspace(static_cast<int64_t>(n), options.memory));
    chain_solve_result result;
    check(chain_solve(&frame, static_cast<int64_t>(n), x.data(), &options, &result), "chain_solve");
    evaluations = result.values;
    f = result.f;
  };
  return p;
}

constexpr size_t rows = 10'000, columns = 50;

const Vector &matrix() {
  static const Vector A = [] {
    Vector a(rows * columns);
    for (double &v : a)
      v = uniform();
    return a;
  }();
  return A;
}

/// Labels that a plane tells apart only roughly.
const Vector &labels() {
  static const Vector y = [] {
    Vector w(columns), y(rows);
    for (double &v : w)
      v = uniform();
    for (size_t i = 0; i < rows; ++i) {
      double z = 4 * uniform();
      for (size_t j = 0; j < columns; ++j)
        z += matrix()[i * columns + j] * w[j];
      y[i] = z > 0 ? 1 : -1;
    }
    return y;
  }();
  return y;
}

Problem logistic(bool quick) {
  Problem p{"logistic regression, 10,000 x 50", Vector(columns, 0.0), {}, {}, 0, 0};
  const double *A = matrix().data(), *y = labels().data();
  p.byHand = [=](const double *x, double *g) {
    return quick ? fast::logistic(rows, columns, A, y, x, g) : strict::logistic(rows, columns, A, y, x, g);
  };
  p.gradus = [=](double tol, Vector &x, long &evaluations, double &f) {
    static Vector room;
    logistic_solve_options options = LOGISTIC_SOLVE_OPTIONS;
    options.tol = tol;
    options.memory = memory;
    logistic_frame frame = {};
    withWorkspace(frame, room, logistic_solve_workspace(columns, options.memory));
    logistic_solve_result result;
    check(logistic_solve(&frame, rows, columns, A, y, x.data(), &options, &result), "logistic_solve");
    evaluations = result.values;
    f = result.f;
  };
  return p;
}

//--- measuring ------------------------------------------------------------------------------

void print(const char *key, const Vector &v) {
  std::printf("\"%s\": [", key);
  for (size_t k = 0; k < v.size(); ++k)
    std::printf("%s%.9g", k ? ", " : "", v[k]);
  std::printf("]");
}

void compare(const std::function<Problem(bool)> &make, int rounds, bool first) {
  constexpr double enoughSeconds = 0.01; ///< for one measurement
  constexpr double slowSeconds = 3;      ///< that is measured once
  // The form by hand that is quicker here.
  Problem forms[2] = {make(false), make(true)};
  double each[2] = {1e300, 1e300};
  Vector g(forms[0].start.size());
  for (int round = 0; round < 2 * rounds; ++round) {
    int calls = 0;
    auto begin = Clock::now();
    for (; seconds(begin) < enoughSeconds; ++calls)
      forms[round % 2].byHand(forms[0].start.data(), g.data());
    each[round % 2] = std::min(each[round % 2], seconds(begin) / calls);
  }
  const bool quick = each[1] < each[0];
  Problem p = std::move(forms[quick ? 1 : 0]);
  p.measureStart();
  struct Solver {
    const char *name;
    void (*run)(Meter &);
    long evaluations;
    bool reached;
    double f;
    Vector times;
    int repeats = 1;
  };
  std::vector<Solver> solvers{{"gradus", nullptr, 0, true, 0, {}, 1},
                              {"liblbfgs", liblbfgs, 0, false, 0, {}, 1},
                              {"NLopt", nloptLbfgs, 0, false, 0, {}, 1},
                              {"Ceres", ceresLbfgs, 0, false, 0, {}, 1},
                              {"GSL", gsl, 0, false, 0, {}, 1}};
  auto once = [&](Solver &s, long limit) {
    if (!s.run) {
      Vector x = p.start;
      // Gradus asks for this part of the gradient, or of 1 where that was larger.
      p.gradus(p.tolerance / std::min(1.0, p.atStart), x, s.evaluations, s.f);
      return;
    }
    Meter m{p, limit};
    s.run(m);
    if (limit == 0) {
      s.evaluations = m.evaluations;
      s.reached = m.reached;
      s.f = m.f;
    }
  };
  for (Solver &s : solvers) {
    once(s, 0);
    auto begin = Clock::now();
    once(s, s.evaluations);
    const double took = seconds(begin);
    s.repeats = std::clamp(static_cast<int>(enoughSeconds / took), 1, 10'000);
    if (s.repeats == 1)
      s.times.push_back(took);
  }
  for (int round = 0; round < rounds; ++round)
    for (Solver &s : solvers) {
      if (!s.times.empty() && s.times.back() > slowSeconds)
        continue;
      auto begin = Clock::now();
      for (int k = 0; k < s.repeats; ++k)
        once(s, s.evaluations);
      s.times.push_back(seconds(begin) / s.repeats);
    }
  std::printf("%s {\"problem\": \"%s\", \"by_hand\": \"%s\", \"solvers\": [", first ? "" : ",\n",
              p.name.c_str(), quick ? "fast" : "strict");
  for (size_t k = 0; k < solvers.size(); ++k) {
    const Solver &s = solvers[k];
    std::printf("%s\n  {\"name\": \"%s\", \"evaluations\": %ld, \"reached\": %s, \"f\": %.12g, ",
                k ? "," : "", s.name, s.evaluations, s.reached ? "true" : "false", s.f);
    print("seconds", s.times);
    std::printf("}");
  }
  std::printf("]}");
}

/// Fixed steps of gradient descent on least squares.
void steps(int rounds) {
  constexpr int count = 1000;
  constexpr double rate = 1e-4;
  const double *A = matrix().data(), *y = labels().data();
  Vector room, g(columns), byHand[2], gradus, hoisted;
  Vector times[4];
  int64_t made = count;
  for (int round = 0; round < rounds; ++round) {
    for (int quick : {0, 1}) {
      byHand[quick].assign(columns, 0.0);
      auto begin = Clock::now();
      (quick ? fast::gradient_steps : strict::gradient_steps)(rows, columns, A, y, byHand[quick].data(),
                                                              g.data(), rate, count);
      times[quick].push_back(seconds(begin));
    }
    gradus.assign(columns, 0.0);
    auto begin = Clock::now();
    least_squares_solve_options options = LEAST_SQUARES_SOLVE_OPTIONS;
    options.rate = rate;
    options.steps = count;
    options.tol = options.noise = 0;
    least_squares_frame frame = {};
    withWorkspace(frame, room, least_squares_solve_workspace(columns));
    least_squares_solve_result result;
    check(least_squares_solve(&frame, rows, columns, A, y, gradus.data(), &options, &result), "least_squares_solve");
    // A descent ends where no step changes anything any more: the time of as many as by hand.
    made = result.steps;
    times[2].push_back(seconds(begin) * count / static_cast<double>(made));

    hoisted.assign(columns, 0.0);
    begin = Clock::now();
    normal_solve_options same = NORMAL_SOLVE_OPTIONS;
    same.rate = rate;
    same.steps = count;
    same.tol = same.noise = 0;
    normal_frame once = {};
    withWorkspace(once, room, normal_solve_workspace(columns));
    normal_solve_result end;
    check(normal_solve(&once, rows, columns, A, y, hoisted.data(), &same, &end), "normal_solve");
    times[3].push_back(seconds(begin));
  }
  double difference = 0;
  for (size_t j = 0; j < columns; ++j)
    difference = std::max({difference, std::fabs(gradus[j] - byHand[0][j]),
                           std::fabs(hoisted[j] - byHand[0][j])});
  std::printf("{\"steps\": %d, \"made\": %lld, \"difference\": %.3g, ", count,
              static_cast<long long>(made), difference);
  print("strict", times[0]);
  std::printf(", ");
  print("fast", times[1]);
  std::printf(", ");
  print("gradus", times[2]);
  std::printf(", ");
  print("normal", times[3]);
  std::printf("}");
}

} // namespace

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("{\"solves\": [\n");
  compare([](bool quick) { return chain("chained Rosenbrock, n = 2", 2, true, quick); }, 15, true);
  compare([](bool quick) { return chain("chained Rosenbrock, n = 1,000", 1000, true, quick); }, 3, false);
  compare([](bool quick) { return chain("chained Rosenbrock, n = 100,000, from 0.5", 100'000, false, quick); }, 3, false);
  compare([](bool quick) { return logistic(quick); }, 9, false);
  std::printf("],\n\"gradient_steps\": ");
  steps(5);
  std::printf("}\n");
}
