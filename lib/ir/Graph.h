//===- Graph.h - the expression IR ----------------------------------------===//
//
// Pure mathematics as one interned, rolled graph. A node is immutable; equal
// expressions have equal ids; operands have smaller ids than their users, so
// ascending id order is a topological order.
//
// Binders. Reduce and Build bind integer indices. In a finished (closed) node
// a bound index is a number, counted from the inside: a binder's index gets
// 1 + the highest number used by binders inside its operands, so two sums that
// differ in the name of their index are the same node. Passes never look at
// numbers: they open() a binder, which gives its operands with a *symbol* in
// place of each number, work on those, and build a new binder from symbols.
// Every node knows the set of free indices (numbers and symbols) in it.
//
// Recurrences. Recur binds a step index and states, which are indices of any
// type: `recur (t in lo..hi) states s = start until stop do next`. `stop` is
// tested before each step. Its own value is the number of steps that were made;
// State nodes give what a state was at the end, or at all steps as an array
// with the axis lo-1..hi before its own (what follows the last step that was
// made is not to be read).
//
// Arrays. A node may have a shape. Array-valued nodes are: Input, Build,
// List, Zeros, Put (all zero but one element), Keep, Matrix, and Add / Select / a
// sum of array-valued nodes, which is how the adjoint of an array is written:
//     sum (i in 1..n) put(shape; i+1; v(i))
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/InternTable.h"
#include "ir/NodeMap.h"
#include "ir/Primitives.h"
#include "support/Source.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace gradus::ir {

enum class Kind : uint8_t { Real, Int, Bool };

/// Inclusive range lo..hi of an axis; both are Int scalars without free indices.
struct Axis {
  ValueId lo, hi;
  bool operator==(const Axis &) const = default;
};
/// Interned list of axes; 0 is the scalar shape.
using ShapeId = uint32_t;

struct Type {
  Kind kind = Kind::Real;
  ShapeId shape = 0;
  bool scalar() const { return shape == 0; }
  bool operator==(const Type &) const = default;
};

enum class Op : uint8_t {
  Constant, ///< number; bits in payload
  Input,    ///< payload: index into Graph::inputs()
  Index,    ///< payload: a bound number (> 0) or -(symbol + 1); a state has any type
  Prim,     ///< prim(operands...); Add also on two arrays of one shape
  Select,   ///< condition, then, else: lazy. Also of arrays
  At,       ///< array, one index for each axis
  Put,      ///< value, one index for each axis; shape in the type: zero but there
  Zeros,    ///< the array of zeros of its shape
  Build,    ///< lo1, hi1, ..., body: the array with that element
  Reduce,   ///< lo, hi, condition, body
  List,     ///< elements, row major: a literal array
  Keep,     ///< array operand that is always computed once and stored
  Matrix,   ///< matrix algebra that is kept whole: MatrixOp of arrays that count from 1
  Recur,    ///< lo, hi, stop, start of each state, next of each state: steps made
  State,    ///< recur; payload: which state
};

/// With F = Factor(A), the triangular factors L and U of A with its rows
/// exchanged (L below the diagonal, U from there on) and, in one more column, the
/// row that each row was exchanged with. b and x: vectors, or matrices of columns.
enum class MatrixOp : uint8_t {
  Cholesky,             ///< A: L with L*L' = A; reads the lower triangle of A
  Factor,               ///< A
  Solve,                ///< A, F, b: x with A*x = b
  SolveTransposed,      ///< A, F, b: x with A'*x = b
  SolveLower,           ///< L, b: x with L*x = b; reads the lower triangle of L
  SolveLowerTransposed, ///< L, b: x with L'*x = b
  Det,                  ///< A, F: a scalar
  LogDet,               ///< A, F: log(det(A)), nan where the determinant is negative
};
const char *matrixOpName(MatrixOp op);

enum class ReduceOp : uint8_t { Sum, Prod, Min, Max, LogSumExp };
/// Of a state: its value after the last step, or all its values.
enum class StatePart : uint8_t { Last, All };

struct Node {
  Op op;
  uint8_t sub = 0;         ///< Prim, ReduceOp, MatrixOp or StatePart; Recur: 1 if remade
  uint8_t binders = 0;     ///< bound indices: 1 for Reduce, rank for Build, 1 + states for Recur
  Type type;
  uint32_t operands = 0;   ///< first operand in the pool
  uint32_t operandCount = 0;
  int64_t payload = 0;     ///< see Op; for binders: the number of the first index
  uint32_t freeSet = 0;    ///< free indices
  uint32_t maxBinder = 0;  ///< highest bound number in it
  Prim prim() const { return static_cast<Prim>(sub); }
  ReduceOp reduceOp() const { return static_cast<ReduceOp>(sub); }
  MatrixOp matrixOp() const { return static_cast<MatrixOp>(sub); }
  StatePart statePart() const { return static_cast<StatePart>(sub); }
  /// Leading operands of a binder that are ends of ranges.
  unsigned rangeOperands() const { return op == Op::Recur ? 2u : 2u * binders; }
};

/// What a model reads: argument, parameter, table column, unknown, size.
enum class InputRole : uint8_t { Argument, Parameter, Data, Unknown, Size, Local };
struct Input {
  std::string name;      ///< as in the source: "x", "penguins.mass"
  Type type;
  InputRole role;
  SourceRange range;
};

/// A bound index that is open. Its range holds where it stands for an index; a
/// state has none.
struct Symbol {
  ValueId lo, hi;
  std::string name; ///< for printing; "" when none
  ValueId node = {}; ///< the Index node
};

/// The operands of a binder with symbols in place of numbers.
struct Opened {
  std::vector<ValueId> symbols; ///< Index nodes; of a Recur the step, then the states
  std::vector<Axis> ranges;     ///< Build: one an index; Reduce, Recur: one
  ValueId condition;            ///< Reduce; constant true when none. Recur: when to stop
  ValueId body;                 ///< not of a Recur
  std::vector<ValueId> starts;  ///< Recur
  std::vector<ValueId> nexts;   ///< Recur
  bool remade = false;          ///< Recur
};

using Substitution = NodeMap<ValueId>;

class Graph {
public:
  Graph();

  //--- nodes -----------------------------------------------------------------
  const Node &node(ValueId v) const { return nodes_[v.index]; }
  std::span<const ValueId> operands(ValueId v) const {
    const Node &n = node(v);
    return {pool_.data() + n.operands, n.operandCount};
  }
  ValueId operand(ValueId v, unsigned k) const { return operands(v)[k]; }
  Type type(ValueId v) const { return node(v).type; }
  size_t size() const { return nodes_.size(); }
  /// Source range of the first expression that made the node.
  SourceRange range(ValueId v) const { return ranges_[v.index]; }
  /// New nodes get this range until the next call.
  void setRange(SourceRange range) { currentRange_ = range; }
  SourceRange currentRange() const { return currentRange_; }

  bool isConstant(ValueId v) const { return node(v).op == Op::Constant; }
  bool isReal(ValueId v, double value) const; ///< the Real constant (or Int) of this value
  bool isInt(ValueId v, int64_t value) const;
  double realValue(ValueId v) const;  ///< of a Real or Int constant
  int64_t intValue(ValueId v) const;  ///< of an Int constant
  bool boolValue(ValueId v) const;

  //--- inputs, shapes, symbols -------------------------------------------------
  ValueId input(Input input); ///< a new input each time
  const std::vector<Input> &inputs() const { return inputs_; }
  uint32_t inputIndex(ValueId v) const { return static_cast<uint32_t>(node(v).payload); }
  const Input &inputOf(ValueId v) const { return inputs_[inputIndex(v)]; }
  ValueId inputNode(uint32_t index) const { return inputNodes_[index]; }

  ShapeId shape(std::vector<Axis> axes);
  const std::vector<Axis> &axes(ShapeId shape) const { return shapes_[shape]; }
  const std::vector<Axis> &axesOf(ValueId v) const { return shapes_[type(v).shape]; }
  unsigned rank(ValueId v) const { return static_cast<unsigned>(axesOf(v).size()); }
  /// hi - lo + 1
  ValueId extent(const Axis &axis);

  ValueId newSymbol(ValueId lo, ValueId hi, std::string name = {});
  /// The symbol of a recurrence's state.
  ValueId newState(Type type, std::string name = {});
  bool isSymbol(ValueId v) const { return node(v).op == Op::Index && node(v).payload < 0; }
  const Symbol &symbol(ValueId v) const { return symbols_[static_cast<size_t>(-node(v).payload - 1)]; }
  /// The Index node of a symbol among free indices; invalid for a bound number.
  ValueId symbolNode(int32_t free) const {
    return free < 0 ? symbols_[static_cast<size_t>(-free - 1)].node : ValueId{};
  }
  void setSymbolRange(ValueId v, ValueId lo, ValueId hi);

  /// Free indices of a node: bound numbers that dangle (> 0), symbols (< 0).
  const std::vector<int32_t> &freeIndices(ValueId v) const { return freeSets_[node(v).freeSet]; }
  bool hasFree(ValueId v) const { return node(v).freeSet != 0; }
  /// True when a bound number dangles: the node makes sense only under its binder.
  bool isOpenTerm(ValueId v) const { return hasFree(v) && freeIndices(v).back() > 0; }
  bool dependsOn(ValueId v, ValueId symbol) const;
  bool dependsOnAny(ValueId v, std::span<const ValueId> symbols) const;

  //--- construction, with folding exact in IEEE arithmetic ------------------------
  ValueId real(double value);
  ValueId integer(int64_t value);
  ValueId boolean(bool value);
  ValueId prim(Prim p, std::span<const ValueId> operands);
  ValueId prim(Prim p, std::initializer_list<ValueId> operands) {
    return prim(p, std::span(operands.begin(), operands.size()));
  }
  /// The same, but a sum of whole numbers keeps the order of its terms: for text
  /// of a graph, where the order tells the age of nodes that is not the reader's.
  ValueId primAsWritten(Prim p, std::span<const ValueId> operands);
  ValueId select(ValueId condition, ValueId then, ValueId otherwise);
  ValueId at(ValueId array, std::span<const ValueId> indices);
  ValueId put(ShapeId shape, std::span<const ValueId> indices, ValueId value);
  ValueId zeros(Type type);
  ValueId list(std::span<const ValueId> elements, ShapeId shape);
  ValueId keep(ValueId array);
  ValueId matrix(MatrixOp op, std::span<const ValueId> operands);
  ValueId matrix(MatrixOp op, std::initializer_list<ValueId> operands) {
    return matrix(op, std::span(operands.begin(), operands.size()));
  }
  /// `symbol` becomes the bound index. condition: boolean(true) when none.
  ValueId reduce(ReduceOp op, ValueId symbol, ValueId lo, ValueId hi, ValueId condition, ValueId body);
  ValueId build(std::span<const ValueId> symbols, std::span<const Axis> ranges, ValueId body);
  /// symbols: the step, then the states. stop: boolean(false) when all steps are made.
  /// remade: its reverse makes the states again, where they could be kept over the
  /// steps of a recurrence around it (between checkpoints).
  ValueId recur(std::span<const ValueId> symbols, const Axis &range, ValueId stop,
                std::span<const ValueId> starts, std::span<const ValueId> nexts,
                bool remade = false);
  bool isRemade(ValueId recur) const { return node(recur).sub != 0; }
  unsigned stateCount(ValueId recur) const { return node(recur).binders - 1u; }
  Type stateType(ValueId recur, unsigned k) const { return type(operand(recur, 3 + k)); }
  ValueId lastState(ValueId recur, unsigned k);
  ValueId allStates(ValueId recur, unsigned k);
  /// The state at one step: an element or slice of allStates().
  ValueId stateAt(ValueId recur, unsigned k, ValueId step);
  /// The array of this shape with these elements; the element itself for scalars.
  ValueId elementwise(ShapeId shape, const std::function<ValueId(std::span<const ValueId>)> &element);

  // Arithmetic on Int or Real scalars of one kind; toReal converts where needed.
  ValueId add(ValueId a, ValueId b);
  ValueId sub(ValueId a, ValueId b);
  ValueId mul(ValueId a, ValueId b);
  ValueId div(ValueId a, ValueId b);
  ValueId neg(ValueId a);
  ValueId toReal(ValueId a); ///< identity on reals
  ValueId less(ValueId a, ValueId b);
  ValueId lessEqual(ValueId a, ValueId b);
  ValueId equal(ValueId a, ValueId b);
  ValueId logicalAnd(ValueId a, ValueId b);
  ValueId logicalOr(ValueId a, ValueId b);
  ValueId logicalNot(ValueId a);

  //--- binders ----------------------------------------------------------------
  /// Opens with symbols that belong to this binder: the same on every call.
  const Opened &open(ValueId binder);
  /// Opens with the given Index symbols (or any Int scalars without binders).
  Opened openWith(ValueId binder, std::span<const ValueId> symbols);
  /// Display name of the first index of a binder ("" when none).
  const std::string &indexName(ValueId binder, unsigned k = 0) const;

  /// Replaces leaves (Input and Index nodes) and refolds everything above them.
  /// Goes through binders; capture cannot happen.
  ValueId substitute(ValueId root, const Substitution &map);
  /// The same for several, whose common parts are looked at once.
  void substitute(std::span<ValueId *const> roots, const Substitution &map);

  /// All nodes that `roots` reach and that are not open terms, ascending. With
  /// `stop`, nodes for which it is true are included but not entered.
  std::vector<ValueId> reachable(std::span<const ValueId> roots,
                                 const std::function<bool(ValueId)> &stop = {}) const;
  /// Whether `root` reads any of these inputs (through binders too).
  std::vector<bool> dependsOnInputs(std::span<const ValueId> roots,
                                    std::span<const ValueId> inputs) const;

private:
  friend class Rewriter;
  ValueId intern(Node node, std::span<const ValueId> operands);
  /// An Index node by its payload, and what stands in its place.
  using Renaming = std::vector<std::pair<int64_t, ValueId>>;
  /// Injective renaming of Index nodes; keeps binder numbers; no folding.
  ValueId rename(ValueId root, const Renaming &indices);
  ValueId foldPrim(Prim p, std::span<const ValueId> operands); ///< invalid: no rule
  ValueId makePrim(Prim p, Type type, std::span<const ValueId> operands);
  ValueId affine(Prim p, ValueId a, ValueId b); ///< normal form of Int + and -
  uint32_t freeSetOf(std::span<const ValueId> parts, int64_t firstBound, unsigned bound);
  uint32_t internFreeSet(std::vector<int32_t> set);

  std::vector<Node> nodes_;
  std::vector<SourceRange> ranges_;
  std::vector<ValueId> pool_;
  InternTable table_; ///< of nodes
  std::vector<Input> inputs_;
  std::vector<ValueId> inputNodes_;
  std::vector<std::vector<Axis>> shapes_;
  std::vector<Symbol> symbols_;
  std::vector<std::vector<int32_t>> freeSets_;
  InternTable freeSetTable_;
  std::unordered_map<uint32_t, std::vector<std::string>> indexNames_;
  std::unordered_map<uint32_t, Opened> openedCache_;
  SourceRange currentRange_;
};

} // namespace gradus::ir
