//===- Scope.h - emitting one scope: regions, levels, fused loops -------------===//
//
// A scope has actions: set or accumulate a variable, store an element,
// accumulate a whole array. Emitting it goes in steps:
//
//  1. Whole-array actions are taken apart into element actions and loops.
//  2. All values that the actions need and that are not there yet are
//     gathered; those that depend on no index of an inner loop belong here.
//  3. Each value gets a home region: a value used only in one branch of an
//     `if` lives in that branch, and is computed only there.
//  4. Each value gets a level: one more than the loops it waits for. Loops of
//     one region, level and range become one loop.
//  5. Level by level, scalars and then loops are written.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Bounds.h"
#include "ir/Graph.h"
#include "loops/Loops.h"

#include <functional>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gradus::lower {

struct Action {
  enum class Kind : uint8_t {
    Variable, ///< variable COMBINE= value
    Element,  ///< buffer[indices] COMBINE= value
    Array,    ///< buffer COMBINE= array value (Set or Add)
    Rest,     ///< the same for the axes of `value` that have no index in `indices` yet
  } kind;
  ir::ValueId value;
  ir::ValueId guard; ///< Bool; constant true when none
  loops::Combine combine = loops::Combine::Set;
  loops::VariableId variable = {};
  loops::BufferId buffer = {};
  std::vector<ir::ValueId> indices = {};
  ir::ShapeId checked = 0; ///< Element: indices are checked against this shape's ranges
  /// Writes each element of the buffer exactly once, in all runs together.
  bool covers = false;
  /// Stands for an addition to an element that is 0: 0 + -0 is 0.
  bool ontoZero = false;
};

/// What the actions read: values, guards, indices.
std::vector<ir::ValueId *> readsOf(std::vector<Action> &actions);

/// A function under construction: scalars, buffers, and where statements go.
class FunctionBuilder {
public:
  FunctionBuilder(ir::Graph &graph, loops::Module &module, loops::Function &function);

  ir::Graph &g;
  loops::Module &module;
  loops::Function &f;

  //--- scalars ---------------------------------------------------------------
  loops::ScalarId scalar(loops::Kind kind, std::string name = {}, SourceRange range = {});
  loops::VariableId variable(loops::Kind kind, std::string name = {});
  loops::ScalarId let(loops::Kind kind, loops::Operation operation, std::string name = {},
                      SourceRange range = {});
  loops::ScalarId read(loops::VariableId variable, std::string name = {});
  /// Makes room for about so many values at once, where that is a lot.
  void expect(size_t values);
  void push(loops::Statement statement) { body->push_back(std::move(statement)); }
  loops::Kind kindOf(ir::ValueId v) const;

  /// What a value is bound to where we are; invalid when it is not there yet.
  loops::ScalarId bound(ir::ValueId v) const;
  void bind(ir::ValueId v, loops::ScalarId s);
  bool hasArray(ir::ValueId v) const { return !arrays.empty() && arrays.count(v) != 0; }

  /// Bindings made since a mark are forgotten at its end.
  size_t mark() const { return log.size(); }
  void release(size_t mark);
  /// Like bind and release, for arrays.
  void bindArray(ir::ValueId v, loops::BufferId b);
  loops::BufferId arrayOf(ir::ValueId v) const { return arrays.at(v); }
  /// The buffer no longer holds this array.
  void forgetArray(ir::ValueId v) { arrays.erase(v); }

  //--- the prologue: sizes -----------------------------------------------------
  /// An Int expression of the parameters, computed at the top of the function.
  loops::ScalarId size(ir::ValueId v);
  std::vector<loops::BufferAxis> bufferAxes(ir::ShapeId shape);
  /// A workspace slice of this shape; extents that depend on open indices are
  /// bounded from above. `everyRound`: the rounds of a loop set it before they read it.
  loops::BufferId workspace(ir::Type type, std::string name, bool everyRound);
  loops::BufferId workspace(ir::Type type, std::string name) {
    return workspace(type, std::move(name), !openSymbols.empty());
  }
  /// Workspace for a row of a matrix that is a parameter, for each round of a loop.
  loops::BufferId rowOf(loops::BufferId matrix);
  /// Room for `count` states of this type, one after the other: its first axis
  /// is 0..count-1.
  loops::BufferId rows(ir::ValueId count, ir::Type state, std::string name);
  /// After finish().
  ir::ValueId workspaceElements() const { return workspaceTotal; }
  /// Puts the prologue before the body and the workspace in its places. Call once, at
  /// the end.
  void finish();

  std::vector<ir::ValueId> openSymbols; ///< of the loops around
  std::vector<ir::ValueId> facts; ///< Int scalars that are not negative on the way here
  /// Of arrays of whole numbers that the host makes: where their elements lie.
  std::unordered_map<ir::ValueId, ir::Axis, ir::ValueIdHash> elementRanges;
  /// Values that are bound to 0 where a condition does not hold. What their text proves is
  /// not true of them there.
  std::unordered_set<ir::ValueId, ir::ValueIdHash> conditional;
  /// Whether one of them is read to compute v.
  bool readsConditional(ir::ValueId v) const;
  bool hasRecurrences = false; ///< what is lowered may have some
  /// Whether the Int scalar v is certainly not negative, where we are.
  bool nonNegative(ir::ValueId v) { return bounds.nonNegative(v, openSymbols); }
  ir::Bounds bounds;
  loops::Body *body;

private:
  friend class Scope;
  friend void emitScalar(FunctionBuilder &builder, ir::ValueId v);
  loops::Body prologue, main;
  /// What a scope in the making knows of a node, if the stamp is its own.
  struct Slot {
    uint32_t scope = 0, info = 0;
    uint32_t judge = 0;
    bool fails = false;
  };
  Slot &slot(ir::ValueId v) {
    if (v.index >= slots.size())
      slots.resize(g.size() + g.size() / 4 + 1);
    return slots[v.index];
  }
  std::vector<Slot> slots; ///< by ValueId
  uint32_t lastScope = 0;
  std::vector<loops::ScalarId> scalars; ///< by ValueId
  std::unordered_map<ir::ValueId, loops::ScalarId, ir::ValueIdHash> sizes;
  std::unordered_map<ir::ValueId, loops::BufferId, ir::ValueIdHash> arrays;
  /// What a value was bound to before, to be put back.
  struct Binding {
    ir::ValueId value;
    bool array;
    loops::ScalarId scalar;
    loops::BufferId buffer;
  };
  std::vector<Binding> log;
  ir::ValueId workspaceTotal;
  std::unordered_map<uint32_t, ir::ValueId> slices; ///< elements of workspace, by buffer
  void planWorkspace();
  loops::BufferId slice(loops::Buffer buffer, ir::ValueId elements);
};

/// Emits `actions` at the builder's place.
void emitScope(FunctionBuilder &builder, std::vector<Action> actions);

/// Copies rows that a loop reads again and again; see PackRows.cpp.
void packRows(FunctionBuilder &builder);
/// Workspace that ends in an output is stored there; see ShareOutputs.cpp.
void shareOutputs(FunctionBuilder &builder);

/// Emits one scalar operation whose operands are bound; checks included.
void emitScalar(FunctionBuilder &builder, ir::ValueId v);
/// Checks that are not proven: each index against its axis.
void checkIndices(FunctionBuilder &builder, std::span<const ir::ValueId> indices,
                  const std::vector<ir::Axis> &axes, const std::string &name, SourceRange range);
/// Whether each index certainly lies in its axis, where we are.
bool areInside(FunctionBuilder &builder, std::span<const ir::ValueId> indices,
               const std::vector<ir::Axis> &axes);
/// Whether computing v from its operands can fail (an index that is not proven,
/// a min over nothing), as opposed to merely giving nan; wherever the loops
/// whose indices v reads are running.
bool canFail(FunctionBuilder &builder, ir::ValueId v);

} // namespace gradus::lower
