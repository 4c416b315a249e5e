//===- Solve.h - one problem from the graph to its solution ------------------===//
#pragma once

#include "driver/BoundValues.h"
#include "driver/Clock.h"
#include "driver/Curvature.h"
#include "driver/Native.h"
#include "driver/Point.h"
#include "driver/PreparedDescent.h"
#include "driver/Statistics.h"
#include "lower/Method.h"
#include "semantics/HoistOption.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace gradus::driver {

/// Statuses and their exit codes; docs/language.md has the table.
enum class Status : uint8_t {
  Converged,        ///< 0
  Limit,            ///< 4: steps or time are used up
  Acceptable,       ///< 5
  Infeasible,       ///< 6
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
  double violation = 0, barrier = 0, length = 0; ///< with constraints
};

/// One element of a constraint, or the bounds of an element of an unknown.
struct ConstraintElement {
  std::string name; ///< "dynamics[3,1]", "x[2]"
  double value, lower, upper, multiplier;
  /// Left out by a range or by `where`: an element that holds nothing.
  bool free() const { return lower == -HUGE_VAL && upper == HUGE_VAL; }
  double violation() const {
    return std::max({0.0, lower - value, value - upper, value == value ? 0.0 : HUGE_VAL});
  }
};
/// How the answer changes with one parameter, or one element of it.
struct Sensitivity {
  std::string name;
  double objective; ///< d objective / d parameter
  std::vector<double> x;
};
/// What a problem with constraints has besides.
struct ConstraintReport {
  bool present = false;
  std::vector<ConstraintElement> constraints, bounds; ///< bounds: only those that hold the point
  double stationarity = 0, complementarity = 0; ///< of the independent test
  std::vector<Sensitivity> sensitivities;
  std::vector<std::string> fighting;            ///< infeasible: names of what contradicts
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
  std::optional<int64_t> seed; ///< of random numbers, whatever the model says
  const std::atomic<bool> *cancel = nullptr; ///< becomes true to end the descent
  /// Called after each iteration; false ends the descent.
  std::function<bool(const TraceRow &row, const double *x, size_t n)> progress;
  std::vector<PointEntry> start; ///< of unknowns, and multipliers of named constraints
  std::vector<PointEntry> fixed; ///< unknowns that are not to move
  bool sensitivity = false;      ///< how the answer depends on parameters
  DescentStore *store = nullptr; ///< of the session: for problems that are solved again
  bool showsProgress = false; ///< a line on stderr while a descent takes long
};

/// What to try instead of what the model says.
struct Attempt {
  std::string method;
  std::string why;
  std::vector<std::pair<std::string, double>> options;
  std::vector<double> start; ///< empty: the model's
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
  bool timeUsedUp = false;
  Curvature curvature; ///< at the end, of what is minimized
  std::optional<FitStatistics> fit; ///< of a sum of squares
  std::string runaway; ///< the unknown that grows while the objective levels off
  std::vector<TraceRow> trace;
  ConstraintReport constraints;
};

/// Compiles and runs descents on one problem. False: an error was reported.
class Solver {
public:
  Solver(Session &session, const ir::Problem &problem, SolveOptions options)
      : session_(session), problem_(problem), options_(options) {}
  virtual ~Solver() = default;

  /// `method` overrides the model's `solve with`; may be null.
  bool solve(const syntax::MethodCall *method, Solution &solution);
  /// The same with another method from another start; options are those of the
  /// attempt.
  bool solve(const Attempt &attempt, Solution &solution);
  /// The problem as methods see it.
  const lower::DescentProblem &described() const { return described_; }
  int64_t elements() const { return elements_; }
  const BoundValues &lowerBounds() const { return lower_; }
  const BoundValues &upperBounds() const { return upper_; }

protected:
  bool run(Solution &solution);
  void describe();
  /// What objective and constraints read besides the unknowns.
  std::vector<ir::ValueId> inputsFor(const lower::DescentProblem &problem);
  // HoistData.cpp
  bool hoistData();
  bool hoistNormal(lower::DescentProblem &descended);
  bool settle(Solution &solution);
  bool isFar(size_t k, const std::vector<double> &given) const;
  size_t farthest(const std::vector<double> &given) const;
  bool tryFarther(const std::vector<double> &given);
  bool tryBeside(const Curvature &curvature);
  void showProgress(const double *scalars);
  void endProgress();
  bool again(const std::vector<double> &start, double noise, double least);
  double optionValue(const char *name);
  void setOptionValue(const char *name, double value);
  void addStatistics(Solution &solution);
  bool chooseMethod(const syntax::MethodCall *call);
  bool setOption(const std::string &name, SourceRange range, double value);
  using TakeOption = std::function<bool(const std::string &, SourceRange, double)>;
  /// The options of the call, or those of the problem, until one is refused.
  bool eachOption(const syntax::MethodCall *call, const TakeOption &take);
  bool layOut();
  /// Whether the descent reads bounds of problems that have none.
  virtual bool readsBounds() const { return false; }
  bool fillVector(ir::ValueId value, const ir::Unknown &u, double otherwise,
                  std::vector<double> &into);
  /// Start values and fixed unknowns of the options. (Start.cpp)
  bool applyStart(std::vector<double> &multipliers);
  bool prepare();
  bool setOwnTime();
  /// Values of what is known after lowering only; false after reporting.
  virtual bool bindDescent() { return true; }
  void lower();
  void countWork();
  void countStep(double elements);
  double operationsOf(loops::FunctionId function, std::span<const ir::ValueId> inputs);
  bool isCompiled(jit::Level level) const;
  bool compile(jit::Level level);
  bool runNative();
  /// Calls the code with what all descents take last: options, and where results go.
  bool callSolve(GradusFrame &frame, Arguments &arguments);
  /// What the run has left, but why it has ended.
  void collectRun(Solution &solution);
  /// Runs the descent, again from its start with better code once it has taken so much
  /// work that better code pays. False after reporting.
  bool runInTiers(const std::function<bool()> &run);
  bool levelledOff() const;
  size_t largestUnknown() const;
  void judge(Solution &solution);
  void explainStart(Solution &solution);
  static int64_t hook(void *user, const double *scalars, int64_t count, const double *x, int64_t n);
  /// The code that so much work pays for, with all that was done before.
  jit::Level levelFor(int64_t work) const;
  int64_t workOfSteps(int64_t iterations) const { return (iterations + 1) * stepWork_; }

  Session &session_;
  const ir::Problem &problem_;
  SolveOptions options_;
  const syntax::MethodDecl *method_ = nullptr;
  std::vector<std::pair<std::string, double>> given_; ///< options that were set
  MethodChoice choice_;
  semantics::Hoist hoist_ = semantics::Hoist::Data;
  SourceRange hoistRange_;
  const Attempt *attempt_ = nullptr;
  lower::DescentProblem described_;
  std::shared_ptr<Landscape> landscape_;
  double promised_ = 0;
  bool confirmed_ = true, rough_ = false, roundedOff_ = false, atKink_ = false; ///< what settling has found
  BoundValues lower_{-std::numeric_limits<double>::infinity()};
  BoundValues upper_{std::numeric_limits<double>::infinity()};
  std::vector<double> start_;
  std::vector<double> origin_; ///< the start of the problem, when an attempt has its own
  bool bounded_ = false;
  bool ownTime_ = false; ///< the method ends by itself when its time is used up
  std::shared_ptr<PreparedDescent> prepared_;
  lower::Descent descent_;
  std::vector<ir::ValueId> inputs_;
  std::shared_ptr<jit::CompiledModule> code_;
  jit::Level level_ = jit::Level::Bytecode; ///< of the code
  int64_t workspace_ = 0;
  int64_t elements_ = 0; ///< of all data and unknowns, or more: the work of one evaluation
  int64_t stepWork_ = 0; ///< of a step with its evaluations, in elements of 32 additions
  /// Work by bytecode, and by code that is not optimized, that takes about as long as to
  /// compile the next: a multiple of the statements.
  int64_t mostBytecodeWork_ = 0, mostPlainWork_ = 0;
  // Of the running solve:
  std::vector<double> x_, g_;
  int64_t status_ = 0, k_ = 0, values_ = 0, gradients_ = 0, hessians_ = 0;
  double f_ = 0, norm_ = 0;
  Clock::time_point begun_, shown_;
  bool progressShown_ = false;
  bool tierUp_ = false, allowTierUp_ = false, outOfTime_ = false, failed_ = false;
  double recompileMs_ = 0; ///< for better code, while it ran
  Clock::time_point deadline_;
  std::vector<TraceRow> trace_;
  bool constrained_ = false; ///< the loop and the arguments of SolveConstrained.h
};

/// Solves a problem: with the method that is named, else with one that suits it;
/// where that finds no minimum, with others.
bool solveProblem(Session &session, const ir::Problem &problem, const SolveOptions &options,
                  const syntax::MethodCall *method, Solution &solution);

/// Asks running solves to stop at the next iteration (Ctrl-C).
void requestInterrupt();

} // namespace gradus::driver
