//===- Terms.h - an expression as a sum of products of powers ------------------===//
//
// The view that simplification works on and that both printers lay out: a sum
// of terms, a term being a number times powers of bases. It is only a view:
// the graph's own nodes stay the representation, view() reads them and
// build() makes them, and view(build(s)) is s again.
//
// A base is any real scalar, or a whole one (read as a real, without its
// conversion). The exponent is a number plus, for x^y, a real scalar. exp(a)
// is the power with an invalid base, the number e, and the exponent a.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"
#include "print/Number.h"

#include <compare>
#include <span>
#include <unordered_map>
#include <vector>

namespace gradus::print {

struct Factor {
  ir::ValueId base; ///< invalid: e
  Number exponent = 1;
  ir::ValueId symbolic; ///< added to the exponent when valid

  bool isExponential() const { return !base.valid(); }
  /// base^number.
  bool isPower() const { return base.valid() && !symbolic.valid(); }
  bool isPlain() const { return isPower() && exponent.isOne(); }
  bool operator==(const Factor &) const = default;
};

struct Term {
  Number coefficient = 1;
  std::vector<Factor> factors; ///< ascending by base, each base once
};

using Sum = std::vector<Term>;

/// Whether the factors (not the coefficients) are the same.
inline bool sameFactors(const Term &a, const Term &b) { return a.factors == b.factors; }
/// Some total order of factors, for tables.
bool factorsLess(const std::vector<Factor> &a, const std::vector<Factor> &b);
struct FactorsLess {
  bool operator()(const std::vector<Factor> &a, const std::vector<Factor> &b) const {
    return factorsLess(a, b);
  }
};

/// term *= base^exponent, joining equal bases.
void multiply(ir::Graph &graph, Term &term, const Factor &factor);
void multiply(ir::Graph &graph, Term &term, const Term &other);

class Viewer {
public:
  explicit Viewer(ir::Graph &graph) : g(graph) {}

  /// The terms of a real scalar as they stand: nothing is collected.
  Sum view(ir::ValueId v);
  /// One term; a sum is a base of it.
  Term viewTerm(ir::ValueId v);

  /// Sums and products that stay a base where they are part of another one.
  std::unordered_map<ir::ValueId, bool, ir::ValueIdHash> closed;

private:
  ir::Graph &g;
};

/// The graph's node for a sum of terms in this order.
ir::ValueId build(ir::Graph &graph, const Sum &sum);
ir::ValueId build(ir::Graph &graph, const Term &term);
/// base^exponent of one factor.
ir::ValueId build(ir::Graph &graph, const Factor &factor);
/// The exponent of a factor as a real scalar.
ir::ValueId exponentOf(ir::Graph &graph, const Factor &factor);

/// Whether the node is a sum or difference.
bool isAdditive(const ir::Graph &graph, ir::ValueId v);
/// Whether the node is a product, quotient or negation.
bool isMultiplicative(const ir::Graph &graph, ir::ValueId v);

} // namespace gradus::print
