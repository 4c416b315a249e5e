//===- Comparison.cpp - one function against its oracles --------------------------===//

#include "driver/Comparison.h"

#include "differentiate/Differentiate.h"
#include "interpret/Digits50.h"
#include "support/Numbers.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace gradus::driver {

using namespace ir;
using interpret::Digits50;

namespace {

/// What default code may differ from the exact result, in parts of the natural
/// scale (see at()): sums of many terms lose digits, wrong code loses all.
constexpr double roundingTolerance = 1e-10;
/// Exact derivatives against central differences with a step of 1e-12 in 50
/// digits: the error is about 1e-24 times the third derivative.
constexpr double differenceTolerance = 1e-15;
/// One-sided slopes that differ by more than this have a kink between them.
constexpr double kinkTolerance = 1e-6;
/// More coordinates than this are sampled.
constexpr size_t mostCoordinates = 16;

bool sameBits(double a, double b) {
  return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b));
}

interpret::Environment<Digits50> manyDigits(Session &session) {
  interpret::Environment<Digits50> env;
  const Graph &g = session.graph();
  for (uint32_t k = 0; k < session.inputValues().size(); ++k) {
    const InputValue &v = session.inputValues()[k];
    if (!v.known)
      continue;
    const ValueId node = g.inputNode(k);
    const Type t = g.type(node);
    if (!t.scalar() && t.kind == Kind::Real)
      env.setArray(node, {v.reals.begin(), v.reals.end()}, v.extents);
    else if (!t.scalar())
      env.setIntArray(node, v.wholes, v.extents);
    else if (t.kind == Kind::Real)
      env.setReal(node, Digits50(v.real));
    else
      env.setInt(node, v.whole);
  }
  return env;
}

/// Flat coordinates of the variables of a subject, in 50 digits.
class Coordinates {
public:
  Coordinates(Session &session, const std::vector<ValueId> &variables)
      : session(session), variables(variables) {
    for (ValueId v : variables) {
      const InputValue &value = session.value(session.graph().inputIndex(v));
      begin.push_back(flat.size());
      if (session.graph().type(v).scalar())
        flat.emplace_back(value.real);
      else
        flat.insert(flat.end(), value.reals.begin(), value.reals.end());
    }
    begin.push_back(flat.size());
  }
  size_t size() const { return flat.size(); }
  double at(size_t k) const { return static_cast<double>(flat[k]); }
  std::string name(size_t k) const {
    size_t v = 0;
    while (begin[v + 1] <= k)
      ++v;
    const Input &input = session.graph().inputOf(variables[v]);
    return input.type.scalar()
               ? input.name
               : "element " + std::to_string(k - begin[v] + 1) + " of " + input.name;
  }
  /// The point moved by step * direction.
  interpret::Environment<Digits50> moved(const std::vector<double> &direction,
                                         const Digits50 &step) const {
    interpret::Environment<Digits50> env = manyDigits(session);
    for (size_t v = 0; v < variables.size(); ++v) {
      std::vector<Digits50> part;
      for (size_t k = begin[v]; k < begin[v + 1]; ++k)
        part.push_back(flat[k] + step * direction[k]);
      if (session.graph().type(variables[v]).scalar())
        env.setReal(variables[v], part[0]);
      else
        env.setArray(variables[v], std::move(part),
                     session.value(session.graph().inputIndex(variables[v])).extents);
    }
    return env;
  }

private:
  Session &session;
  const std::vector<ValueId> &variables;
  std::vector<Digits50> flat;
  std::vector<size_t> begin;
};

template <class T>
bool evaluateAll(Graph &g, interpret::Environment<T> env, const std::vector<ValueId> &outputs,
                 std::vector<T> &flat) {
  interpret::Interpreter<T> interpreter(g, std::move(env));
  flat.clear();
  for (ValueId v : outputs) {
    interpret::Result<T> out;
    interpret::EvalError error;
    if (!interpreter.evaluate(v, out, error))
      return false;
    if (out.type.scalar())
      flat.push_back(out.real);
    else
      flat.insert(flat.end(), out.array.data.begin(), out.array.data.end());
  }
  return true;
}

bool finite(const Digits50 &x) { return boost::multiprecision::isfinite(x); }

std::string pointText(const Coordinates &x) {
  std::string text;
  for (size_t k = 0; k < std::min<size_t>(x.size(), 8); ++k)
    text += (k ? ", " : "") + formatNumber(x.at(k));
  return "(" + text + (x.size() > 8 ? ", ..." : "") + ")";
}

} // namespace

Comparison::Comparison(Session &session, const Subject &subject)
    : session(session), subject(subject), g(session.graph()), variables(subject.variables(g)) {
  outputs = {number(subject.value)};
  for (ValueId v : differentiate::gradient(g, outputs[0], variables))
    outputs.push_back(v);
}

/// sum(i, j) (1 + i/2 + j/4) * value[i,j], and a scalar as it is.
ValueId Comparison::number(ValueId value) {
  const std::vector<Axis> axes = g.axesOf(value);
  std::vector<ValueId> symbols;
  for (const Axis &axis : axes)
    symbols.push_back(g.newSymbol(axis.lo, axis.hi));
  ValueId sum = g.toReal(axes.empty() ? value : g.at(value, symbols));
  ValueId weight = g.real(1.0);
  double factor = 1;
  for (ValueId symbol : symbols)
    weight = g.add(weight, g.mul(g.real(factor *= 0.5), g.toReal(symbol)));
  sum = g.mul(weight, sum);
  for (size_t k = axes.size(); k-- > 0;)
    sum = g.reduce(ReduceOp::Sum, symbols[k], axes[k].lo, axes[k].hi, g.boolean(true), sum);
  return sum;
}

bool Comparison::prepare() {
  struct Kind {
    const char *name;
    jit::Level level;
    bool strict;
  };
  for (const Kind &kind :
       {Kind{"bytecode", jit::Level::Bytecode, false}, Kind{"O0", jit::Level::O0, false},
        Kind{"optimized", jit::Level::Fast, false},
        Kind{"strict bytecode", jit::Level::Bytecode, true},
        Kind{"strict O0", jit::Level::O0, true},
        Kind{"strict optimized", jit::Level::Fast, true}}) {
    auto kernel = NativeKernel::compile(session, outputs, kind.level, kind.strict);
    if (!kernel)
      return false;
    codes.push_back({kind.name, kind.strict, std::move(kernel)});
  }
  return true;
}

bool Comparison::native(size_t k, Values &values) {
  std::vector<std::vector<double>> results;
  if (!codes[k].kernel->run(results))
    return false;
  values.value = results[0][0];
  values.gradient.clear();
  for (size_t n = 1; n < results.size(); ++n)
    values.gradient.insert(values.gradient.end(), results[n].begin(), results[n].end());
  return true;
}

bool Comparison::interpreted(Values &values) {
  std::vector<double> flat;
  if (!evaluateAll(g, session.environment(), outputs, flat))
    return false;
  values.value = flat[0];
  values.gradient.assign(flat.begin() + 1, flat.end());
  return true;
}

void Comparison::at(Verdict &verdict) {
  Values own;
  std::vector<Digits50> exact;
  const Coordinates x(session, variables);
  if (!interpreted(own) || !std::isfinite(own.value) ||
      !evaluateAll(g, manyDigits(session), outputs, exact) ||
      !std::all_of(exact.begin(), exact.end(), finite)) {
    ++verdict.skipped;
    return;
  }
  ++verdict.points;
  auto fail = [&](const std::string &what, double got, double wanted) {
    if (verdict.failures.size() < 5)
      verdict.failures.push_back(what + " is " + formatNumber(got) + ", not " +
                                 formatNumber(wanted) + ", at " + pointText(x));
  };
  // Rounding is judged on the scale of what is added up: the change of the
  // value under a relative change of each coordinate, the largest partial, and
  // what the interpreter, which rounds each operation, loses itself.
  double largest = 0, scale = std::fabs(static_cast<double>(exact[0]));
  for (size_t k = 0; k < own.gradient.size(); ++k) {
    const double slope = std::fabs(static_cast<double>(exact[k + 1]));
    largest = std::max(largest, slope);
    scale += slope * std::fabs(x.at(k));
  }
  auto lost = [&](double value, size_t k) {
    return std::fabs(static_cast<double>(Digits50(value) - exact[k]));
  };
  double ownLoss = 0;
  for (size_t k = 0; k < own.gradient.size(); ++k)
    ownLoss = std::max(ownLoss, lost(own.gradient[k], k + 1));
  const double valueScale = scale + 1e13 * lost(own.value, 0);
  const double gradientScale = largest + scale + 1e13 * ownLoss;

  for (size_t c = 0; c < codes.size(); ++c) {
    Values values;
    const std::string code = std::string(codes[c].name) + " code: ";
    if (!native(c, values)) {
      verdict.failures.push_back(code + "no value at " + pointText(x));
      continue;
    }
    auto compare = [&](const std::string &what, double got, double interpreted, size_t k, double of,
                       double &worst) {
      if (codes[c].strict) {
        if (!sameBits(got, interpreted))
          fail(code + what, got, interpreted);
        return;
      }
      const double wrong = lost(got, k);
      if (wrong > 0)
        worst = std::max(worst, wrong / of);
      if (!(wrong <= roundingTolerance * of))
        fail(code + what, got, static_cast<double>(exact[k]));
    };
    compare("the value", values.value, own.value, 0, valueScale, verdict.valueError);
    for (size_t k = 0; k < values.gradient.size(); ++k)
      compare("the derivative by " + x.name(k), values.gradient[k], own.gradient[k], k + 1,
              gradientScale, verdict.gradientError);
  }
  differences(verdict);
}

void Comparison::differences(Verdict &verdict) {
  const Coordinates x(session, variables);
  std::vector<Digits50> exact;
  if (x.size() == 0 || !evaluateAll(g, manyDigits(session), outputs, exact))
    return;
  // All coordinates where they are few; else some, and a mixture of all.
  std::vector<std::vector<double>> directions;
  const size_t count = std::min(x.size(), mostCoordinates);
  for (size_t n = 0; n < count; ++n) {
    directions.emplace_back(x.size(), 0.0);
    directions.back()[n * x.size() / count] = 1;
  }
  if (x.size() > count) {
    directions.emplace_back();
    for (size_t k = 0; k < x.size(); ++k)
      directions.back().push_back(std::sin(1.0 + static_cast<double>(k)));
  }
  const Digits50 step("1e-12");
  const std::vector<ValueId> value{outputs[0]};
  for (const std::vector<double> &direction : directions) {
    Digits50 slope = 0, scale = 0, factor = 1;
    size_t coordinate = 0;
    for (size_t k = 0; k < x.size(); ++k) {
      slope += exact[k + 1] * direction[k];
      scale += abs(Digits50(exact[k + 1] * direction[k]));
      if (direction[k] == 1)
        coordinate = k;
      if (direction[k] != 0 && std::fabs(x.at(k)) > 1)
        factor = std::max(factor, Digits50(std::fabs(x.at(k))));
    }
    const Digits50 h = step * factor;
    std::vector<Digits50> ahead, behind;
    if (!evaluateAll(g, x.moved(direction, h), value, ahead) ||
        !evaluateAll(g, x.moved(direction, -h), value, behind) || !finite(ahead[0]) ||
        !finite(behind[0])) {
      ++verdict.kinks; // the edge of the domain
      continue;
    }
    const Digits50 central = (ahead[0] - behind[0]) / (2 * h);
    // Where the slope vanishes, the size of the value sets the scale.
    scale += abs(exact[0]) / factor + abs(central);
    const Digits50 wrong = abs(Digits50(central - slope));
    if (wrong <= differenceTolerance * scale) {
      if (scale > 0)
        verdict.differenceError =
            std::max(verdict.differenceError, static_cast<double>(wrong / scale));
      continue;
    }
    const Digits50 right = (ahead[0] - exact[0]) / h, left = (exact[0] - behind[0]) / h;
    if (abs(Digits50(right - left)) > kinkTolerance * (abs(right) + abs(left))) {
      ++verdict.kinks;
      continue;
    }
    verdict.differenceError = std::max(verdict.differenceError, static_cast<double>(wrong / scale));
    if (verdict.failures.size() < 5)
      verdict.failures.push_back(
          (x.size() > count && &direction == &directions.back()
               ? "the slope along a mixture of all variables"
               : "the derivative by " + x.name(coordinate)) +
          " is " + formatNumber(static_cast<double>(slope)) + ", but differences give " +
          formatNumber(static_cast<double>(central)) + ", at " + pointText(x));
  }
}

} // namespace gradus::driver
