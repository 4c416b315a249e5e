//===- ReportText.cpp - a solution as people read it ------------------------------===//

#include "driver/Report.h"
#include "support/Numbers.h"
#include "support/Text.h"

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
std::string optionText(double value) {
  std::string text = formatNumber(value);
  const size_t sign = text.find("e-0") != text.npos ? text.find("e-0") : text.find("e+0");
  if (sign != text.npos)
    text.erase(sign + 2, 1);
  return text;
}

struct Line {
  std::string name, value, start, note;
};

std::string elementName(const std::string &name, const std::vector<int64_t> &lo,
                        const std::vector<int64_t> &shape, size_t linear) {
  std::vector<int64_t> index(shape.size());
  for (size_t k = shape.size(); k-- > 0;) {
    index[k] = lo[k] + static_cast<int64_t>(linear) % shape[k];
    linear /= static_cast<size_t>(shape[k]);
  }
  std::string text = name + "[";
  for (size_t k = 0; k < index.size(); ++k)
    text += (k ? "," : "") + std::to_string(index[k]);
  return text + "]";
}

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
        lines.push_back({"...", "", "", "(" + std::to_string(size - mostElements + 1) + " more)"});
        k = size - 1;
      }
      lines.push_back({shape.empty() ? name : elementName(name, lo, shape, k),
                       formatNumber(r.solution->x[at + k], 10),
                       formatNumber(r.solution->startX[at + k], 6), ""});
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
    if (withX)
      for (double v : row.x)
        rows.back().push_back(formatNumber(v, 8));
  }
  return table(rows) + "\n";
}

} // namespace

std::string problemText(Session &session, const ProblemReport &r, bool trace) {
  const Solution &s = *r.solution;
  std::string text;
  size_t n = s.x.size();
  std::string goal = r.problem->maximize ? "maximize" : "minimize";
  std::string objective = r.problem->objectiveName.empty() ? "f" : r.problem->objectiveName;
  text += r.name + ": " + goal + " " + objective + " over " + counted(int64_t(n), "unknown") + " by " +
          s.method.name;
  for (size_t k = 0; k < s.method.options.size(); ++k)
    text += (k ? ", " : "(") + s.method.options[k].first + " = " +
            optionText(s.method.options[k].second) + (k + 1 == s.method.options.size() ? ")" : "");
  text += "\n";
  if (!s.method.why.empty())
    text += "(" + s.method.why + ")\n";
  text += "\n";
  if (trace)
    text += traceText(session, r);
  std::vector<Line> lines = unknownLines(session, r);
  size_t nameWidth = displayWidth("unknown"), valueWidth = displayWidth("value"),
         startWidth = displayWidth("start");
  for (const Line &l : lines) {
    nameWidth = std::max(nameWidth, displayWidth(l.name));
    valueWidth = std::max(valueWidth, displayWidth(l.value));
    startWidth = std::max(startWidth, displayWidth(l.start));
  }
  if (!lines.empty())
    text += "  " + padded("unknown", nameWidth, false) + "  " + padded("value", valueWidth, true) +
            "  " + padded("start", startWidth, true) + "\n";
  for (const Line &l : lines)
    text += "  " + padded(l.name, nameWidth, false) + "  " +
            (l.note.empty() ? padded(l.value, valueWidth, true) + "  " + padded(l.start, startWidth, true)
                            : l.note) +
            "\n";
  if (!lines.empty())
    text += "\n";
  text += "  objective  " + formatNumber(s.objective, 12);
  if (!s.trace.empty())
    text += "   (at the start " + formatNumber(s.trace.front().f, 6) + ")";
  text += "\n  gradient   " + formatNumber(s.gradientNorm, 3) + "   (norm at the end)\n";
  text += "  status     " + std::string(statusName(s.status)) + ": " + s.message + "\n";
  text += "  work       " + counted(s.iterations, "step") + ", " + counted(s.values, "value") + " and " +
          counted(s.gradients, "gradient") + "\n";
  text += "  time       " + duration(s.compileMs) + " to compile, " + duration(s.solveMs) + " to solve\n";
  return text;
}

} // namespace gradus::driver
