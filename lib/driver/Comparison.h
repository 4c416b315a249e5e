//===- Comparison.h - one function against its oracles, point by point ---------------===//
//
// Internal to `gradus check`. At each point value and gradient come from
// - compiled code: O0 and Fast, default and strict;
// - the interpreter in double: strict code must agree with it to the bit;
// - the interpreter in 50 digits: default code must agree with it up to what
//   rounding explains;
// and the gradient in 50 digits must be the limit of central differences of the
// value in 50 digits. An array stands for the sum of its elements, each with a
// weight of its own.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "driver/Native.h"
#include "driver/Subject.h"

#include <memory>
#include <string>
#include <vector>

namespace gradus::driver {

struct Verdict {
  std::string name;
  int points = 0;        ///< where everything was compared
  int skipped = 0;       ///< without a finite value, or not evaluable
  int kinks = 0;         ///< directions in which the value has no derivative
  double valueError = 0; ///< compiled code against 50 digits, relative
  double gradientError = 0;
  double differenceError = 0; ///< gradient against differences, in 50 digits
  std::vector<std::string> failures;
  bool ok() const { return failures.empty(); }
};

class Comparison {
public:
  Comparison(Session &session, const Subject &subject);

  /// Compiles; false after reporting.
  bool prepare();
  /// Compares at the bound point.
  void at(Verdict &verdict);

private:
  struct Values {
    double value = 0;
    std::vector<double> gradient; ///< flat
  };
  bool native(size_t kernel, Values &values);
  bool interpreted(Values &values);
  void differences(Verdict &verdict);

  Session &session;
  const Subject &subject;
  ir::Graph &g;
  std::vector<ir::ValueId> variables, outputs; ///< outputs: the value, then gradients
  ir::ValueId number(ir::ValueId value);
  struct Code {
    const char *name;
    bool strict;
    std::unique_ptr<NativeKernel> kernel;
  };
  std::vector<Code> codes;
};

} // namespace gradus::driver
