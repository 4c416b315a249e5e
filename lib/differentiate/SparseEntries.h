//===- SparseEntries.h - open entries of sparse derivatives (private) ---------===//
#pragma once

#include "differentiate/Rules.h"
#include "differentiate/Sparse.h"
#include "ir/Graph.h"

#include <span>
#include <unordered_map>
#include <vector>

namespace gradus::differentiate {

/// A loop around entries. `origin` is the sum or array that it comes from;
/// invalid where the loop is one of the function's whose derivative is taken.
struct Binder {
  ir::ValueId symbol;
  ir::Axis range;
  ir::ValueId origin;
};

struct Entry {
  std::vector<Binder> binders;     ///< outermost first
  std::vector<ir::ValueId> guards; ///< all must hold; none reads the variables
  Place row;                       ///< unused in gradients
  Place column;
  ir::ValueId value;
};
using Entries = std::vector<Entry>;

/// Replaces index symbols everywhere in the entry.
void substitute(ir::Graph &graph, Entry &entry, const ir::Substitution &map);

/// Drops guards that certainly hold, and uses equations among the guards to
/// remove loops. False: the entry is never there.
bool settle(ir::Graph &graph, Entry &entry);

/// Loops that neither place, guards nor other loops read become sums in the value.
void sumInside(ir::Graph &graph, Entry &entry);

/// Entries of one place under the same loops and guards become one.
void merge(ir::Graph &graph, Entries &entries);

/// The sparse gradients of values, by forward mode: each node's derivative is
/// the list of the elements of the variables that it depends on.
class SparseGradient {
public:
  SparseGradient(ir::Graph &graph, std::span<const ir::ValueId> inputs)
      : g(graph), inputs_(inputs.begin(), inputs.end()), activity(graph, inputs) {}

  /// Of a Real scalar, which may read open symbols. Nothing: no rule fits.
  const Entries *of(ir::ValueId scalar);
  /// The scalars that are scattered to make up a Real value: an entry for each,
  /// its row the place in the value (`which` is left at 0), its column unused.
  Entries scattered(ir::ValueId value);
  /// Whether the places of the entry and its loops are the same whatever the variables are.
  /// The number of steps that a recurrence makes until it stops may not be.
  bool isFixed(const Entry &entry);
  SourceRange failedAt() const { return failed_; }

private:
  /// Of an array: of its element at `axes`.
  struct Tangent {
    std::vector<ir::ValueId> axes;
    Entries entries;
  };
  bool run(ir::ValueId root);
  bool visit(ir::ValueId v, Tangent &made);
  void visitPrim(ir::ValueId v, Tangent &made);
  void visitSelect(ir::ValueId v, Tangent &made);
  void visitAt(ir::ValueId v, Tangent &made);
  bool visitReduce(ir::ValueId v, Tangent &made);
  void visitList(ir::ValueId v, Tangent &made);
  const Tangent &tangent(ir::ValueId v);
  std::vector<ir::ValueId> freshAxes(ir::ValueId array);
  void scale(Entries &entries, ir::ValueId factor);
  void restrict(Entries &entries, ir::ValueId condition);
  void restrict(Entry &entry, ir::ValueId condition);
  void keepInside(Entry &entry, const Place &place, ir::ValueId array);
  void scatter(Entry entry, ir::ValueId scalar, std::span<const ir::ValueId> conditions,
               ir::ValueId array, Entries &found);
  bool readsVariables(ir::ValueId v);
  /// With the axes of the first of them.
  void addTo(Tangent &sum, const Tangent &term);

  ir::Graph &g;
  std::vector<ir::ValueId> inputs_;
  Activity activity;
  std::unordered_map<ir::ValueId, Tangent, ir::ValueIdHash> tangents;
  Tangent none;
  std::vector<int8_t> reads_; ///< -1 unknown, 0 no, 1 yes
  SourceRange failed_ = {};
};

} // namespace gradus::differentiate
