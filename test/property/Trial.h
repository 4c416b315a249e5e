//===- Trial.h - one random program against all judges ---------------------------===//
//
// Value and gradient of `f` from native code, strict and not, from the
// interpreter in double, in 50 digits and with running errors.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "Emitted.h"
#include "Generator.h"

#include "driver/Session.h"
#include "interpret/Digits50.h"
#include "jit/JIT.h"
#include "lower/Kernel.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gradus::property {

/// Several programs go into one module, which saves starting the JIT.
struct Modules {
  loops::Module strict, relaxed;
  std::unique_ptr<jit::CompiledModule> strictCode, relaxedCode;
  /// The strict module as C, by compiler.
  std::vector<std::pair<std::string, std::unique_ptr<EmittedCode>>> emitted;

  Modules();
  /// Empty when sound.
  std::string compile(jit::Level level);
};

class Trial {
public:
  /// Compiles the text to kernels named `name`. False: `failure` says why;
  /// `refused` when the text is an error that a compiler may see (a read out of
  /// range for every size, a constant outside a domain).
  bool prepare(const std::string &text, const std::string &name, Modules &modules);

  /// All properties at one point; failure is set by the first that does not hold.
  /// `smooth`: compare with differences and with the relaxed code too.
  bool check(const Modules &modules, uint32_t seed, int64_t n, int64_t m, bool smooth);

  std::string failure;
  bool refused = false;
  bool failed = false;       ///< there was no value (in all)
  bool finite = false;       ///< the last point had a finite value and gradient
  bool excused = false;      ///< a decision was too close to compare with
  bool sharp = false;        ///< not smooth at the point

private:
  /// Value and gradient, one number after the other; nothing: an error.
  struct Outcome {
    std::optional<std::vector<double>> numbers;
    std::string message;
  };
  void setPoint(uint32_t seed, int64_t n, int64_t m, bool smooth);
  void setArray(ir::ValueId v, std::vector<double> reals, std::vector<int64_t> wholes,
                std::vector<int64_t> extents);
  template <class T> interpret::Environment<T> environment();
  Outcome interpreted();
  Outcome native(const loops::Module &module, jit::EntryPoint code, const lower::Kernel &kernel);
  bool checkRelaxed(const Outcome &strict, const Outcome &relaxed);
  bool checkDifferences(uint32_t seed);
  bool checkText();
  bool fail(std::string why) {
    failure = std::move(why);
    return false;
  }

  std::unique_ptr<driver::Session> session;
  std::string kernelName;
  std::vector<ir::ValueId> inputs, outputs, variables;
  lower::Kernel strictKernel, relaxedKernel;
};

} // namespace gradus::property
