//===- Trial.cpp - one random program against all judges ------------------------===//

#include "Trial.h"

#include "Running.h"
#include "differentiate/Differentiate.h"
#include "driver/Native.h"
#include "ir/Module.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <random>

namespace gradus::property {

using interpret::Digits50;
using ir::Kind;
using ir::ValueId;

Modules::Modules() {
  strict.name = relaxed.name = "programs";
  strict.strict = true;
}

std::string Modules::compile(jit::Level level) {
  for (const loops::Module *m : {&strict, &relaxed})
    for (const std::string &error : loops::verify(*m))
      return "loop IR: " + error;
  std::string error;
  strictCode = jit::Jit::compile(strict, level, error);
  if (strictCode)
    relaxedCode = jit::Jit::compile(relaxed, level, error);
  return error;
}

bool Trial::prepare(const std::string &text, const std::string &name, Modules &modules) {
  kernelName = name;
  session = std::make_unique<driver::Session>();
  if (!session->loadText("program.opt", text) || !session->bind()) {
    std::string said;
    refused = true;
    for (const Diagnostic &d : session->diagnostics.all())
      if (info(d.kind).category != Category::Warning) {
        refused &= d.kind == Diag::IndexOutOfRange || d.kind == Diag::OutsideDomain;
        said += d.message + "\n";
      }
    return fail("does not compile: " + said);
  }
  ir::Graph &g = session->graph();
  const ir::Function *f = nullptr;
  for (const ir::Function &each : session->module().functions)
    if (each.name == "f")
      f = &each;
  if (!f)
    return fail("there is no function f");
  ValueId value = g.toReal(f->value);
  for (uint32_t input : f->arguments)
    if (g.inputs()[input].type.kind == Kind::Real)
      variables.push_back(g.inputNode(input));
  outputs = differentiate::gradient(g, value, variables, differentiate::Storing::Dear);
  outputs.insert(outputs.begin(), value);
  for (const std::string &error : ir::verify(g))
    return fail("expression IR: " + error);
  if (!checkText())
    return false;
  inputs = driver::inputsOf(g, outputs);
  lower::KernelSpec spec{name, "", inputs, outputs, {}};
  for (size_t k = 0; k < outputs.size(); ++k)
    spec.outputNames.push_back(fmt::format("out{}", k));
  strictKernel = lower::lowerKernel(g, modules.strict, spec);
  relaxedKernel = lower::lowerKernel(g, modules.relaxed, spec);
  for (const std::string &error : ir::verify(g))
    return fail("expression IR after lowering: " + error);
  return true;
}

bool Trial::checkText() {
  ir::Graph &g = session->graph();
  for (ValueId v : outputs) {
    std::string text = ir::printText(g, v), error;
    ValueId again = ir::parseText(g, text, error);
    if (!again.valid())
      return fail("printText cannot be parsed: " + error + "\n" + text);
    if (again != v)
      return fail("parseText(printText) is another node:\n" + text + "\n" +
                  ir::printText(g, again));
  }
  return true;
}

//--- points ---------------------------------------------------------------------------

void Trial::setArray(ValueId v, std::vector<double> reals, std::vector<int64_t> wholes,
                     std::vector<int64_t> extents) {
  driver::InputValue &value = session->value(session->graph().inputIndex(v));
  value.known = true;
  value.reals = std::move(reals);
  value.wholes = std::move(wholes);
  value.extents = std::move(extents);
}

/// Some numbers are alike, some 0. Points that need not be smooth have the odd
/// nan, infinity or huge number.
void Trial::setPoint(uint32_t seed, int64_t n, int64_t m, bool smooth) {
  std::mt19937 random(seed + 4242);
  std::uniform_real_distribution<double> uniform(-1.2, 1.6);
  bool odd = !smooth && random() % 8 == 0;
  auto real = [&]() -> double {
    if (odd && random() % 6 == 0) {
      static const double special[] = {0.0, -0.0, INFINITY, NAN, 1e300, 1.0};
      return special[random() % 6];
    }
    return !smooth && random() % 10 == 0 ? 0.5 : uniform(random);
  };
  ir::Graph &g = session->graph();
  for (uint32_t k = 0; k < g.inputs().size(); ++k) {
    const ir::Input &input = g.inputs()[k];
    driver::InputValue &value = session->value(k);
    if (input.role == ir::InputRole::Size && (input.name == "n" || input.name == "m")) {
      value.known = true;
      value.whole = input.name == "n" ? n : m;
    }
  }
  for (uint32_t k = 0; k < g.inputs().size(); ++k) {
    const ir::Input input = g.inputs()[k];
    if (input.role != ir::InputRole::Argument)
      continue;
    driver::InputValue &value = session->value(k);
    if (input.type.scalar()) {
      value.known = true;
      value.real = real();
      value.whole = 1 + static_cast<int64_t>(random() % 4);
      continue;
    }
    std::vector<int64_t> extents;
    if (!session->extents(input.type.shape, extents))
      continue; // an argument of a helper, which f does not read
    size_t size = 1;
    for (int64_t e : extents)
      size *= static_cast<size_t>(e);
    std::vector<double> reals;
    std::vector<int64_t> wholes;
    for (size_t j = 0; j < size; ++j) {
      reals.push_back(real());
      wholes.push_back(1 + static_cast<int64_t>(random() % static_cast<uint64_t>(std::max<int64_t>(n, 1))));
    }
    setArray(g.inputNode(k), std::move(reals), std::move(wholes), std::move(extents));
  }
}

template <class T> interpret::Environment<T> Trial::environment() {
  ir::Graph &g = session->graph();
  interpret::Environment<T> env;
  for (uint32_t k = 0; k < g.inputs().size(); ++k) {
    const driver::InputValue &v = session->inputValues()[k];
    if (!v.known)
      continue;
    ValueId node = g.inputNode(k);
    ir::Type t = g.type(node);
    if (t.scalar() && t.kind == Kind::Real)
      env.setReal(node, T(v.real));
    else if (t.scalar())
      env.setInt(node, v.whole);
    else if (t.kind == Kind::Real)
      env.setArray(node, {v.reals.begin(), v.reals.end()}, v.extents);
    else
      env.setIntArray(node, v.wholes, v.extents);
  }
  return env;
}

namespace {

template <class T>
bool evaluateAll(interpret::Interpreter<T> &interpreter, std::span<const ValueId> roots,
                 std::vector<T> &all, std::string &message) {
  for (ValueId v : roots) {
    interpret::Result<T> out;
    interpret::EvalError error;
    if (!interpreter.evaluate(v, out, error)) {
      message = error.message;
      return false;
    }
    if (out.type.scalar())
      all.push_back(out.real);
    else
      all.insert(all.end(), out.array.data.begin(), out.array.data.end());
  }
  return true;
}

bool sameBits(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

} // namespace

Trial::Outcome Trial::interpreted() {
  Outcome outcome;
  std::vector<double> all;
  interpret::Interpreter<double> interpreter(session->graph(), environment<double>());
  if (evaluateAll<double>(interpreter, outputs, all, outcome.message))
    outcome.numbers = std::move(all);
  return outcome;
}

Trial::Outcome Trial::native(const loops::Module &module, jit::EntryPoint code,
                             const lower::Kernel &kernel) {
  constexpr size_t guard = 16;
  constexpr uint64_t pattern = 0x7ff4deadbeef1234u; // a nan that nobody computes
  ir::Graph &g = session->graph();
  Outcome outcome;
  auto elements = session->whole(kernel.workspace);
  if (!elements)
    return outcome;
  auto needed = static_cast<size_t>(*elements);
  auto guarded = [&](size_t size) {
    return std::vector<double>(size + 2 * guard, std::bit_cast<double>(pattern));
  };
  std::vector<double> workspace = guarded(needed + 8);
  GradusFrame frame{};
  auto start = (reinterpret_cast<uintptr_t>(workspace.data() + guard) + 63) & ~uintptr_t{63};
  frame.workspace = reinterpret_cast<void *>(start);
  frame.workspaceBytes = needed * sizeof(double);
  driver::Arguments arguments(*session);
  for (ValueId v : inputs)
    arguments.input(v);
  std::vector<std::vector<double>> results;
  for (ValueId v : outputs) {
    std::vector<int64_t> extents;
    if (!session->extents(g.type(v).shape, extents))
      return outcome;
    size_t size = 1;
    for (int64_t e : extents)
      size *= static_cast<size_t>(e);
    results.push_back(guarded(size));
    arguments.pointer(results.back().data() + guard);
  }
  int32_t status = code(&frame, arguments.data());
  auto touched = [&](const double *from, const double *to) {
    for (; from < to; ++from)
      if (std::bit_cast<uint64_t>(*from) != pattern)
        return true;
    return false;
  };
  const double *first = reinterpret_cast<const double *>(start);
  if (touched(workspace.data(), first) ||
      touched(first + needed, workspace.data() + workspace.size())) {
    outcome.message = "writes outside of its workspace";
    return outcome;
  }
  std::vector<double> all;
  for (const std::vector<double> &r : results) {
    if (touched(r.data(), r.data() + guard) ||
        touched(r.data() + r.size() - guard, r.data() + r.size())) {
      outcome.message = "writes outside of a result";
      return outcome;
    }
    all.insert(all.end(), r.begin() + guard, r.end() - guard);
  }
  if (status == 0)
    outcome.numbers = std::move(all);
  else
    outcome.message = module.sites[static_cast<size_t>(frame.errorSite)].message;
  return outcome;
}

bool Trial::check(const Modules &modules, uint32_t seed, int64_t n, int64_t m, bool smooth) {
  failed = finite = excused = sharp = false;
  setPoint(seed, n, m, smooth);
  const std::string where = fmt::format(" (n = {}, m = {}, point {})", n, m, seed);
  Outcome expected = interpreted();
  Outcome strict = native(modules.strict, modules.strictCode->find(kernelName), strictKernel);
  Outcome relaxed = native(modules.relaxed, modules.relaxedCode->find(kernelName), relaxedKernel);
  for (const Outcome *o : {&strict, &relaxed}) {
    if (o->message.starts_with("writes"))
      return fail(o->message + where);
    if (expected.numbers.has_value() != o->numbers.has_value())
      return fail(fmt::format("interpreter: {}; native code: {}{}",
                              expected.numbers ? "a value" : expected.message,
                              o->numbers ? "a value" : o->message, where));
  }
  for (const auto &[compiler, code] : modules.emitted) {
    Outcome c = native(modules.strict, code->find(kernelName), strictKernel);
    if (c.message.starts_with("writes"))
      return fail(compiler + ": " + c.message + where);
    if (c.numbers.has_value() != strict.numbers.has_value())
      return fail(fmt::format("native code: {}; {}: {}{}",
                              strict.numbers ? "a value" : strict.message, compiler,
                              c.numbers ? "a value" : c.message, where));
    for (size_t k = 0; c.numbers && k < c.numbers->size(); ++k)
      if (!sameBits((*strict.numbers)[k], (*c.numbers)[k]))
        return fail(fmt::format("number {}: native code {}, {} {}{}", k, (*strict.numbers)[k],
                                compiler, (*c.numbers)[k], where));
  }
  if (!expected.numbers) {
    failed = true; // which of several failures comes first is nobody's promise
    return true;
  }
  finite = true;
  for (size_t k = 0; k < expected.numbers->size(); ++k) {
    double a = (*expected.numbers)[k], b = (*strict.numbers)[k];
    finite &= std::isfinite(a);
    if (!sameBits(a, b))
      return fail(fmt::format("number {}: interpreter {}, strict code {}{}", k, a, b, where));
  }
  if (!smooth || !finite)
    return true;
  if (!checkRelaxed(strict, relaxed) || !checkDifferences(seed)) {
    failure += where;
    return false;
  }
  return true;
}

bool Trial::checkRelaxed(const Outcome &strict, const Outcome &relaxed) {
  closeDecision = false;
  std::vector<Running> running;
  std::string message;
  interpret::Interpreter<Running> interpreter(session->graph(), environment<Running>());
  if (!evaluateAll<Running>(interpreter, outputs, running, message))
    return fail("with running errors: " + message);
  for (size_t k = 0; k < running.size(); ++k) {
    double a = (*strict.numbers)[k], b = (*relaxed.numbers)[k];
    double tolerance = 16 * running[k].error + 1e-300;
    if (!(std::abs(a - b) <= tolerance)) {
      if (closeDecision || !std::isfinite(tolerance)) {
        excused = true;
        return true;
      }
      return fail(fmt::format("number {}: strict code {}, default code {}, apart by {}, allowed {}",
                              k, a, b, std::abs(a - b), tolerance));
    }
  }
  return true;
}

bool Trial::checkDifferences(uint32_t seed) {
  ir::Graph &g = session->graph();
  std::mt19937 random(seed + 99);
  std::vector<Digits50> gradient;
  std::string message;
  const interpret::Environment<Digits50> at = environment<Digits50>();
  interpret::Interpreter<Digits50> here(g, at);
  if (!evaluateAll<Digits50>(here, std::span(outputs).subspan(1), gradient, message))
    return fail("in 50 digits: " + message);
  std::vector<Digits50> direction;
  Digits50 slope = 0, scale = 0;
  for (const Digits50 &d : gradient) {
    direction.push_back(Digits50(static_cast<int>(random() % 2001) - 1000) / 1000);
    slope += d * direction.back();
    scale += abs(Digits50(d * direction.back()));
  }
  auto shifted = [&](const Digits50 &h) {
    interpret::Environment<Digits50> env = at;
    size_t next = 0;
    for (ValueId v : variables) {
      const driver::InputValue &value = session->value(g.inputIndex(v));
      if (g.type(v).scalar()) {
        env.setReal(v, Digits50(value.real) + h * direction[next++]);
        continue;
      }
      std::vector<Digits50> moved(value.reals.begin(), value.reals.end());
      for (Digits50 &x : moved)
        x += h * direction[next++];
      env.setArray(v, std::move(moved), value.extents);
    }
    interpret::Interpreter<Digits50> there(g, env);
    std::vector<Digits50> value;
    if (!evaluateAll<Digits50>(there, {&outputs[0], 1}, value, message))
      return Digits50(std::numeric_limits<double>::quiet_NaN());
    return value[0];
  };
  auto difference = [&](const Digits50 &h) -> Digits50 {
    return (shifted(h) - shifted(-h)) / (2 * h);
  };
  auto close = [&](const Digits50 &a, const Digits50 &b) {
    return abs(Digits50(a - b)) <= 1e-9 * (1e-3 + scale + abs(b));
  };
  Digits50 first = difference(Digits50("1e-16"));
  if (close(slope, first))
    return true;
  // Smooth points have the same difference with another step, and from one side.
  Digits50 h("1e-14");
  std::vector<Digits50> value;
  if (!evaluateAll<Digits50>(here, {&outputs[0], 1}, value, message))
    return fail("in 50 digits: " + message);
  Digits50 forward = (shifted(h) - value[0]) / h, backward = (value[0] - shifted(-h)) / h;
  if (!close(first, difference(h)) ||
      abs(Digits50(forward - backward)) > 1e-6 * (1 + abs(forward))) {
    sharp = true;
    return true;
  }
  return fail(fmt::format("gradient along a direction {}, difference {}",
                          static_cast<double>(slope), static_cast<double>(first)));
}

} // namespace gradus::property
