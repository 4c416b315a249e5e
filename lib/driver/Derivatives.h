//===- Derivatives.h - symbolic derivatives of a subject, for reading ---------------===//
//
// A variable is a scalar, one element of an array, or a whole array. Arrays of
// few elements are taken element by element, as a person would write them; a
// whole array gives a comprehension over an index of its own:
//
//     fn f(x[n]) = sum(i in 1..n) x[i]^2      by x:  [j in 1..n] 2*x[j]
//
//===--------------------------------------------------------------------===//
#pragma once

#include "driver/Subject.h"

namespace gradus::driver {

/// Arrays of at most so many elements are differentiated element by element.
constexpr int64_t mostElements = 8;

struct Variable {
  ir::ValueId input;
  std::vector<ir::ValueId> indices; ///< of an element; empty: a scalar or a whole array
  std::string name;                 ///< "x", "θ[0]"
};

struct Derivative {
  std::vector<Variable> wrt;
  ir::ValueId value; ///< a scalar or an array
  /// Where the value is a comprehension: its indices and its body.
  std::vector<ir::ValueId> symbols;
  ir::ValueId body;
};

/// The real arguments of a subject, small arrays as their elements.
std::vector<Variable> variablesOf(ir::Graph &graph, const Subject &subject);

/// Whether the subject has arguments of all names in the text of `--wrt`.
bool hasVariables(const ir::Graph &graph, const Subject &subject, const std::string &text);

/// What `--wrt` names, a list for each entry of the text. False after reporting.
bool parseVariables(Session &session, const Subject &subject, const std::string &text,
                    std::vector<std::vector<Variable>> &variables);

/// A function's argument `x[n]` has a size of its own, also where the file has a parameter
/// n, and where both are lengths of one product they are equal. In text, what has one name
/// is one thing: sizes of one name become one, and arrays get their shapes from it.
ir::Substitution oneForEachName(ir::Graph &graph, std::span<const ir::ValueId> roots);

/// The derivative by one variable, or by two after each other.
Derivative derivativeBy(ir::Graph &graph, const Subject &subject, std::vector<Variable> wrt);

} // namespace gradus::driver
