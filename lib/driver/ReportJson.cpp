//===- ReportJson.cpp - the machine-readable output ------------------------------===//

#include "driver/Report.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace gradus::driver {

using namespace ir;

Json numberJson(double v) {
  if (std::isnan(v))
    return "nan";
  if (std::isinf(v))
    return v > 0 ? "inf" : "-inf";
  return v;
}

Json errorsJson(const std::string &file, const Diagnostics &diagnostics) {
  Json errors = Json::array();
  for (const Diagnostic &d : diagnostics.all()) {
    if (info(d.kind).category == Category::Warning)
      continue;
    Json e;
    e["code"] = info(d.kind).code;
    LineColumn at;
    if (d.range.valid())
      at = diagnostics.sources().lineColumn(d.range.file, d.range.begin);
    e["line"] = at.line ? Json(at.line) : Json(nullptr);
    e["column"] = at.line ? Json(at.column) : Json(nullptr);
    e["message"] = d.place.empty() ? d.message : d.place + ": " + d.message;
    e["remedy"] = d.remedy;
    errors.push_back(std::move(e));
  }
  return Json{{"file", file}, {"errors", std::move(errors)}};
}

namespace {

Json nested(const std::vector<double> &x, size_t &at, const std::vector<int64_t> &shape, size_t axis) {
  if (axis == shape.size())
    return numberJson(x[at++]);
  Json list = Json::array();
  for (int64_t k = 0; k < shape[axis]; ++k)
    list.push_back(nested(x, at, shape, axis + 1));
  return list;
}

Json listJson(const std::vector<double> &values) {
  Json list = Json::array();
  for (double v : values)
    list.push_back(numberJson(v));
  return list;
}

/// Lists are over all unknowns, one after the other.
Json fitJson(const FitStatistics &f) {
  const size_t n = f.standardErrors.size();
  Json correlations = Json::array();
  for (size_t i = 0; i < n; ++i)
    correlations.push_back(listJson({f.correlations.begin() + static_cast<std::ptrdiff_t>(i * n),
                                     f.correlations.begin() + static_cast<std::ptrdiff_t>((i + 1) * n)}));
  Json intervals = Json::array();
  for (size_t i = 0; i < n; ++i)
    intervals.push_back(listJson({f.lower[i], f.upper[i]}));
  return Json{{"observations", f.observations},
              {"degrees_of_freedom", f.degreesOfFreedom},
              {"sum_of_squares", numberJson(f.sumOfSquares)},
              {"residual_standard_deviation", numberJson(f.residualDeviation)},
              {"standard_errors", listJson(f.standardErrors)},
              {"confidence", f.confidence},
              {"intervals", std::move(intervals)},
              {"correlations", std::move(correlations)}};
}

} // namespace

Json problemJson(Session &session, const ProblemReport &report, bool trace) {
  const Solution &s = *report.solution;
  Graph &g = session.graph();
  Json variables = Json::object();
  size_t at = 0;
  for (const Unknown &u : report.problem->unknowns) {
    ValueId node = g.inputNode(u.input);
    Json ranges = Json::array();
    std::vector<int64_t> shape;
    const std::vector<Axis> axes = g.axesOf(node);
    session.extents(g.type(node).shape, shape);
    for (size_t k = 0; k < axes.size(); ++k) {
      int64_t lo = session.whole(axes[k].lo).value_or(1);
      ranges.push_back(Json::array({lo, lo + shape[k] - 1}));
    }
    variables[g.inputs()[u.input].name] = Json{{"ranges", std::move(ranges)},
                                               {"values", nested(s.x, at, shape, 0)}};
  }
  Json j;
  j["name"] = report.name;
  j["method"] = s.method.name;
  j["status"] = statusName(s.status);
  j["exit_code"] = statusExitCode(s.status);
  j["objective"] = numberJson(s.objective);
  j["variables"] = std::move(variables);
  j["gradient_norm"] = numberJson(s.gradientNorm);
  j["max_violation"] = numberJson(s.maxViolation);
  j["iterations"] = s.iterations;
  j["evaluations"] = Json{{"value", s.values}, {"gradient", s.gradients}, {"hessian", s.hessians}};
  j["time_ms"] = Json{{"compile", s.compileMs}, {"solve", s.solveMs}};
  j["message"] = s.message;
  j["method_reason"] = s.method.why;
  j["curvature"] = Json{{"kind", curvatureName(s.curvature.kind)},
                        {"least", numberJson(s.curvature.least)},
                        {"greatest", numberJson(s.curvature.greatest)},
                        {"flat_directions", s.curvature.flat}};
  if (s.fit)
    j["fit"] = fitJson(*s.fit);
  if (s.constraints.present)
    addConstraintsJson(j, s);
  if (!trace)
    return j;
  Json rows = Json::array();
  for (const TraceRow &row : s.trace) {
    Json x = Json::array();
    for (double v : row.x)
      x.push_back(numberJson(v));
    rows.push_back(Json{{"k", row.k},
                        {"f", numberJson(row.f)},
                        {"gradient_norm", numberJson(row.gradientNorm)},
                        {"step", numberJson(row.step)},
                        {"x", std::move(x)}});
    if (s.constraints.present) {
      rows.back()["violation"] = numberJson(row.violation);
      rows.back()["barrier"] = numberJson(row.barrier);
      rows.back()["length"] = numberJson(row.length);
    }
  }
  j["trace"] = std::move(rows);
  return j;
}

} // namespace gradus::driver
