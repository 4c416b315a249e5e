//===- Run.cpp - the command `gradus run` ------------------------------------------===//

#include "driver/Run.h"

#include "driver/MethodText.h"
#include "driver/Report.h"

#include <nlohmann/json.hpp>
#include <ostream>

namespace gradus::driver {

namespace {

/// Elements of x that are kept in every row of a trace.
constexpr size_t mostTraced = 1000;

} // namespace

int run(const RunOptions &options, std::ostream &out, std::ostream &err) {
  Session session({options.set, options.data, options.allowPath, options.cache, nullptr,
                   options.threads});
  auto fail = [&] {
    err << session.diagnostics.renderAll();
    if (options.json)
      out << errorsJson(options.file, session.diagnostics).dump(2) << "\n";
    return session.diagnostics.exitCode();
  };
  // Read, parse, check; then data and parameters.
  if (!session.load(options.file) || !session.bind())
    return fail();
  if (session.module().problems.empty()) {
    session.diagnostics.report(Diag::NothingToSolve, {},
                               options.file + " has no problem to solve",
                               "add `minimize ...`, or look at its functions with gradus diff or gradus eval");
    return fail();
  }
  std::optional<syntax::MethodCall> method;
  syntax::Tree methodTree;
  if (!options.method.empty()) {
    method = methodCall(session, options.method, methodTree);
    if (!method)
      return fail();
  }

  std::vector<PointEntry> start, fixed;
  if (!options.start.empty() && !parsePoint(session, "--start", options.start, start))
    return fail();
  if (!options.fix.empty() && !parsePoint(session, "--fix", options.fix, fixed))
    return fail();

  // Solve each problem in order.
  Json problems = Json::array();
  int code = 0;
  bool first = true;
  for (const ir::Problem &problem : session.module().problems) {
    SolveOptions how;
    how.trace = true; // its first row is the objective at the start
    how.strict = options.strict;
    how.seed = options.seed;
    how.showsProgress = options.progress;
    how.traceX = options.trace;
    how.wholeTrace = options.trace;
    how.mostTracedElements = mostTraced;
    how.start = start;
    how.fixed = fixed;
    how.sensitivity = options.sensitivity;
    Solution solution;
    if (!solveProblem(session, problem, how, method ? &*method : nullptr, solution))
      return fail();
    ProblemReport report{problem.name.empty() ? session.stem() : problem.name, &problem, &solution};
    if (code == 0)
      code = statusExitCode(solution.status);
    if (options.json) {
      problems.push_back(problemJson(session, report, options.trace));
      continue;
    }
    out << (first ? "" : "\n") << problemText(session, report, options.trace);
    first = false;
  }
  if (session.skippedRows() != 0 && !options.json)
    out << "  data       " << session.skippedRows()
        << (session.skippedRows() == 1 ? " row with missing values was" : " rows with missing values were")
        << " skipped\n";
  if (options.json)
    out << Json{{"file", options.file}, {"problems", std::move(problems)}}.dump(2) << "\n";
  err << session.diagnostics.renderAll();
  return code;
}

} // namespace gradus::driver
