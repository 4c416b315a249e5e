//===- Derived.h - small models whose derivatives are known --------------------===//
#pragma once

#include "differentiate/Differentiate.h"
#include "interpret/Interpreter.h"
#include "ir/Module.h"

#include <gtest/gtest.h>

namespace gradus::differentiate {

using ir::Graph;
using ir::Kind;
using ir::Prim;
using ir::ReduceOp;
using ir::ValueId;
using Doubles = std::vector<double>;

/// Scalars and vectors over 1..n with their values, and derivatives of a root.
struct Derived {
  Graph g;
  interpret::Environment<double> env;
  ValueId one = g.integer(1), zero = g.real(0.0);

  ValueId real(const char *name, double value) {
    ValueId v = g.input({name, {Kind::Real, 0}, ir::InputRole::Argument, {}});
    env.setReal(v, value);
    return v;
  }
  ValueId whole(const char *name, int64_t value) {
    ValueId v = g.input({name, {Kind::Int, 0}, ir::InputRole::Argument, {}});
    env.setInt(v, value);
    return v;
  }
  ValueId vector(const char *name, Doubles values) {
    auto n = static_cast<int64_t>(values.size());
    ValueId v =
        g.input({name, {Kind::Real, g.shape({{one, whole("n", n)}})}, ir::InputRole::Argument, {}});
    env.setArray(v, std::move(values), {n});
    return v;
  }
  ValueId indexVector(const char *name, std::vector<int64_t> values) {
    auto n = static_cast<int64_t>(values.size());
    ValueId v =
        g.input({name, {Kind::Int, g.shape({{one, whole("n", n)}})}, ir::InputRole::Argument, {}});
    env.setIntArray(v, std::move(values), {n});
    return v;
  }
  ValueId at(ValueId array, ValueId i) { return g.at(array, {&i, 1}); }
  ValueId last(ValueId array) { return g.axesOf(array)[0].hi; }

  template <class F> ValueId reduce(ReduceOp op, ValueId lo, ValueId hi, F body) {
    ValueId i = g.newSymbol(lo, hi, "i");
    return g.reduce(op, i, lo, hi, g.boolean(true), body(i));
  }
  template <class C, class F>
  ValueId reduceWhere(ReduceOp op, ValueId lo, ValueId hi, C condition, F body) {
    ValueId i = g.newSymbol(lo, hi, "i");
    return g.reduce(op, i, lo, hi, condition(i), body(i));
  }
  /// Over all elements of a vector; the body is made from the element.
  template <class F> ValueId over(ReduceOp op, ValueId x, F body) {
    return reduce(op, one, last(x), [&](ValueId i) { return body(at(x, i)); });
  }

  Doubles values(ValueId root) {
    interpret::Interpreter<double> interpreter(g, env);
    interpret::Result<double> out;
    interpret::EvalError error;
    EXPECT_TRUE(interpreter.evaluate(root, out, error)) << error.message;
    return out.type.scalar() ? Doubles{out.real} : out.array.data;
  }
  Doubles gradient(ValueId root, ValueId input) {
    ValueId d = differentiate::gradient(g, root, {&input, 1})[0];
    for (const std::string &error : ir::verify(g))
      ADD_FAILURE() << error;
    Doubles reverse = values(d);
    // Forward mode must say the same, one direction after the other.
    EXPECT_EQ(asForward(root, input, reverse.size()), reverse);
    return reverse;
  }
  /// Rows of the second derivative with respect to one input.
  std::vector<Doubles> hessian(ValueId root, ValueId input) {
    ValueId first = differentiate::gradient(g, root, {&input, 1})[0];
    std::vector<Doubles> rows;
    size_t n = values(first).size();
    for (size_t k = 0; k < n; ++k) {
      ValueId element = first;
      if (!g.type(first).scalar())
        element = at(first, g.integer(static_cast<int64_t>(k) + 1));
      rows.push_back(values(differentiate::gradient(g, element, {&input, 1})[0]));
    }
    for (const std::string &error : ir::verify(g))
      ADD_FAILURE() << error;
    return rows;
  }

private:
  Doubles asForward(ValueId root, ValueId input, size_t n) {
    Doubles result;
    for (size_t k = 0; k < n; ++k) {
      ValueId direction = g.real(1.0);
      if (!g.type(input).scalar()) {
        ValueId place = g.integer(static_cast<int64_t>(k) + 1);
        direction = g.put(g.type(input).shape, {&place, 1}, direction);
      }
      ValueId slope = pushforward(g, {&root, 1}, {&input, 1}, {&direction, 1})[0];
      result.push_back(values(slope)[0]);
    }
    return result;
  }
};

} // namespace gradus::differentiate
