//===- RandomTest.cpp - derivatives of random programs --------------------------===//
//
// Reverse mode, forward mode and central differences in 50 digits agree;
// the Hessian agrees with differences of the gradient and is symmetric; in
// double, the gradient has the accuracy that its conditioning allows.
//
//===--------------------------------------------------------------------===//

#include "RandomProgram.h"

#include "differentiate/Differentiate.h"
#include "interpret/Digits50.h"
#include "ir/Module.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace gradus;
using namespace gradus::differentiate;
using interpret::Digits50;
using interpret::Environment;
using interpret::EvalError;
using interpret::Interpreter;
using interpret::Result;

namespace {

constexpr int64_t n = RandomProgram::n, m = RandomProgram::m;
constexpr size_t count = 1 + n + m * n; ///< numbers in s, x, A

template <class T> using Numbers = std::vector<T>;

template <class T>
void setInputs(Environment<T> &env, const std::vector<ValueId> &inputs, const Numbers<T> &v) {
  env.setReal(inputs[0], v[0]);
  env.setArray(inputs[1], {v.begin() + 1, v.begin() + 1 + n}, {n});
  env.setArray(inputs[2], {v.begin() + 1 + n, v.end()}, {m, n});
}

/// Everything a derivative is evaluated with.
template <class T> struct Point {
  Numbers<T> at, d, e;
};

template <class T> class Evaluator {
public:
  Evaluator(RandomProgram &program, const Point<T> &point)
      : interpreter(program.g, make(program, point)) {}

  /// The values of scalars and arrays, one after the other.
  Numbers<T> operator()(std::span<const ValueId> roots) {
    Numbers<T> all;
    for (ValueId root : roots) {
      Result<T> out;
      EvalError error;
      if (!interpreter.evaluate(root, out, error)) {
        ADD_FAILURE() << error.message;
        return Numbers<T>(count, T(0));
      }
      if (out.type.scalar())
        all.push_back(out.real);
      else
        all.insert(all.end(), out.array.data.begin(), out.array.data.end());
    }
    return all;
  }
  T operator()(ValueId root) { return (*this)({&root, 1})[0]; }

private:
  static Environment<T> make(RandomProgram &program, const Point<T> &p) {
    Environment<T> env;
    env.setInt(program.size, n);
    env.setIntArray(program.k, {3, 1, 3, 2}, {n});
    setInputs(env, program.inputs(), p.at);
    setInputs(env, program.d, p.d);
    setInputs(env, program.e, p.e);
    return env;
  }
  Interpreter<T> interpreter;
};

template <class T> T dot(const Numbers<T> &a, const Numbers<T> &b) {
  T sum = 0;
  for (size_t k = 0; k < a.size(); ++k)
    sum += a[k] * b[k];
  return sum;
}

template <class T> Numbers<T> along(const Numbers<T> &x, const T &h, const Numbers<T> &d) {
  Numbers<T> result = x;
  for (size_t k = 0; k < x.size(); ++k)
    result[k] += h * d[k];
  return result;
}

Point<double> randomPoint(uint32_t seed) {
  std::mt19937 random(seed + 77777);
  std::uniform_real_distribution<double> number(-1.2, 1.6);
  Point<double> p;
  for (Numbers<double> *v : {&p.at, &p.d, &p.e})
    for (size_t k = 0; k < count; ++k)
      v->push_back(number(random));
  return p;
}

Point<Digits50> wide(const Point<double> &p) {
  return {{p.at.begin(), p.at.end()}, {p.d.begin(), p.d.end()}, {p.e.begin(), p.e.end()}};
}

double magnitude(const Digits50 &x) { return std::abs(static_cast<double>(x)); }

void expectClose(const Digits50 &a, const Digits50 &b, double tolerance, double scale,
                 const char *what) {
  EXPECT_LE(magnitude(a - b), tolerance * (1 + scale + magnitude(a)))
      << what << ": " << static_cast<double>(a) << " and " << static_cast<double>(b);
}

void verifyGraph(const Graph &g, const char *after) {
  for (const std::string &error : ir::verify(g))
    ADD_FAILURE() << after << ": " << error;
}

void check(uint32_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomProgram program(seed);
  Graph &g = program.g;
  const std::vector<ValueId> inputs = program.inputs();
  ValueId f = program.root;
  verifyGraph(g, "program");
  std::vector<ValueId> gradient = differentiate::gradient(g, f, inputs);
  verifyGraph(g, "gradient");
  std::vector<ValueId> slope = pushforward(g, {&f, 1}, inputs, program.d);
  verifyGraph(g, "pushforward");
  std::vector<ValueId> hessianD = pushforward(g, gradient, inputs, program.d);
  std::vector<ValueId> hessianE = pushforward(g, gradient, inputs, program.e);
  verifyGraph(g, "second derivatives");
  // The same by reverse over forward.
  std::vector<ValueId> reverseD = differentiate::gradient(g, slope[0], inputs);
  verifyGraph(g, "gradient of the slope");

  const Point<double> p15 = randomPoint(seed);
  const Point<Digits50> p = wide(p15);
  Evaluator<Digits50> here(program, p);
  const Digits50 h("1e-17");
  Evaluator<Digits50> ahead(program, {along(p.at, h, p.d), p.d, p.e});
  Evaluator<Digits50> behind(program, {along(p.at, Digits50(-h), p.d), p.d, p.e});

  const Numbers<Digits50> reverse = here(gradient);
  ASSERT_EQ(reverse.size(), count);
  double scale = 0;
  for (const Digits50 &v : reverse)
    scale = std::max(scale, magnitude(v));
  // Constants in the partials have 16 digits, differences 30.
  expectClose(dot(reverse, p.d), here(slope[0]), 1e-14, scale, "reverse and forward");
  expectClose(here(slope[0]), (ahead(f) - behind(f)) / (2 * h), 1e-14, scale,
              "forward and difference");

  const Numbers<Digits50> hd = here(hessianD), he = here(hessianE), rd = here(reverseD);
  const Numbers<Digits50> before = behind(gradient), after = ahead(gradient);
  double curvature = 0;
  for (const Digits50 &v : hd)
    curvature = std::max(curvature, magnitude(v));
  for (size_t j = 0; j < count; ++j) {
    expectClose(hd[j], (after[j] - before[j]) / (2 * h), 1e-13, curvature,
                "Hessian and difference of gradients");
    expectClose(hd[j], rd[j], 1e-13, curvature, "forward over reverse and reverse over forward");
  }
  expectClose(dot(hd, p.e), dot(he, p.d), 1e-13, curvature, "symmetry of the Hessian");

  // In double: as good as inputs that are off by some units in the last place.
  Evaluator<double> rounded(program, p15);
  const Numbers<double> in15 = rounded(gradient);
  for (size_t j = 0; j < count; ++j)
    EXPECT_LE(std::abs(in15[j] - static_cast<double>(reverse[j])), 1e-12 * (1 + scale + curvature))
        << "gradient in double, number " << j;
}

class Programs : public testing::TestWithParam<uint32_t> {};

TEST_P(Programs, DerivativesAgree) {
  for (uint32_t k = 0; k < 10 && !HasFailure(); ++k)
    check(10 * GetParam() + k);
}

INSTANTIATE_TEST_SUITE_P(Random, Programs, testing::Range(0u, 40u));

} // namespace
