//===- Formula.h - an expression laid out for reading ----------------------------===//
//
// Between the graph and its two spellings, text and LaTeX. Layout has decided
// everything they share: the order of terms and factors, what is a numerator
// and what a denominator, names of indices, and which parts are written once
// and named (`let t1 = ...`), so that no text is longer than the graph deserves
// and none nests deeper than the grammar allows.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gradus::print {

enum class Shape : uint8_t {
  Number,     ///< text
  Name,       ///< text: a name of the source, an index, pi, e, inf
  Sum,        ///< parts, each with its sign in `minus`
  Negation,   ///< part 0
  Product,    ///< parts
  ElementProduct,  ///< parts .* parts
  ElementQuotient, ///< part 0 ./ part 1
  Transpose,  ///< part 0
  Fraction,   ///< part 0 over part 1
  Power,      ///< part 0 to the part 1
  Call,       ///< text(parts)
  Element,    ///< part 0 [the other parts]
  Reduction,  ///< text: sum, prod, ...; bounds, condition, part 0: body
  Count,      ///< bounds, condition
  Choice,     ///< if part 0 then part 1 else part 2
  Comparison, ///< text: < <= > >= == !=
  And,        ///< parts
  Or,         ///< parts
  Not,        ///< part 0
  Build,      ///< bounds, part 0: the element
  List,       ///< parts, row by row; `columns` a row
  Recurrence, ///< text: fold, scan, iterate; bounds (the step), `states`, condition: when to
              ///< stop; parts: the starts of `columns` states, then their nexts
  Part,       ///< the value `columns` of the recurrence part 0, which has names for all
};

using FormulaId = uint32_t;
constexpr FormulaId noFormula = UINT32_MAX;

/// name in lo..hi
struct Bound {
  std::string name;
  FormulaId lo, hi;
};

struct Formula {
  Shape shape;
  std::string text = {};
  std::vector<FormulaId> parts = {};
  std::vector<bool> minus = {};
  std::vector<Bound> bounds = {};
  FormulaId condition = noFormula;
  uint32_t columns = 0;  ///< List, Recurrence, Part
  uint32_t scope = 0;    ///< innermost scope whose indices it reads
  uint32_t ownScope = 0; ///< Reduction, Count, Build, Recurrence: the scope of its bounds
  std::vector<std::string> states = {}; ///< Recurrence: names in its step
  std::vector<std::string> names = {};  ///< Recurrence of several states: of its values
  bool truth = false;    ///< a condition
  std::string name = {}; ///< not empty: written once, as `let name = ...`
};

/// One binder; scope 0 is the whole expression.
struct Scope {
  uint32_t parent = 0;
  uint32_t depth = 0;
  std::vector<std::string> names;
  std::vector<FormulaId> lets; ///< in the order they must stand
};

struct Formulas {
  std::vector<Formula> all; ///< parts have smaller ids
  std::vector<Scope> scopes;
  FormulaId root = noFormula;
  const Formula &operator[](FormulaId f) const { return all[f]; }
};

/// Lays out a scalar or an array. Free symbols keep their names.
Formulas layout(ir::Graph &graph, ir::ValueId v);

} // namespace gradus::print
