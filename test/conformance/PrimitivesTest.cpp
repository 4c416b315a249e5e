//===- PrimitivesTest.cpp - every primitive against the oracle -----------------===//
//
// The value of every row of Primitives.def, its first derivative within 8 and
// its second within 64 units in the last place of what differences in many bits
// say. The derivatives are those of lib/differentiate, evaluated in double as
// strict native code would.
//
//===--------------------------------------------------------------------===//

#include "Domains.h"

#include "differentiate/Differentiate.h"
#include "interpret/Interpreter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace gradus::conformance {

namespace {

using ir::Graph;
using ir::Kind;
using ir::Prim;
using ir::ValueId;

/// `./dev test --long` asks for more.
size_t pointCount() { return std::getenv("GRADUS_LONG") ? 10000 : 1000; }

const char *const rowNames[] = {
#define PRIMITIVE(NAME, ...) #NAME,
#include "ir/Primitives.def"
};

constexpr double largest = std::numeric_limits<double>::max();
constexpr double normal = std::numeric_limits<double>::min();

bool isSubnormal(const Big &x) { return !x.isZero() && abs(x) < normal; }

/// The unit in which an error counts: the last place of the larger of the exact
/// number and `scale`. What is made from a subnormal number, one of `sources`,
/// inherits its half unit of 2^-1074.
Big unitOf(const Big &exact, const Big &scale, const std::vector<Big> &sources) {
  const Big size = abs(exact) > scale ? abs(exact) : scale;
  Big unit = Big(1).scaled(std::clamp<int64_t>(size.exponent() - 53, -1074, 971));
  for (const Big &source : sources)
    if (isSubnormal(source)) {
      Big inherited = abs(exact / source).scaled(-1074);
      unit = unit < inherited ? inherited : unit;
    }
  return unit;
}

double ulps(double a, const Big &exact, const Big &unit) {
  if (std::isnan(a))
    return INFINITY;
  if (std::isinf(a) && abs(exact) > largest && (exact > 0.0) == (a > 0))
    return 0; // what is too large overflows
  Big near = std::isinf(a) ? (a > 0 ? Big(largest) : Big(-largest)) : Big(a);
  return static_cast<double>(abs(near - exact) / unit);
}

/// The worst point of one derivative.
struct Worst {
  double ulps = 0, value = 0, exact = 0;
  Operands at;
};

class Row : public testing::TestWithParam<unsigned> {
protected:
  Prim prim = static_cast<Prim>(GetParam());
  Domain domain = domainOf(prim);
  Graph g;
  std::vector<ValueId> inputs, reals;

  void SetUp() override {
    for (unsigned k = 0; k < domain.operands.size(); ++k) {
      Kind kind = isInt(k) ? Kind::Int : Kind::Real;
      inputs.push_back(g.input({"x", {kind, 0}, ir::InputRole::Argument, {}}));
      if (!isInt(k))
        reals.push_back(inputs.back());
    }
  }

  bool isInt(size_t k) const { return k == 1 && info(prim).signature == ir::Signature::RealInt; }

  std::vector<double> evaluate(const std::vector<ValueId> &roots, const Operands &x) {
    interpret::Environment<double> env;
    for (size_t k = 0; k < x.size(); ++k)
      if (isInt(k))
        env.setInt(inputs[k], static_cast<int64_t>(x[k]));
      else
        env.setReal(inputs[k], x[k]);
    interpret::Interpreter<double> interpreter(g, std::move(env));
    std::vector<double> values;
    for (ValueId root : roots) {
      interpret::Result<double> out;
      interpret::EvalError error;
      EXPECT_TRUE(interpreter.evaluate(root, out, error)) << error.message;
      values.push_back(out.real);
    }
    return values;
  }

  Big scale(const Operands &x, int order, unsigned i, unsigned j) const {
    return domain.largestTerm ? abs(domain.largestTerm(x, order, i, j)) : Big();
  }
  static void note(Worst &worst, double value, const Big &exact, const Big &unit,
                   const Operands &at) {
    double distance = ulps(value, exact, unit);
    if (distance > worst.ulps)
      worst = {distance, value, static_cast<double>(exact), at};
  }
  static void expect(const Worst &worst, double bound, const std::string &what) {
    EXPECT_LE(worst.ulps, bound) << what << " at (" << fmt::format("{}", fmt::join(worst.at, ", "))
                                 << ") is " << fmt::format("{}", worst.value) << ", not "
                                 << fmt::format("{}", worst.exact);
  }
};

TEST_P(Row, ValueAndDerivatives) {
  ValueId value = g.prim(prim, inputs);
  std::vector<ValueId> first = differentiate::gradient(g, value, reals), roots{value};
  roots.insert(roots.end(), first.begin(), first.end());
  for (ValueId d : first)
    for (ValueId second : differentiate::gradient(g, d, reals))
      roots.push_back(second);
  auto n = static_cast<unsigned>(reals.size());
  Worst worstValue;
  std::vector<Worst> worst(n + n * n);
  for (const Operands &x : pointsOf(domain, pointCount())) {
    Oracle oracle(prim, x);
    const std::vector<double> values = evaluate(roots, x);
    std::vector<Big> sources{oracle.value()};
    note(worstValue, values[0], sources[0], unitOf(sources[0], scale(x, 0, 0, 0), {}), x);
    // A derivative of what is too large for a double is of no use to anybody.
    auto tooLarge = [&] {
      return std::any_of(sources.begin(), sources.end(),
                         [](const Big &s) { return abs(s) > largest; });
    };
    if (tooLarge())
      continue;
    for (unsigned i = 0; i < n; ++i) {
      Big exact = oracle.first(i);
      note(worst[i], values[1 + i], exact, unitOf(exact, scale(x, 1, i, 0), {sources[0]}), x);
      sources.push_back(exact);
    }
    if (tooLarge())
      continue;
    std::vector<Big> second;
    for (unsigned i = 0; i < n; ++i)
      for (unsigned j = 0; j < n; ++j)
        second.push_back(oracle.second(i, j));
    if (std::any_of(second.begin(), second.end(), [](const Big &s) { return abs(s) > largest; }))
      continue;
    for (unsigned k = 0; k < n * n; ++k)
      note(worst[n + k], values[1 + n + k], second[k],
           unitOf(second[k], scale(x, 2, k / n, k % n), sources), x);
  }
  expect(worstValue, 8, "the value");
  for (unsigned i = 0; i < n; ++i) {
    expect(worst[i], 8, fmt::format("derivative {}", i + 1));
    for (unsigned j = 0; j < n; ++j)
      expect(worst[n + i * n + j], 64, fmt::format("derivative {}, {}", i + 1, j + 1));
  }
}

/// The rows with a real derivative; ConventionsTest.cpp has the others.
std::vector<unsigned> realRows() {
  std::vector<unsigned> rows;
  for (unsigned k = 0; k < ir::primCount; ++k)
    if (!domainOf(static_cast<Prim>(k)).operands.empty())
      rows.push_back(k);
  return rows;
}

TEST(Rows, WithRealOperandsHaveADomain) {
  using ir::Signature;
  for (unsigned k = 0; k < ir::primCount; ++k) {
    auto p = static_cast<Prim>(k);
    Signature s = info(p).signature;
    bool real = s == Signature::Real || s == Signature::Numeric || s == Signature::RealInt;
    EXPECT_EQ(domainOf(p).operands.size(), real ? info(p).arity : 0u) << rowNames[k];
  }
}

INSTANTIATE_TEST_SUITE_P(Primitives, Row, testing::ValuesIn(realRows()),
                         [](const testing::TestParamInfo<unsigned> &row) {
                           return std::string(rowNames[row.param]);
                         });

} // namespace

} // namespace gradus::conformance
