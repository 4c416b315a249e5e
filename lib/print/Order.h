//===- Order.h - the fixed order of factors and terms ---------------------------===//
//
// Factors of a product: names, then functions and reductions, then bracketed
// sums; within each alphabetically, Greek letters before Latin ones and
// x[1] x[2] x[10] by value.
//
// Terms of a sum: by descending power of the first name, then of the second,
// and so on through all factors in the order above; so constants come last:
//     x^3 + x*y^2 + x*y + y^4 + 8
// A term that begins with a minus is moved behind the first one that does not.
// The order depends on the text of the parts only, never on ids.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "print/Terms.h"

#include <string>

namespace gradus::print {

class Order {
public:
  explicit Order(const ir::Graph &graph) : g(graph) {}

  /// A text that sorts as a person would sort the expression; cut when long.
  const std::string &key(ir::ValueId v);
  /// 0 names, 1 functions, 2 reductions, 3 sums.
  int rank(const Factor &factor) const;

  /// The factors in order.
  std::vector<Factor> sorted(const Term &term);
  /// The terms in order, negative ones not first when avoidable.
  void sort(Sum &sum);
  /// Whether the first term by powers is negative: then -sum reads better.
  bool leadsNegative(const Sum &sum);

private:
  struct Ranked {
    Factor factor;
    int rank;
    std::string key;
    bool operator<(const Ranked &other) const;
  };
  struct RankedTerm {
    std::vector<Ranked> factors;
    size_t term;
  };
  Ranked ranked(const Factor &factor);
  RankedTerm ranked(const Term &term, size_t position);
  static bool termLess(const RankedTerm &a, const RankedTerm &b);
  std::string makeKey(ir::ValueId v);

  const ir::Graph &g;
  std::unordered_map<ir::ValueId, std::string, ir::ValueIdHash> keys;
};

} // namespace gradus::print
