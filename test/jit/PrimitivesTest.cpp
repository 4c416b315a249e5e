//===- PrimitivesTest.cpp - each primitive against the table's own value ---------===//
//
// Every row of Primitives.def that reaches a back end: strict native code gives
// the bits of the column EVAL at every level, in a scalar and in a loop; code
// with vector mathematics stays within a few units of the last place.
//
//===--------------------------------------------------------------------===//
#include "Harness.h"
#include "ir/Scalar.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace gradus::jit {
namespace {

const double inf = std::numeric_limits<double>::infinity();
const double nan = std::numeric_limits<double>::quiet_NaN();

/// Special values first, then points of many magnitudes.
std::vector<double> points() {
  std::vector<double> list = {0.0,
                              -0.0,
                              1.0,
                              -1.0,
                              0.5,
                              -0.5,
                              1.5,
                              -1.5,
                              2.5,
                              -2.5,
                              3.0,
                              -3.0,
                              inf,
                              -inf,
                              nan,
                              1e300,
                              -1e300,
                              1e-300,
                              -1e-300,
                              5e-324,
                              -5e-324,
                              709.7,
                              710.0,
                              -745.5,
                              0.1,
                              1e16,
                              -1e16,
                              4503599627370497.5,
                              0.49999999999999994};
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> near(-4, 4), exponent(-30, 30);
  for (int k = 0; k < 100; ++k)
    list.push_back(near(random));
  for (int k = 0; k < 60; ++k)
    list.push_back(std::ldexp(near(random), int(exponent(random))));
  return list;
}
const std::vector<int64_t> wholes = {0,  1,  -1, 2,   -2,  3,   -3,        5,        7,
                                     -7, 10, 64, 100, -31, 255, INT64_MAX, INT64_MIN};

uint64_t bits(double x) { return std::isnan(x) ? 0x7ff8000000000000u : std::bit_cast<uint64_t>(x); }

std::vector<Prim> rows(std::initializer_list<ir::Signature> signatures) {
  std::vector<Prim> list;
  for (unsigned i = 0; i < ir::primCount; ++i) {
    const ir::PrimInfo &row = ir::info(Prim(i));
    for (ir::Signature s : signatures)
      if (row.signature == s && row.lowering != ir::Lowering::Expanded)
        list.push_back(Prim(i));
  }
  return list;
}

class Primitives : public AtEveryLevel {};
GRADUS_AT_EVERY_LEVEL(Primitives);

/// r = prim(operands) as a function of scalars.
void addScalar(Module &m, Prim prim, std::vector<Kind> kinds, Kind result) {
  FunctionBuilder f(m, std::string("f") + std::to_string(int(prim)));
  std::vector<ScalarId> operands;
  for (Kind kind : kinds)
    operands.push_back(f.parameter(kind, "x"));
  VariableId r = f.output(result, "r");
  f.assign(r, f.apply(prim, operands));
}
std::string name(Prim prim) { return "f" + std::to_string(int(prim)); }

TEST_P(Primitives, RealRowsGiveTheBitsOfTheTable) {
  std::vector<Prim> prims = rows({ir::Signature::Real, ir::Signature::Numeric});
  Module m;
  m.strict = true;
  for (Prim prim : prims)
    addScalar(m, prim, std::vector<Kind>(ir::info(prim).arity, Kind::Real), Kind::Real);
  Program p(m, GetParam());
  std::vector<double> values = points();
  for (Prim prim : prims) {
    unsigned arity = ir::info(prim).arity;
    for (size_t i = 0; i < values.size(); ++i)
      for (size_t k = 0; k < (arity == 1 ? 1 : 40); ++k) {
        double x[3] = {values[i], values[(k * 7 + i) % values.size()], values[(k + 3) % 29]};
        double expected = ir::evaluateReal<double>(prim, std::span<const double>(x, arity));
        double result = -12345;
        int32_t status = arity == 1   ? p.call(name(prim), &x[0], &result)
                         : arity == 2 ? p.call(name(prim), &x[0], &x[1], &result)
                                      : p.call(name(prim), &x[0], &x[1], &x[2], &result);
        ASSERT_EQ(status, 0);
        ASSERT_EQ(bits(result), bits(expected))
            << ir::info(prim).name << "(" << x[0] << ", " << x[1] << ") is " << result
            << ", the table says " << expected;
      }
  }
}

TEST_P(Primitives, RealRowsGiveTheSameBitsInALoop) {
  std::vector<Prim> prims = rows({ir::Signature::Real, ir::Signature::Numeric});
  Module m;
  m.strict = true;
  for (Prim prim : prims) {
    FunctionBuilder f(m, name(prim));
    ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1);
    BufferId x = f.array(BufferRole::In, "x", {{one, n}}),
             y = f.array(BufferRole::In, "y", {{one, n}});
    BufferId r = f.array(BufferRole::Out, "r", {{one, n}});
    f.loop("i", one, n, [&](ScalarId i) {
      std::vector<ScalarId> operands = {f.load(x, {i}), f.load(y, {i}), f.load(x, {i})};
      operands.resize(ir::info(prim).arity);
      f.store(r, {i}, f.apply(prim, operands));
    });
  }
  Program p(m, GetParam());
  std::vector<double> x = points(), y(x.rbegin(), x.rend()), r(x.size());
  int64_t n = int64_t(x.size());
  for (Prim prim : prims) {
    ASSERT_EQ(p.call(name(prim), &n, x.data(), y.data(), r.data()), 0);
    for (size_t i = 0; i < x.size(); ++i) {
      double operands[] = {x[i], y[i], x[i]};
      double expected =
          ir::evaluateReal<double>(prim, std::span<const double>(operands, ir::info(prim).arity));
      EXPECT_EQ(bits(r[i]), bits(expected)) << ir::info(prim).name << "(" << x[i] << ")";
    }
  }
}

TEST_P(Primitives, WholeRows) {
  std::vector<Prim> prims = rows({ir::Signature::Int, ir::Signature::Numeric});
  Module m;
  for (Prim prim : prims)
    addScalar(m, prim, std::vector<Kind>(ir::info(prim).arity, Kind::Int), Kind::Int);
  Program p(m, GetParam());
  for (Prim prim : prims)
    for (int64_t a : wholes)
      for (int64_t b : wholes) {
        int64_t result = 99, x[] = {a, b};
        bool divides = prim == Prim::IntDiv || prim == Prim::Mod;
        if (ir::info(prim).arity == 1)
          p.call(name(prim), &x[0], &result);
        else
          p.call(name(prim), &x[0], &x[1], &result);
        // The table leaves these open; native code must not trap.
        if (divides && (b == 0 || (a == INT64_MIN && b == -1)))
          continue;
        if (prim == Prim::Abs && a == INT64_MIN)
          continue;
        int64_t expected =
            ir::evaluateWhole(prim, std::span<const int64_t>(x, ir::info(prim).arity));
        ASSERT_EQ(result, expected) << ir::info(prim).name << "(" << a << ", " << b << ")";
      }
}

TEST_P(Primitives, DivisionByConstants) {
  Module m;
  for (int64_t b : wholes) {
    FunctionBuilder f(m, "by" + std::to_string(b));
    ScalarId a = f.parameter(Kind::Int, "a");
    VariableId q = f.output(Kind::Int, "q"), r = f.output(Kind::Int, "r");
    f.assign(q, f.apply(Prim::IntDiv, {a, f.integer(b)}));
    f.assign(r, f.apply(Prim::Mod, {a, f.integer(b)}));
  }
  Program p(m, GetParam());
  for (int64_t b : wholes)
    for (int64_t a : wholes) {
      int64_t q, r;
      ASSERT_EQ(p.call("by" + std::to_string(b), &a, &q, &r), 0);
      if (b == 0) {
        EXPECT_EQ(q, 0);
      } else if (!(a == INT64_MIN && b == -1)) {
        EXPECT_EQ(q, ir::algebra::floorDiv(a, b)) << a << " " << b;
        EXPECT_EQ(r, ir::algebra::floorMod(a, b)) << a << " " << b;
      }
    }
}

TEST_P(Primitives, Comparisons) {
  std::vector<Prim> prims = rows({ir::Signature::Compare});
  Module m, w;
  for (Prim prim : prims) {
    addScalar(m, prim, {Kind::Real, Kind::Real}, Kind::Bool);
    addScalar(w, prim, {Kind::Int, Kind::Int}, Kind::Bool);
  }
  Program real(m, GetParam()), whole(w, GetParam());
  std::vector<double> values = points();
  values.resize(29);
  for (Prim prim : prims) {
    for (double a : values)
      for (double b : values) {
        uint8_t result = 9;
        real.call(name(prim), &a, &b, &result);
        ASSERT_EQ(result, ir::evaluateCompare(prim, a, b)) << a << ir::info(prim).name << b;
      }
    for (int64_t a : wholes)
      for (int64_t b : wholes) {
        uint8_t result = 9;
        whole.call(name(prim), &a, &b, &result);
        ASSERT_EQ(result, ir::evaluateCompare(prim, a, b)) << a << ir::info(prim).name << b;
      }
  }
}

TEST_P(Primitives, Logic) {
  std::vector<Prim> prims = rows({ir::Signature::Logic});
  Module m;
  for (Prim prim : prims)
    addScalar(m, prim, std::vector<Kind>(ir::info(prim).arity, Kind::Bool), Kind::Bool);
  Program p(m, GetParam());
  for (Prim prim : prims)
    for (uint8_t a : {0, 1})
      for (uint8_t b : {0, 1}) {
        uint8_t result = 9;
        if (ir::info(prim).arity == 1)
          p.call(name(prim), &a, &result);
        else
          p.call(name(prim), &a, &b, &result);
        EXPECT_EQ(result, ir::evaluateLogic(prim, a, b));
      }
}

TEST_P(Primitives, PowersWithConstantAndVariableExponents) {
  std::vector<int64_t> exponents = {0, 1, -1, 2, -2, 3, 4, 5, 7, -7, 10, 31, 64, 100, INT64_MIN};
  Module m;
  m.strict = true;
  addScalar(m, Prim::Powi, {Kind::Real, Kind::Int}, Kind::Real);
  for (int64_t n : exponents) {
    FunctionBuilder f(m, "to" + std::to_string(n));
    ScalarId x = f.parameter(Kind::Real, "x");
    VariableId r = f.output(Kind::Real, "r");
    f.assign(r, f.apply(Prim::Powi, {x, f.integer(n)}));
  }
  Program p(m, GetParam());
  for (double x : points())
    for (int64_t n : exponents) {
      double expected = ir::algebra::powi(x, n), variable, constant;
      p.call(name(Prim::Powi), &x, &n, &variable);
      p.call("to" + std::to_string(n), &x, &constant);
      EXPECT_EQ(bits(variable), bits(expected)) << x << "^" << n;
      EXPECT_EQ(bits(constant), bits(expected)) << x << "^" << n;
    }
}

TEST_P(Primitives, RowsOfRealAndWholeOperands) {
  Module m;
  m.strict = true;
  for (Prim prim : rows({ir::Signature::RealInt}))
    addScalar(m, prim, {Kind::Real, Kind::Int}, Kind::Real);
  for (Prim prim : rows({ir::Signature::IntToReal}))
    addScalar(m, prim, {Kind::Int}, Kind::Real);
  Program p(m, GetParam());
  for (double x : points())
    for (int64_t n : {0, 1, 2, 5}) {
      double result;
      p.call(name(Prim::Polygamma), &x, &n, &result);
      EXPECT_EQ(bits(result), bits(gradus_polygamma(n, x))) << n << " " << x;
    }
  for (int64_t n : wholes) {
    double result;
    p.call(name(Prim::ToReal), &n, &result);
    EXPECT_EQ(result, double(n));
  }
}

/// Distance in units of the last place of the expected value.
double ulps(double result, double expected) {
  if (bits(result) == bits(expected))
    return 0;
  double unit = std::abs(std::nextafter(expected, inf) - expected);
  return std::abs(result - expected) / unit;
}

TEST_P(Primitives, VectorMathIsCloseAndDoesNotDependOnThePosition) {
  std::vector<Prim> prims;
  for (Prim prim : rows({ir::Signature::Real}))
    if (ir::info(prim).lowering == ir::Lowering::Libm)
      prims.push_back(prim);
  Module m;
  for (Prim prim : prims) {
    FunctionBuilder f(m, name(prim));
    ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1);
    BufferId x = f.array(BufferRole::In, "x", {{one, n}}),
             y = f.array(BufferRole::In, "y", {{one, n}});
    BufferId r = f.array(BufferRole::Out, "r", {{one, n}});
    f.loop("i", one, n, [&](ScalarId i) {
      std::vector<ScalarId> operands = {f.load(x, {i}), f.load(y, {i})};
      operands.resize(ir::info(prim).arity);
      f.store(r, {i}, f.apply(prim, operands));
    });
  }
  Program p(m, GetParam());
  constexpr int64_t n = 103;
  std::vector<double> x(n), y(n), r(n);
  for (Prim prim : prims)
    for (double a : points()) {
      std::fill(x.begin(), x.end(), a);
      std::fill(y.begin(), y.end(), 0.75);
      ASSERT_EQ(p.call(name(prim), &n, x.data(), y.data(), r.data()), 0);
      double operands[] = {a, 0.75};
      double expected =
          ir::evaluateReal<double>(prim, std::span<const double>(operands, ir::info(prim).arity));
      EXPECT_LE(ulps(r[0], expected), 4.5) << ir::info(prim).name << "(" << a << ")";
      for (int64_t k = 1; k < n; ++k)
        ASSERT_EQ(bits(r[k]), bits(r[0])) << ir::info(prim).name << "(" << a << ") at " << k;
    }
}

} // namespace
} // namespace gradus::jit
