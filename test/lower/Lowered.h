//===- Lowered.h - a function of a text as loops, and called ------------------------===//
#pragma once

#include "differentiate/Differentiate.h"
#include "driver/Native.h"
#include "driver/Session.h"
#include "interpret/Interpreter.h"
#include "ir/Module.h"
#include "loops/Loops.h"
#include "loops/Operands.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

namespace gradus::lower {

/// So many in [-1, 1], none like another.
inline std::vector<double> numbers(int64_t n, double seed) {
  std::vector<double> v;
  for (int64_t k = 0; k < n; ++k)
    v.push_back(std::sin(seed + 1.7 * static_cast<double>(k)));
  return v;
}

enum class Outputs : uint8_t { Value, Gradient, Both };

/// The last function of a text, or its objective.
class Lowered {
public:
  explicit Lowered(const std::string &text, Outputs outputs = Outputs::Both, bool strict = false,
                   int64_t threads = 1)
      : outputs_(outputs) {
    session = std::make_unique<driver::Session>(
        driver::SessionOptions{{}, {}, {}, false, nullptr, threads});
    bool fine = session->loadText("lowered.opt", text) && session->bind();
    for (const Diagnostic &d : session->diagnostics.all())
      EXPECT_TRUE(fine) << d.message;
    ir::Graph &g = session->graph();
    ir::ValueId value;
    std::vector<ir::ValueId> variables;
    auto addVariable = [&](uint32_t input) {
      if (g.inputs()[input].type.kind == ir::Kind::Real)
        variables.push_back(g.inputNode(input));
    };
    if (!session->module().problems.empty()) {
      value = g.toReal(session->module().problems[0].objective);
      for (const ir::Unknown &u : session->module().problems[0].unknowns)
        addVariable(u.input);
    } else {
      const ir::Function &f = session->module().functions.back();
      value = g.toReal(f.value);
      for (uint32_t argument : f.arguments)
        addVariable(argument);
    }
    if (outputs != Outputs::Gradient)
      roots.push_back(value);
    if (outputs != Outputs::Value)
      for (ir::ValueId d : differentiate::gradient(g, value, variables))
        roots.push_back(d);
    module.strict = strict;
    KernelSpec spec{"f", "", driver::inputsOf(g, roots), roots, {}};
    for (size_t k = 0; k < roots.size(); ++k)
      spec.outputNames.push_back(outputs != Outputs::Gradient && k == 0
                                     ? "value"
                                     : "d_" + g.inputOf(variables[k - (roots.size() -
                                                                       variables.size())])
                                                  .name);
    workspace_ = lowerKernel(g, module, spec).workspace;
    for (const std::string &error : loops::verify(module))
      ADD_FAILURE() << error;
    for (const std::string &error : ir::verify(g))
      ADD_FAILURE() << error;
    text_ = loops::print(module);
  }

  const std::string &text() const { return text_; }
  size_t count(const std::string &what) const {
    size_t found = 0;
    for (size_t at = 0; (at = text_.find(what, at)) != std::string::npos; at += what.size())
      ++found;
    return found;
  }
  bool has(const std::string &what) const { return count(what) != 0; }
  /// Both occur, `first` before `second`.
  bool inOrder(const std::string &first, const std::string &second) const {
    size_t a = text_.find(first), b = text_.find(second);
    return a != std::string::npos && b != std::string::npos && a < b;
  }

  /// Loops in loops, at most.
  size_t loopDepth() const { return depthOf(module.functions.back().body); }

  //--- values of the arguments, by name -----------------------------------------------
  Lowered &set(const std::string &name, double value) {
    input(name).real = value;
    input(name).whole = static_cast<int64_t>(value);
    return *this;
  }
  Lowered &set(const std::string &name, std::vector<double> values) {
    driver::InputValue &v = input(name);
    v.extents = {static_cast<int64_t>(values.size())};
    v.wholes.assign(values.begin(), values.end());
    v.reals = std::move(values);
    return *this;
  }
  Lowered &set(const std::string &name, std::vector<double> values, std::vector<int64_t> extents) {
    set(name, std::move(values));
    input(name).extents = std::move(extents);
    return *this;
  }
  /// All results, one number after the other; empty after a failure.
  std::vector<double> run(jit::Level level = jit::Level::O0) {
    auto kernel = driver::NativeKernel::compile(*session, roots, level, module.strict);
    std::vector<std::vector<double>> results;
    std::vector<double> all;
    if (kernel && kernel->run(results))
      for (const std::vector<double> &r : results)
        all.insert(all.end(), r.begin(), r.end());
    return all;
  }
  /// Numbers of workspace, for the arguments that are set.
  double workspace() {
    ir::Graph &g = session->graph();
    interpret::Environment<double> environment;
    for (uint32_t k = 0; k < g.inputs().size(); ++k)
      if (g.inputs()[k].type == ir::Type{ir::Kind::Int, 0} && session->value(k).known)
        environment.setInt(g.inputNode(k), session->value(k).whole);
    interpret::Result<double> out;
    interpret::EvalError error;
    interpret::Interpreter<double> interpreter(g, std::move(environment));
    EXPECT_TRUE(interpreter.evaluate(workspace_, out, error)) << error.message;
    return static_cast<double>(out.whole);
  }
  /// The last message.
  std::string message() const {
    return session->diagnostics.all().empty() ? "" : session->diagnostics.all().back().message;
  }

private:
  static size_t depthOf(const loops::Body &body) {
    size_t deepest = 0;
    for (const loops::Statement &s : body) {
      size_t inside = 0;
      loops::forEachBody(s, [&](const loops::Body &b) { inside = std::max(inside, depthOf(b)); });
      deepest = std::max(deepest, inside + std::holds_alternative<loops::For>(s.node));
    }
    return deepest;
  }
  driver::InputValue &input(const std::string &name) {
    ir::Graph &g = session->graph();
    for (uint32_t k = 0; k < g.inputs().size(); ++k)
      if (g.inputs()[k].name == name) {
        session->value(k).known = true;
        return session->value(k);
      }
    ADD_FAILURE() << "no input " << name;
    return session->value(0);
  }

  Outputs outputs_;
  std::unique_ptr<driver::Session> session;
  std::vector<ir::ValueId> roots;
  loops::Module module;
  ir::ValueId workspace_;
  std::string text_;
};

} // namespace gradus::lower
