//===- DiffRoundTripTest.cpp - what diff prints is .opt of the same value -----------===//
//
// Each derivative that `gradus diff --format json` prints is appended to the
// model's own text as a function (or, of an objective, a named value), checked
// and evaluated. The reference is the derivative as it comes from
// differentiation, before anything was simplified for people.
//
//===--------------------------------------------------------------------===//

#include "differentiate/Differentiate.h"
#include "driver/Derivatives.h"
#include "driver/Diff.h"
#include "driver/Point.h"
#include "driver/Report.h"
#include "support/Files.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

namespace gradus::driver {
namespace {

using namespace ir;

struct Model {
  const char *name;
  const char *text;          ///< null: the example of this name
  const char *set = nullptr; ///< a size that is small enough for all pairs
};

class RoundTrip : public testing::TestWithParam<Model> {
protected:
  void SetUp() override {
    // Beside the example, so that it finds its data, or in a place of its own.
    const Model &m = GetParam();
    const std::string examples = GRADUS_EXAMPLES;
    if (!m.text) {
      path = examples + "/" + m.name + ".opt";
      ASSERT_FALSE(readFile(path, text));
      return;
    }
    directory = std::filesystem::path(testing::TempDir()) / (std::string("diff-") + m.name);
    std::filesystem::create_directories(directory);
    path = (directory / "model.opt").string();
    text = m.text;
    ASSERT_FALSE(writeFile(path, text));
  }
  void TearDown() override {
    if (!directory.empty())
      std::filesystem::remove_all(directory);
  }

  Json diffJson(int order) {
    DiffOptions options;
    options.file = path;
    options.order = order;
    options.format = "json";
    std::ostringstream out, err;
    EXPECT_EQ(diff(options, out, err), 0) << err.str();
    return Json::parse(out.str());
  }

  std::string path, text;
  std::filesystem::path directory;
};

/// Positive values that differ from each other; whole numbers are 2.
std::vector<PointEntry> pointFor(const Graph &g, const Subject &s) {
  std::vector<PointEntry> entries;
  double next = 0.4;
  for (ValueId v : s.arguments) {
    if (s.problem && !constantElements(g, g.type(v).shape))
      continue; // its start
    PointEntry e{g.inputOf(v).name, {}, {}};
    size_t count = 1;
    for (const Axis &axis : g.axesOf(v)) {
      const bool constant = g.isConstant(axis.lo) && g.isConstant(axis.hi);
      e.shape.push_back(constant ? g.intValue(axis.hi) - g.intValue(axis.lo) + 1 : 4);
      count *= static_cast<size_t>(e.shape.back());
    }
    for (size_t k = 0; k < count; ++k, next = next > 1.6 ? next - 1.31 : next + 0.37)
      e.numbers.push_back(g.type(v).kind == Kind::Int ? 2.0 : next);
    entries.push_back(std::move(e));
  }
  return entries;
}

void append(const interpret::Result<double> &result, std::vector<double> &flat) {
  if (result.type.scalar())
    flat.push_back(result.type.kind == Kind::Int ? static_cast<double>(result.whole) : result.real);
  else if (result.type.kind == Kind::Int)
    flat.insert(flat.end(), result.array.whole.begin(), result.array.whole.end());
  else
    flat.insert(flat.end(), result.array.data.begin(), result.array.data.end());
}

std::vector<double> valueOf(Session &session, ValueId v) {
  interpret::Interpreter<double> interpreter(session.graph(), session.environment());
  interpret::Result<double> result;
  interpret::EvalError error;
  std::vector<double> flat;
  EXPECT_TRUE(interpreter.evaluate(v, result, error)) << error.message;
  append(result, flat);
  return flat;
}

/// All index tuples of an array at its bound sizes; one empty one for a scalar.
std::vector<std::vector<ValueId>> elements(Session &session, ValueId array) {
  Graph &g = session.graph();
  std::vector<std::vector<ValueId>> all{{}};
  const std::vector<Axis> axes = g.axesOf(array);
  for (const Axis &axis : axes) {
    std::vector<std::vector<ValueId>> longer;
    for (const auto &prefix : all)
      for (int64_t k = *session.whole(axis.lo); k <= *session.whole(axis.hi); ++k) {
        longer.push_back(prefix);
        longer.back().push_back(g.integer(k));
      }
    all = std::move(longer);
  }
  return all;
}

/// What a name of "wrt" stands for: every element of a whole array, or one.
std::vector<std::pair<ValueId, std::vector<ValueId>>> parts(Session &session, const Subject &s,
                                                            const std::string &name) {
  Graph &g = session.graph();
  std::vector<std::vector<Variable>> variables;
  EXPECT_TRUE(parseVariables(session, s, name, variables)) << name;
  std::vector<std::pair<ValueId, std::vector<ValueId>>> all;
  for (const Variable &v : variables.at(0)) {
    if (!v.indices.empty() || g.type(v.input).scalar())
      all.push_back({v.input, v.indices});
    else
      for (const auto &element : elements(session, v.input))
        all.push_back({v.input, element});
  }
  return all;
}

std::vector<double> reference(Session &session, const Subject &s, const Json &wrt) {
  Graph &g = session.graph();
  std::vector<ValueId> values;
  for (const auto &element : elements(session, s.value))
    values.push_back(g.toReal(element.empty() ? s.value : g.at(s.value, element)));
  for (const Json &name : wrt) {
    std::vector<ValueId> next;
    for (ValueId value : values)
      for (const auto &[input, indices] : parts(session, s, name.get<std::string>()))
        next.push_back(differentiate::derivative(g, value, input, indices));
    values = std::move(next);
  }
  std::vector<double> flat;
  for (ValueId v : values) {
    std::vector<double> one = valueOf(session, v);
    flat.insert(flat.end(), one.begin(), one.end());
  }
  return flat;
}

/// "f(x[n], int k)" of the printed text "f(x[n], int k) = ...".
std::string headOf(const std::string &path, const std::string &name) {
  DiffOptions options;
  options.file = path;
  options.name = name;
  std::ostringstream out, err;
  EXPECT_EQ(diff(options, out, err), 0) << err.str();
  return out.str().substr(0, out.str().find(" = "));
}

TEST_P(RoundTrip, EvaluatesToTheSame) {
  SessionOptions options;
  if (GetParam().set)
    options.set = {GetParam().set};
  int compared = 0;
  for (int order : {1, 2}) {
    const Json shown = diffJson(order);
    for (const Json &function : shown.at("functions")) {
      Session own(options);
      ASSERT_TRUE(own.loadText(path, text) && own.bind());
      const std::vector<Subject> ownSubjects = subjects(own);
      const Subject *s = findSubject(own, ownSubjects, function.at("name").get<std::string>());
      ASSERT_NE(s, nullptr);
      const std::vector<PointEntry> point = pointFor(own.graph(), *s);
      ASSERT_TRUE(bindPoint(own, *s, point)) << own.diagnostics.renderAll();
      // The value itself, then all derivatives, each a declaration.
      std::vector<std::pair<std::string, Json>> texts{{function.at("expression"), Json::array()}};
      for (const Json &d : function.at("derivatives"))
        texts.push_back({d.at("expression"), d.at("wrt")});
      const std::string head = headOf(path, s->name);
      std::string longer = text;
      for (size_t k = 0; k < texts.size(); ++k) {
        const std::string name = "printed__" + std::to_string(k);
        longer += "\n" + (s->problem ? "let " + name : "fn " + name + head.substr(s->name.size())) +
                  " = " + texts[k].first;
      }
      Session printed(options);
      ASSERT_TRUE(printed.loadText(path, longer + "\n") && printed.bind())
          << printed.diagnostics.renderAll();
      for (size_t k = 0; k < texts.size(); ++k) {
        const std::string name = "printed__" + std::to_string(k);
        std::vector<double> got;
        if (s->problem) {
          const std::vector<Subject> printedSubjects = subjects(printed);
          ASSERT_TRUE(bindPoint(printed, *findSubject(printed, printedSubjects, s->name), point));
          for (const NamedValue &let : printed.module().lets)
            if (let.name == name)
              got = valueOf(printed, let.value);
        } else {
          const std::vector<Subject> printedSubjects = subjects(printed);
          const Subject *p = findSubject(printed, printedSubjects, name);
          ASSERT_NE(p, nullptr);
          ASSERT_TRUE(bindPoint(printed, *p, point)) << printed.diagnostics.renderAll();
          got = valueOf(printed, p->value);
        }
        const std::vector<double> wanted = reference(own, *s, texts[k].second);
        ASSERT_EQ(got.size(), wanted.size()) << texts[k].first;
        double scale = 1e-3;
        for (double w : wanted)
          scale = std::max(scale, std::fabs(w));
        for (size_t n = 0; n < got.size(); ++n) {
          EXPECT_TRUE(std::fabs(got[n] - wanted[n]) <= 1e-9 * scale ||
                      (std::isnan(got[n]) && std::isnan(wanted[n])))
              << s->name << " by " << texts[k].second.dump() << ", element " << n << ": " << got[n]
              << " is not " << wanted[n] << "\n"
              << texts[k].first;
          ++compared;
        }
      }
    }
  }
  EXPECT_GE(compared, 1);
}

INSTANTIATE_TEST_SUITE_P(Examples, RoundTrip,
                         testing::Values(Model{"first_lesson", nullptr},
                                         Model{"two_variables", nullptr},
                                         Model{"functions", nullptr}, Model{"penguins", nullptr},
                                         Model{"robust_fit", nullptr}, Model{"likelihood", nullptr},
                                         Model{"logistic", nullptr},
                                         Model{"rosenbrock", nullptr, "n=5"},
                                         Model{"own_method", nullptr, "m=5"}),
                         [](const auto &info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Texts, RoundTrip,
    testing::Values(
        Model{"course", "fn f(x, y) = x^4 + x^3*y^2 + y^5 + 8\n"
                        "fn g(x, y) = x^3 + x^2*y^4 - 2*y^5\n"
                        "fn h(x, y) = -3*x^3*y^2 + 5\n"},
        Model{"primitives", "fn a(x, y) = atan2(x, y) + hypot(x, y) + x^y\n"
                            "fn b(x) = erf(x) + lgamma(x) + tanh(x)*asinh(x) + sigmoid(x)\n"
                            "fn c(x, y) = max(x, y) + min(x, 2*y) + abs(x - y) + relu(x - y)\n"
                            "fn d(x) = cbrt(x) + log2(x) + log10(x) + log1p(x) + expm1(x)\n"
                            "fn e1(x) = floor(x)*x + mod(x, 0.3) + softplus(x) + erfc(x)\n"},
        Model{"sums", "fn a(x[n], A[n,n]) = sum(i in 1..n, j in 1..n) x[i]*A[i,j]*x[j]\n"
                      "fn b(x[n]) = prod(i in 1..n) x[i] + logsumexp(i in 1..n) 2*x[i]\n"
                      "fn c(x[0..n]) = sum(k in 1..n) (x[k] - x[k-1])^2\n"
                      "fn d(x[n]) = max(i in 1..n) x[i] + mean(i in 1..n) exp(x[i])\n"
                      "fn e1(x[n], int k) = sum(i in 1..n where i != k) x[i]^k\n"},
        Model{"arrays", "fn pendulum(x[2], u) {\n  let (θ, ω) = (x[1], x[2])\n"
                        "  [ω, u - 9.81*sin(θ)]\n}\n"
                        "fn scaled(x[n], c) = [i in 1..n] c*x[i]^2\n"
                        "fn rotation(t) = [cos(t), -sin(t); sin(t), cos(t)]\n"
                        "fn large(x[12]) = sum(i in 2..12) x[i]*x[i-1]^2\n"},
        Model{"names", "param j = 0.5\nparam i = 0.25\nvar x[k in 1..3] start k\nvar λ start 1\n"
                       "minimize maximum = sum(k in 1..3) (x[k] - j)^2 + λ^2*i*x[2]\n"}),
    [](const auto &info) { return std::string(info.param.name); });

} // namespace
} // namespace gradus::driver
