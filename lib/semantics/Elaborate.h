//===- Elaborate.h - expressions: from trees to values -----------------------===//
//
// Elaborates one syntax::Expr under a Scope into a Value of a graph, with
// messages for what does not fit. Problems, functions and data put their names
// into scopes (Declarations.h); a method does the same with its variables, and
// with Special entities for the names that are the model's functions to it:
//
//     Scope scope;
//     scope.declareValue(x, "variable", shapes.of(graph.input({...})));
//     scope.declare("grad", range, "function").special = ...;
//     ValueId next = elaborator.real(*assignment.value, scope);
//
// Calls of `fn` are expanded, once for each list of arguments.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Module.h"
#include "semantics/Scopes.h"
#include "support/Diagnostics.h"
#include "syntax/Tree.h"

#include <deque>
#include <map>
#include <set>

namespace gradus::semantics {

/// Limits of what elaboration may use; see docs/language.md.
struct ElaborationLimits {
  unsigned calls = 256;
  /// Brackets and calls together: a bound on the stack.
  unsigned depth = 1000;
  size_t nodes = 10'000'000;
  size_t steps = 50'000'000;
};

class Elaborator {
public:
  Elaborator(ir::Graph &graph, Diagnostics &diagnostics, ElaborationLimits limits = {});

  //--- expressions of trees ------------------------------------------------------
  Value expression(const syntax::Expr &expr, Scope &scope);
  /// A number, Int or Real; invalid after a message. So are those below.
  ValueId number(const syntax::Expr &expr, Scope &scope);
  ValueId real(const syntax::Expr &expr, Scope &scope);
  /// `what` needs it: "a size", "an index".
  ValueId integer(const syntax::Expr &expr, Scope &scope, const char *what);
  ValueId condition(const syntax::Expr &expr, Scope &scope);
  /// The axes of a declared array; false after a message. `data` and `fn` bind
  /// free sizes before.
  bool axes(const std::vector<syntax::AxisDecl> &decls, Scope &scope,
            std::vector<ir::Axis> &result);
  bool axis(const syntax::AxisDecl &decl, Scope &scope, ir::Axis &result);
  /// `e` for every index of `axes`: an array indexed like them. Index names of
  /// the declaration can be used in it. A scalar or an array of that shape.
  /// Outside of `dependent` ranges the elements are 0.
  struct DependentAxes {
    std::vector<ValueId> symbols;  ///< one for each axis; empty when no range depends on another
    std::vector<ir::Axis> ranges; ///< of these symbols
  };
  Value overAxes(const syntax::Expr &expr, const syntax::Declarator &declarator,
                 const std::vector<ir::Axis> &axes, Scope &scope,
                 const DependentAxes &dependent = {});
  /// One line of `subject to`, as constraints on `unknowns` and conditions that do
  /// not read them. False after a message. (Constraints.cpp)
  bool constraint(const syntax::ConstraintDecl &decl, std::span<const ValueId> unknowns,
                  Scope &scope, std::vector<ir::Constraint> &constraints,
                  std::vector<ir::Condition> &conditions);
  /// `let` and `fn` of a block, function or method.
  void item(const syntax::Item &item, Scope &scope);
  /// Declares the targets of `let` with the parts of a value.
  void bindTargets(const syntax::LetDecl &let, Value value, Scope &scope);
  /// Elaborates the value of a `let`, with its axes.
  Value letValue(const syntax::LetDecl &let, Scope &scope);
  void declareFunction(const syntax::FnDecl &fn, Scope &scope);

  //--- values -----------------------------------------------------------------------
  ValueId number(const Value &v, SourceRange range);
  ValueId real(const Value &v, SourceRange range);
  ValueId condition(const Value &v, SourceRange range);
  /// Element by element, or of scalars.
  Value primitive(ir::Prim prim, std::vector<Value> operands, SourceRange range);
  /// sum, max, ... of all elements of an array.
  Value reduceArray(syntax::ReduceKind kind, const Value &array, SourceRange range);
  Value dot(const Value &a, const Value &b, SourceRange range);
  /// Reports arrays of different lengths; false then.
  bool sameShape(std::span<const Value> values, std::span<const SourceRange> ranges,
                 SourceRange whole);

  //--- functions ----------------------------------------------------------------------
  Value callFunction(Entity &function, std::vector<Value> arguments,
                     const std::vector<SourceRange> &ranges, SourceRange range);
  /// The value of a declared name, resolved when it is not yet.
  Value read(Entity &entity, SourceRange use);

  /// An input of real numbers that is read as whole ones where those are needed.
  void setWholeForm(ValueId input, std::function<ValueId()> make) {
    wholeForms_[input] = std::move(make);
  }

  /// What is real because columns of tables and reductions are, as a whole number;
  /// invalid where it is none.
  ValueId wholeOfColumns(ValueId v, unsigned depth = 0);

  //--- messages -------------------------------------------------------------------------
  /// Reports once for a place and a kind; returns an error value.
  Value error(Diag kind, SourceRange range, std::string message, std::string remedy = {});
  void warn(Diag kind, SourceRange range, std::string message, std::string remedy = {});
  Value notYet(SourceRange range, const std::string &what);
  /// False after a message: the name is already there.
  bool isFree(const syntax::Ident &name, Scope &scope);
  std::string textOf(SourceRange range) const;
  /// "model.opt:3:5"
  std::string placeOf(SourceRange range) const;
  /// `let` and `fn` of a scope that nothing reads.
  void warnUnused(const Scope &scope);
  /// Warnings are of no use after errors and in imported files.
  void reportWarnings(uint32_t file);

  ir::Graph &graph() { return graph_; }
  const Shapes &shapes() const { return shapes_; }
  Shapes &shapes() { return shapes_; }
  Diagnostics &diagnostics() { return diagnostics_; }

  /// Uses of primitives with zero derivative, for a warning where an unknown
  /// goes into one.
  struct Flat {
    ValueId operand;
    ir::Prim prim;
    SourceRange range;
  };
  const std::vector<Flat> &flatUses() const { return flat_; }

private:
  friend class ContextSaver;
  struct Operand {
    syntax::ChainOp op;
    Value value;
    SourceRange range;
  };
  /// An open index and its range, for checks of other indices.
  struct Active {
    ValueId symbol, lo, hi;
  };
  struct Ended {
    std::string name;
    SourceRange reduction;
  };
  /// A declared array whose elements are being elaborated: it may read those
  /// before, as elements of a state.
  struct Growing {
    const Entity *entity;
    std::vector<ir::Axis> axes;
    ValueId self;                 ///< once it is read
    std::vector<ValueId> symbols; ///< the indices
  };
  /// What surrounds the expression at hand.
  struct Context {
    std::vector<Active> active;
    std::vector<Ended> ended;
    std::vector<const syntax::FnDecl *> calls;
    std::vector<Growing> growing;
    /// Under conditions: what is read here may not be read in fact.
    unsigned guards = 0;
  };

  // Names.cpp
  Value name(const syntax::Name &name, SourceRange range, Scope &scope);
  Value unknownName(const std::string &name, SourceRange range, Scope &scope, bool called);
  Value member(const syntax::Member &member, SourceRange range, Scope &scope);
  // Arithmetic.cpp
  Value unary(const syntax::Unary &unary, SourceRange range, Scope &scope);
  Value chain(const syntax::Chain &chain, SourceRange range, Scope &scope);
  Value addAll(std::vector<Operand> operands, SourceRange range);
  Value multiplyAll(std::vector<Operand> operands, SourceRange range);
  Value multiplyScalars(const Value &a, const Value &b, bool divide, SourceRange divisor,
                        SourceRange range);
  Value power(const syntax::Power &power, SourceRange range, Scope &scope);
  ValueId wholePower(ValueId base, int64_t exponent);
  ValueId wholeOf(const Value &v) const;
  // MatrixAlgebra.cpp
  Value product(const Operand &a, const Operand &b, SourceRange range);
  Value elementwise(const Operand &a, const Operand &b, bool divide, SourceRange range);
  Value transpose(const Value &v, SourceRange range);
  Value contract(const Operand &a, unsigned axisA, const Operand &b, unsigned axisB,
                 SourceRange range);
  // Conditions.cpp
  Value comparison(const syntax::Comparison &c, SourceRange range, Scope &scope);
  Value textComparison(const syntax::Comparison &c, SourceRange range, Scope &scope);
  Value logical(const syntax::Logical &l, SourceRange range, Scope &scope);
  Value conditional(const syntax::If &i, SourceRange range, Scope &scope);
  Value choose(ValueId condition, Value a, Value b, SourceRange rangeA, SourceRange rangeB,
               SourceRange range);
  // Reductions.cpp
  Value reduction(const syntax::Reduction &r, SourceRange range, Scope &scope);
  Value comprehension(const syntax::Comprehension &c, SourceRange range, Scope &scope);
  bool openBinders(const std::vector<syntax::Binder> &binders, Scope &scope,
                   std::vector<Active> &opened);
  ValueId reduceOver(syntax::ReduceKind kind, std::span<const Active> binders, ValueId condition,
                     ValueId body);
  Value closeComprehension(const std::vector<Active> &binders, const Value &body,
                           SourceRange range);
  // Recurrences.cpp
  Value recurrence(const syntax::Recurrence &r, SourceRange range, Scope &scope);
  std::vector<Value> statesOf(const syntax::Recurrence &r, Value value, const syntax::Expr &expr,
                              const char *what);
  ValueId segmented(std::span<const ValueId> symbols, const ir::Axis &range, ValueId length,
                    std::span<const ValueId> starts, std::span<const ValueId> nexts);
  bool fitState(const syntax::Recurrence &r, size_t k, const Value &start, Value &next);
  // EarlierElements.cpp
  Value earlierElements(Entity &entity, SourceRange use);
  bool earlierIndices(ValueId self, std::vector<ValueId> &indices, SourceRange place,
                      SourceRange array, SourceRange whole);
  bool surelyBefore(const Growing &growing, std::span<const ValueId> indices, size_t axis,
                    SourceRange place);
  Value inOrder(ValueId array, ValueId self, const std::string &name);
  Value rowsInOrder(ValueId array, ValueId self, const std::string &name);
  // DependentAxes.cpp
  bool dependentAxes(const std::vector<syntax::AxisDecl> &decls, Scope &scope,
                     std::vector<ir::Axis> &hull, DependentAxes &dependent);
  ValueId extremeOver(ValueId end, bool high, std::span<const ValueId> symbols,
                      std::span<const ir::Axis> ranges);
  ir::Axis rangeOf(const DependentAxes &dependent, size_t k, std::span<const ValueId> symbols,
                   std::span<const ir::Axis> hull);
  ValueId insideOf(const DependentAxes &dependent, std::span<const ValueId> symbols,
                   std::span<const ir::Axis> hull);
  // Arrays.cpp
  Value literal(const syntax::ArrayLiteral &l, SourceRange range, Scope &scope);
  Value index(const syntax::Index &i, SourceRange range, Scope &scope);
  /// The element or slice of `base`, which stands for what i.base names.
  Value elementsOf(Value base, const syntax::Index &i, SourceRange range, Scope &scope);
  // IndexChecks.cpp
  bool checkIndex(ValueId index, const ir::Axis &axis, SourceRange place, SourceRange array,
                  SourceRange whole);
  bool checkSlice(ValueId first, ValueId last, const ir::Axis &axis, SourceRange place,
                  SourceRange array, SourceRange whole);
  bool outside(ValueId index, const ir::Axis &axis, bool high, SourceRange place,
               SourceRange array, SourceRange whole, bool &inside);
  // Calls.cpp
  Value call(const syntax::Call &c, SourceRange range, Scope &scope);
  bool bindArguments(const Entity &function, const std::vector<Value> &arguments,
                     const std::vector<SourceRange> &ranges, SourceRange range, Scope &frame,
                     std::vector<Value> &bound);
  bool checkArity(const std::string &name, size_t expected, size_t given, SourceRange range,
                  const std::string &signature);
  // Builtins.cpp
  Value builtin(const syntax::Call &c, std::vector<Value> arguments,
                const std::vector<SourceRange> &ranges, SourceRange range, Scope &scope);
  Value naryExtreme(ir::Prim prim, const std::vector<Value> &arguments,
                    const std::vector<SourceRange> &ranges, SourceRange range);
  Value arrayFunction(const std::string &name, const std::vector<Value> &arguments,
                      const std::vector<SourceRange> &ranges, SourceRange range);
  // LinearAlgebra.cpp
  Value linearAlgebra(const std::string &name, const std::vector<Value> &arguments,
                      const std::vector<SourceRange> &ranges, SourceRange range);
  ValueId fromOne(const Value &v, const std::vector<ValueId> &lengths, SourceRange range);
  // DerivativeOperators.cpp
  struct Variable;
  Value derivativeOperator(const syntax::Call &c, SourceRange range, Scope &scope);
  bool variable(const syntax::Expr &expr, Scope &scope, Variable &result);
  Value jacobian(const Value &value, const Variable &x);
  Value hessian(ValueId value, const Variable &x);
  /// Arguments and states that a body differentiates with respect to become
  /// variables of their own, for as long as the body is elaborated.
  struct Varied {
    std::vector<std::pair<ValueId, ValueId>> originals; ///< variable, what it stands for
  };
  const std::set<std::string> &variablesIn(const syntax::Expr &body);
  ValueId vary(ValueId node, const syntax::Ident &name, Varied &varied);
  Varied varyArguments(const syntax::FnDecl &fn, Scope &frame);
  Value putBack(const Varied &varied, const Value &value);
  // FunctionArguments.cpp
  Value functionArgument(const syntax::Parameter &parameter, const syntax::Expr &expr,
                         Scope &scope);
  void bindFunction(const syntax::Ident &name, const Entity &passed, Scope &frame);
  // Domain.cpp
  bool checkDomain(ir::Prim prim, std::span<const ValueId> operands, SourceRange range);

  Value block(const syntax::Block &b, SourceRange range, Scope &scope);
  bool enter(SourceRange range);
  ValueId toWhole(const Value &v, const syntax::Expr &expr, Scope &scope, const char *what);
  std::string wholeFix(const syntax::Expr &expr, Scope &scope);

  ir::Graph &graph_;
  Diagnostics &diagnostics_;
  ElaborationLimits limits_;
  Shapes shapes_;
  Context context_;
  unsigned depth_ = 0;
  size_t steps_ = 0;
  bool stopped_ = false;
  /// Reads of elements that may be outside of their array.
  size_t riskyReads_ = 0;
  /// Functions of a circle that has been reported.
  std::set<const syntax::FnDecl *> cyclic_;
  std::vector<Flat> flat_;
  std::map<const syntax::Expr *, std::set<std::string>> variables_;
  std::unordered_map<ValueId, std::function<ValueId()>, ir::ValueIdHash> wholeForms_;
  std::deque<Entity> passed_; ///< primitives that were passed as functions
  std::vector<Diagnostic> warnings_;
  std::set<std::tuple<Diag, uint32_t, uint32_t>> reported_;
  using CallKey = std::tuple<const syntax::FnDecl *, uint64_t, std::vector<uint64_t>>;
  struct Remembered {
    Value value;
    size_t riskyReads;
  };
  std::map<CallKey, Remembered> memo_;
};

/// Elaborates something that stands elsewhere: no open indices, no guards.
class ContextSaver {
public:
  explicit ContextSaver(Elaborator &elaborator)
      : elaborator_(elaborator), saved_(std::move(elaborator.context_)),
        range_(elaborator.graph_.currentRange()) {
    elaborator.context_ = {};
    // Recursion shows through names that are resolved on the way.
    elaborator.context_.calls = saved_.calls;
  }
  ~ContextSaver() {
    elaborator_.context_ = std::move(saved_);
    elaborator_.graph_.setRange(range_);
  }
  ContextSaver(const ContextSaver &) = delete;
  ContextSaver &operator=(const ContextSaver &) = delete;

private:
  Elaborator &elaborator_;
  Elaborator::Context saved_;
  SourceRange range_;
};

} // namespace gradus::semantics
