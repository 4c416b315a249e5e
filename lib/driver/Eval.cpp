//===- Eval.cpp - the command `gradus eval` ----------------------------------------===//

#include "driver/Eval.h"

#include "differentiate/Differentiate.h"
#include "driver/Native.h"
#include "driver/Pattern.h"
#include "driver/Point.h"
#include "driver/Report.h"
#include "support/Numbers.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

namespace gradus::driver {

using namespace ir;

namespace {

/// Rows of a dense Hessian; more belong into a file nobody reads.
constexpr size_t mostRows = 10000;

using Vectors = std::vector<std::vector<double>>;

struct Evaluation {
  std::vector<double> value;
  std::vector<int64_t> valueExtents;
  bool scalar = true;
  Vectors gradient; ///< one for each variable
  std::vector<double> steepest;
  bool stationary = false;
  double directional = 0, directionalUnit = 0;
  bool directed = false, hasUnit = false;
  Vectors hessian;
  std::optional<Pattern> pattern; ///< of the lower triangle of a sparse Hessian
  std::vector<double> entries;
};

/// The Euclidean norm, without overflow on the way.
double normOf(const Vectors &v) {
  double norm = 0;
  for (const std::vector<double> &part : v)
    for (double x : part)
      norm = std::hypot(norm, x);
  return norm;
}

class Evaluator {
public:
  Evaluator(Session &session, const Subject &subject)
      : session(session), subject(subject), g(session.graph()), variables(subject.variables(g)) {}

  bool run(const Vectors *direction, bool hessian, bool sparse, Evaluation &e) {
    e.scalar = g.type(subject.value).scalar();
    const ValueId value = e.scalar ? g.toReal(subject.value) : subject.value;
    if (!session.extents(g.type(value).shape, e.valueExtents))
      return false;
    std::vector<ValueId> outputs{value};
    if (e.scalar)
      gradient = differentiate::gradient(g, value, variables);
    outputs.insert(outputs.end(), gradient.begin(), gradient.end());
    Vectors results;
    if (!compute(outputs, results))
      return false;
    e.value = results[0];
    e.gradient.assign(results.begin() + 1, results.end());
    if (!e.scalar)
      return true;
    const double norm = normOf(e.gradient);
    e.stationary = norm == 0 || !std::isfinite(norm) || !std::isfinite(e.value[0]);
    for (const std::vector<double> &part : e.gradient)
      for (double x : part)
        e.steepest.push_back(x == 0 ? 0.0 : -x / norm);
    if (direction && !along(value, *direction, e))
      return false;
    return (!hessian || secondDerivatives(e)) && (!sparse || sparseHessian(value, e));
  }

private:
  /// The derivative along the vector as given: forward mode.
  bool along(ValueId value, const Vectors &direction, Evaluation &e) {
    makeDirection();
    for (size_t k = 0; k < variables.size(); ++k)
      setDirection(k, direction[k]);
    Vectors results;
    if (!compute(differentiate::pushforward(g, {&value, 1}, variables, directions), results))
      return false;
    const double length = normOf(direction);
    e.directed = true;
    e.directional = results[0][0];
    e.hasUnit = length > 0 && std::isfinite(length);
    e.directionalUnit = e.directional / length;
    return true;
  }

  bool sparseHessian(ValueId value, Evaluation &e) {
    SourceRange where;
    auto matrix = differentiate::hessian(g, value, variables, &where);
    if (!matrix) {
      session.diagnostics.report(Diag::NotYet, where, "no rule for sparse Hessians fits here",
                                 "--hessian computes all of it");
      return false;
    }
    e.pattern = assemblePattern(session, *matrix);
    return e.pattern && assembleValues(session, *matrix, *e.pattern, e.entries);
  }

  /// Row by row: the derivative of the gradient along each unit vector. One
  /// compiled function serves all, the direction is an argument.
  bool secondDerivatives(Evaluation &e) {
    makeDirection();
    size_t rows = 0;
    for (const std::vector<double> &part : e.gradient)
      rows += part.size();
    if (rows > mostRows) {
      session.diagnostics.report(Diag::SizeLimit, {},
                                 "a Hessian of " + std::to_string(rows) +
                                     " rows is too large to print",
                                 "--sparse prints its entries, --direction the slope along a vector");
      return false;
    }
    if (rows == 0)
      return true;
    auto kernel = NativeKernel::compile(
        session, differentiate::pushforward(g, gradient, variables, directions));
    if (!kernel)
      return false;
    Vectors unit;
    for (const std::vector<double> &part : e.gradient)
      unit.emplace_back(part.size(), 0.0);
    for (size_t v = 0; v < unit.size(); ++v)
      for (size_t k = 0; k < unit[v].size(); ++k) {
        unit[v][k] = 1;
        for (size_t w = 0; w < unit.size(); ++w)
          setDirection(w, unit[w]);
        unit[v][k] = 0;
        Vectors results;
        if (!kernel->run(results))
          return false;
        std::vector<double> row;
        for (const std::vector<double> &part : results)
          row.insert(row.end(), part.begin(), part.end());
        e.hessian.push_back(std::move(row));
      }
    return true;
  }

  bool compute(const std::vector<ValueId> &outputs, Vectors &results) {
    auto kernel = NativeKernel::compile(session, outputs);
    return kernel && kernel->run(results);
  }

  void makeDirection() {
    if (!directions.empty())
      return;
    for (ValueId v : variables) {
      const Input like = g.inputOf(v);
      directions.push_back(
          g.input({like.name + " direction", like.type, InputRole::Local, like.range}));
    }
  }

  void setDirection(size_t k, const std::vector<double> &numbers) {
    InputValue &v = session.value(g.inputIndex(directions[k]));
    v.known = true;
    v.extents = session.value(g.inputIndex(variables[k])).extents;
    if (g.type(directions[k]).scalar())
      v.real = numbers[0];
    else
      v.reals = numbers;
  }

  Session &session;
  const Subject &subject;
  Graph &g;
  std::vector<ValueId> variables, gradient, directions;
};

Json nested(const std::vector<double> &x, const std::vector<int64_t> &extents) {
  if (extents.empty())
    return numberJson(x[0]);
  // Innermost lists first, so that the depth of the array is no depth of calls.
  std::vector<Json> level;
  for (double v : x)
    level.push_back(numberJson(v));
  for (size_t axis = extents.size(); axis-- > 0;) {
    std::vector<Json> next;
    const auto length = static_cast<size_t>(extents[axis]);
    size_t count = 1;
    for (size_t a = 0; a < axis; ++a)
      count *= static_cast<size_t>(extents[a]);
    for (size_t k = 0; k < count; ++k) {
      Json list = Json::array();
      for (size_t j = 0; j < length; ++j)
        list.push_back(std::move(level[k * length + j]));
      next.push_back(std::move(list));
    }
    level = std::move(next);
  }
  return level[0];
}

std::string numberText(double x) { return formatNumber(x); }

/// [1, 2], [[1, 2], [3, 4]]
std::string arrayText(const std::vector<double> &x, const std::vector<int64_t> &extents) {
  if (extents.empty())
    return numberText(x[0]);
  // Brackets open and close where the index of an axis begins and ends; an axis without
  // elements is [].
  std::string text;
  size_t next = 0;
  std::vector<int64_t> at;
  for (;;) {
    while (at.size() < extents.size() && extents[at.size()] > 0) {
      text += '[';
      at.push_back(0);
    }
    text += at.size() == extents.size() ? numberText(x[next++]) : "[]";
    while (!at.empty() && ++at.back() == extents[at.size() - 1]) {
      text += ']';
      at.pop_back();
    }
    if (at.empty())
      return text;
    text += ", ";
  }
}

std::string listText(const std::vector<double> &x) {
  return arrayText(x, {static_cast<int64_t>(x.size())});
}

Json gradientJson(Session &session, const Subject &subject, const Evaluation &e) {
  Graph &g = session.graph();
  Json j = Json::object();
  const std::vector<ValueId> variables = subject.variables(g);
  for (size_t k = 0; k < variables.size(); ++k)
    j[g.inputOf(variables[k]).name] =
        nested(e.gradient[k], session.value(g.inputIndex(variables[k])).extents);
  return j;
}

Json listJson(const std::vector<double> &x) { return nested(x, {static_cast<int64_t>(x.size())}); }

/// Row and column from 1, and value, of the lower triangle by columns.
template <class F> void forEachEntry(const Evaluation &e, F visit) {
  for (size_t j = 0; j + 1 < e.pattern->start.size(); ++j)
    for (int64_t k = e.pattern->start[j]; k < e.pattern->start[j + 1]; ++k)
      visit(e.pattern->row[static_cast<size_t>(k)] + 1, static_cast<int64_t>(j) + 1,
            e.entries[static_cast<size_t>(k)]);
}

Json evaluationJson(Session &session, const Subject &subject, const Evaluation &e, bool hessian) {
  Json j;
  j["value"] = nested(e.value, e.valueExtents);
  if (!e.scalar)
    return j;
  j["gradient"] = gradientJson(session, subject, e);
  if (hessian) {
    j["hessian"] = Json::array();
    for (const std::vector<double> &row : e.hessian)
      j["hessian"].push_back(listJson(row));
  }
  if (e.pattern) {
    Json rows = Json::array(), columns = Json::array();
    forEachEntry(e, [&](int64_t i, int64_t k, double) {
      rows.push_back(i);
      columns.push_back(k);
    });
    j["hessian_sparse"] = {{"rows", e.pattern->rows},
                           {"row", std::move(rows)},
                           {"column", std::move(columns)},
                           {"value", listJson(e.entries)}};
  }
  if (e.directed) {
    j["directional"] = numberJson(e.directional);
    j["directional_unit"] = e.hasUnit ? numberJson(e.directionalUnit) : Json(nullptr);
  }
  j["steepest"] = e.stationary ? Json(nullptr) : listJson(e.steepest);
  return j;
}

std::string evaluationText(Session &session, const Subject &subject, const Evaluation &e,
                           bool hessian) {
  Graph &g = session.graph();
  const std::string &f = subject.name;
  std::string text = "value        " + f + " = ";
  text += arrayText(e.value, e.valueExtents) + "\n";
  if (!e.scalar)
    return text + "gradient     only of functions with one number as their value\n";
  const std::vector<ValueId> variables = subject.variables(g);
  for (size_t k = 0; k < variables.size(); ++k)
    text += (k ? "             ∂" : "gradient     ∂") + f + "/∂" + g.inputOf(variables[k]).name +
            " = " + arrayText(e.gradient[k], session.value(g.inputIndex(variables[k])).extents) +
            "\n";
  text += "steepest     ";
  text += e.stationary ? "nowhere: the gradient is zero, or something is not finite\n"
                       : listText(e.steepest) + "\n";
  if (e.directed) {
    text += "directional  " + numberText(e.directional) + " along the vector as given";
    text += e.hasUnit ? ", " + numberText(e.directionalUnit) + " along its unit vector\n" : "\n";
  }
  if (hessian)
    for (size_t k = 0; k < e.hessian.size(); ++k)
      text += (k ? "             " : "hessian      ") + listText(e.hessian[k]) + "\n";
  if (e.pattern) {
    text += "hessian      " + std::to_string(e.entries.size()) +
            " entries of the lower triangle: row, column, value\n";
    forEachEntry(e, [&](int64_t i, int64_t j, double v) {
      text += "             " + std::to_string(i) + ", " + std::to_string(j) + ", " +
              numberText(v) + "\n";
    });
  }
  return text;
}

/// A value that is not finite is an answer, but not without a word.
void explain(Session &session, const Subject &subject, const Evaluation &e) {
  auto finite = [](const std::vector<double> &v) {
    return std::all_of(v.begin(), v.end(), [](double x) { return std::isfinite(x); });
  };
  if (finite(e.value) && std::all_of(e.gradient.begin(), e.gradient.end(), finite))
    return;
  interpret::Interpreter<double> interpreter(session.graph(), session.environment());
  auto why = interpreter.explainNonFinite(subject.value);
  if (!why) {
    session.diagnostics.report(Diag::NonFinite, subject.range,
                               finite(e.value) ? "the value is finite here, a derivative is not"
                                               : "the value is not finite here");
    return;
  }
  std::string message = why->operation + " gives " + numberText(why->value);
  for (size_t k = 0; k < why->operands.size(); ++k)
    message += (k == 0 ? " of " : ", ") + numberText(why->operands[k]);
  for (const auto &[name, value] : why->indices)
    message += ", " + name + " = " + std::to_string(value);
  session.diagnostics.report(Diag::NonFinite, why->range, message);
}

} // namespace

int eval(const EvalOptions &options, std::ostream &out, std::ostream &err) {
  Session session({options.set, options.data, options.allowPath, options.cache});
  auto fail = [&] { return finish(session, options.file, options.json, out, err); };
  if (!session.load(options.file) || !session.bind())
    return fail();
  const std::vector<Subject> all = subjects(session, true);
  const Subject *subject = findSubject(session, all, options.name);
  std::vector<PointEntry> point, vector;
  if (!subject || (!options.at.empty() && !parsePoint(session, "--at", options.at, point)) ||
      !bindPoint(session, *subject, point))
    return fail();
  const bool directed = !options.direction.empty();
  Vectors direction;
  if (directed && (!parsePoint(session, "--direction", options.direction, vector) ||
                   !readDirection(session, *subject, vector, direction)))
    return fail();
  Evaluation e;
  if (!Evaluator(session, *subject).run(directed ? &direction : nullptr, options.hessian,
                                         options.sparse, e))
    return fail();
  explain(session, *subject, e);
  if (options.json)
    out << evaluationJson(session, *subject, e, options.hessian).dump(2) << "\n";
  else
    out << evaluationText(session, *subject, e, options.hessian);
  return fail();
}

} // namespace gradus::driver
