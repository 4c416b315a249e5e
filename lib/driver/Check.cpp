//===- Check.cpp - the command `gradus check` ---------------------------------------===//

#include "driver/Check.h"

#include "driver/Comparison.h"
#include "driver/Point.h"
#include "driver/Report.h"
#include "support/Numbers.h"
#include "support/Text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

namespace gradus::driver {

using namespace ir;

namespace {

constexpr int points = 4;

/// Numbers that are the same in every run and on every machine (SplitMix64,
/// Steele, Lea, Flood, OOPSLA 2014).
class Random {
public:
  double uniform(double lo, double hi) {
    state += 0x9E3779B97F4A7C15ull;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    z ^= z >> 31;
    return lo + (hi - lo) * (static_cast<double>(z >> 11) * 0x1p-53);
  }

private:
  uint64_t state = 1;
};

/// Points of functions lie in boxes that suit ever fewer domains.
struct Box {
  double lo, hi;
};
constexpr Box boxes[points] = {{0.1, 0.9}, {0.5, 2.5}, {-1, 1}, {-3, 3}};

class Checker {
public:
  explicit Checker(Session &session) : session(session), g(session.graph()) {}

  bool run(const Subject &subject, Verdict &verdict) {
    verdict.name = subject.name;
    Random random;
    if (!bindUnknowns())
      return false;
    // Sizes first: code is compiled for all of them at once.
    Comparison comparison(session, subject);
    bool prepared = false;
    for (int k = 0; k < points; ++k) {
      const bool bound =
          subject.problem ? bindProblem(subject, k, random) : bindFunction(subject, k, random);
      if (!bound)
        return false;
      if (!prepared && !comparison.prepare())
        return false;
      prepared = true;
      comparison.at(verdict);
    }
    return true;
  }

private:
  /// Functions may read the unknowns of the file: they stand at their start.
  bool bindUnknowns() {
    for (const Problem &p : session.module().problems)
      for (const Unknown &u : p.unknowns)
        if (!bindStart(session, u))
          return false;
    return true;
  }

  bool bindFunction(const Subject &subject, int point, Random &random) {
    for (size_t k = 0; k < subject.sizes.size(); ++k) {
      InputValue &size = session.value(subject.sizes[k]);
      size.known = true;
      size.whole = 3 + static_cast<int64_t>((k + static_cast<size_t>(point)) % 3);
    }
    for (ValueId v : subject.arguments) {
      InputValue &value = session.value(g.inputIndex(v));
      if (!session.extents(g.type(v).shape, value.extents))
        return false;
      int64_t elements = 1;
      for (int64_t e : value.extents)
        elements *= e;
      value.known = true;
      value.reals.clear();
      value.wholes.clear();
      for (int64_t k = 0; k < elements; ++k) {
        value.reals.push_back(random.uniform(boxes[point].lo, boxes[point].hi));
        value.wholes.push_back(1 + (k + point) % 3);
      }
      if (g.type(v).scalar()) {
        value.real = value.reals[0];
        value.whole = value.wholes[0];
      }
    }
    return true;
  }

  /// The start, then points around it within the bounds.
  bool bindProblem(const Subject &subject, int point, Random &random) {
    for (const Unknown &u : subject.problem->unknowns) {
      std::vector<double> lower, upper;
      if (!bindStart(session, u) || !boundsOf(session, u, lower, upper))
        return false;
      InputValue &value = session.value(u.input);
      auto moved = [&](double start, size_t k) {
        if (point == 0)
          return start;
        if (std::isfinite(lower[k]) && std::isfinite(upper[k]))
          return random.uniform(lower[k], upper[k]);
        const double reach = 0.5 * std::max(1.0, std::fabs(start));
        return std::clamp(start + random.uniform(-reach, reach), lower[k], upper[k]);
      };
      if (g.inputs()[u.input].type.scalar())
        value.real = moved(value.real, 0);
      for (size_t k = 0; k < value.reals.size(); ++k)
        value.reals[k] = moved(value.reals[k], k);
    }
    return true;
  }

  Session &session;
  Graph &g;
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
