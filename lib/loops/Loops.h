//===- Loops.h - the loop IR ------------------------------------------------===//
//
// A small structured imperative language that every back end prints: scalars
// in single-assignment form, mutable variables, buffers with symbolic sizes,
// for, while, if, call. No expression is nested: each scalar operation is one
// Let, so common parts are shared by construction.
//
// Conventions
// - Int is int64_t, Real is double (or float with --real f32), Bool is i1.
// - Function parameters come in order; buffers never alias, except a View of
//   its base.
// - Indices of Load and Store are in the buffer's own index range (lo..hi of
//   each axis); back ends linearize row major.
// - A function returns a status: 0, or the code of the first Check that failed.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Primitives.h"
#include "support/Source.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace gradus::loops {

enum class Kind : uint8_t { Real, Int, Bool };

template <class Tag> struct Id {
  uint32_t index = UINT32_MAX;
  bool valid() const { return index != UINT32_MAX; }
  bool operator==(const Id &) const = default;
};
using ScalarId = Id<struct ScalarTag>;     ///< assigned once
using VariableId = Id<struct VariableTag>; ///< mutable scalar
using BufferId = Id<struct BufferTag>;
using FunctionId = Id<struct FunctionTag>;

struct Scalar {
  Kind kind;
  std::string name; ///< hint for printing, may be empty
  SourceRange range;
};
/// Holds 0 (false) until it is assigned, as a parameter too.
struct Variable {
  Kind kind;
  std::string name;
};
enum class BufferRole : uint8_t {
  In,        ///< const array parameter
  Out,       ///< written by the function, not read before
  InOut,     ///< array parameter, read and written
  Workspace, ///< slice of the caller's workspace from `offset` on; slices never overlap
  View,      ///< part of another buffer, from `offset` elements on
  Constant,  ///< a table of the module, never written
};
constexpr unsigned roundsAtOnce = 16;
struct BufferAxis {
  ScalarId lo;     ///< lowest index
  ScalarId extent; ///< number of elements, >= 0
};
struct Buffer {
  std::string name;
  Kind kind = Kind::Real; ///< Real or Int
  BufferRole role = BufferRole::In;
  std::vector<BufferAxis> axes; ///< empty: one element
  BufferId base;                ///< View
  ScalarId offset;              ///< View: in elements from the base's first; Workspace: from its start
  /// Workspace of a loop's body: there is room for `roundsAtOnce` of it, so that
  /// as many rounds can run at once.
  bool ownRoom = false;
  uint32_t table = 0; ///< Constant: a row of Module::tables
};

//--- scalar operations (right-hand sides of Let) --------------------------------
struct ConstReal { double value; };
struct ConstInt { int64_t value; };
struct ConstBool { bool value; };
struct PrimOp { ir::Prim prim; std::vector<ScalarId> operands; };
struct SelectOp { ScalarId condition, then, otherwise; }; ///< both sides are computed
struct LoadOp { BufferId buffer; std::vector<ScalarId> indices; };
struct ReadOp { VariableId variable; };
/// Number of elements of a buffer etc. is plain arithmetic on its axes.
using Operation = std::variant<ConstReal, ConstInt, ConstBool, PrimOp, SelectOp, LoadOp, ReadOp>;

//--- statements -----------------------------------------------------------------
struct Statement;
using Body = std::vector<Statement>;

struct Let { ScalarId target; Operation operation; };
struct Assign { VariableId variable; ScalarId value; };
enum class Combine : uint8_t { Set, Add, Multiply, Min, Max };
/// element = element COMBINE value. Combining stores may be reassociated like
/// Accumulate, and two iterations of an `independent` loop may combine into one element.
struct Store { BufferId buffer; std::vector<ScalarId> indices; ScalarId value; Combine combine = Combine::Set; };
/// variable = variable COMBINE value, where the order of the iterations does not
/// matter: back ends may reassociate it unless the module is strict.
struct Accumulate { VariableId variable; Combine combine; ScalarId value; };
/// for index in lo..hi (inclusive). `independent`: no iteration reads what
/// another writes, other than through Accumulate and combining stores.
struct For { ScalarId index, lo, hi; std::vector<Statement> body; bool independent = false; };
/// Runs `head`, tests `condition` (a Scalar of head), runs `body`, again.
struct While { std::vector<Statement> head; ScalarId condition; std::vector<Statement> body; };
struct If { ScalarId condition; std::vector<Statement> then, otherwise; };
/// Sets all elements to a value.
struct Fill { BufferId buffer; ScalarId value; };
/// target[..] = source[..], same extents.
struct Copy { BufferId target, source; };
/// Arguments in the order of the callee's parameters: a scalar, a variable (out),
/// or a buffer. A status that is not 0 returns from the caller too.
struct Argument { std::variant<ScalarId, VariableId, BufferId> value; };
struct Call { FunctionId callee; std::vector<Argument> arguments; };
/// If `condition` is false: records (site, values) in the error slot and
/// returns status 1. Sites are rows of Module::sites. A Real among the values is
/// recorded as its bits, a Bool as 0 or 1; at most 4.
struct Check { ScalarId condition; uint32_t site; std::vector<ScalarId> values; };
/// Calls the host's hook for one iteration (trace, time, interrupt): returns an
/// Int to `target`: 0 go on, else stop with that reason. See runtime/Runtime.h.
struct Hook { VariableId target; std::vector<ScalarId> scalars; BufferId x; };
/// Leaves the innermost For/While.
struct Break {};
/// Returns with this status (an Int).
struct Return { ScalarId status; };

struct Statement {
  std::variant<Let, Assign, Store, Accumulate, For, While, If, Fill, Copy, Call, Check, Hook, Break, Return> node;
  Statement() = default;
  template <class T> Statement(T s) : node(std::move(s)) {}
};

struct Parameter {
  std::variant<ScalarId, VariableId, BufferId> value; ///< scalar in, scalar out, array
};
struct Function {
  std::string name;
  std::string documentation; ///< one line
  bool exported = true;      ///< callable by the host through its array of arguments
  bool usesHook = false;
  /// Instead of a body: the function of the runtime (runtime/Sparse.h) that is
  /// called. It takes the scalars and buffers by value and by address, in order,
  /// and returns the one out parameter, an Int.
  std::string external;
  /// Elements (of 8 bytes) of workspace that the Workspace buffers take, a
  /// multiple of 8; a scalar of the leading Lets of the body. Callees get the
  /// workspace from there on. Invalid: none.
  ScalarId workspaceElements;
  std::vector<Parameter> parameters;
  std::vector<Scalar> scalars;
  std::vector<Variable> variables;
  std::vector<Buffer> buffers;
  Body body;
};
/// A place where a run-time check may fail.
struct Site {
  SourceRange range;
  std::string message; ///< with {0}, {1} for the values: "index {0} of x is outside {1}..{2}"
};
/// Whole numbers that are known when a model is compiled.
struct Table {
  std::string name;
  std::vector<int64_t> values;
};
struct Module {
  std::string name;
  bool strict = false; ///< no contraction, no reassociation, scalar libm only
  std::deque<Function> functions;
  std::vector<Site> sites;
  std::deque<Table> tables;
};

/// The text of `--emit=loops`.
std::string print(const Module &module);
/// Empty when sound: ids in range, kinds, each scalar assigned once and before
/// use, buffers have the right number of indices, calls match parameters.
std::vector<std::string> verify(const Module &module);

} // namespace gradus::loops
