//===- Trajectories.cpp - indexed unknowns over their index --------------------===//

#include "driver/Trajectories.h"

#include "driver/Gnuplot.h"
#include "driver/Point.h"
#include "driver/Unknowns.h"
#include "support/Numbers.h"

#include <cmath>

namespace gradus::driver {

namespace {

constexpr int64_t shortest = 4;    ///< what has fewer elements is no path
constexpr int64_t mostLines = 8;   ///< in one picture
constexpr int64_t mostPoints = 60; ///< that are marked
constexpr int mostInColumn = 4;

struct Ranges {
  std::vector<int64_t> lo, shape;
  size_t size = 1;
  int64_t lines = 1; ///< elements for one value of the first index
  bool path() const {
    return !shape.empty() && shape[0] >= shortest && lines <= mostLines && lines > 0;
  }
};

Ranges rangesOf(Session &session, const ir::Unknown &u) {
  Ranges r;
  unknownRanges(session, u, r.lo, r.shape);
  for (size_t k = 0; k < r.shape.size(); ++k) {
    r.size *= static_cast<size_t>(r.shape[k]);
    r.lines *= k == 0 ? 1 : r.shape[k];
  }
  return r;
}

std::string number(double v) { return std::isfinite(v) ? formatNumber(v, 10) : "NaN"; }

/// x[.,2]: the elements over the first index.
std::string lineName(const std::string &name, const Ranges &r, size_t line) {
  if (r.lines == 1)
    return name;
  const std::vector<int64_t> lo(r.lo.begin() + 1, r.lo.end()), rest(r.shape.begin() + 1, r.shape.end());
  std::string element = elementName(name, lo, rest, line);
  return element.insert(name.size() + 1, ".,");
}

} // namespace

bool hasTrajectories(Session &session, const ir::Problem &problem) {
  for (const ir::Unknown &u : problem.unknowns)
    if (rangesOf(session, u).path())
      return true;
  return false;
}

int drawTrajectories(Session &session, const ir::Problem &problem, const std::vector<double> &x,
                     const std::string &title, std::string &script) {
  std::string data, pictures;
  int count = 0;
  size_t at = 0;
  for (const ir::Unknown &u : problem.unknowns) {
    const Ranges r = rangesOf(session, u);
    const size_t first = at;
    at += r.size;
    if (!r.path())
      continue;
    std::vector<double> lower, upper;
    boundsOf(session, u, lower, upper);
    const std::string &name = session.graph().inputOf(session.graph().inputNode(u.input)).name;
    const std::string block = "$unknown" + std::to_string(++count);
    data += block + " << EOD\n";
    const auto lines = static_cast<size_t>(r.lines);
    bool bounded[2] = {false, false};
    for (int64_t k = 0; k < r.shape[0]; ++k) {
      data += std::to_string(r.lo[0] + k);
      for (size_t line = 0; line < lines; ++line)
        data += " " + number(x[first + static_cast<size_t>(k) * lines + line]);
      for (const std::vector<double> *side : {&lower, &upper})
        if (lines == 1 && side->size() == r.size) {
          const double v = (*side)[static_cast<size_t>(k)];
          data += " " + number(v);
          bounded[side == &upper] = bounded[side == &upper] || std::isfinite(v);
        }
      data += "\n";
    }
    data += "EOD\n";
    const char *style = r.shape[0] <= mostPoints ? " with linespoints pt 7 ps 0.4 lw 2" : " with lines lw 2";
    pictures += "set ylabel " + quoted(name) + " noenhanced\nplot ";
    for (size_t line = 0; line < lines; ++line)
      pictures += std::string(line ? ", " : "") + block + " using 1:" + std::to_string(line + 2) +
                  style + (lines == 1 ? " notitle" : " title " + quoted(lineName(name, r, line)));
    for (int side : {0, 1})
      if (bounded[side])
        pictures += ", " + block + " using 1:" + std::to_string(3 + side) +
                    " with lines dt 2 lc rgb '#999999' notitle";
    pictures += "\n";
  }
  const int columns = count > mostInColumn ? 2 : 1, rows = (count + columns - 1) / columns;
  script = data + "set key noenhanced\nset lmargin 12\nset offsets graph 0, graph 0, graph 0.05, graph 0.05\nset multiplot layout " + std::to_string(rows) + "," +
           std::to_string(columns) + " title " + quoted(title) + " noenhanced\n" + pictures +
           "unset multiplot\n";
  return count;
}

} // namespace gradus::driver
