//===- Subject.cpp - what can be differentiated -----------------------------------===//

#include "driver/Subject.h"

#include "driver/Report.h"

#include <nlohmann/json.hpp>
#include <ostream>

namespace gradus::driver {

using namespace ir;

std::vector<ValueId> Subject::variables(const Graph &graph) const {
  std::vector<ValueId> reals;
  for (ValueId v : arguments)
    if (graph.type(v).kind == Kind::Real)
      reals.push_back(v);
  return reals;
}

std::vector<Subject> subjects(Session &session, bool imported) {
  const Module &m = session.module();
  const Graph &g = m.graph;
  std::vector<Subject> all;
  for (const Function &f : m.functions) {
    if (!imported && f.range.file != session.tree().file)
      continue;
    Subject s;
    s.name = f.name;
    s.value = f.value;
    s.range = f.range;
    for (uint32_t k : f.arguments)
      s.arguments.push_back(g.inputNode(k));
    s.sizes = f.sizes;
    all.push_back(std::move(s));
  }
  for (const Problem &p : m.problems) {
    Subject s;
    s.name = !p.objectiveName.empty() ? p.objectiveName : !p.name.empty() ? p.name : session.stem();
    s.value = p.objective;
    s.range = p.objectiveRange;
    s.problem = &p;
    for (const Unknown &u : p.unknowns)
      s.arguments.push_back(g.inputNode(u.input));
    all.push_back(std::move(s));
  }
  return all;
}

const Subject *findSubject(Session &session, const std::vector<Subject> &all,
                           const std::string &name) {
  std::vector<std::string> names;
  for (const Subject &s : all) {
    if (s.name == name)
      return &s;
    names.push_back(s.name);
  }
  for (const Subject &s : all)
    if (s.problem &&
        (s.problem->name == name || (s.problem->name.empty() && session.stem() == name)))
      return &s;
  std::string list;
  for (const std::string &n : names)
    list += (list.empty() ? "" : ", ") + n;
  auto near = closest(name, names);
  std::string remedy = near           ? "did you mean '" + *near + "'?"
                       : list.empty() ? "it has none: write fn f(x) = ... or minimize ..."
                                      : "it has: " + list;
  session.diagnostics.report(Diag::UnknownSubject, {},
                             session.path() + " has no function or objective '" + name + "'",
                             remedy);
  return nullptr;
}

std::optional<int64_t> constantElements(const Graph &g, ShapeId shape) {
  int64_t product = 1;
  for (const Axis &axis : g.axes(shape)) {
    if (!g.isConstant(axis.lo) || !g.isConstant(axis.hi))
      return {};
    int64_t extent = 0;
    if (__builtin_sub_overflow(g.intValue(axis.hi), g.intValue(axis.lo), &extent) ||
        __builtin_add_overflow(extent, 1, &extent) ||
        __builtin_mul_overflow(product, std::max<int64_t>(extent, 0), &product))
      return {};
  }
  return product;
}

int finish(const Session &session, const std::string &file, bool json, std::ostream &out,
           std::ostream &err) {
  err << session.diagnostics.renderAll();
  if (json && session.diagnostics.hasErrors())
    out << errorsJson(file, session.diagnostics).dump(2) << "\n";
  return session.diagnostics.exitCode();
}

} // namespace gradus::driver
