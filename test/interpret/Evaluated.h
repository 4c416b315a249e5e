//===- Evaluated.h - evaluating in tests of the interpreter -----------------===//
#pragma once

#include "interpret/Interpreter.h"

#include <gtest/gtest.h>

#include <string>

namespace gradus::interpret {

/// A graph with some inputs and their values.
struct Model {
  ir::Graph g;
  Environment<double> env;

  ir::ValueId real(const char *name, double value) {
    ir::ValueId v = g.input({name, {ir::Kind::Real, 0}, ir::InputRole::Argument, {}});
    env.setReal(v, value);
    return v;
  }
  ir::ValueId whole(const char *name, int64_t value) {
    ir::ValueId v = g.input({name, {ir::Kind::Int, 0}, ir::InputRole::Argument, {}});
    env.setInt(v, value);
    return v;
  }
  ir::ValueId truth(const char *name, bool value) {
    ir::ValueId v = g.input({name, {ir::Kind::Bool, 0}, ir::InputRole::Argument, {}});
    env.setBool(v, value);
    return v;
  }
  /// An array over lo..hi.
  ir::ValueId array(const char *name, int64_t lo, std::vector<double> values) {
    auto n = static_cast<int64_t>(values.size());
    ir::ShapeId s = g.shape({{g.integer(lo), g.integer(lo + n - 1)}});
    ir::ValueId v = g.input({name, {ir::Kind::Real, s}, ir::InputRole::Argument, {}});
    env.setArray(v, std::move(values), {n});
    return v;
  }
  ir::ValueId matrix(const char *name, int64_t rows, int64_t columns, std::vector<double> values) {
    ir::ShapeId s = g.shape({{g.integer(1), g.integer(rows)}, {g.integer(1), g.integer(columns)}});
    ir::ValueId v = g.input({name, {ir::Kind::Real, s}, ir::InputRole::Argument, {}});
    env.setArray(v, std::move(values), {rows, columns});
    return v;
  }
  ir::ValueId at(ir::ValueId array, std::initializer_list<ir::ValueId> indices) {
    return g.at(array, std::vector<ir::ValueId>(indices));
  }
  /// reduce (i in lo..hi where condition) body, the body made by f(i).
  template <class F>
  ir::ValueId reduce(ir::ReduceOp op, ir::ValueId lo, ir::ValueId hi, F f, const char *name = "i") {
    ir::ValueId i = g.newSymbol(lo, hi, name);
    return g.reduce(op, i, lo, hi, g.boolean(true), f(i));
  }
  template <class C, class F>
  ir::ValueId reduceWhere(ir::ReduceOp op, ir::ValueId lo, ir::ValueId hi, C condition, F f,
                          const char *name = "i") {
    ir::ValueId i = g.newSymbol(lo, hi, name);
    return g.reduce(op, i, lo, hi, condition(i), f(i));
  }
  template <class F>
  ir::ValueId build(ir::ValueId lo, ir::ValueId hi, F f, const char *name = "i") {
    ir::ValueId i = g.newSymbol(lo, hi, name);
    ir::Axis range{lo, hi};
    return g.build({&i, 1}, {&range, 1}, f(i));
  }

  Result<double> evaluate(ir::ValueId root) {
    Interpreter<double> interpreter(g, env);
    Result<double> out;
    EvalError error;
    EXPECT_TRUE(interpreter.evaluate(root, out, error)) << error.message;
    return out;
  }
  double value(ir::ValueId root) { return evaluate(root).real; }
  EvalError errorOf(ir::ValueId root) {
    Interpreter<double> interpreter(g, env);
    Result<double> out;
    EvalError error;
    EXPECT_FALSE(interpreter.evaluate(root, out, error));
    return error;
  }
  std::optional<NonFinite> explain(ir::ValueId root) {
    return Interpreter<double>(g, env).explainNonFinite(root);
  }
};

} // namespace gradus::interpret
