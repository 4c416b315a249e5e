//===- TestPoints.h - points at which a model is tested -------------------------===//
//
// The same points in every run and on every machine, for `gradus check` and for
// the tests that travel with emitted C.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "driver/Subject.h"

#include <cstdint>
#include <map>

namespace gradus::driver {

constexpr int testPoints = 4;

class TestPoints {
public:
  explicit TestPoints(Session &session);

  /// Functions may read the unknowns of the file: they stand at their start.
  bool bindUnknowns();
  /// Binds the arguments or unknowns of a subject to point number 0..3; of a
  /// problem, 0 is its start. False after reporting.
  bool bind(const Subject &subject, int point);
  /// A size that a function's arguments bind, when it is not to be chosen.
  void fix(uint32_t input, int64_t value) { fixed[input] = value; }

private:
  double uniform(double lo, double hi);
  bool bindFunction(const Subject &subject, int point);
  bool bindProblem(const Subject &subject, int point);

  Session &session;
  ir::Graph &g;
  uint64_t state = 1;
  std::map<uint32_t, int64_t> fixed;
};

} // namespace gradus::driver
