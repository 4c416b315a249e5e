//===- Plot.cpp - curves, contours, gradient fields, ways of descents --------------===//

#include "driver/Plot.h"

#include "driver/Feasible.h"
#include "driver/Gnuplot.h"
#include "driver/MethodText.h"
#include "driver/Point.h"
#include "driver/Region.h"
#include "driver/Solve.h"
#include "driver/Trajectories.h"
#include "support/Numbers.h"

#include <algorithm>
#include <cmath>
#include <ostream>

namespace gradus::driver {

namespace {

using Vector = std::vector<double>;

constexpr int curvePoints = 400, gridPoints = 90, arrowsPerSide = 16, contours = 24;

class Picture {
public:
  Picture(Session &session, const PlotOptions &options) : session(session), options(options) {}

  /// Makes the script; false after reporting.
  bool make(std::string &script) {
    const std::vector<Subject> all = subjects(session);
    Region r;
    const Subject *s = nullptr;
    if (!makeRegion(session, all, options.name, options.box, r))
      return false;
    s = r.subject;
    if (s->problem && !descend(*s->problem))
      return false;
    script = "set title " + quoted(title(*s)) + " noenhanced\nset key noenhanced\n";
    if (r.names.size() == 1)
      return curve(r, script);
    if (r.names.size() == 2)
      return contour(r, script);
    if (s->problem && !s->problem->constraints.empty() && !options.progress && solved &&
        hasTrajectories(session, *s->problem)) {
      pictures = drawTrajectories(session, *s->problem, path.x, title(*s), script);
      return true;
    }
    if (s->problem)
      return progress(script);
    session.diagnostics.report(Diag::BadValue, {},
                               s->name + " has " + std::to_string(r.names.size()) + " variables",
                               "a function of one or two variables can be drawn, or a descent in any number");
    return false;
  }

  int pictures = 1; ///< below each other

private:
  std::string title(const Subject &s) const {
    return s.problem && solved ? s.name + ", " + path.method.name + ": " + statusName(path.status) + " after " +
                                     std::to_string(path.iterations) + " steps"
                               : s.name;
  }

  bool descend(const ir::Problem &problem) {
    SolveOptions how;
    how.trace = how.wholeTrace = how.traceX = true;
    how.mostTracedElements = 2;
    syntax::Tree tree;
    std::optional<syntax::MethodCall> method;
    if (!options.method.empty()) {
      method = methodCall(session, options.method, tree);
      if (!method)
        return false;
    }
    if (!solveProblem(session, problem, how, method ? &*method : nullptr, path))
      return false;
    solved = path.status != Status::NotEvaluable;
    return true;
  }

  /// The box: as given, else around the way of the descent.
  void fit(Region &r) const {
    for (size_t k = 0; k < r.names.size(); ++k) {
      if (r.given[k] || !solved)
        continue;
      double low = path.startX[k], high = low;
      for (const TraceRow &row : path.trace)
        if (row.x.size() == r.names.size() && std::isfinite(row.x[k])) {
          low = std::min(low, row.x[k]);
          high = std::max(high, row.x[k]);
        }
      const double margin = std::max(0.25 * (high - low), 0.5 * std::max(1.0, 1e-3 * std::fabs(high)));
      r.lower[k] = low - margin;
      r.upper[k] = high + margin;
    }
  }

  std::string number(double v) const { return formatNumber(v, 10); }

  std::string wayData(size_t n, double sign) const {
    std::string data = "$way << EOD\n";
    for (const TraceRow &row : path.trace)
      if (row.x.size() == n) {
        for (double v : row.x)
          data += number(v) + " ";
        data += number(sign * row.f) + "\n";
      }
    return data + "EOD\n";
  }

  bool curve(Region &r, std::string &script) {
    fit(r);
    const double a = r.lower[0], b = r.upper[0];
    double at = solved ? path.startX[0] : 0.5 * (a + b);
    if (!options.at.empty()) {
      std::vector<PointEntry> entries;
      if (!parsePoint(session, "--at", options.at, entries))
        return false;
      if (entries.size() != 1 || entries[0].numbers.size() != 1) {
        session.diagnostics.report(Diag::BadValue, {}, "--at names one point", "--at '" + r.names[0] + "=1'");
        return false;
      }
      at = entries[0].numbers[0];
    }
    script += "$curve << EOD\n";
    double f = 0;
    Vector g;
    for (int k = 0; k <= curvePoints; ++k) {
      const Vector x{a + (b - a) * k / curvePoints};
      script += r.landscape->value(x, f, g) ? number(x[0]) + " " + number(f) + "\n" : "\n";
    }
    script += "EOD\n";
    std::string plots = "plot [" + number(a) + ":" + number(b) + "] $curve using 1:2 with lines lw 2 title " +
                        quoted(r.subject->name);
    if (r.landscape->value({at}, f, g)) {
      const double half = 0.15 * (b - a);
      script += "$tangent << EOD\n";
      for (double x : {at - half, at + half})
        script += number(x) + " " + number(f + g[0] * (x - at)) + "\n";
      script += "EOD\n";
      plots += ", $tangent using 1:2 with lines dt 2 lw 2 title " +
               quoted("tangent at " + formatNumber(at, 4) + ", slope " + formatNumber(g[0], 4));
    }
    if (solved) {
      script += wayData(1, 1);
      plots += ", $way using 1:2 with linespoints pt 7 ps 0.6 title 'descent'";
    }
    script += "set xlabel " + quoted(r.names[0]) + " noenhanced\n" + plots + "\n";
    return true;
  }

  bool contour(Region &r, std::string &script) {
    fit(r);
    auto place = [&](size_t axis, int k, int of) {
      return r.lower[axis] + (r.upper[axis] - r.lower[axis]) * k / of;
    };
    std::string grid = "$grid << EOD\n", arrows = "$arrows << EOD\n";
    double f = 0;
    Vector g, values;
    for (int j = 0; j <= gridPoints; ++j) {
      for (int i = 0; i <= gridPoints; ++i) {
        const Vector x{place(0, i, gridPoints), place(1, j, gridPoints)};
        const bool finite = r.landscape->value(x, f, g);
        if (finite)
          values.push_back(f);
        grid += number(x[0]) + " " + number(x[1]) + " " + (finite ? number(f) : "NaN") + "\n";
      }
      grid += "\n";
    }
    const double dx = (r.upper[0] - r.lower[0]) / arrowsPerSide, dy = (r.upper[1] - r.lower[1]) / arrowsPerSide;
    for (int j = 1; j < arrowsPerSide; ++j)
      for (int i = 1; i < arrowsPerSide; ++i) {
        const Vector x{place(0, i, arrowsPerSide), place(1, j, arrowsPerSide)};
        if (!r.landscape->value(x, f, g))
          continue;
        const double length = std::hypot(g[0] * dx, g[1] * dy);
        if (!(length > 0) || !std::isfinite(length))
          continue;
        // All arrows have one length on paper: the direction of steepest descent there.
        arrows += number(x[0]) + " " + number(x[1]) + " " + number(-0.7 * dx * (g[0] * dx) / length) + " " +
                  number(-0.7 * dy * (g[1] * dy) / length) + "\n";
      }
    script += grid + "EOD\n" + arrows + "EOD\n";
    // Levels at quantiles of the values, so that valleys and heights both show.
    std::sort(values.begin(), values.end());
    std::string levels;
    for (int k = 1; k < contours && !values.empty(); ++k) {
      const double part = static_cast<double>(k) / contours;
      const double level = values[static_cast<size_t>(part * part * static_cast<double>(values.size() - 1))];
      levels += (levels.empty() ? "" : ",") + number(level);
    }
    const ir::Problem *problem = r.subject->problem;
    FeasiblePicture feasible;
    if (problem && !problem->constraints.empty() &&
        !drawFeasible(session, r, options.picture.empty(), feasible))
      return false;
    script += feasible.data;
    if (!feasible.data.empty() && !options.picture.empty())
      script += "set key outside below\n"; // not on what is filled
    script += "set contour base\nunset surface\nset view map\nset cntrparam levels discrete " + levels +
              "\nset table $levels\nsplot $grid using 1:2:3\nunset table\nunset contour\n" +
              "set xlabel " + quoted(r.names[0]) + " noenhanced\nset ylabel " + quoted(r.names[1]) + " noenhanced\n" +
              "plot [" + number(r.lower[0]) + ":" + number(r.upper[0]) + "] [" + number(r.lower[1]) + ":" +
              number(r.upper[1]) + "] " + feasible.below + "$levels using 1:2 with lines lc rgb '#7799bb' title 'contours', " +
              "$arrows using 1:2:3:4 with vectors head size screen 0.006,30 filled lc rgb '#bbbbbb' title 'steepest descent'" + feasible.above;
    if (solved) {
      const size_t at = script.find("set contour base");
      script.insert(at, wayData(2, 1));
      script += ", $way using 1:2 with linespoints pt 7 ps 0.6 lw 2 lc rgb '#cc3311' title 'descent'";
    }
    script += "\n";
    return true;
  }

  bool progress(std::string &script) {
    double lowest = path.objective;
    for (const TraceRow &row : path.trace)
      if (std::isfinite(row.f))
        lowest = std::min(lowest, row.f);
    script += "$progress << EOD\n";
    for (const TraceRow &row : path.trace)
      if (std::isfinite(row.f) && std::isfinite(row.gradientNorm))
        script += std::to_string(row.k) + " " + number(std::max(row.f - lowest, 1e-300)) + " " +
                  number(std::max(row.gradientNorm, 1e-300)) + "\n";
    script += "EOD\nset logscale y\nset format y '%.0e'\nset xlabel 'step'\nset yrange [1e-16:]\n"
              "plot $progress using 1:2 with lines lw 2 title 'objective above the lowest', "
              "$progress using 1:3 with lines lw 2 title 'norm of the gradient'\n";
    return true;
  }

  Session &session;
  const PlotOptions &options;
  Solution path;
  bool solved = false;
};

} // namespace

int plot(const PlotOptions &options, std::ostream &out, std::ostream &err) {
  Session session({options.set, options.data, options.allowPath});
  std::string script;
  Picture drawing(session, options);
  if (!session.load(options.file) || !session.bind() || !drawing.make(script))
    return finish(session, options.file, false, out, err);
  if (options.picture.empty()) {
    constexpr int columns = 100, rows = 36, rowsOfOne = 15;
    const std::string picture =
        drawInCharacters(script, columns, std::max(rows, rowsOfOne * drawing.pictures));
    if (picture.empty())
      session.diagnostics.report(Diag::FileMissing, {}, "gnuplot, which draws the pictures, did not run",
                                 "install gnuplot");
    out << picture;
  } else if (drawPicture(script, options.picture, session.diagnostics)) {
    out << "the picture is in " << options.picture << "\n";
  }
  return finish(session, options.file, false, out, err);
}

} // namespace gradus::driver
