//===- Check.cpp - the command `gradus check` ---------------------------------------===//

#include "driver/Check.h"

#include "driver/Backends.h"
#include "driver/Comparison.h"
#include "driver/Report.h"
#include "driver/TestPoints.h"
#include "support/Numbers.h"
#include "support/Text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

namespace gradus::driver {

using namespace ir;

namespace {

class Checker {
public:
  explicit Checker(Session &session) : session(session) {}

  bool run(const Subject &subject, Verdict &verdict) {
    verdict.name = subject.name;
    TestPoints points(session);
    if (!points.bindUnknowns())
      return false;
    // Sizes first: code is compiled for all of them at once.
    Comparison comparison(session, subject);
    bool prepared = false;
    for (int k = 0; k < testPoints; ++k) {
      if (!points.bind(subject, k))
        return false;
      if (!prepared && !comparison.prepare())
        return false;
      prepared = true;
      comparison.at(verdict);
    }
    return true;
  }

private:
  Session &session;
};

std::string shortNumber(double x) { return x == 0 ? "0" : formatNumber(x, 2); }

std::string verdictText(const Verdict &v, size_t width) {
  const size_t letters = countCodePoints(v.name);
  std::string text = v.name + std::string(width - std::min(letters, width) + 2, ' ');
  text += v.ok() ? v.points == 0 ? "not checked" : "ok         " : "FAILED     ";
  text += fmt::format("  {} {}, errors: value {}, gradient {}, differences {}", v.points,
                      v.points == 1 ? "point" : "points", shortNumber(v.valueError),
                      shortNumber(v.gradientError), shortNumber(v.differenceError));
  if (v.skipped)
    text += fmt::format("; {} without a finite value", v.skipped);
  if (v.kinks)
    text += fmt::format("; {} differences across a kink or an edge", v.kinks);
  text += "\n";
  for (const std::string &failure : v.failures)
    text += "    " + failure + "\n";
  return text;
}

Json verdictJson(const Verdict &v) {
  return Json{{"name", v.name},
              {"ok", v.ok()},
              {"points", v.points},
              {"skipped", v.skipped},
              {"kinks", v.kinks},
              {"value_error", numberJson(v.valueError)},
              {"gradient_error", numberJson(v.gradientError)},
              {"difference_error", numberJson(v.differenceError)},
              {"failures", v.failures}};
}

} // namespace

int check(const CheckOptions &options, std::ostream &out, std::ostream &err) {
  if (options.backends)
    return checkBackends(options, out, err);
  Session session({options.set, options.data, options.allowPath});
  auto fail = [&] { return finish(session, options.file, options.json, out, err); };
  if (!session.load(options.file) || !session.bind())
    return fail();
  const std::vector<Subject> all = subjects(session);
  if (all.empty()) {
    session.diagnostics.report(Diag::UnknownSubject, {}, options.file + " has nothing to check",
                               "write fn f(x) = ... or minimize ...");
    return fail();
  }
  std::vector<Verdict> verdicts;
  size_t width = 0;
  for (const Subject &subject : all) {
    verdicts.emplace_back();
    if (!Checker(session).run(subject, verdicts.back()))
      return fail();
    width = std::max(width, countCodePoints(subject.name));
  }
  for (const Verdict &v : verdicts)
    if (!v.ok())
      session.diagnostics.report(Diag::CheckFailed, {}, v.name + ": " + v.failures[0]);
  const bool ok =
      std::all_of(verdicts.begin(), verdicts.end(), [](const Verdict &v) { return v.ok(); });
  if (options.json) {
    Json list = Json::array();
    for (const Verdict &v : verdicts)
      list.push_back(verdictJson(v));
    out << Json{{"file", options.file}, {"ok", ok}, {"functions", std::move(list)}}.dump(2) << "\n";
  } else {
    for (const Verdict &v : verdicts)
      out << verdictText(v, width);
  }
  return finish(session, options.file, false, out, err);
}

} // namespace gradus::driver
