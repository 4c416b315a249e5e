//===- Layout.h - the parts of layout() --------------------------------------------===//
//
// Internal to lib/print. Layout.cpp goes over the nodes of each scope, with a
// stack of its own, LayoutTerms.cpp arranges sums and products, LayoutLets.cpp
// decides what gets a name, LayoutConditions.cpp turns comparisons the way they
// are read.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "print/Coefficients.h"
#include "print/Formula.h"
#include "print/Order.h"

#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace gradus::print {

/// Parts that are longer than this, in characters, are not written twice.
constexpr size_t longestRepeated = 40;

class Layout {
public:
  explicit Layout(ir::Graph &graph) : g(graph), viewer(graph), order(graph) {}
  Formulas run(ir::ValueId root);
  /// The reductions that got a name.
  std::unordered_set<ir::ValueId, ir::ValueIdHash> namedReductions(const Formulas &formulas) const;
  void treatAsNames(std::unordered_set<ir::ValueId, ir::ValueIdHash> reductions) {
    asNames = std::move(reductions);
  }

private:
  /// What a node is made of: terms, or the node's own operands.
  struct Plan {
    bool terms = false;
    Sum sum;
    std::vector<ir::ValueId> children;
  };

  // Layout.cpp
  FormulaId formula(ir::ValueId root);
  Plan plan(ir::ValueId v);
  ir::ValueId spelledOut(ir::ValueId v);
  FormulaId make(ir::ValueId v, const Plan &plan);
  FormulaId structural(ir::ValueId v);
  std::vector<ir::ValueId> matrixArguments(ir::ValueId v);
  static std::string matrixFunction(ir::MatrixOp op);
  FormulaId comparison(ir::ValueId v);
  FormulaId textComparison(ir::ValueId v);
  FormulaId wholeComparison(ir::ValueId v);
  FormulaId element(ir::ValueId v);
  FormulaId binder(ir::ValueId v);
  FormulaId zeros(ir::ValueId v);
  FormulaId state(ir::ValueId v); // Recurrences.cpp
  FormulaId recurrence(ir::ValueId v, ir::StatePart part);
  uint32_t naturalScope(ir::ValueId v) const;
  std::string freeName(const std::string &hint, uint32_t scope, unsigned rank);
  void prepare(ir::ValueId root);
  FormulaId add(Formula f);
  FormulaId name(std::string text, uint32_t scope = 0);
  FormulaId number(std::string text);
  FormulaId at(ir::ValueId v) const { return done.at(v); }

  // LayoutTerms.cpp
  FormulaId sum(Sum terms);
  FormulaId term(const Term &term);
  FormulaId power(const Factor &factor);
  FormulaId product(std::vector<FormulaId> parts);
  std::vector<FormulaId> spelled(const std::vector<std::string> &parts);
  void flipSign(Term &term);

  // LayoutArrays.cpp
  FormulaId wholeArrays(ir::ValueId v);
  ir::ValueId whole(ir::ValueId v, std::span<const ir::ValueId> over, unsigned depth);
  ir::ValueId wholeTerm(const Term &term, std::span<const ir::ValueId> over, unsigned depth);
  ir::ValueId wholeElement(ir::ValueId v, std::span<const ir::ValueId> over, unsigned depth);
  ir::ValueId wholeContraction(ir::ValueId v, std::span<const ir::ValueId> over, unsigned depth);
  ir::ValueId wholeProduct(ir::ValueId left, ir::ValueId right);
  ir::ValueId transposeOf(ir::ValueId v);
  ir::ValueId standIn(std::string key, Formula f);
  std::string keyOf(ir::ValueId v) const;

  // LayoutLets.cpp
  void nameShared();

  ir::Graph &g;
  Viewer viewer;
  Order order;
  NumberStyle style;
  Formulas out;
  std::unordered_map<ir::ValueId, FormulaId, ir::ValueIdHash> done;
  std::unordered_map<ir::ValueId, std::pair<uint32_t, std::string>, ir::ValueIdHash> symbols;
  std::unordered_set<ir::ValueId, ir::ValueIdHash> asNames;
  std::map<std::pair<ir::ValueId, ir::StatePart>, FormulaId> recurrences;
  std::set<std::string> taken; ///< names of inputs
  /// Scalars that stand for whole arrays while their formulas are put together.
  std::unordered_map<std::string, ir::ValueId> standIns;
  std::unordered_set<FormulaId> wholes; ///< products of whole arrays
  bool productsFound = false;
};

} // namespace gradus::print
