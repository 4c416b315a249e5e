//===- EmitTest.cpp - a test that travels with emitted C ----------------------------===//

#include "driver/EmitTest.h"

#include "codegen/c/CTree.h"
#include "codegen/c/Names.h"
#include "differentiate/Differentiate.h"
#include "driver/TestPoints.h"
#include "interpret/Digits50.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace gradus::driver {

using namespace ir;
using interpret::Digits50;
using lower::ArgumentRole;
using lower::InterfaceArgument;
using lower::InterfaceFunction;
using lower::Purpose;

namespace {

constexpr size_t mostElements = 100'000;
constexpr int mostPoints = 3;

class TestWriter {
public:
  TestWriter(Session &session, const lower::Interface &interface,
             const codegen::c::Settings &settings, const codegen::c::Emitted &emitted)
      : session(session), g(session.graph()), interface(interface), settings(settings),
        emitted(emitted), points(session) {}

  bool prepare(const std::vector<std::string> &fix) {
    if (!session.bind() || !points.bindUnknowns())
      return false;
    for (const std::string &entry : fix) {
      const size_t equals = entry.find('=');
      int64_t value = 0;
      std::from_chars(entry.data() + equals + 1, entry.data() + entry.size(), value);
      for (uint32_t k = 0; k < g.inputs().size(); ++k)
        if (g.inputs()[k].name == entry.substr(0, equals) && g.inputs()[k].type.scalar()) {
          session.value(k).known = true;
          session.value(k).whole = value;
          points.fix(k, value);
        }
    }
    for (const InterfaceFunction &f : interface.functions)
      for (const InterfaceArgument &a : f.arguments)
        if (a.role == ArgumentRole::Option) {
          InputValue &v = session.value(g.inputIndex(a.input));
          v.known = true;
          v.real = a.initial;
          v.whole = a.kind == Kind::Int ? static_cast<int64_t>(a.initial) : 0;
        }
    return true;
  }

  std::string write(const std::string &headerName) {
    for (const Subject &s : subjects(session))
      for (int k = 0; k < mostPoints; ++k)
        if (points.bind(s, k))
          for (size_t row = 0; row < interface.functions.size(); ++row)
            if (interface.functions[row].subject == s.name)
              call(s, row, k);
    const std::string upper = codegen::c::upperCase(settings.prefix);
    return codegen::c::formatComment(codegen::c::commentText(
               "Written by gradus " + settings.version + " from " + settings.source +
               ": compares " + headerName + " with values of 50 digits. Returns 0 when all agree.")) +
           fmt::format(R"(#define {0}_IMPLEMENTATION
#include {1}

#include <stdio.h>

static int failures = 0, comparisons = 0;

static void compare(const char *what, const {2} *got, const double *want, int count, double tolerance) {{
  int i;
  for (i = 0; i < count; ++i) {{
    ++comparisons;
    if (fabs((double)got[i] - want[i]) <= tolerance)
      continue;
    if (++failures <= 20)
      printf("%s, number %d: %.17g, wanted %.17g\n", what, i + 1, (double)got[i], want[i]);
  }}
}}

static void status(const char *what, int32_t got) {{
  if (got != 0 && ++failures <= 20)
    printf("%s: status %d\n", what, (int)got);
}}

static double memory[{3}];

)",
                       upper, codegen::c::stringLiteral(headerName), real(), most_ / 8 + 8) +
           tests_ +
           fmt::format("int main(void) {{\n  {0}_frame frame = {{0}};\n  frame.workspace = memory;\n"
                       "  frame.workspace_bytes = sizeof memory;\n{1}"
                       "  printf(\"%d of %d comparisons failed\\n\", failures, comparisons);\n"
                       "  return failures != 0;\n}}\n",
                       settings.prefix, calls_);
  }

private:
  const char *real() const { return settings.single ? "float" : "double"; }

  std::string number(double x, bool single) const {
    if (std::isnan(x))
      return "NAN";
    if (std::isinf(x))
      return x < 0 ? "-INFINITY" : "INFINITY";
    char digits[64];
    auto end = single ? std::to_chars(digits, digits + sizeof digits, static_cast<float>(x))
                      : std::to_chars(digits, digits + sizeof digits, x);
    std::string text(digits, end.ptr);
    if (text.find_first_of(".e") == std::string::npos)
      text += ".0";
    return text + (single ? "f" : "");
  }
  template <class T> std::string list(const std::vector<T> &numbers, bool single) const {
    std::string text;
    size_t column = 0;
    for (const T &x : numbers) {
      std::string one;
      if constexpr (std::is_same_v<T, double>)
        one = number(x, single);
      else
        one = fmt::format("INT64_C({})", x);
      text += text.empty() ? "" : column + one.size() > 90 ? ",\n      " : ", ";
      column = column + one.size() > 90 ? one.size() : column + one.size() + 2;
      text += one;
    }
    return text.empty() ? "0" : text;
  }

  std::optional<size_t> elements(ShapeId shape) {
    std::vector<int64_t> extents;
    if (!session.extents(shape, extents))
      return std::nullopt;
    size_t count = 1;
    for (int64_t e : extents)
      count *= static_cast<size_t>(std::max<int64_t>(e, 0));
    return count;
  }

  interpret::Environment<Digits50> environment() const {
    interpret::Environment<Digits50> env;
    for (uint32_t k = 0; k < g.inputs().size(); ++k) {
      if (k >= session.inputValues().size() || !session.inputValues()[k].known)
        continue;
      const InputValue &v = session.inputValues()[k];
      const ValueId node = g.inputNode(k);
      const Type t = g.type(node);
      // What a float holds is what the emitted code gets.
      auto exact = [&](double x) {
        return Digits50(settings.single ? static_cast<double>(static_cast<float>(x)) : x);
      };
      if (t.scalar() && t.kind == Kind::Real) {
        env.setReal(node, exact(v.real));
      } else if (t.scalar()) {
        env.setInt(node, v.whole);
      } else if (t.kind == Kind::Real) {
        std::vector<Digits50> all;
        for (double x : v.reals)
          all.push_back(exact(x));
        env.setArray(node, std::move(all), v.extents);
      } else {
        env.setIntArray(node, v.wholes, v.extents);
      }
    }
    return env;
  }

  /// The numbers a function should give; nothing where it has no finite value.
  std::optional<std::vector<double>> expected(const Subject &s, Purpose purpose) {
    std::vector<ValueId> roots;
    if (purpose == Purpose::Value || purpose == Purpose::ValueGradient)
      roots.push_back(s.value);
    if (purpose != Purpose::Value)
      for (ValueId v : differentiate::gradient(g, g.toReal(s.value), s.variables(g)))
        roots.push_back(v);
    interpret::Interpreter<Digits50> interpreter(g, environment());
    std::vector<double> all;
    for (ValueId root : roots) {
      interpret::Result<Digits50> out;
      interpret::EvalError error;
      if (g.type(root).kind != Kind::Real || !interpreter.evaluate(root, out, error))
        return std::nullopt;
      if (out.type.scalar())
        all.push_back(static_cast<double>(out.real));
      for (const Digits50 &x : out.array.data)
        all.push_back(static_cast<double>(x));
    }
    for (double x : all)
      if (!std::isfinite(x))
        return std::nullopt;
    return all;
  }

  void call(const Subject &s, size_t row, int point) {
    const InterfaceFunction &f = interface.functions[row];
    if (f.purpose != Purpose::Value && f.purpose != Purpose::Gradient &&
        f.purpose != Purpose::ValueGradient)
      return;
    auto want = expected(s, f.purpose);
    auto needed = session.whole(f.workspace);
    if (!want || want->empty() || !needed)
      return;
    most_ = std::max(most_, *needed * 8);
    std::string declarations, arguments, comparisons;
    size_t results = 0;
    double scale = 0;
    for (double x : *want)
      scale = std::max(scale, std::fabs(x));
    const double tolerance = settings.single ? 1e-3 * (scale + 1) : 1e-9 * (scale + 1e-3);
    const std::string name = fmt::format("{} at point {}", emitted.names[row], point);
    for (size_t k = 0; k < f.arguments.size(); ++k) {
      const InterfaceArgument &a = f.arguments[k];
      const std::string array = fmt::format("a{}", k);
      auto count = elements(a.shape);
      if (!count || *count > mostElements)
        return;
      if (a.role == ArgumentRole::Unknowns) {
        std::vector<double> x;
        for (ValueId v : s.arguments) {
          const InputValue &value = session.value(g.inputIndex(v));
          if (g.type(v).scalar())
            x.push_back(value.real);
          else
            x.insert(x.end(), value.reals.begin(), value.reals.end());
        }
        declarations += fmt::format("  static const {} {}[] = {{{}}};\n", real(), array,
                                    list(x, settings.single));
        arguments += ", " + array;
      } else if (a.role == ArgumentRole::Result) {
        declarations += fmt::format("  static {} {}[{}];\n", real(), array, std::max<size_t>(*count, 1));
        arguments += ", " + array;
        comparisons += fmt::format("  compare({}, {}, want + {}, {}, {});\n",
                                   codegen::c::stringLiteral(name), array, results, *count,
                                   number(tolerance, false));
        results += *count;
      } else {
        const InputValue &value = session.value(g.inputIndex(a.input));
        const bool isReal = a.kind == Kind::Real;
        if (a.shape == 0) {
          arguments += ", " + (isReal ? number(value.real, settings.single)
                                      : fmt::format("INT64_C({})", value.whole));
          continue;
        }
        declarations += fmt::format("  static const {} {}[] = {{{}}};\n", isReal ? real() : "int64_t",
                                    array,
                                    isReal ? list(value.reals, settings.single)
                                           : list(value.wholes, false));
        arguments += ", " + array;
      }
    }
    if (results != want->size())
      return;
    tests_ += fmt::format("static void test_{0}({1}_frame *frame) {{\n"
                          "  static const double want[] = {{{2}}};\n{3}  status({4}, {5}(frame{6}));\n"
                          "{7}}}\n\n",
                          count_, settings.prefix, list(*want, false), declarations,
                          codegen::c::stringLiteral(name), emitted.names[row], arguments, comparisons);
    calls_ += fmt::format("  test_{}(&frame);\n", count_++);
  }

  Session &session;
  Graph &g;
  const lower::Interface &interface;
  const codegen::c::Settings &settings;
  const codegen::c::Emitted &emitted;
  TestPoints points;
  std::string tests_, calls_;
  int64_t most_ = 0;
  size_t count_ = 0;
};

} // namespace

std::optional<std::string> testProgram(Session &session, const EmitOptions &options,
                                       const lower::Interface &interface,
                                       const codegen::c::Settings &settings,
                                       const codegen::c::Emitted &emitted,
                                       const std::string &headerName) {
  TestWriter writer(session, interface, settings, emitted);
  if (!writer.prepare(options.fix))
    return std::nullopt;
  return writer.write(headerName);
}

} // namespace gradus::driver
