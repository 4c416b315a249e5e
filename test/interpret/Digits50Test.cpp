//===- Digits50Test.cpp - the interpreter in 50 digits --------------------------===//

#include "interpret/Digits50.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace gradus;
using namespace gradus::interpret;
using ir::Prim;
using ir::Signature;
using ir::ValueId;

namespace {

const double points[] = {0.0,  -0.0,  5e-324, 1e-300, 1e-20,    0.3,       1.0,
                         2.5,  30.0,  1e5,    1e22,   1e300,    -1e-20,    -0.3,
                         -2.5, -30.5, -3.0,   -1e300, INFINITY, -INFINITY, NAN};

class Everywhere : public testing::TestWithParam<unsigned> {};

std::string rowName(const testing::TestParamInfo<unsigned> &row) {
  static const char *const names[] = {
#define PRIMITIVE(NAME, ...) #NAME,
#include "ir/Primitives.def"
  };
  return names[row.param];
}

/// The value of a row at x, with 1.5 and x for further operands.
template <class T> double valueAt(Prim p, double x) {
  ir::Graph g;
  Environment<T> env;
  auto input = [&](ir::Kind kind) {
    return g.input({"x", {kind, 0}, ir::InputRole::Argument, {}});
  };
  ValueId real = input(ir::Kind::Real), other = input(ir::Kind::Real), whole = input(ir::Kind::Int);
  env.setReal(real, T(x));
  env.setReal(other, T(1.5));
  env.setInt(whole, 3);
  const ir::PrimInfo &row = info(p);
  std::vector<ValueId> operands{real, other, real};
  if (row.signature == Signature::RealInt)
    operands[1] = whole;
  operands.resize(row.arity);
  Interpreter<T> interpreter(g, env);
  Result<T> out;
  EvalError error;
  EXPECT_TRUE(interpreter.evaluate(g.prim(p, operands), out, error)) << error.message;
  return g.type(g.prim(p, operands)).kind == ir::Kind::Real ? static_cast<double>(out.real)
                                                            : static_cast<double>(out.whole);
}

/// Both scalars evaluate the one table, so they agree as far as double goes, in
/// what is nan and what is infinite too.
TEST_P(Everywhere, AgreesWithDouble) {
  auto p = static_cast<Prim>(GetParam());
  Signature s = info(p).signature;
  if (s == Signature::Int || s == Signature::IntToReal || s == Signature::Logic)
    return; // no real number in it
  for (double x : points) {
    if (p == Prim::Mod && std::abs(x) > 1e15)
      continue; // x - y*floor(x/y) has no digit left in double
    double in15 = valueAt<double>(p, x), in50 = valueAt<Digits50>(p, x);
    if (std::isnan(in50)) {
      EXPECT_TRUE(std::isnan(in15)) << info(p).name << " at " << x << " is " << in15;
    } else if (in15 != in50) {
      EXPECT_LE(std::abs(in15 - in50), 1e-14 * std::abs(in50)) << info(p).name << " at " << x;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Primitives, Everywhere, testing::Range(0u, ir::primCount), rowName);

Digits50 at(Prim p, const char *x) {
  ir::Graph g;
  Environment<Digits50> env;
  ValueId v = g.input({"x", {ir::Kind::Real, 0}, ir::InputRole::Argument, {}});
  env.setReal(v, Digits50(x));
  Interpreter<Digits50> interpreter(g, env);
  Result<Digits50> out;
  EvalError error;
  EXPECT_TRUE(interpreter.evaluate(g.prim(p, {v}), out, error));
  return out.real;
}

void expectDigits(const Digits50 &value, const char *expected) {
  Digits50 e(expected);
  EXPECT_LE(abs(value - e), Digits50("1e-48") * abs(e)) << value.str() << " " << expected;
}

TEST(Digits50, HasFiftyDigits) {
  expectDigits(at(Prim::Exp, "1"), "2.71828182845904523536028747135266249775724709369996");
  expectDigits(at(Prim::Log, "2"), "0.693147180559945309417232121458176568075500134360255");
  expectDigits(at(Prim::Sqrt, "2"), "1.41421356237309504880168872420969807856967187537695");
  // lgamma(1/2) = log(pi)/2, digamma(1) = -gamma, erf(1), atan(1) = pi/4
  expectDigits(at(Prim::Lgamma, "0.5"), "0.572364942924700087071713675676529355823647406457656");
  expectDigits(at(Prim::Digamma, "1"), "-0.577215664901532860606512090082402431042159335939924");
  expectDigits(at(Prim::Erf, "1"), "0.842700792949714869341220635082609259296066997966303");
  expectDigits(at(Prim::Atan, "1"), "0.785398163397448309615660845819875721049292349843776");
}

TEST(Digits50, ReducesLargeAngles) {
  // sin(1e22), the classical test of a reduction modulo pi (Payne and Hanek)
  EXPECT_NEAR(static_cast<double>(at(Prim::Sin, "1e22")), -0.8522008497671888, 1e-15);
}

} // namespace
