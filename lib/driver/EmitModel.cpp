//===- EmitModel.cpp - a model as C -----------------------------------------------===//

#include "driver/EmitModel.h"

#include "codegen/c/Names.h"
#include "driver/ConstraintPattern.h"
#include "driver/Derivatives.h"
#include "print/Text.h"

#include <algorithm>
#include <charconv>

namespace gradus::driver {

using namespace ir;
using lower::InterfaceFunction;
using lower::Purpose;

namespace {

/// Longer formulas explain nothing.
constexpr size_t longestFormula = 400;

/// "[n, 0..2]"
std::string shapeText(Graph &g, const std::vector<Axis> &axes) {
  std::string text;
  for (const Axis &axis : axes) {
    text += text.empty() ? "[" : ", ";
    if (!g.isInt(axis.lo, 1))
      text += print::toText(g, axis.lo) + "..";
    // Vectors of unknowns have lengths that are never negative by construction.
    ValueId hi = axis.hi;
    text += print::toText(g, hi);
  }
  return text.empty() ? text : text + "]";
}

std::string headOf(Graph &g, const Subject &s) {
  std::string head = s.name + "(";
  for (size_t k = 0; k < s.arguments.size(); ++k)
    head += (k ? ", " : "") + g.inputOf(s.arguments[k]).name +
            shapeText(g, g.axesOf(s.arguments[k]));
  return head + ")";
}

bool isPrefix(const std::string &name) {
  return codegen::c::Names().unique(name) == name && codegen::c::plainName(name) == name;
}

/// Macros are the prefix in capitals, so that it should not be capitals itself.
std::string prefixOf(const std::string &stem) {
  std::string name = codegen::c::Names().unique(stem);
  if (codegen::c::upperCase(name) == name)
    for (char &c : name)
      c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

std::string limited(std::string text) {
  return text.size() > longestFormula ? "" : text;
}

std::vector<std::string> formulasOf(Session &session, const Subject &s,
                                    const InterfaceFunction &f) {
  Graph &g = session.graph();
  std::vector<std::string> lines;
  auto add = [&](std::string line) {
    if (line.size() <= longestFormula)
      lines.push_back(std::move(line));
  };
  if (f.purpose == Purpose::Value)
    add((s.problem ? s.name : headOf(g, s)) + " = " + print::toText(g, s.value));
  if (f.purpose == Purpose::Gradient)
    for (const Variable &v : variablesOf(g, s))
      add("d " + s.name + "/d " + v.name + " = " +
          print::toText(g, derivativeBy(g, s, {v}).value));
  return lines;
}

std::string problemFormula(Session &session, const lower::InterfaceProblem &p) {
  std::string text = limited(print::toText(session.graph(), p.objective));
  return (p.name.empty() ? "" : p.name + ": ") + (p.maximize ? "maximize " : "minimize ") +
         (text.empty() ? "..." : text);
}

} // namespace

bool lowerFixed(Session &session, const EmitOptions &options, loops::Module &module,
                lower::Interface &interface) {
  Graph &g = session.graph();
  if (!options.prefix.empty() && !isPrefix(options.prefix)) {
    session.diagnostics.report(Diag::Usage, {}, "--prefix wants a name of C",
                               "letters without accents, digits and single underscores, at most 24, "
                               "a letter first");
    return false;
  }
  std::map<ValueId, int64_t> values;
  if (!fixSizes(session, options.fix, values) || !lowerModel(session, values, module, interface))
    return false;
  std::vector<std::string> names;
  std::map<std::string, std::vector<ValueId>> inputs;
  for (const InterfaceFunction &f : interface.functions)
    for (const lower::InterfaceArgument &a : f.arguments)
      if (a.input.valid() && a.kind == Kind::Int && a.shape == 0 &&
          a.role != lower::ArgumentRole::Entries) {
        auto [it, first] = inputs.try_emplace(a.name);
        if (first)
          names.push_back(a.name);
        it->second.push_back(a.input);
      }
  for (const std::string &entry : options.fix) {
    const size_t equals = entry.find('=');
    const std::string name = entry.substr(0, equals);
    int64_t value = 0;
    const char *begin = entry.data() + std::min(equals, entry.size() - 1) + 1;
    const char *last = entry.data() + entry.size();
    auto [end, error] = std::from_chars(begin, last, value);
    if (equals == std::string::npos || error != std::errc() || end != last) {
      session.diagnostics.report(Diag::Usage, {}, "--fix " + entry + " is not NAME=N",
                                 "N is a whole number: --fix n=10");
      return false;
    }
    if (!inputs.count(name)) {
      std::string list;
      for (const std::string &n : names)
        list += (list.empty() ? "" : ", ") + n;
      auto near = closest(name, names);
      session.diagnostics.report(
          Diag::Usage, {}, "there is no size or whole parameter '" + name + "' to fix",
          near           ? "did you mean '" + *near + "'?"
          : list.empty() ? "the model has none"
                         : "it has: " + list);
      return false;
    }
    for (ValueId v : inputs[name])
      values[v] = value;
  }
  lower::fixInputs(g, module, interface, values);
  return true;
}

codegen::c::Settings cSettings(Session &session, const EmitOptions &options,
                               const loops::Module &module, const lower::Interface &interface) {
  Graph &g = session.graph();
  codegen::c::Settings s;
  s.prefix = options.prefix.empty() ? prefixOf(session.stem()) : options.prefix;
  s.single = options.real == "f32";
  s.strict = options.strict;
  const std::string path = session.path();
  s.source = path.substr(path.find_last_of('/') + 1);
  s.version = GRADUS_VERSION;
  const std::vector<Subject> all = subjects(session);
  for (const InterfaceFunction &f : interface.functions) {
    codegen::c::FunctionText text;
    for (const Subject &subject : all)
      if (subject.name == f.subject) {
        text.formulas = formulasOf(session, subject, f);
        break;
      }
    for (const lower::InterfaceArgument &a : f.arguments)
      text.arguments.push_back({shapeText(g, g.axes(a.shape))});
    s.functions.push_back(std::move(text));
  }
  for (const lower::InterfaceProblem &p : interface.problems) {
    codegen::c::ProblemText text{problemFormula(session, p), {}};
    for (const lower::UnknownPlace &u : p.unknowns)
      text.unknowns.push_back(g.inputOf(u.input).name + shapeText(g, g.axesOf(u.input)));
    s.problems.push_back(std::move(text));
  }
  for (const loops::Site &site : module.sites) {
    std::string place;
    if (site.range.valid()) {
      const LineColumn at = session.sources.lineColumn(site.range.file, site.range.begin);
      place = session.sources.file(site.range.file).path;
      place = place.substr(place.find_last_of('/') + 1) + ":" + std::to_string(at.line) + ":" +
              std::to_string(at.column) + ": ";
    }
    s.siteTexts.push_back(place + site.message);
  }
  return s;
}

} // namespace gradus::driver
