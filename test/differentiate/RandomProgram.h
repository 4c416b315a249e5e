//===- RandomProgram.h - random expressions to differentiate -----------------===//
//
// Scalars, arrays, sums in sums with dependent ranges, conditions, branches,
// every kind of reduction, comprehensions, stored arrays, shifted and
// data-dependent indices, recurrences of numbers and arrays that may stop early or
// not begin. Operands are bounded so that values stay moderate and
// inside the domains; every index is in range by construction.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"
#include "ir/Value.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace gradus::differentiate {

using ir::Graph;
using ir::Kind;
using ir::Prim;
using ir::ReduceOp;
using ir::ValueId;

class RandomProgram {
public:
  static constexpr int64_t n = 4, m = 3; ///< x[1..n], A[1..m, 1..n]; n is an input

  explicit RandomProgram(uint32_t seed) : random(seed) {
    one = g.integer(1);
    size = input("n", {Kind::Int, 0});
    ir::ShapeId vector = g.shape({{one, size}});
    ir::ShapeId matrix = g.shape({{one, g.integer(m)}, {one, size}});
    s = input("s", {Kind::Real, 0});
    x = input("x", {Kind::Real, vector});
    A = input("A", {Kind::Real, matrix});
    k = input("k", {Kind::Int, vector});
    for (auto &direction : {&d, &e})
      *direction = {input("ds", {Kind::Real, 0}), input("dx", {Kind::Real, vector}),
                    input("dA", {Kind::Real, matrix})};
    root = scalar(4);
    for (int more = 0; more < 3; ++more)
      root = g.add(root, scalar(4));
  }

  std::vector<ValueId> inputs() const { return {s, x, A}; }

  Graph g;
  ValueId one, size, s, x, A, k, root;
  std::vector<ValueId> d, e; ///< two directions: for s, x and A

private:
  ValueId input(const char *name, ir::Type type) {
    return g.input({name, type, ir::InputRole::Argument, {}});
  }
  unsigned pick(unsigned choices) { return static_cast<unsigned>(random() % choices); }
  double number() { return 0.25 * (1 + pick(9)); }
  ir::Value value(ValueId v) { return {&g, v}; }

  /// A whole number in 1..extent.
  ValueId index(int64_t extent) {
    ValueId limit = extent == n ? size : g.integer(extent);
    std::vector<ValueId> fitting;
    for (auto [symbol, inside] : symbols)
      if (inside <= extent)
        fitting.push_back(symbol);
    if (fitting.empty() || pick(8) == 0)
      return g.integer(1 + pick(static_cast<unsigned>(extent)));
    ValueId i = fitting[pick(static_cast<unsigned>(fitting.size()))];
    switch (pick(6)) {
    case 0: // the next one, round and round
      return g.add(g.prim(Prim::Mod, {i, limit}), one);
    case 1: // the next one, up to the last
      return g.prim(Prim::Min, {g.add(i, one), limit});
    case 2: // from the other end
      return extent == n ? g.sub(g.add(size, one), i) : i;
    case 3: // from data
      if (extent == n)
        return g.at(k, std::vector{i});
      return i;
    default:
      return i;
    }
  }

  ValueId leaf() {
    if (!states.empty() && pick(3) == 0)
      return states[pick(static_cast<unsigned>(states.size()))];
    switch (pick(7)) {
    case 0:
      return s;
    case 1:
      return g.real(number());
    case 2:
    case 3:
      return g.at(A, std::vector{index(m), index(n)});
    case 4:
      if (!arrays.empty())
        return g.at(arrays[pick(static_cast<unsigned>(arrays.size()))], std::vector{index(n)});
      return s;
    default:
      return g.at(x, std::vector{index(n)});
    }
  }

  ValueId condition() {
    switch (pick(4)) {
    case 0:
      return g.less(scalar(1), scalar(1));
    case 1:
      return g.logicalAnd(g.less(g.real(0.0), leaf()), g.lessEqual(leaf(), g.real(1.0)));
    case 2:
      return g.equal(g.prim(Prim::Mod, {index(n), g.integer(2)}), one);
    default:
      return g.logicalNot(g.less(leaf(), leaf()));
    }
  }

  ValueId unary(ir::Value a) {
    switch (pick(16)) {
    case 0:
      return sin(a).id;
    case 1:
      return cos(a).id;
    case 2:
      return tanh(a).id;
    case 3:
      return exp(tanh(a)).id;
    case 4:
      return log(1.5 + a * a).id;
    case 5:
      return sqrt(1.0 + a * a).id;
    case 6:
      return sigmoid(a).id;
    case 7:
      return g.prim(Prim::Softplus, {a.id});
    case 8:
      return g.prim(Prim::Atan, {a.id});
    case 9:
      return abs(a).id;
    case 10:
      return g.prim(Prim::Powi, {a.id, g.integer(2 + pick(3))});
    case 11:
      return g.prim(Prim::Erf, {a.id});
    case 12:
      return pow(1.0 + a * a, tanh(value(leaf()))).id;
    case 13:
      return g.prim(Prim::Relu, {a.id});
    case 14:
      return g.prim(Prim::Asinh, {a.id});
    default: // a guard: log of what is positive
      return select(0.0 < a, log(a), 0.0 * a).id;
    }
  }

  ValueId binary(ir::Value a, ir::Value b) {
    switch (pick(9)) {
    case 0:
      return (a + b).id;
    case 1:
      return (a - b).id;
    case 2:
    case 3:
      return (a * b).id;
    case 4:
      return (a / (2.0 + sin(b))).id;
    case 5:
      return g.prim(Prim::Max, {a.id, b.id});
    case 6:
      return g.prim(Prim::Min, {a.id, b.id});
    case 7:
      return hypot(a, 1.0 + b * b).id;
    default:
      return g.prim(Prim::Atan2, {a.id, (1.0 + b * b).id});
    }
  }

  ValueId reduction(int depth) {
    auto op = static_cast<ReduceOp>(pick(5));
    bool empty = false, columns = pick(3) == 0;
    ValueId lo = one, hi = columns ? g.integer(m) : size;
    if (!symbols.empty() && pick(3) == 0) {
      // A dependent range: i..n, or 1..i, or 1..i-1, which may be empty.
      auto [i, inside] = symbols[pick(static_cast<unsigned>(symbols.size()))];
      columns = inside == m;
      hi = columns ? g.integer(m) : size;
      switch (pick(3)) {
      case 0:
        lo = i;
        break;
      case 1:
        hi = i;
        break;
      default:
        hi = g.sub(i, one);
        empty = true;
      }
    }
    ValueId i = g.newSymbol(lo, hi, "i");
    symbols.push_back({i, columns ? m : n});
    bool conditional = pick(3) == 0;
    ValueId where = conditional ? condition() : g.boolean(true);
    ValueId body = scalar(depth - 1);
    symbols.pop_back();
    if ((empty || conditional) && op != ReduceOp::Sum && op != ReduceOp::Prod)
      op = ReduceOp::Sum; // the others may have no value over nothing
    if (op == ReduceOp::Prod)
      body = (1.5 + tanh(value(body))).id;
    return g.reduce(op, i, lo, hi, where, body);
  }

  /// Of one or two states, the second maybe an array over 1..n.
  ValueId recurrence(int depth) {
    bool columns = pick(2) == 0, whole = true;
    ValueId lo = one, hi = columns ? g.integer(m) : size;
    if (!symbols.empty() && pick(4) == 0) { // 1..i-1 may be empty
      auto [i, inside] = symbols[pick(static_cast<unsigned>(symbols.size()))];
      columns = inside == m;
      hi = g.sub(i, one);
      whole = false;
    }
    std::vector<ValueId> bound{g.newSymbol(lo, hi, "t")}, starts{scalar(depth - 2)}, nexts;
    bool second = pick(2) == 0, array = second && pick(2) == 0;
    auto element = [&](auto body) {
      ValueId i = g.newSymbol(one, size, "i");
      ir::Axis range{one, size};
      symbols.push_back({i, n});
      ValueId made = body(i);
      symbols.pop_back();
      return g.build({&i, 1}, {&range, 1}, made);
    };
    if (second)
      starts.push_back(array ? element([&](ValueId) { return scalar(depth - 2); }) : leaf());
    for (ValueId start : starts)
      bound.push_back(g.newState(g.type(start), "h"));
    symbols.push_back({bound[0], columns ? m : n});
    const size_t before = states.size();
    states.push_back(bound[1]);
    if (array)
      arrays.push_back(bound[2]);
    else if (second)
      states.push_back(bound[2]);
    auto next = [&](ValueId state) {
      return (0.5 * value(state) + tanh(value(scalar(depth - 2)))).id;
    };
    nexts.push_back(next(bound[1]));
    if (array)
      nexts.push_back(element([&](ValueId i) { return next(g.at(bound[2], std::vector{i})); }));
    else if (second)
      nexts.push_back(next(bound[2]));
    ValueId stop = g.boolean(false);
    if (pick(4) == 0) {
      stop = g.less(g.real(number()), abs(value(bound[1])).id);
      whole = false;
    }
    states.resize(before);
    if (array)
      arrays.pop_back();
    symbols.pop_back();
    ValueId recur = g.recur(bound, {lo, hi}, stop, starts, nexts);
    unsigned k = pick(second ? 2 : 1);
    if (array && k == 1)
      return g.at(g.lastState(recur, 1), std::vector{index(n)});
    if (whole && pick(2) == 0)
      return g.at(g.allStates(recur, k), std::vector{index(columns ? m : n)});
    return g.lastState(recur, k);
  }

  /// Evaluates `use` with one more array over 1..n to read from.
  ValueId withArray(int depth) {
    ValueId array;
    if (pick(4) == 0) {
      std::vector<ValueId> elements;
      for (int64_t j = 0; j < n; ++j)
        elements.push_back(scalar(1));
      array = g.list(elements, g.shape({{one, g.integer(n)}}));
    } else {
      ValueId i = g.newSymbol(one, size, "j");
      ir::Axis range{one, size};
      symbols.push_back({i, n});
      ValueId body = scalar(depth - 1);
      symbols.pop_back();
      array = g.build({&i, 1}, {&range, 1}, body);
      if (pick(2) == 0)
        array = g.keep(array);
    }
    arrays.push_back(array);
    ValueId use = pick(2) == 0 ? reduction(depth) : scalar(depth - 1);
    arrays.pop_back();
    return use;
  }

  ValueId scalar(int depth) {
    if (depth <= 0)
      return leaf();
    switch (pick(10)) {
    case 9: // seldom one in another: each evaluates its step for each of its own
      return states.empty() || pick(4) == 0 ? recurrence(std::min(depth, 3)) : leaf();
    case 0:
      return leaf();
    case 1:
    case 2:
      return unary(value(scalar(depth - 1)));
    case 3:
      return g.select(condition(), scalar(depth - 1), scalar(depth - 1));
    case 4:
    case 5:
      return reduction(depth);
    case 6:
      return withArray(depth);
    default: {
      ValueId a = scalar(depth - 1), b = pick(5) == 0 ? a : scalar(depth - 1);
      return binary(value(a), value(b));
    }
    }
  }

  std::mt19937 random;
  std::vector<std::pair<ValueId, int64_t>> symbols; ///< open indices and the top of their range
  std::vector<ValueId> states;                      ///< numbers that open recurrences carry
  std::vector<ValueId> arrays;                      ///< over 1..n, readable here
};

} // namespace gradus::differentiate
