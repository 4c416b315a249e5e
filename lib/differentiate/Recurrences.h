//===- Recurrences.h - derivatives of nodes with state ------------------------===//
//
// Before (s may be an array; p is any value from outside):
//   R = recur (t in lo..hi) s = a do f(t, s, p)      adjoints: l of the last state,
//                                                    A of all states
// After, with S = all states of R and t = lo+hi-k:
//   Q = recur (k in lo..hi) u = l + A[hi] do u * df/ds(t, S[t-1], p) + A[t-1]
//   adjoint of a:  the last state of Q
//   adjoint of p:  sum (k in lo..hi) U[k-1] * df/dp(t, S[t-1], p),  U all states of Q
//
// An inner recurrence of f runs again on the way back only where it is told to
// (between checkpoints): its states are else more states of R, and so is what is dear to
// make again (KeptValues.h).
//
// So a reverse recurrence carries nothing but the adjoints of states; what goes to
// values from outside is a sum, which lowering computes in the same loop. Where a
// recurrence stops early, hi is the last step that was made.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "differentiate/KeptValues.h"

#include <functional>

namespace gradus::differentiate {

/// Marks the symbols of the active states in `activity`, the others as passive.
std::vector<bool> activeStates(ir::Graph &graph, Activity &activity, ir::ValueId recur,
                               const ir::Opened &opened);

struct StateAdjoints {
  ir::ValueId last, all; ///< invalid: none
  ir::ValueId guard;     ///< both are 0 where it does not hold; invalid: no adjoints
};

struct ReversedRecurrence {
  Contributions starts;
  /// What one step adds to values from outside: to be summed over `step` in `range`.
  Contributions inside;
  ir::ValueId step;
  ir::Axis range;
};
/// `reverse` takes adjoints of the next states and returns those of the states
/// (their symbols) and of values from outside.
ReversedRecurrence
reverseRecurrence(ir::Graph &graph, ir::ValueId recur, std::span<const StateAdjoints> adjoints,
                  const std::vector<bool> &active, Storing storing,
                  const std::function<Contributions(const Contributions &)> &reverse);

/// The recurrence of the tangents of the active states, in their order.
/// `tangent` gives that of a value, where it is not zero, while the states' own
/// symbols (of `opened`) have the given tangents.
ir::ValueId tangentRecurrence(ir::Graph &graph, ir::ValueId recur, const std::vector<bool> &active,
                              std::span<const ir::ValueId> stateTangents,
                              const std::function<ir::ValueId(ir::ValueId)> &tangent);

} // namespace gradus::differentiate
