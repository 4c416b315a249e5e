//===- Simplifier.h - the parts of simplifyForPeople -----------------------------===//
//
// Internal to lib/print. Simplifier.cpp walks nodes, TermRules.cpp has the rules
// of products and powers, FractionRules.cpp those of fractions that cancel,
// FunctionRules.cpp those of functions, SumRules.cpp those of sums,
// Conditions.cpp and Choices.cpp those of conditions, Reductions.cpp those of
// sums over an index and of array elements.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "print/Order.h"
#include "print/Terms.h"

#include <map>
#include <set>
#include <unordered_set>

namespace gradus::print {

class Simplifier {
public:
  explicit Simplifier(ir::Graph &graph) : g(graph), viewer(graph), order(graph) {}

  /// Simplifies a scalar or an array. Iterative within a scope; recursion is
  /// over the nesting of binders and arrays.
  ir::ValueId run(ir::ValueId root);
  /// Simplifies the arrays that `root` reads, innermost first, so that run()
  /// does not nest as deep as arrays are chained.
  void prepareArrays(ir::ValueId root);
  ir::ValueId element(ir::ValueId array, std::span<const ir::ValueId> indices);

private:
  using Collected = std::map<std::vector<Factor>, Number, FactorsLess>;

  // Simplifier.cpp
  std::vector<ir::ValueId>
  scopeOrder(ir::ValueId root, std::unordered_map<ir::ValueId, unsigned, ir::ValueIdHash> &uses,
             std::unordered_set<ir::ValueId, ir::ValueIdHash> &inner);
  ir::ValueId simplify(ir::ValueId v, std::span<const ir::ValueId> operands);
  ir::ValueId realPrim(ir::Prim p, std::span<const ir::ValueId> operands);
  ir::ValueId function(ir::Prim p, std::span<const ir::ValueId> operands); // FunctionRules.cpp
  unsigned weight(ir::ValueId v);
  void findCompared(ir::ValueId root);
  bool isCompared(ir::ValueId keep) const;

  // TermRules.cpp
  Term normal(Term term);
  Term normalFactor(const Factor &factor);
  void applyRule(Term &result, const Factor &factor);
  void power(Term &result, const Term &base, const Number &exponent);
  void symbolicFactor(Term &result, const Factor &factor);
  void joinPairs(Term &term);
  bool joinSquares(Term &term);
  bool hoistChoice(Term &term);
  bool cancelFractions(Term &term); // FractionRules.cpp
  bool joinSigmoid(Term &term);

  // SumRules.cpp
  ir::ValueId normalSum(Sum sum);
  ir::ValueId normalTerm(Term term) { return normalSum({std::move(term)}); }
  void collect(Collected &into, Sum sum);
  Sum spreadDivision(const Term &term);
  void shareBrackets(Collected &terms);
  void groupChoices(Collected &terms);
  ir::ValueId exclusiveChoices(std::vector<std::pair<ir::ValueId, ir::ValueId>> &guarded);
  void pythagoras(Collected &terms);
  void distributeConstants(Collected &terms);
  bool takeCommonFactor(Collected &terms);
  bool commonDenominator(Collected &terms);
  /// Divides by what all coefficients have in common, with the sign that makes
  /// the leading one positive; returns the divisor.
  Number takeContent(Sum &sum);
  Sum viewOf(ir::ValueId v) { return viewer.view(v); }

  // Conditions.cpp, Choices.cpp
  ir::ValueId condition(ir::Prim p, std::span<const ir::ValueId> operands);
  ir::ValueId negated(ir::ValueId condition);
  ir::ValueId conjunction(std::vector<ir::ValueId> parts);
  ir::ValueId disjunction(std::vector<ir::ValueId> parts);
  bool exhaustive(const std::vector<ir::ValueId> &equalities);
  bool zeroWithout(ir::ValueId v, const std::vector<ir::ValueId> &guards, int nesting);
  bool isConstantChoice(ir::ValueId v);
  bool provenPositive(ir::ValueId v);
  ir::ValueId withoutKnown(ir::ValueId v, ir::ValueId condition);
  std::vector<ir::ValueId> conjuncts(ir::ValueId condition, ir::Prim joint = ir::Prim::And);
  ir::ValueId choice(ir::ValueId condition, ir::ValueId then, ir::ValueId otherwise);
  /// select(c, a, 0): sets c and a.
  ir::ValueId withoutGuard(ir::ValueId condition, ir::ValueId then, ir::ValueId otherwise);
  ir::ValueId productOfOthers(ir::ValueId condition, ir::ValueId then, ir::ValueId otherwise);
  bool isGuarded(ir::ValueId v, ir::ValueId &condition, ir::ValueId &value);

  // Reductions.cpp
  ir::ValueId reduction(ir::ValueId v);
  ir::ValueId recurrence(ir::ValueId v); // Recurrences.cpp
  ir::ValueId sumOver(ir::ValueId symbol, ir::ValueId lo, ir::ValueId hi, ir::ValueId condition,
                      ir::ValueId body);
  ir::ValueId splitSum(ir::ValueId symbol, ir::ValueId lo, ir::ValueId hi, ir::ValueId condition,
                       ir::ValueId body);
  ir::ValueId solveSum(ir::ValueId symbol, ir::ValueId lo, ir::ValueId hi,
                       const std::vector<ir::ValueId> &conditions, ir::ValueId body);
  ir::ValueId interchange(ir::ValueId symbol, ir::ValueId lo, ir::ValueId hi,
                          const std::vector<ir::ValueId> &conditions, ir::ValueId body);
  ir::ValueId takeInvariants(ir::ValueId symbol, ir::ValueId lo, ir::ValueId hi,
                             ir::ValueId condition, ir::ValueId body);
  ir::ValueId array(ir::ValueId v);
  ir::ValueId at(ir::ValueId array, std::span<const ir::ValueId> indices);
  ir::ValueId elementOfPart(ir::ValueId array, std::span<const ir::ValueId> indices);

  ir::Graph &g;
  Viewer viewer;
  Order order;
  std::unordered_map<ir::ValueId, ir::ValueId, ir::ValueIdHash> done;
  std::unordered_map<ir::ValueId, unsigned, ir::ValueIdHash> weights;
  std::unordered_set<ir::ValueId, ir::ValueIdHash> compared; ///< kept arrays
  bool comparesInside = false; ///< of arrays in binders, some
  /// Pairs of base and symbolic exponent that symbolicFactor made.
  std::set<std::pair<ir::ValueId, ir::ValueId>> normalExponents;
};

} // namespace gradus::print
