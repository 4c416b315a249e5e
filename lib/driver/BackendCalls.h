//===- BackendCalls.h - calls of a compiled model, with all their numbers ------===//
//
// What `gradus check --backends` compares: each function of a model at some
// points, with its arguments written out, so that machine code in this process
// and programs of C can be given the same.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "driver/Session.h"
#include "driver/Subject.h"
#include "lower/Interface.h"

#include <string>
#include <vector>

namespace gradus::driver {

struct CallValue {
  bool result = false;  ///< written by the function
  bool changed = false; ///< read and written: the point of a solver
  bool array = false;
  bool whole = false;
  std::vector<double> reals;
  std::vector<int64_t> wholes;

  size_t count() const { return whole ? wholes.size() : reals.size(); }
};

struct BackendCall {
  size_t row = 0;   ///< of the interface
  int point = 0;
  int64_t workspace = 0; ///< elements
  std::vector<CallValue> values; ///< one an argument; results as the reference has them
  int32_t status = 0;
  bool interpreted = false; ///< the reference is the interpreter

  /// All results one after the other.
  std::vector<double> results() const;
};

/// Makes the calls of all functions, with results of code that nothing has
/// optimized, or of the interpreter where it knows them. False after reporting.
class BackendCalls {
public:
  BackendCalls(Session &session, const loops::Module &module, const lower::Interface &interface)
      : session(session), module(module), interface(interface) {}

  bool make();
  /// Runs a call with other code; the results are in `call`.
  bool run(const jit::CompiledModule &code, BackendCall &call);

  std::vector<BackendCall> calls;
  size_t tooLarge = 0;      ///< functions with too many numbers for a text
  double interpreted = 0;   ///< largest difference of the interpreter and the code
  size_t interpretedNumbers = 0;

private:
  bool makeCall(const Subject &subject, size_t row, int point);
  bool argument(const Subject &subject, const lower::InterfaceFunction &f, size_t k,
                CallValue &value, bool &known);
  void interpret(const Subject &subject, BackendCall &call);
  double random();

  Session &session;
  const loops::Module &module;
  const lower::Interface &interface;
  std::unique_ptr<jit::CompiledModule> plain;
  // What later functions take of earlier ones.
  CallValue position, entries, plan, start, lower_, upper_;
  uint64_t state = 1;
};

/// The largest difference of two lists of results, relative to what is largest in
/// them; infinity where one is nan and the other is not.
double difference(const std::vector<double> &a, const std::vector<double> &b);

} // namespace gradus::driver
