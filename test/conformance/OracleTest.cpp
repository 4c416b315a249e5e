//===- OracleTest.cpp - the oracle knows known numbers ---------------------------===//

#include "Oracle.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gradus::conformance {

using ir::Prim;

namespace {

void expectNear(const Big &a, double expected) {
  EXPECT_NEAR(static_cast<double>(a), expected, 1e-15 * std::abs(expected));
}

TEST(Oracle, KnowsKnownDerivatives) {
  expectNear(Oracle(Prim::Exp, {1}).second(0, 0), 2.718281828459045);
  expectNear(Oracle(Prim::Log, {1e-300}).first(0), 1e300);
  expectNear(Oracle(Prim::Sin, {1e22}).second(0, 0), 0.8522008497671888);
  expectNear(Oracle(Prim::Mul, {3, 5}).second(0, 1), 1);
  expectNear(Oracle(Prim::Atan, {1e150}).first(0), 1e-300);
  // sech^2 of 300 is 4 exp(-600): tanh is 1 but for 866 bits
  expectNear(Oracle(Prim::Tanh, {300}).first(0), 4 * std::exp(-600));
  EXPECT_EQ(static_cast<double>(Oracle(Prim::Tanh, {1e9}).first(0)), 0);
  // trigamma(1) = pi^2/6, tetragamma(1) = -2 zeta(3), trigamma(1/2) = pi^2/2
  expectNear(Oracle(Prim::Polygamma, {1, 1}).value(), 1.6449340668482264);
  expectNear(Oracle(Prim::Polygamma, {1, 1}).first(0), -2.4041138063191886);
  expectNear(Oracle(Prim::Digamma, {0.5}).first(0), 4.934802200544679);
}

} // namespace

} // namespace gradus::conformance
