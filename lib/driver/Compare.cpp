//===- Compare.cpp - several methods on one problem --------------------------------===//

#include "driver/Compare.h"

#include "driver/Gnuplot.h"
#include "driver/MethodText.h"
#include "driver/Report.h"
#include "support/Numbers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <ostream>

namespace gradus::driver {

namespace {

struct Result {
  std::string label;
  Solution solution;
};

/// Commas outside of brackets separate.
std::vector<std::string> splitted(const std::string &list) {
  std::vector<std::string> parts{""};
  int depth = 0;
  for (char c : list) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && depth == 0)
      parts.emplace_back();
    else if (c != ' ' || !parts.back().empty())
      parts.back() += c;
  }
  return parts;
}

/// How far above the lowest objective each step is, on a logarithmic axis.
std::string curves(const std::string &title, const std::vector<Result> &results, double sign,
                   bool characters) {
  double lowest = std::numeric_limits<double>::infinity(), highest = 0;
  for (const Result &r : results)
    for (const TraceRow &row : r.solution.trace)
      if (std::isfinite(row.f))
        lowest = std::min(lowest, sign * row.f);
  for (const Result &r : results)
    for (const TraceRow &row : r.solution.trace)
      if (std::isfinite(row.f))
        highest = std::max(highest, sign * row.f - lowest);
  const double floor = std::max(1e-16 * std::max(std::fabs(lowest), highest), 1e-300);
  std::string script = "set title " + quoted(title) + " noenhanced\nset logscale y\n" +
                       "set format y '%.0e'\nset xlabel 'step'\nset key top right noenhanced\n" +
                       (characters ? "" : "set ylabel 'objective above the lowest'\nset grid\n");
  std::string plot;
  for (size_t k = 0; k < results.size(); ++k) {
    script += "$curve" + std::to_string(k) + " << EOD\n";
    const auto &trace = results[k].solution.trace;
    const size_t stride = std::max<size_t>(1, trace.size() / 2000);
    for (size_t at = 0; at < trace.size(); at += stride)
      if (std::isfinite(trace[at].f))
        script += std::to_string(trace[at].k) + " " +
                  formatNumber(std::max(sign * trace[at].f - lowest, floor), 8) + "\n";
    script += "EOD\n";
    plot += (k ? ", " : "plot ") + std::string("$curve") + std::to_string(k) +
            " using 1:2 with lines lw 2 title " + quoted(results[k].label);
  }
  return script + plot + "\n";
}

std::string tableOf(const std::vector<Result> &results) {
  std::vector<std::vector<std::string>> rows{
      {"method", "status", "objective", "|gradient|", "steps", "values", "gradients", "Hessians", "solve"}};
  for (const Result &r : results) {
    const Solution &s = r.solution;
    rows.push_back({r.label, statusName(s.status), formatNumber(s.objective, 10),
                    formatNumber(s.gradientNorm, 3), std::to_string(s.iterations),
                    std::to_string(s.values), std::to_string(s.gradients),
                    std::to_string(s.hessians), formatNumber(s.solveMs, 3) + " ms"});
  }
  std::vector<size_t> width(rows[0].size());
  for (const auto &row : rows)
    for (size_t k = 0; k < row.size(); ++k)
      width[k] = std::max(width[k], row[k].size());
  std::string text;
  for (const auto &row : rows) {
    std::string line;
    for (size_t k = 0; k < row.size(); ++k) {
      const std::string blanks(width[k] - row[k].size(), ' ');
      line += "  " + (k < 2 ? row[k] + blanks : blanks + row[k]);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

} // namespace

int compare(const CompareOptions &options, std::ostream &out, std::ostream &err) {
  Session session({options.set, options.data, options.allowPath});
  auto fail = [&] {
    err << session.diagnostics.renderAll();
    if (options.json)
      out << errorsJson(options.file, session.diagnostics).dump(2) << "\n";
    return session.diagnostics.exitCode();
  };
  if (!session.load(options.file) || !session.bind())
    return fail();
  if (session.module().problems.empty()) {
    session.diagnostics.report(Diag::NothingToSolve, {},
                               options.file + " has no problem to solve", "add `minimize ...`");
    return fail();
  }
  Json problems = Json::array();
  std::deque<syntax::Tree> trees;
  for (const ir::Problem &problem : session.module().problems) {
    const std::string name = problem.name.empty() ? session.stem() : problem.name;
    std::vector<Result> results;
    Json rows = Json::array();
    for (const std::string &text : splitted(options.methods)) {
      trees.emplace_back();
      auto method = methodCall(session, text, trees.back());
      if (!method)
        return fail();
      SolveOptions how;
      how.trace = how.wholeTrace = true;
      Result r{text, {}};
      if (!solveProblem(session, problem, how, &*method, r.solution))
        return fail();
      if (options.json)
        rows.push_back(problemJson(session, {name, &problem, &r.solution}, false));
      results.push_back(std::move(r));
    }
    if (options.json)
      problems.push_back(Json{{"name", name}, {"methods", std::move(rows)}});
    else
      out << name << "\n\n" << tableOf(results);
    const double sign = problem.maximize ? -1.0 : 1.0;
    if (!options.picture.empty()) {
      if (!drawPicture(curves(name, results, sign, false), options.picture, session.diagnostics))
        return fail();
      if (!options.json)
        out << "\n  the curves are in " << options.picture << "\n";
    } else if (!options.json) {
      constexpr int columns = 92, height = 24;
      const std::string picture =
          drawInCharacters(curves("objective above the lowest", results, sign, true), columns, height);
      out << (picture.empty() ? "\n  (with gnuplot there would be a picture here)\n" : picture);
    }
  }
  if (options.json)
    out << Json{{"file", options.file}, {"problems", std::move(problems)}}.dump(2) << "\n";
  err << session.diagnostics.renderAll();
  return session.diagnostics.exitCode();
}

} // namespace gradus::driver
