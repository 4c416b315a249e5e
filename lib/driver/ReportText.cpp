//===- ReportText.cpp - a solution as people read it ------------------------------===//

#include "driver/Report.h"
#include "driver/Unknowns.h"
#include "support/Numbers.h"
#include "support/Text.h"
#include "support/Timings.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

using namespace ir;

namespace {

constexpr size_t mostElements = 12; ///< of an array, before its middle is left out
constexpr size_t mostTraceColumns = 6;

size_t displayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    CodePoint c = decodeUtf8(text, at);
    width += static_cast<size_t>(std::max(0, gradus::displayWidth(c.value)));
    at += c.length;
  }
  return width;
}

std::string padded(const std::string &s, size_t width, bool right) {
  size_t have = displayWidth(s);
  std::string blanks(width > have ? width - have : 0, ' ');
  return right ? blanks + s : s + blanks;
}

/// A time with a unit that suits it.
std::string duration(double ms) {
  if (ms < 1)
    return formatNumber(std::round(ms * 1000), 4) + " µs";
  if (ms < 1000)
    return formatNumber(ms, 3) + " ms";
  return formatNumber(ms / 1000, 4) + " s";
}

std::string counted(int64_t n, const char *what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

/// An option's value as a person writes it: 1e-4, not 1e-04.
std::string optionText(const std::string &name, double value) {
  if (name == semantics::hoistName)
    return semantics::hoistText(static_cast<semantics::Hoist>(value));
  std::string text = formatNumber(value);
  const size_t sign = text.find("e-0") != text.npos ? text.find("e-0") : text.find("e+0");
  if (sign != text.npos)
    text.erase(sign + 2, 1);
  return text;
}

struct Line {
  std::string name, value, start, note;
  std::string error, interval; ///< of a fit
};

std::vector<Line> unknownLines(Session &session, const ProblemReport &r) {
  Graph &g = session.graph();
  std::vector<Line> lines;
  size_t at = 0;
  for (const Unknown &u : r.problem->unknowns) {
    ValueId node = g.inputNode(u.input);
    const std::string &name = g.inputs()[u.input].name;
    std::vector<int64_t> shape, lo;
    session.extents(g.type(node).shape, shape);
    const std::vector<Axis> axes = g.axesOf(node);
    size_t size = 1;
    for (size_t k = 0; k < axes.size(); ++k) {
      lo.push_back(session.whole(axes[k].lo).value_or(1));
      size *= static_cast<size_t>(shape[k]);
    }
    for (size_t k = 0; k < size; ++k) {
      if (size > mostElements && k == mostElements - 2) {
        lines.push_back({"...", "", "", "(" + std::to_string(size - mostElements + 1) + " more)", "", ""});
        k = size - 1;
      }
      lines.push_back({shape.empty() ? name : elementName(name, lo, shape, k),
                       formatNumber(r.solution->x[at + k], 10),
                       formatNumber(r.solution->startX[at + k], 6), "", "", ""});
      if (const auto &fit = r.solution->fit) {
        const bool known = std::isfinite(fit->standardErrors[at + k]);
        lines.back().error = known ? formatNumber(fit->standardErrors[at + k], 4) : "-";
        lines.back().interval = known ? formatNumber(fit->lower[at + k], 6) + " to " +
                                            formatNumber(fit->upper[at + k], 6)
                                      : "-";
      }
    }
    at += size;
  }
  return lines;
}

std::string table(const std::vector<std::vector<std::string>> &rows) {
  std::vector<size_t> width;
  for (const auto &row : rows) {
    width.resize(std::max(width.size(), row.size()));
    for (size_t k = 0; k < row.size(); ++k)
      width[k] = std::max(width[k], displayWidth(row[k]));
  }
  std::string text;
  for (const auto &row : rows) {
    std::string line = " ";
    for (size_t k = 0; k < row.size(); ++k)
      line += " " + padded(row[k], width[k], true) + " ";
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string traceText(Session &session, const ProblemReport &r) {
  const Solution &s = *r.solution;
  Graph &g = session.graph();
  std::vector<std::string> header{"k", "f", "|gradient|", "step"};
  const bool constrained = s.constraints.present;
  if (constrained)
    header = {"k", "f", "slope", "violation", "barrier", "length", "step"};
  bool withX = s.x.size() <= mostTraceColumns;
  if (withX)
    for (const Unknown &u : r.problem->unknowns) {
      ValueId node = g.inputNode(u.input);
      std::vector<int64_t> shape, lo;
      session.extents(g.type(node).shape, shape);
      size_t size = 1;
      const std::vector<Axis> axes = g.axesOf(node);
      for (size_t k = 0; k < axes.size(); ++k) {
        lo.push_back(session.whole(axes[k].lo).value_or(1));
        size *= static_cast<size_t>(shape[k]);
      }
      for (size_t k = 0; k < size; ++k)
        header.push_back(shape.empty() ? g.inputs()[u.input].name
                                       : elementName(g.inputs()[u.input].name, lo, shape, k));
    }
  std::vector<std::vector<std::string>> rows{header};
  for (const TraceRow &row : s.trace) {
    rows.push_back({std::to_string(row.k), formatNumber(row.f, 10),
                    formatNumber(row.gradientNorm, 4), formatNumber(row.step, 4)});
    if (constrained)
      rows.back() = {std::to_string(row.k),           formatNumber(row.f, 10),
                     formatNumber(row.gradientNorm, 4), formatNumber(row.violation, 4),
                     formatNumber(row.barrier, 4),    formatNumber(row.length, 4),
                     formatNumber(row.step, 4)};
    if (withX)
      for (double v : row.x)
        rows.back().push_back(formatNumber(v, 8));
  }
  return table(rows) + "\n";
}

/// What the Hessian says about the last point.
std::string curvatureText(const Solution &s, bool maximize) {
  const Curvature &c = s.curvature; // of what is minimized: with the sign turned, of the objective
  const double first = maximize ? -c.greatest : c.least, last = maximize ? -c.least : c.greatest;
  const std::string range = first == last ? formatNumber(first, 3)
                                          : formatNumber(first, 3) + " to " + formatNumber(last, 3);
  const std::string extremum = maximize ? "a maximum" : "a minimum";
  const std::string sign = maximize ? "negative" : "positive";
  switch (c.kind) {
  case Curvature::Kind::Minimum:
    if (c.least == 0 && c.greatest == 0)
      return "every unknown is held by a bound";
    return (s.status == Status::Converged ? extremum : sign) + ": eigenvalues of the Hessian " + range;
  case Curvature::Kind::Positive:
    return sign + " as far as looked: eigenvalues of the Hessian about " + range;
  case Curvature::Kind::Flat:
    return (c.flat == 1 ? "flat in one direction" : "flat in " + std::to_string(c.flat) + " directions") +
           std::string(": eigenvalues of the Hessian ") + range;
  case Curvature::Kind::Negative:
    return "not " + extremum + ": eigenvalues of the Hessian " + range;
  case Curvature::Kind::Unknown:
    break;
  }
  return "unknown";
}

} // namespace

std::string problemText(Session &session, const ProblemReport &r, bool trace) {
  const Stage stage("report");
  const Solution &s = *r.solution;
  std::string text;
  size_t n = s.x.size();
  std::string goal = r.problem->maximize ? "maximize" : "minimize";
  std::string objective = r.problem->objectiveName.empty() ? "f" : r.problem->objectiveName;
  text += r.name + ": " + goal + " " + objective + " over " + counted(int64_t(n), "unknown") + " by " +
          s.method.name;
  for (size_t k = 0; k < s.method.options.size(); ++k)
    text += (k ? ", " : "(") + s.method.options[k].first + " = " +
            optionText(s.method.options[k].first, s.method.options[k].second) + (k + 1 == s.method.options.size() ? ")" : "");
  text += "\n";
  if (!s.method.why.empty())
    text += "(" + s.method.why + ")\n";
  text += "\n";
  if (trace)
    text += traceText(session, r);
  std::vector<Line> lines = unknownLines(session, r);
  std::vector<std::string> header{"unknown", "value", "start"};
  const std::string interval = s.fit ? formatNumber(100 * s.fit->confidence, 3) + "% interval" : "";
  if (s.fit)
    header = {"unknown", "value", "std. error", interval, "start"};
  auto cells = [&](const Line &l) {
    return s.fit ? std::vector<std::string>{l.name, l.value, l.error, l.interval, l.start}
                 : std::vector<std::string>{l.name, l.value, l.start};
  };
  std::vector<size_t> width;
  for (const std::string &h : header)
    width.push_back(displayWidth(h));
  for (const Line &l : lines)
    for (size_t k = 0; k < header.size(); ++k)
      width[k] = std::max(width[k], displayWidth(cells(l)[k]));
  auto row = [&](const std::vector<std::string> &of) {
    std::string line;
    for (size_t k = 0; k < of.size(); ++k)
      line += "  " + padded(of[k], width[k], k != 0);
    return line + "\n";
  };
  if (!lines.empty())
    text += row(header);
  for (const Line &l : lines)
    text += l.note.empty() ? row(cells(l)) : "  " + padded(l.name, width[0], false) + "  " + l.note + "\n";
  if (!lines.empty())
    text += "\n";
  if (s.constraints.present)
    text += constraintsText(s);
  text += "  objective  " + formatNumber(s.objective, 12);
  if (!s.trace.empty())
    text += "   (at the start " + formatNumber(s.trace.front().f, 6) + ")";
  if (s.fit)
    text += "\n  residuals  standard deviation " + formatNumber(s.fit->residualDeviation, 6) + " with " +
            counted(static_cast<int64_t>(s.fit->degreesOfFreedom), "degree") + " of freedom";
  if (s.constraints.present)
    text += "\n  violation  " + formatNumber(s.maxViolation, 3) + "   (slope of the Lagrangian " +
            formatNumber(s.constraints.stationarity, 3) + ", complementarity " +
            formatNumber(s.constraints.complementarity, 3) + ")\n";
  else
    text += "\n  gradient   " + formatNumber(s.gradientNorm, 3) + "   (norm at the end)\n";
  text += "  status     " + std::string(statusName(s.status)) + ": " + s.message + "\n";
  if (s.curvature.kind != Curvature::Kind::Unknown && s.status != Status::Unbounded)
    text += "  curvature  " + curvatureText(s, r.problem->maximize) + "\n";
  text += "  work       " + counted(s.iterations, "step") + ", " + counted(s.values, "value") + " and " +
          counted(s.gradients, "gradient") + "\n";
  text += "  time       " + duration(s.compileMs) + " to compile, " + duration(s.solveMs) + " to solve\n";
  return text;
}

} // namespace gradus::driver
