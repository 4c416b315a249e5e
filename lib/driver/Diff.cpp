//===- Diff.cpp - the command `gradus diff` ----------------------------------------===//

#include "driver/Diff.h"

#include "driver/Derivatives.h"
#include "driver/Report.h"
#include "print/Latex.h"
#include "print/Simplify.h"
#include "print/Text.h"

#include <cctype>
#include <nlohmann/json.hpp>
#include <ostream>

namespace gradus::driver {

using namespace ir;

namespace {

using Variables = std::vector<Variable>;

/// The tuples of variables to differentiate by.
std::vector<Variables> tuples(const std::vector<Variables> &groups, bool chosen, int order) {
  std::vector<Variables> all;
  Variables flat;
  for (const Variables &group : groups)
    flat.insert(flat.end(), group.begin(), group.end());
  if (order == 1) {
    for (const Variable &v : flat)
      all.push_back({v});
  } else if (chosen && groups.size() == 2) {
    for (const Variable &v : groups[0])
      for (const Variable &w : groups[1])
        all.push_back({v, w});
  } else {
    for (size_t a = 0; a < flat.size(); ++a)
      for (size_t b = a; b < flat.size(); ++b)
        all.push_back({flat[a], flat[b]});
  }
  return all;
}

/// f(x, A[m,n], int k), or J.
std::string headOf(Graph &g, const Subject &s) {
  if (s.problem)
    return s.name;
  std::string head = s.name + "(";
  for (size_t k = 0; k < s.arguments.size(); ++k) {
    const ValueId v = s.arguments[k];
    head += std::string(k ? ", " : "") + (g.type(v).kind == Kind::Int ? "int " : "") +
            g.inputOf(v).name;
    const std::vector<Axis> axes = g.axesOf(v);
    for (size_t a = 0; a < axes.size(); ++a) {
      std::string range = g.isInt(axes[a].lo, 1) ? "" : print::toText(g, axes[a].lo) + "..";
      head += (a ? "," : "[") + range + print::toText(g, axes[a].hi);
    }
    head += axes.empty() ? "" : "]";
  }
  return head + ")";
}

std::string textName(const std::string &f, const Variables &wrt) {
  if (wrt.size() == 1)
    return "∂" + f + "/∂" + wrt[0].name;
  if (wrt[0].name == wrt[1].name)
    return "∂²" + f + "/∂" + wrt[0].name + "²";
  return "∂²" + f + "/∂" + wrt[0].name + "∂" + wrt[1].name;
}

/// A whole array is written by its element: x_{j}, for the comprehension's j.
std::string latexVariable(Graph &g, const Variable &v, const Derivative &d, size_t &symbol) {
  if (g.type(v.input).scalar())
    return print::toLatex(g, v.input);
  if (!v.indices.empty())
    return print::toLatex(g, g.at(v.input, v.indices));
  const size_t rank = g.rank(v.input);
  std::span<const ValueId> own(d.symbols.data() + symbol, rank);
  symbol += rank;
  return print::toLatex(g, g.at(v.input, own));
}

std::string latexLine(Graph &g, const Subject &s, const Derivative &d) {
  const bool elements = !d.symbols.empty() && g.type(s.value).scalar();
  const std::string f = print::latexName(s.name);
  size_t symbol = 0;
  std::string left;
  if (d.wrt.size() == 1) {
    left = "\\frac{\\partial " + f + "}{\\partial " + latexVariable(g, d.wrt[0], d, symbol) + "}";
  } else {
    std::string first = latexVariable(g, d.wrt[0], d, symbol);
    std::string second = latexVariable(g, d.wrt[1], d, symbol);
    left = "\\frac{\\partial^{2} " + f + "}{" +
           (first == second ? "\\partial " + first + "^{2}"
                            : "\\partial " + first + " \\, \\partial " + second) +
           "}";
  }
  if (!elements)
    return left + " = " + print::toLatex(g, d.value);
  if (auto whole = print::wholeToLatex(g, d.value); whole && d.wrt.size() == 1)
    return "\\frac{\\partial " + f + "}{\\partial " + print::toLatex(g, d.wrt[0].input) +
           "} = " + *whole;
  std::string range;
  for (ValueId v : d.symbols)
    range += ", \\quad " + print::toLatex(g, v) + " = " + print::toLatex(g, g.symbol(v).lo) +
             ", \\dots, " + print::toLatex(g, g.symbol(v).hi);
  return left + " = " + print::toLatex(g, d.body) + range;
}

std::string latexHead(Graph &g, const Subject &s) {
  std::string head = print::latexName(s.name);
  for (size_t k = 0; k < s.arguments.size() && !s.problem; ++k)
    head += (k ? ", " : "(") + print::toLatex(g, s.arguments[k]);
  return head + (s.problem || s.arguments.empty() ? "" : ")");
}

/// Whether the name is called in a formula.
bool calls(const std::string &text, const std::string &name) {
  for (size_t at = 0; (at = text.find(name + "(", at)) != std::string::npos; ++at) {
    const unsigned char before = at == 0 ? ' ' : static_cast<unsigned char>(text[at - 1]);
    if (before < 0x80 && !std::isalnum(before) && before != '_')
      return true;
  }
  return false;
}

/// A function of the model may hide a primitive that its derivatives need.
void warnOfHidden(Session &session, const std::vector<Derivative> &derivatives) {
  for (const Function &f : session.module().functions)
    for (const Derivative &d : derivatives)
      if (calls(print::toText(session.graph(), d.value), f.name))
        session.diagnostics.report(Diag::HiddenPrimitive, f.range,
                                   "the derivatives use the primitive '" + f.name +
                                       "', which this function hides");
}

/// The value as it is printed.
ValueId valueOf(Graph &g, const Subject &s) {
  return g.substitute(s.value, oneForEachName(g, {&s.value, 1}));
}

Json jsonOf(Graph &g, const Subject &s, const std::vector<Derivative> &derivatives) {
  Json list = Json::array();
  for (const Derivative &d : derivatives) {
    Json wrt = Json::array();
    for (const Variable &v : d.wrt)
      wrt.push_back(v.name);
    list.push_back(Json{{"wrt", std::move(wrt)}, {"expression", print::toText(g, d.value)}});
  }
  return Json{{"name", s.name},
              {"expression", print::toText(g, valueOf(g, s))},
              {"derivatives", std::move(list)}};
}

std::string textOf(Graph &g, const Subject &s, const std::vector<Derivative> &derivatives,
                   bool latex) {
  std::string text = latex ? latexHead(g, s) + " = " + print::toLatex(g, valueOf(g, s)) + "\n"
                           : headOf(g, s) + " = " + print::toText(g, valueOf(g, s)) + "\n";
  for (const Derivative &d : derivatives)
    text += latex ? latexLine(g, s, d) + "\n"
                  : textName(s.name, d.wrt) + " = " + print::toText(g, d.value) + "\n";
  return text;
}

} // namespace

int diff(const DiffOptions &options, std::ostream &out, std::ostream &err) {
  Session session({{}, options.data, options.allowPath});
  const bool json = options.format == "json";
  auto fail = [&] { return finish(session, options.file, json, out, err); };
  // Derivatives need names and shapes, no values: nothing is bound.
  if (!session.load(options.file))
    return fail();
  std::vector<Subject> all = subjects(session, !options.name.empty());
  if (all.empty() && options.name.empty())
    session.diagnostics.report(Diag::UnknownSubject, {},
                               options.file + " has nothing to differentiate",
                               "write fn f(x) = ... or minimize ...");
  if (!options.name.empty()) {
    if (const Subject *found = findSubject(session, all, options.name))
      all = {Subject(*found)};
  }
  if (session.diagnostics.hasErrors())
    return fail();

  Graph &g = session.graph();
  // Without a name, --wrt also chooses the functions that have the variables.
  std::vector<Subject> chosen;
  for (const Subject &s : all)
    if (options.name.empty() && hasVariables(g, s, options.wrt))
      chosen.push_back(s);
  if (!options.wrt.empty() && !chosen.empty())
    all = std::move(chosen);
  Json functions = Json::array();
  bool first = true;
  for (const Subject &s : all) {
    std::vector<Variables> groups{variablesOf(g, s)};
    if (!options.wrt.empty()) {
      groups.clear();
      if (!parseVariables(session, s, options.wrt, groups))
        return fail();
    }
    std::vector<Derivative> derivatives;
    for (Variables &wrt : tuples(groups, !options.wrt.empty(), options.order))
      derivatives.push_back(derivativeBy(g, s, std::move(wrt)));
    warnOfHidden(session, derivatives);
    if (json)
      functions.push_back(jsonOf(g, s, derivatives));
    else
      out << (first ? "" : "\n") << textOf(g, s, derivatives, options.format == "latex");
    first = false;
  }
  if (json)
    out << Json{{"functions", std::move(functions)}}.dump(2) << "\n";
  return fail();
}

} // namespace gradus::driver
