//===- Instance.h - a model with bound values, for one thread -----------------===//
#pragma once

#include "api/Model.h"
#include "api/Routine.h"
#include "driver/Solve.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gradus::api {

struct SolveRequest {
  std::string problem; ///< empty: the only one
  std::string method;  ///< empty: the model's
  double maxTime = 0;
  bool trace = false;
  std::vector<driver::PointEntry> start, fixed;
  std::function<bool(const driver::TraceRow &row, const double *x, size_t n)> progress;
};

/// A solution and where the unknowns lie in it.
struct Solved {
  driver::Solution solution;
  struct Place {
    std::string name;
    size_t first, count;
  };
  std::vector<Place> unknowns;
  std::vector<double> multipliers;
  std::vector<Place> constraints; ///< named ones, places in `multipliers`
};

class Instance {
public:
  /// Its session holds the messages where it is not sound.
  explicit Instance(std::shared_ptr<const Model> model);

  driver::Session &session() { return *session_; }
  bool sound() const { return session_ && !session_->diagnostics.hasErrors(); }
  /// Forgets messages, for the next call.
  void begin();

  void bind(const std::string &name, driver::MemoryValue value);
  /// The compiled quantity of a function, its arguments placed; null after reporting.
  Routine *routine(const std::string &function, Quantity quantity,
                   const std::vector<Argument> &arguments);
  /// False after reporting.
  bool solve(const SolveRequest &request, Solved &solved);
  void cancel() { cancelled_ = true; }

private:
  bool ensureBound();
  void name(const ir::Problem &problem, Solved &solved);
  void rebuild();
  void takeSubjects();

  std::shared_ptr<const Model> model_;
  std::unique_ptr<driver::Session> session_;
  std::vector<driver::Subject> subjects_;
  std::map<std::string, driver::MemoryValue> given_;
  bool bound_ = false;
  driver::DescentStore descents_;
  size_t nodesAtFirst_ = 0;
  std::map<std::pair<const driver::Subject *, Quantity>, std::unique_ptr<Routine>> routines_;
  std::atomic<bool> cancelled_{false};
};

} // namespace gradus::api
