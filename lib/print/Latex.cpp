//===- Latex.cpp - an expression as LaTeX --------------------------------------------===//

#include "print/Latex.h"

#include "print/Formula.h"

#include <algorithm>
#include <map>

namespace gradus::print {

namespace {

enum class Level : uint8_t { Open, Or, And, Not, Comparison, Sum, Product, Power, Primary };

const std::map<std::string, std::string> &greekLetters() {
  static const std::map<std::string, std::string> letters = {
      {"α", "\\alpha"},      {"β", "\\beta"},    {"γ", "\\gamma"},  {"δ", "\\delta"},
      {"ε", "\\varepsilon"}, {"ζ", "\\zeta"},    {"η", "\\eta"},    {"θ", "\\theta"},
      {"ϑ", "\\vartheta"},   {"ι", "\\iota"},    {"κ", "\\kappa"},  {"λ", "\\lambda"},
      {"μ", "\\mu"},         {"ν", "\\nu"},      {"ξ", "\\xi"},     {"ο", "o"},
      {"π", "\\pi"},         {"ρ", "\\rho"},     {"σ", "\\sigma"},  {"ς", "\\varsigma"},
      {"τ", "\\tau"},        {"υ", "\\upsilon"}, {"φ", "\\varphi"}, {"ϕ", "\\phi"},
      {"χ", "\\chi"},        {"ψ", "\\psi"},     {"ω", "\\omega"},  {"ϵ", "\\epsilon"},
      {"Γ", "\\Gamma"},      {"Δ", "\\Delta"},   {"Θ", "\\Theta"},  {"Λ", "\\Lambda"},
      {"Ξ", "\\Xi"},         {"Π", "\\Pi"},      {"Σ", "\\Sigma"},  {"Υ", "\\Upsilon"},
      {"Φ", "\\Phi"},        {"Ψ", "\\Psi"},     {"Ω", "\\Omega"}};
  return letters;
}

bool isSpelledGreek(const std::string &word) {
  static const char *const words[] = {"alpha", "beta",  "gamma", "delta",  "epsilon", "zeta", "eta",
                                      "theta", "iota",  "kappa", "lambda", "mu",      "nu",   "xi",
                                      "pi",    "rho",   "sigma", "tau",    "phi",     "chi",  "psi",
                                      "omega", "Gamma", "Delta", "Theta",  "Lambda",  "Xi",   "Pi",
                                      "Sigma", "Phi",   "Psi",   "Omega"};
  return std::any_of(std::begin(words), std::end(words), [&](const char *w) { return word == w; });
}

/// Characters that mean something to TeX, and Greek ones.
std::string escaped(const std::string &text) {
  std::string out;
  for (size_t k = 0; k < text.size();) {
    size_t length = 1;
    auto lead = static_cast<unsigned char>(text[k]);
    if (lead >= 0xC0)
      length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    std::string c = text.substr(k, length);
    k += length;
    auto greek = greekLetters().find(c);
    if (greek != greekLetters().end())
      out += "$" + greek->second + "$";
    else if (c.size() == 1 && std::string("_%&#${}").find(c) != std::string::npos)
      out += "\\" + c;
    else if (c == "\\")
      out += "\\textbackslash ";
    else if (c == "~" || c == "^")
      out += "\\" + c + "{}";
    else
      out += c;
  }
  return out;
}

/// A word: one letter as it is, several upright.
std::string wordName(const std::string &word) {
  auto greek = greekLetters().find(word);
  if (greek != greekLetters().end())
    return greek->second;
  if (isSpelledGreek(word))
    return "\\" + word;
  bool digits = std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  bool letter = word.size() == 1 && word != "_";
  if (digits || letter)
    return word;
  return "\\text{" + escaped(word) + "}";
}

} // namespace

std::string latexName(const std::string &name) {
  if (name.starts_with('"')) // a text of a column
    return "\\text{" + escaped(name) + "}";
  size_t split = name.find('_');
  if (split != std::string::npos && split > 0 && split + 1 < name.size() &&
      name.find('.') == std::string::npos)
    return wordName(name.substr(0, split)) + "_{" + wordName(name.substr(split + 1)) + "}";
  size_t digits = name.size();
  while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9')
    --digits;
  if (digits > 0 && digits < name.size())
    return wordName(name.substr(0, digits)) + "_{" + name.substr(digits) + "}";
  return wordName(name);
}

namespace {

class LatexWriter {
public:
  explicit LatexWriter(const Formulas &formulas) : f(formulas) {}
  std::string body(uint32_t scope, FormulaId id, Level level);

private:
  std::string write(FormulaId id, Level level);
  std::string spell(const Formula &formula);
  std::string call(const Formula &formula);
  std::string product(const Formula &formula);
  std::string reduction(const Formula &formula);
  std::string cases(const Formula &formula);
  std::string recurrence(const Formula &formula);
  std::string letName(const Formula &formula);
  std::string list(const std::vector<FormulaId> &parts, size_t first);
  std::string range(const std::vector<Bound> &bounds);
  Level levelOf(const Formula &formula) const;
  bool isNumber(FormulaId id) const { return f[id].name.empty() && f[id].shape == Shape::Number; }

  const Formulas &f;
};

std::string bracketed(const std::string &text) { return "\\left(" + text + "\\right)"; }

Level LatexWriter::levelOf(const Formula &formula) const {
  switch (formula.shape) {
  case Shape::Or:
    return Level::Or;
  case Shape::And:
    return Level::And;
  case Shape::Not:
    return Level::Not;
  case Shape::Comparison:
    return Level::Comparison;
  case Shape::Sum:
  case Shape::Negation:
    return Level::Sum;
  case Shape::Product:
  case Shape::ElementProduct:
  case Shape::ElementQuotient:
  case Shape::Reduction:
  case Shape::Count:
  case Shape::Choice:
    return Level::Product;
  case Shape::Fraction:
  case Shape::Transpose:
  case Shape::Power:
    return Level::Power;
  case Shape::Call: // e^{x} is a power
    return formula.text == "exp" || formula.text == "sumsq" ? Level::Power : Level::Primary;
  case Shape::Number: // 10^{-5} is a power
    return formula.text.find('e') == std::string::npos ? Level::Primary : Level::Product;
  case Shape::Name:
  case Shape::Element:
  case Shape::Build:
  case Shape::List:
  case Shape::Recurrence:
  case Shape::Part:
    return Level::Primary;
  }
  return Level::Primary;
}

/// fold_{t=1}^{T} [ (h, c) := (h0, c0), (h, c) -> (h1, c1) ]
std::string LatexWriter::recurrence(const Formula &formula) {
  const size_t count = formula.columns;
  auto tuple = [&](auto part) {
    std::string text;
    for (size_t k = 0; k < count; ++k)
      text += (k > 0 ? ", " : "") + part(k);
    return count > 1 ? bracketed(text) : text;
  };
  const Bound &step = formula.bounds[0];
  std::string states = tuple([&](size_t k) { return latexName(formula.states[k]); });
  std::string text = "\\operatorname*{" + formula.text + "}_{" + latexName(step.name) + "=" +
                     write(step.lo, Level::Open) + "}^{" + write(step.hi, Level::Open) +
                     "} \\left[ " + states + " := " +
                     tuple([&](size_t k) { return write(formula.parts[k], Level::Open); });
  if (formula.condition != noFormula)
    text += ",\\; \\text{until } " + write(formula.condition, Level::Or);
  text += ",\\; " + states + " \\mapsto " +
          tuple([&](size_t k) { return write(formula.parts[count + k], Level::Open); });
  const std::vector<FormulaId> &lets = f.scopes[formula.ownScope].lets;
  for (size_t k = 0; k < lets.size(); ++k)
    text += (k > 0 ? ",\\; " : " \\quad\\text{where } ") + letName(f[lets[k]]) + " = " +
            spell(f[lets[k]]);
  return text + " \\right]";
}

/// Of a recurrence of several states the names of all values.
std::string LatexWriter::letName(const Formula &formula) {
  if (formula.names.empty())
    return latexName(formula.name);
  std::string text;
  for (const std::string &name : formula.names)
    text += (text.empty() ? "" : ", ") + latexName(name);
  return bracketed(text);
}

std::string LatexWriter::write(FormulaId id, Level level) {
  const Formula &formula = f[id];
  if (!formula.name.empty())
    return letName(formula);
  std::string text = spell(formula);
  return levelOf(formula) < level ? bracketed(text) : text;
}

std::string LatexWriter::body(uint32_t scope, FormulaId id, Level level) {
  const std::vector<FormulaId> &lets = f.scopes[scope].lets;
  if (lets.empty())
    return write(id, level);
  std::string text = write(id, Level::Open) + " \\quad\\text{where } ";
  for (size_t k = 0; k < lets.size(); ++k)
    text += (k > 0 ? ",\\; " : "") + letName(f[lets[k]]) + " = " + spell(f[lets[k]]);
  return level == Level::Open ? text : bracketed(text);
}

std::string LatexWriter::list(const std::vector<FormulaId> &parts, size_t first) {
  std::string text;
  for (size_t k = first; k < parts.size(); ++k)
    text += (k > first ? ", " : "") + write(parts[k], Level::Open);
  return text;
}

std::string LatexWriter::product(const Formula &formula) {
  std::string text;
  for (size_t k = 0; k < formula.parts.size(); ++k) {
    FormulaId part = formula.parts[k];
    bool last = k + 1 == formula.parts.size();
    bool greedy = f[part].shape == Shape::Reduction || f[part].shape == Shape::Count;
    if (k > 0)
      text += isNumber(part) ? " \\cdot " : " \\, ";
    text += write(part, greedy && last ? Level::Product : Level::Power);
  }
  return text;
}

std::string LatexWriter::call(const Formula &formula) {
  static const std::map<std::string, const char *> plain = {{"sin", "\\sin"},
                                                            {"cos", "\\cos"},
                                                            {"tan", "\\tan"},
                                                            {"asin", "\\arcsin"},
                                                            {"acos", "\\arccos"},
                                                            {"atan", "\\arctan"},
                                                            {"sinh", "\\sinh"},
                                                            {"cosh", "\\cosh"},
                                                            {"tanh", "\\tanh"},
                                                            {"log", "\\log"},
                                                            {"log2", "\\log_{2}"},
                                                            {"log10", "\\log_{10}"},
                                                            {"min", "\\min"},
                                                            {"max", "\\max"},
                                                            {"sigmoid", "\\sigma"},
                                                            {"digamma", "\\psi"},
                                                            {"lgamma", "\\log\\Gamma"},
                                                            {"asinh", "\\operatorname{arsinh}"},
                                                            {"acosh", "\\operatorname{arcosh}"},
                                                            {"atanh", "\\operatorname{artanh}"}};
  auto part = [&](size_t k) { return write(formula.parts[k], Level::Open); };
  if (formula.text == "sqrt")
    return "\\sqrt{" + part(0) + "}";
  if (formula.text == "cbrt")
    return "\\sqrt[3]{" + part(0) + "}";
  if (formula.text == "exp")
    return "e^{" + part(0) + "}";
  if (formula.text == "abs")
    return "\\left|" + part(0) + "\\right|";
  if (formula.text == "floor")
    return "\\left\\lfloor " + part(0) + " \\right\\rfloor";
  if (formula.text == "ceil")
    return "\\left\\lceil " + part(0) + " \\right\\rceil";
  if (formula.text == "dot")
    return "\\left\\langle " + list(formula.parts, 0) + " \\right\\rangle";
  static const std::map<std::string, const char *> norms = {
      {"sumsq", "^{2}"}, {"norm", ""}, {"norm1", "_{1}"}, {"norminf", "_{\\infty}"}};
  if (auto it = norms.find(formula.text); it != norms.end())
    return "\\left\\|" + part(0) + "\\right\\|" + it->second;
  if (formula.text == "polygamma")
    return "\\psi^{(" + part(1) + ")}" + bracketed(part(0));
  auto it = plain.find(formula.text);
  std::string name =
      it != plain.end() ? it->second : "\\operatorname{" + escaped(formula.text) + "}";
  return name + bracketed(list(formula.parts, 0));
}

/// i=1, j=i below, with the upper ends above.
std::string LatexWriter::range(const std::vector<Bound> &bounds) {
  if (bounds.size() == 1)
    return "_{" + latexName(bounds[0].name) + "=" + write(bounds[0].lo, Level::Open) + "}^{" +
           write(bounds[0].hi, Level::Open) + "}";
  std::string text;
  for (const Bound &b : bounds)
    text += (text.empty() ? "" : ",\\; ") + latexName(b.name) + "=" + write(b.lo, Level::Open) +
            ",\\dots," + write(b.hi, Level::Open);
  return "_{" + text + "}";
}

std::string LatexWriter::reduction(const Formula &formula) {
  static const std::map<std::string, const char *> signs = {
      {"sum", "\\sum"}, {"prod", "\\prod"}, {"min", "\\min"}, {"max", "\\max"}};
  auto it = signs.find(formula.text);
  std::string text = it != signs.end() && formula.shape == Shape::Reduction ? it->second
                     : formula.shape == Shape::Count                        ? "\\sum"
                                                     : "\\operatorname*{logsumexp}";
  const Bound &b = formula.bounds[0];
  std::string low = latexName(b.name) + "=" + write(b.lo, Level::Open);
  bool ordered = formula.text == "sum" || formula.text == "prod";
  std::string high = write(b.hi, Level::Open);
  if (!ordered)
    low += ",\\dots," + high;
  if (formula.condition != noFormula)
    low = "\\substack{" + low + " \\\\ " + write(formula.condition, Level::Or) + "}";
  text += "_{" + low + "}";
  if (ordered)
    text += "^{" + high + "}";
  if (formula.shape == Shape::Count)
    return text + " 1";
  return text + " " + body(formula.ownScope, formula.parts[0], Level::Product);
}

/// if, else if, ... as rows.
std::string LatexWriter::cases(const Formula &formula) {
  std::string text = "\\begin{cases} ";
  const Formula *row = &formula;
  for (;;) {
    text += write(row->parts[1], Level::Open) + " & \\text{if } " +
            write(row->parts[0], Level::Or) + " \\\\ ";
    const Formula &rest = f[row->parts[2]];
    if (rest.shape != Shape::Choice || !rest.name.empty())
      break;
    row = &rest;
  }
  return text + write(row->parts[2], Level::Open) + " & \\text{otherwise} \\end{cases}";
}

std::string LatexWriter::spell(const Formula &formula) {
  const std::vector<FormulaId> &parts = formula.parts;
  switch (formula.shape) {
  case Shape::Number: {
    size_t e = formula.text.find('e');
    if (e == std::string::npos)
      return formula.text;
    std::string mantissa = formula.text.substr(0, e), exponent = formula.text.substr(e + 1);
    return (mantissa == "1" ? "" : mantissa + " \\cdot ") + "10^{" + exponent + "}";
  }
  case Shape::Name:
    if (formula.text == "inf")
      return "\\infty";
    if (formula.text == "..")
      return "\\cdot";
    if (formula.text == "(inf - inf)")
      return "\\text{nan}";
    return latexName(formula.text);
  case Shape::Sum: {
    std::string text;
    for (size_t k = 0; k < parts.size(); ++k)
      text += (k == 0             ? (formula.minus[0] ? "-" : "")
               : formula.minus[k] ? " - "
                                  : " + ") +
              write(parts[k], Level::Product);
    return text;
  }
  case Shape::Negation:
    return "-" + write(parts[0], Level::Product);
  case Shape::Product:
    return product(formula);
  case Shape::ElementProduct:
  case Shape::ElementQuotient: {
    std::string text;
    const char *sign = formula.shape == Shape::ElementProduct ? " \\odot " : " \\oslash ";
    for (size_t k = 0; k < parts.size(); ++k)
      text += (k == 0 ? "" : sign) + write(parts[k], Level::Power);
    return text;
  }
  case Shape::Transpose:
    return "{" + write(parts[0], Level::Primary) + "}^{\\top}";
  case Shape::Fraction:
    return "\\frac{" + write(parts[0], Level::Open) + "}{" + write(parts[1], Level::Open) + "}";
  case Shape::Power:
    return "{" + write(parts[0], Level::Primary) + "}^{" + write(parts[1], Level::Open) + "}";
  case Shape::Call:
    return call(formula);
  case Shape::Element:
    return "{" + write(parts[0], Level::Primary) + "}_{" + list(parts, 1) + "}";
  case Shape::Reduction:
    return reduction(formula);
  case Shape::Count: {
    Formula count = formula;
    count.text = "sum";
    return reduction(count);
  }
  case Shape::Choice:
    return cases(formula);
  case Shape::Comparison: {
    const std::string &t = formula.text;
    const char *sign = t == "<="   ? "\\le"
                       : t == ">=" ? "\\ge"
                       : t == "==" ? "="
                       : t == "!=" ? "\\ne"
                       : t == "<"  ? "<"
                                   : ">";
    return write(parts[0], Level::Sum) + " " + sign + " " + write(parts[1], Level::Sum);
  }
  case Shape::And:
  case Shape::Or: {
    std::string text;
    bool both = formula.shape == Shape::And;
    for (size_t k = 0; k < parts.size(); ++k)
      text += (k == 0 ? ""
               : both ? " \\land "
                      : " \\lor ") +
              write(parts[k], both ? Level::Not : Level::And);
    return text;
  }
  case Shape::Not:
    return "\\lnot " + write(parts[0], Level::Primary);
  case Shape::Build:
    return bracketed(body(formula.ownScope, parts[0], Level::Open)) + range(formula.bounds);
  case Shape::List: {
    std::string text = "\\begin{pmatrix} ";
    for (size_t k = 0; k < parts.size(); ++k)
      text += (k == 0                     ? ""
               : k % formula.columns == 0 ? " \\\\ "
                                          : " & ") +
              write(parts[k], Level::Open);
    return text + " \\end{pmatrix}";
  }
  case Shape::Recurrence:
    return recurrence(formula);
  case Shape::Part:
    return latexName(formula.text);
  }
  return {};
}

} // namespace

std::optional<std::string> wholeToLatex(ir::Graph &graph, ir::ValueId v) {
  Formulas formulas = layout(graph, v);
  if (formulas[formulas.root].shape == Shape::Build)
    return {};
  return LatexWriter(formulas).body(0, formulas.root, Level::Open);
}

std::string toLatex(ir::Graph &graph, ir::ValueId v) {
  Formulas formulas = layout(graph, v);
  return LatexWriter(formulas).body(0, formulas.root, Level::Open);
}

} // namespace gradus::print
