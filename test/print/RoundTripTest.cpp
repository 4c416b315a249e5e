//===- RoundTripTest.cpp - what is printed parses and has the same value -----------===//
//
// Random functions: their derivatives, simplified and printed, are read back
// and compared with the unsimplified derivative at random points, in 50 digits.
//
//===--------------------------------------------------------------------===//

#include "Course.h"

#include "interpret/Digits50.h"

#include <fmt/format.h>

#include <cmath>
#include <random>

namespace gradus::print {

namespace {

using interpret::Digits50;

constexpr const char *head = "a, b, x[n], y[n], A[n,n], int row, int column";

class Generator {
public:
  explicit Generator(unsigned seed) : random(seed) {}

  unsigned pick(unsigned count) { return static_cast<unsigned>(random() % count); }

  std::string leaf() {
    switch (pick(indices.empty() ? 4 : 9)) {
    case 0:
    case 4:
      return "a";
    case 1:
      return "b";
    case 2:
      return fmt::format("{}", 1 + pick(4));
    case 3:
      return pick(2) ? "x[1]" : "1/3";
    case 5:
      return fmt::format("x[{}]", index());
    case 6:
      return fmt::format("y[{}]", index());
    case 7:
      return fmt::format("A[{},{}]", index(), index());
    default:
      return fmt::format("x[{}]", index());
    }
  }

  std::string index() { return indices[pick(static_cast<unsigned>(indices.size()))]; }

  std::string sum(int depth) {
    std::string name = indices.empty() ? "p" : indices.size() == 1 ? "q" : "r";
    if (indices.size() == 3)
      return leaf();
    const char *const ranges[] = {"1..n", "1..n", "2..n", "1..n-1"};
    std::string range = ranges[pick(4)];
    if (!indices.empty() && pick(4) == 0)
      range = "1.." + indices[0];
    std::string where;
    indices.push_back(name);
    switch (pick(8)) {
    case 0:
      where = fmt::format(" where x[{}] > {}", name, leaf());
      break;
    case 1:
      where = fmt::format(" where {} != {}", name, index());
      break;
    case 2:
      where = fmt::format(" where {} >= {}", name, 1 + pick(3));
      break;
    default:
      break;
    }
    std::string body = expression(depth - 1);
    if (range == "1..n-1" && pick(2))
      body += fmt::format("*x[{}+1]", name);
    if (range == "2..n" && pick(2))
      body = fmt::format("(x[{0}] - x[{0}-1])*({1})", name, body);
    indices.pop_back();
    const char *const kinds[] = {"sum", "sum", "sum", "sum", "prod", "max", "logsumexp"};
    return fmt::format("({}({} in {}{}) ({}))", kinds[where.empty() ? pick(7) : 0], name, range,
                       where, body);
  }

  std::string expression(int depth) {
    if (depth <= 0)
      return leaf();
    auto e = [&] { return expression(depth - 1); };
    switch (pick(30)) {
    case 0:
    case 1:
      return fmt::format("({} + {})", e(), e());
    case 2:
    case 3:
      return fmt::format("({} - {})", e(), e());
    case 4:
    case 5:
    case 6:
      return fmt::format("({} * {})", e(), e());
    case 7:
      return fmt::format("({} / (2 + ({})^2))", e(), e());
    case 8:
      return fmt::format("({})^{}", e(), 2 + pick(2));
    case 9:
      return fmt::format("sin({})", e());
    case 10:
      return fmt::format("cos({})", e());
    case 11:
      return fmt::format("exp(-({})^2)", e());
    case 12:
      return fmt::format("log(1 + ({})^2)", e());
    case 13:
      return fmt::format("sqrt(1 + ({})^2)", e());
    case 14:
      return fmt::format("tanh({})", e());
    case 15:
      return fmt::format("sigmoid({})", e());
    case 16:
      return fmt::format("(if {} > {} then {} else {})", leaf(), leaf(), e(), e());
    case 17:
      return fmt::format("-({})", e());
    case 18:
      return pick(2) ? fmt::format("abs({})", e()) : fmt::format("max({}, {})", e(), e());
    case 19:
      return pick(2) ? fmt::format("(1.5 + sin({}))^({})", e(), leaf())
                     : fmt::format("hypot({}, {})", e(), leaf());
    case 20: {
      static const char *const names[] = {"floor", "atan", "erf",  "softplus", "asinh",
                                          "sinh",  "cosh", "sign", "relu",     "expm1"};
      return fmt::format("{}({})", names[pick(10)], e());
    }
    case 21:
      return pick(2) ? fmt::format("exp(sin({}))", e()) : fmt::format("cbrt({} - 1/7)", e());
    case 22:
      return fmt::format("log(exp(sin({}))*(1 + ({})^2))", e(), e());
    case 23:
      return fmt::format("({})/{}", e(), pick(2) ? "a" : "b^3");
    case 24:
      return pick(2) ? fmt::format("sqrt(({})^2)", e()) : fmt::format("(({})^2)^1.5", e());
    case 25:
      return fmt::format("(sin({0})^2 - 2*cos({0})^2)", e());
    default:
      return sum(depth);
    }
  }

  std::mt19937 random;
  std::vector<std::string> indices;
};

/// The same values for the arguments of every function in a graph.
interpret::Environment<Digits50> environment(Course &course, const ir::Function &f, unsigned seed,
                                             int64_t n, int64_t j, int64_t k) {
  interpret::Environment<Digits50> env;
  std::mt19937 random(seed);
  auto value = [&] {
    double v = static_cast<double>(random() % 4096) / 1024 - 2;
    return Digits50(v == 0 ? 0.5 : v);
  };
  auto array = [&](int64_t count) {
    std::vector<Digits50> all(static_cast<size_t>(count));
    for (Digits50 &v : all)
      v = value();
    return all;
  };
  for (uint32_t s : f.sizes)
    env.setInt(course.graph().inputNode(s), n);
  auto input = [&](const char *name) { return course.argument(name, f); };
  env.setReal(input("a"), value());
  env.setReal(input("b"), value());
  env.setArray(input("x"), array(n), {n});
  env.setArray(input("y"), array(n), {n});
  env.setArray(input("A"), array(n * n), {n, n});
  env.setInt(input("row"), j);
  env.setInt(input("column"), k);
  return env;
}

/// `v` with the element symbols read as the arguments j and k.
ir::ValueId closed(Course &course, const ir::Function &f, ir::ValueId v, ir::ValueId j,
                   ir::ValueId k) {
  ir::Substitution map{{j, course.argument("row", f)}, {k, course.argument("column", f)}};
  return course.graph().substitute(v, map);
}

struct Case {
  std::string what; ///< the function, for messages
  std::string text; ///< what was printed
};

void compare(Course &original, ir::ValueId plain, const Case &c) {
  Course reread(fmt::format("fn g({}) = {}", head, c.text));
  ASSERT_TRUE(reread.valid()) << c.what << "\n" << c.text << "\n" << reread.errors();
  const ir::Function &f = original.function(), &g = reread.function();
  unsigned compared = 0;
  // The maximum of nothing has no value, nor has what is made of it.
  bool needsElements =
      c.what.find("max(") != std::string::npos || c.what.find("logsumexp(") != std::string::npos;
  for (unsigned point = 0; point < 6; ++point) {
    int64_t n = 1 + needsElements + point % 4, j = 1 + (point * 7) % n, k = 1 + (point * 5) % n;
    interpret::Interpreter<Digits50> before(original.graph(),
                                            environment(original, f, point, n, j, k));
    interpret::Interpreter<Digits50> after(reread.graph(), environment(reread, g, point, n, j, k));
    interpret::Result<Digits50> expected, got;
    interpret::EvalError error;
    ASSERT_TRUE(before.evaluate(plain, expected, error)) << c.what << "\n" << error.message;
    ASSERT_TRUE(after.evaluate(reread.graph().toReal(g.value), got, error)) << c.what << "\n"
                                                                            << c.text << "\n"
                                                                            << error.message;
    double a = expected.real.convert_to<double>(), b = got.real.convert_to<double>();
    if (!std::isfinite(a))
      continue;
    ++compared;
    ASSERT_NEAR(a, b, 1e-9 * (1 + std::fabs(a)))
        << c.what << "\n"
        << c.text << "\nn = " << n << ", j = " << j << ", k = " << k;
  }
  EXPECT_GT(compared, 0u) << c.what;
}

void roundTrip(unsigned seed) {
  Generator generator(seed);
  std::string text = generator.expression(3 + static_cast<int>(seed % 2));
  std::string fn = fmt::format("f({}) = {}", head, text);
  Course course("fn " + fn);
  if (!course.valid())
    return; // what is checked when compiling, x[2-1+...] for one
  ir::Graph &g = course.graph();
  const ir::Function &f = course.function();
  ir::ValueId value = g.toReal(f.value);
  compare(course, value, {fn, toText(g, simplifyForPeople(g, value))});
  compare(course, value, {fn, toText(g, value)});

  ir::ValueId inputs[] = {course.argument("a", f), course.argument("x", f)};
  std::vector<ir::ValueId> gradient = differentiate::gradient(g, value, inputs);
  for (ir::ValueId v : gradient) { // the IR's own text, on the way
    std::string ir = ir::printText(g, v), error;
    EXPECT_EQ(ir::parseText(g, ir, error), v) << error << "\n" << ir;
  }
  compare(course, gradient[0], {"d/da of " + fn, toText(g, simplifyForPeople(g, gradient[0]))});
  ir::Axis axis = g.axesOf(inputs[1])[0];
  ir::ValueId j = g.newSymbol(axis.lo, axis.hi, "row"), k = g.newSymbol(axis.lo, axis.hi, "column");
  ir::ValueId plain = g.at(gradient[1], {&j, 1});
  ir::ValueId element = elementForPeople(g, gradient[1], {&j, 1});
  compare(course, closed(course, f, plain, j, k), {"d/dx[row] of " + fn, toText(g, element)});
  if (seed % 4 != 0)
    return;
  ir::ValueId second = differentiate::gradient(g, element, std::span(&inputs[1], 1))[0];
  ir::ValueId plainSecond = g.at(second, {&k, 1});
  compare(course, closed(course, f, plainSecond, j, k),
          {"d2/dx[row]dx[column] of " + fn, toText(g, elementForPeople(g, second, {&k, 1}))});
}

} // namespace

class RoundTrip : public testing::TestWithParam<unsigned> {};

TEST_P(RoundTrip, SameValue) {
  for (unsigned seed = GetParam() * 40; seed < (GetParam() + 1) * 40 && !HasFatalFailure(); ++seed)
    roundTrip(seed);
}

INSTANTIATE_TEST_SUITE_P(Random, RoundTrip, testing::Range(0u, 10u));

} // namespace gradus::print
