//===- Machine.h - how the interpreter runs --------------------------------===//
//
// Internal to lib/interpret. A stack of frames instead of recursion: a frame
// looks for what it needs, pushes what is not known yet, and is looked at again
// when that is done.
//
// A node's value is kept in one slot with a stamp. Each step of each loop has a
// stamp of its own; a slot is valid while its stamp is that of the innermost
// open loop that binds one of the node's free indices.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "interpret/Interpreter.h"

#include <set>

namespace gradus::interpret {

using ir::Kind;
using ir::Op;
using ir::Prim;
using ir::ReduceOp;
using ir::ValueId;

template <class T> class Machine {
public:
  using Array = ArrayValue<T>;
  using ArrayPointer = std::shared_ptr<Array>;

  Machine(ir::Graph &graph, Environment<T> environment)
      : g(graph), env(std::move(environment)), stamps{1} {}

  /// Fills in the slot of root.
  bool run(ValueId root, EvalError &error);
  Result<T> result(ValueId root);
  std::optional<NonFinite> explain(ValueId root);

private:
  struct Slot {
    uint64_t stamp = 0;
    int64_t whole = 0; ///< Int and Bool
    T real = T(0);
    ArrayPointer array;
    std::shared_ptr<std::vector<Slot>> states = {}; ///< Recur: the last ones, then all of each
  };

  /// An open loop: a Reduce of scalars, a Build, or a sum of arrays that is
  /// added to `target`.
  struct Loop {
    ir::Opened opened;
    std::vector<int64_t> lo, hi, at;
    T real = T(0);
    int64_t whole = 0;
    bool any = false;     ///< some index met the condition
    std::vector<T> terms; ///< LogSumExp
    size_t position = 0;  ///< Build
    ArrayPointer target;
    bool adding = false; ///< sum of arrays: the body of this step is being added
  };

  /// A recurrence on its way.
  struct Steps {
    ir::Opened opened;
    std::vector<int64_t> at; ///< the step, and nothing for each state
    int64_t lo = 1, hi = 0;
    std::vector<Slot> states;
    std::vector<ArrayPointer> all;
    bool keeps = false; ///< all values, not only the last
  };

  struct Frame {
    ValueId node;
    ArrayPointer into;          ///< add the array to this; null: find the node's value
    ArrayPointer made;          ///< the array that frames above add to
    std::unique_ptr<Loop> loop; ///< once it is open
    std::unique_ptr<Steps> steps = {};
  };

  // MachineSteps.h: slots and frames
  Slot &slot(ValueId v);
  size_t depth(ValueId v) const;
  bool known(ValueId v) { return slot(v).stamp == stamps[depth(v)]; }
  bool need(ValueId v); ///< whether it is known; pushes it otherwise
  bool needAll(std::span<const ValueId> values);
  bool needAxes(ir::ShapeId shape);
  void done(ValueId v, Slot value);
  void done(ValueId v, T real) { done(v, Slot{0, 0, std::move(real), nullptr}); }
  void doneWhole(ValueId v, int64_t whole) { done(v, Slot{0, whole, T(0), nullptr}); }
  bool fail(ValueId at, std::string message);
  IndexValues indexValues(ValueId v) const;
  bool drain();
  bool step();
  bool stepScalar(ValueId v);
  bool stepPrim(ValueId v);
  bool stepInput(ValueId v);
  void pop() { frames.pop_back(); }

  // MachineArrays.h
  bool stepAt(ValueId v);
  bool stepArray(ValueId v);
  bool stepSum(ValueId v);
  bool stepInto();
  bool position(ValueId at, ValueId shaped, std::span<const ValueId> indices,
                const std::vector<int64_t> &lo, const std::vector<int64_t> &extent, size_t &result);
  bool makeArray(ValueId v, ArrayPointer &made);

  // MachineMatrix.h
  bool stepMatrix(ValueId v);

  // MachineLoops.h
  bool openLoop();
  bool stepLoop();
  bool finishReduce(ValueId v, Loop &loop);
  void accumulate(ReduceOp op, Loop &loop, ValueId body);
  void beginScope(std::vector<ValueId> symbols, const std::vector<int64_t> &at);
  void moveScope(const std::vector<int64_t> &at);
  void endScope();
  static bool advance(Loop &loop); ///< to the next index; false at the end

  // MachineRecurrences.h
  bool openRecurrence();
  bool stepRecurrence();
  bool stepState(ValueId v);
  bool storeRow(Steps &steps, int64_t step);
  bool makeRows(ValueId v, Steps &steps);
  void setStates(const Steps &steps);
  bool findStep(ValueId v, std::vector<int64_t> where, ValueId &part);

  // MachineExplain.h
  bool finite(ValueId v);
  bool isNan(ValueId v);
  ValueId cause(ValueId v);
  ValueId causeOfReduce(ValueId v);
  bool findTerm(ValueId v, bool nan, ValueId &term);
  bool findPart(ValueId array, const std::vector<int64_t> &where, ValueId &part);
  NonFinite describe(ValueId v);

  ir::Graph &g;
  Environment<T> env;
  /// By node; few of the nodes of a large graph are asked for.
  static constexpr size_t slotsOfPage = 64;
  std::vector<std::unique_ptr<Slot[]>> pages;
  std::vector<Frame> frames;
  std::vector<std::vector<ValueId>> scopes; ///< symbols of open loops, outermost first
  std::vector<uint64_t> stamps;             ///< [0]: no loop; [k]: scopes[k - 1]
  std::vector<size_t> symbolDepth;          ///< symbol number -> 1 + place in scopes; 0 closed
  std::vector<int64_t> symbolValue;
  uint64_t lastStamp = 1;
  std::set<uint32_t> keepsAll; ///< recurrences of which someone reads all states
  EvalError *failure = nullptr;
};

} // namespace gradus::interpret
