//===- Text.cpp - an expression as .opt text ------------------------------------------===//

#include "print/Text.h"

#include "print/Formula.h"

#include <algorithm>

namespace gradus::print {

namespace {

/// Precedence, loosest first; what stands in a place of a tighter one gets
/// brackets.
enum class Level : uint8_t { Open, Or, And, Not, Comparison, Sum, Product, Power, Primary };

class TextWriter {
public:
  explicit TextWriter(const Formulas &formulas) : f(formulas) {}

  std::string body(uint32_t scope, FormulaId id, Level level);

private:
  std::string write(FormulaId id, Level level, bool tight = false);
  std::string definition(FormulaId id);
  std::string spell(const Formula &formula, bool tight);
  std::string bounds(const std::vector<Bound> &bounds);
  std::string list(const std::vector<FormulaId> &parts, size_t first, bool tight);
  std::string product(const Formula &formula);
  std::string reduction(const Formula &formula);
  std::string recurrence(const Formula &formula);
  Level levelOf(const Formula &formula) const;
  bool isReduction(FormulaId id) const {
    return f[id].name.empty() && f[id].shape == Shape::Reduction;
  }
  /// Whether the text ends in the body of a reduction, which would go on.
  bool endsOpen(FormulaId id) const {
    return isReduction(id) ||
           (f[id].name.empty() && f[id].shape == Shape::Product && isReduction(f[id].parts.back()));
  }

  const Formulas &f;
};

Level TextWriter::levelOf(const Formula &formula) const {
  switch (formula.shape) {
  case Shape::Choice:
  case Shape::Build:
  case Shape::Recurrence:
    return Level::Open;
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
  case Shape::Fraction:
  case Shape::Reduction:
    return Level::Product;
  case Shape::Power:
    return Level::Power;
  case Shape::Number:
  case Shape::Name:
  case Shape::Call:
  case Shape::Transpose:
  case Shape::Element:
  case Shape::Count:
  case Shape::List:
  case Shape::Part:
    return Level::Primary;
  }
  return Level::Primary;
}

/// fold (h, c) = (h0, c0) for t in 1..T do (h1, c1)
std::string TextWriter::recurrence(const Formula &formula) {
  const size_t count = formula.columns;
  auto tuple = [&](auto part) {
    std::string text;
    for (size_t k = 0; k < count; ++k)
      text += (k > 0 ? ", " : "") + part(k);
    return count > 1 ? "(" + text + ")" : text;
  };
  bool iterates = formula.text == "iterate";
  const Bound &step = formula.bounds[0];
  std::string text = formula.text + " " + tuple([&](size_t k) { return formula.states[k]; }) + " = " +
                     tuple([&](size_t k) {
                       return write(formula.parts[k], count > 1 ? Level::Open : Level::Or);
                     });
  if (!iterates)
    text += " for " + bounds(formula.bounds);
  if (formula.condition != noFormula)
    text += " until " + write(formula.condition, Level::Or);
  if (iterates)
    text += " max " + write(step.hi, Level::Sum);
  text += " do ";
  const std::vector<FormulaId> &lets = f.scopes[formula.ownScope].lets;
  if (!lets.empty())
    text += "{ ";
  for (FormulaId let : lets)
    text += definition(let) + "; ";
  text += tuple([&](size_t k) { return write(formula.parts[count + k], Level::Open); });
  return text + (lets.empty() ? "" : " }");
}

std::string TextWriter::write(FormulaId id, Level level, bool tight) {
  const Formula &formula = f[id];
  if (!formula.name.empty())
    return formula.name;
  std::string text = spell(formula, tight);
  return levelOf(formula) < level ? "(" + text + ")" : text;
}

/// { let t1 = ...; value }, or the value when the scope names nothing.
std::string TextWriter::body(uint32_t scope, FormulaId id, Level level) {
  const std::vector<FormulaId> &lets = f.scopes[scope].lets;
  if (lets.empty())
    return write(id, level);
  std::string text = "{ ";
  for (FormulaId let : lets)
    text += definition(let) + "; ";
  return text + write(id, Level::Open) + " }";
}

std::string TextWriter::definition(FormulaId id) {
  const Formula &formula = f[id];
  if (formula.shape == Shape::Build)
    return "let " + formula.name + "[" + bounds(formula.bounds) +
           "] = " + body(formula.ownScope, formula.parts[0], Level::Open);
  return "let " + formula.name + " = " + spell(formula, false);
}

std::string TextWriter::bounds(const std::vector<Bound> &list) {
  std::string text;
  for (const Bound &b : list) {
    if (!text.empty())
      text += ", ";
    text += b.name + " in " + write(b.lo, Level::Sum, true) + ".." + write(b.hi, Level::Sum, true);
  }
  return text;
}

std::string TextWriter::list(const std::vector<FormulaId> &parts, size_t first, bool tight) {
  std::string text;
  for (size_t k = first; k < parts.size(); ++k)
    text += (k > first ? (tight ? "," : ", ") : "") + write(parts[k], Level::Open, tight);
  return text;
}

std::string TextWriter::product(const Formula &formula) {
  std::string text;
  for (size_t k = 0; k < formula.parts.size(); ++k) {
    FormulaId part = formula.parts[k];
    bool last = k + 1 == formula.parts.size();
    bool open = isReduction(part);
    if (k > 0)
      text += open && last ? " * " : "*";
    bool plain = (k == 0 && !endsOpen(part)) || (open && last);
    text += write(part, plain ? Level::Product : Level::Power);
  }
  return text;
}

/// Reductions directly inside each other share one head.
std::string TextWriter::reduction(const Formula &formula) {
  std::vector<Bound> all = formula.bounds;
  const Formula *inner = &formula;
  while (inner->condition == noFormula && f.scopes[inner->ownScope].lets.empty() &&
         isReduction(inner->parts[0])) {
    const Formula &next = f[inner->parts[0]];
    bool clash = next.text != formula.text ||
                 std::any_of(all.begin(), all.end(),
                             [&](const Bound &b) { return b.name == next.bounds[0].name; });
    if (clash)
      break;
    all.push_back(next.bounds[0]);
    inner = &next;
  }
  std::string text = formula.text + "(" + bounds(all);
  if (inner->condition != noFormula)
    text += " where " + write(inner->condition, Level::Or);
  return text + ") " + body(inner->ownScope, inner->parts[0], Level::Product);
}

std::string TextWriter::spell(const Formula &formula, bool tight) {
  const std::vector<FormulaId> &parts = formula.parts;
  switch (formula.shape) {
  case Shape::Number:
  case Shape::Name:
    return formula.text;
  case Shape::Sum: {
    std::string text;
    for (size_t k = 0; k < parts.size(); ++k) {
      if (k == 0)
        text += formula.minus[0] ? "-" : "";
      else if (tight)
        text += formula.minus[k] ? "-" : "+";
      else
        text += formula.minus[k] ? " - " : " + ";
      text += write(parts[k], Level::Product);
    }
    return text;
  }
  case Shape::Negation:
    return "-" + write(parts[0], Level::Product);
  case Shape::Product:
    return product(formula);
  case Shape::ElementProduct:
  case Shape::ElementQuotient: {
    std::string text;
    const char *sign = formula.shape == Shape::ElementProduct ? ".*" : "./";
    for (size_t k = 0; k < parts.size(); ++k)
      text += (k == 0 ? "" : sign) + write(parts[k], Level::Power);
    return text;
  }
  case Shape::Transpose:
    return write(parts[0], Level::Primary) + "'";
  case Shape::Fraction: {
    Level top = endsOpen(parts[0]) ? Level::Power : Level::Product;
    return write(parts[0], top) + "/" + write(parts[1], Level::Power);
  }
  case Shape::Power:
    return write(parts[0], Level::Primary) + "^" + write(parts[1], Level::Power);
  case Shape::Call:
    return formula.text + "(" + list(parts, 0, false) + ")";
  case Shape::Element:
    return write(parts[0], Level::Primary) + "[" + list(parts, 1, true) + "]";
  case Shape::Reduction:
    return reduction(formula);
  case Shape::Count: {
    std::string text = "count(" + bounds(formula.bounds);
    if (formula.condition != noFormula)
      text += " where " + write(formula.condition, Level::Or);
    return text + ")";
  }
  case Shape::Choice:
    return "if " + write(parts[0], Level::Or) + " then " +
           write(parts[1], formula.truth ? Level::Or : Level::Sum) + " else " +
           write(parts[2], Level::Open);
  case Shape::Comparison:
    return write(parts[0], Level::Sum) + " " + formula.text + " " + write(parts[1], Level::Sum);
  case Shape::And:
  case Shape::Or: {
    std::string text;
    bool both = formula.shape == Shape::And;
    for (size_t k = 0; k < parts.size(); ++k)
      text += (k == 0 ? ""
               : both ? " and "
                      : " or ") +
              write(parts[k], both ? Level::Not : Level::And);
    return text;
  }
  case Shape::Not:
    return "not " + write(parts[0], Level::Primary);
  case Shape::Build:
    return "[" + bounds(formula.bounds) + "] " + body(formula.ownScope, parts[0], Level::Open);
  case Shape::List: {
    std::string text = "[";
    for (size_t k = 0; k < parts.size(); ++k)
      text += (k == 0 ? "" : k % formula.columns == 0 ? "; " : ", ") + write(parts[k], Level::Open);
    return text + "]";
  }
  case Shape::Recurrence:
    return recurrence(formula);
  case Shape::Part:
    return formula.text;
  }
  return {};
}

} // namespace

std::string toText(ir::Graph &graph, ir::ValueId v) {
  Formulas formulas = layout(graph, v);
  return TextWriter(formulas).body(0, formulas.root, Level::Open);
}

} // namespace gradus::print
