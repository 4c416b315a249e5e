//===- Solve.h - one problem from the graph to its solution ------------------===//
#pragma once

#include "driver/Native.h"
#include "lower/Method.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace gradus::driver {

/// Statuses and their exit codes; docs/language.md has the table.
enum class Status : uint8_t {
  Converged,        ///< 0
  Limit,            ///< 4: steps or time are used up
  Acceptable,       ///< 5
  Unbounded,        ///< 7
  NotEvaluable,     ///< 8: no value at the start
  EvaluationFailed, ///< 9
  Stalled,          ///< 10
  Interrupted,      ///< 130
};
const char *statusName(Status s);
int statusExitCode(Status s);

struct TraceRow {
  int64_t k;
  double f, gradientNorm, step;
  std::vector<double> x; ///< empty where x is large
};

struct MethodChoice {
  std::string name;
  std::vector<std::pair<std::string, double>> options;
  std::string why; ///< when the compiler chose
};

struct SolveOptions {
  bool trace = false;
  bool wholeTrace = false; ///< every iteration, not only the start
  bool traceX = false;     ///< x in every row, if it is not longer than this:
  size_t mostTracedElements = 1000;
  bool strict = false;
  double maxTime = 0;  ///< seconds; 0: none
  const std::atomic<bool> *cancel = nullptr; ///< becomes true to end the descent
  /// Called after each iteration; false ends the descent.
  std::function<bool(const TraceRow &row, const double *x, size_t n)> progress;
};

struct Solution {
  Status status = Status::Converged;
  std::string message;
  MethodChoice method;
  double start = 0;     ///< objective at the start, as written
  double objective = 0; ///< as written
  double gradientNorm = 0;
  double maxViolation = 0;
  int64_t iterations = 0, values = 0, gradients = 0, hessians = 0;
  std::vector<double> x, gradient, startX;
  double compileMs = 0, solveMs = 0;
  std::vector<TraceRow> trace;
};

/// Why no solution: an error was reported.
class Solver {
public:
  Solver(Session &session, const ir::Problem &problem, SolveOptions options)
      : session_(session), problem_(problem), options_(options) {}

  /// `method` overrides the model's `solve with`; may be null.
  bool solve(const syntax::MethodCall *method, Solution &solution);

private:
  bool chooseMethod(const syntax::MethodCall *call);
  bool setOption(const std::string &name, SourceRange range, double value);
  bool layOut();
  bool fillVector(ir::ValueId value, const ir::Unknown &u, double otherwise,
                  std::vector<double> &into);
  bool prepare();
  bool compile(jit::Level level);
  bool runNative();
  bool certified();
  bool evaluate(const std::vector<double> &x, double &value, std::vector<double> &gradient);
  bool findDescent(double scale, std::vector<double> &better);
  void addModelArguments(Arguments &arguments);
  void judge(Solution &solution);
  void explainStart(Solution &solution);
  static int64_t hook(void *user, const double *scalars, int64_t count, const double *x, int64_t n);
  bool costly(int64_t iterations) const;

  Session &session_;
  const ir::Problem &problem_;
  SolveOptions options_;
  const syntax::MethodDecl *method_ = nullptr;
  std::vector<std::pair<std::string, double>> given_; ///< options that were set
  MethodChoice choice_;
  std::vector<double> lower_, upper_, start_;
  bool bounded_ = false;
  loops::Module module_;
  lower::Descent descent_;
  std::vector<ir::ValueId> inputs_;
  std::unique_ptr<jit::CompiledModule> code_;
  int64_t workspace_ = 0;
  int64_t elements_ = 0; ///< of all data and unknowns: the work of one evaluation
  // Of the running solve:
  std::vector<double> x_, g_;
  int64_t status_ = 0, k_ = 0, values_ = 0, gradients_ = 0, hessians_ = 0;
  double f_ = 0, norm_ = 0;
  bool tierUp_ = false, allowTierUp_ = false, outOfTime_ = false, failed_ = false;
  std::chrono::steady_clock::time_point deadline_;
  std::vector<TraceRow> trace_;
};

/// Asks running solves to stop at the next iteration (Ctrl-C).
void requestInterrupt();

} // namespace gradus::driver
