//===- Region.cpp - functions of few variables on a box ---------------------------===//

#include "driver/Region.h"

#include "driver/Point.h"
#include "driver/Unknowns.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

using namespace ir;

namespace {

constexpr double usualReach = 5;

const Subject *chosen(Session &session, const std::vector<Subject> &all, const std::string &name) {
  if (!name.empty())
    return findSubject(session, all, name);
  for (const Subject &s : all)
    if (s.problem)
      return &s;
  if (!all.empty())
    return &all.front();
  session.diagnostics.report(Diag::NothingToSolve, {}, session.path() + " has neither functions nor an objective",
                             "write fn f(x) = ... or minimize ...");
  return nullptr;
}

} // namespace

std::vector<double> haltonPoint(size_t k, size_t dimensions) {
  std::vector<double> point;
  for (size_t base = 2; point.size() < dimensions; ++base) {
    bool prime = true;
    for (size_t d = 2; d * d <= base; ++d)
      prime = prime && base % d != 0;
    if (!prime)
      continue;
    double u = 0, part = 1;
    for (size_t rest = k; rest != 0; rest /= base) {
      part /= static_cast<double>(base);
      u += part * static_cast<double>(rest % base);
    }
    point.push_back(u);
  }
  return point;
}

bool makeRegion(Session &session, const std::vector<Subject> &all, const std::string &name,
                const std::string &box, Region &r) {
  Graph &g = session.graph();
  r.subject = chosen(session, all, name);
  if (!r.subject)
    return false;
  std::vector<PointEntry> entries;
  if (!box.empty() && !parsePoint(session, "--box", box, entries))
    return false;
  lower::DescentProblem p;
  for (size_t k = 0; k < r.subject->arguments.size(); ++k) {
    ValueId v = r.subject->arguments[k];
    const std::string &argument = g.inputOf(v).name;
    std::vector<int64_t> shape, lo;
    if (g.type(v).kind != Kind::Real ||
        (!g.type(v).scalar() && !r.subject->problem && !constantElements(g, g.type(v).shape))) {
      session.diagnostics.report(Diag::WrongShape, g.inputOf(v).range,
                                 "'" + argument + "' has no fixed size, or is a whole number",
                                 "choose a function of numbers, or of arrays with sizes like x[2]");
      return false;
    }
    if (!session.extents(g.type(v).shape, shape))
      return false;
    for (const Axis &axis : std::vector<Axis>(g.axesOf(v)))
      lo.push_back(session.whole(axis.lo).value_or(1));
    size_t size = 1;
    for (int64_t e : shape)
      size *= static_cast<size_t>(e);
    std::vector<double> from(size, -usualReach), to(size, usualReach);
    bool given = false;
    if (r.subject->problem) {
      std::vector<double> a, b;
      if (!boundsOf(session, r.subject->problem->unknowns[k], a, b))
        return false;
      for (size_t e = 0; e < size; ++e)
        if (std::isfinite(a[e]) && std::isfinite(b[e])) {
          from[e] = a[e];
          to[e] = b[e];
          given = true;
        }
    }
    for (const PointEntry &entry : entries)
      if (entry.name == argument) {
        if (entry.numbers.size() != 2 || !(entry.numbers[0] < entry.numbers[1])) {
          session.diagnostics.report(Diag::BadValue, {}, "a side of --box has two ends, the lower first",
                                     "--box '" + argument + "=[-2,2]'");
          return false;
        }
        std::fill(from.begin(), from.end(), entry.numbers[0]);
        std::fill(to.begin(), to.end(), entry.numbers[1]);
        given = true;
      }
    for (size_t e = 0; e < size; ++e) {
      r.names.push_back(shape.empty() ? argument : elementName(argument, lo, shape, e));
      r.lower.push_back(from[e]);
      r.upper.push_back(to[e]);
      r.given.push_back(given);
    }
    p.unknowns.push_back(v);
  }
  for (const PointEntry &entry : entries)
    if (std::none_of(r.subject->arguments.begin(), r.subject->arguments.end(),
                     [&](ValueId v) { return g.inputOf(v).name == entry.name; })) {
      session.diagnostics.report(Diag::UnknownVariable, {},
                                 r.subject->name + " has no variable '" + entry.name + "'");
      return false;
    }
  if (!g.type(r.subject->value).scalar()) {
    session.diagnostics.report(Diag::WrongShape, r.subject->range,
                               "the value of " + r.subject->name + " is not a number");
    return false;
  }
  p.objective = g.toReal(r.subject->value);
  std::vector<ValueId> roots = p.unknowns;
  roots.push_back(p.objective);
  for (ValueId v : inputsOf(g, roots))
    if (std::find(p.unknowns.begin(), p.unknowns.end(), v) == p.unknowns.end())
      p.inputs.push_back(v);
  for (ValueId v : p.inputs)
    if (!session.value(g.inputIndex(v)).known) {
      session.diagnostics.report(Diag::MissingValue, g.inputOf(v).range,
                                 "'" + g.inputOf(v).name + "' has no value");
      return false;
    }
  r.landscape = Landscape::create(session, p, jit::Level::O0);
  if (r.landscape && !r.landscape->fit(r.names.size()))
    r.landscape = nullptr;
  return r.landscape != nullptr;
}

} // namespace gradus::driver
