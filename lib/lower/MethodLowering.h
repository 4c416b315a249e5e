//===- MethodLowering.h - the state of lowering a method (private) ------------===//
#pragma once

#include "lower/Method.h"
#include "lower/Scope.h"
#include "semantics/Elaborate.h"

#include <deque>
#include <functional>
#include <map>
#include <set>

namespace gradus::lower {

/// A variable of a method: a scalar in a loop-IR variable, or an array in the
/// workspace. Every assignment makes a new *version*, an Input node of role
/// Local that stands for the value from there on; expressions are made of
/// versions, so equal nodes mean equal values.
struct MethodVariable {
  std::string name;
  ir::Type type;
  ir::ValueId version;
  loops::VariableId scalar; ///< scalars
  loops::BufferId buffer;   ///< arrays
  semantics::Entity *entity = nullptr;
};

struct MethodConstraints;

class MethodLowering {
public:
  MethodLowering(ir::Graph &graph, loops::Module &module, const DescentProblem &problem,
                 const DescentTexts &texts, Diagnostics &diagnostics);
  ~MethodLowering();
  Descent run();
  /// See lowerEvaluator().
  ir::ValueId evaluator(Evaluator which, ir::ValueId unknowns);

private:
  //--- set-up (Method.cpp)
  KernelSpec valueSpec() const;
  KernelSpec gradientSpec();
  void makeKernels(bool withCurvature, bool withResiduals);
  void countUnknowns(ir::ValueId count);
  void makeFlatFunctions();
  void makeCurvatureKernel(const KernelSpec &value);
  void makeResidualKernels(const KernelSpec &value);
  void makeSparseHessian(const KernelSpec &value);
  void makeBatchKernel();
  ir::ValueId elementsOf(ir::ValueId array);
  /// Kernels over x[1..n] in one array.
  enum class Flat : uint8_t { Value, Gradient, Curvature, Residual, JacobianVector, Hessian, Batch };
  loops::FunctionId flatFunction(Flat what);
  void declareParameters();
  void declareSpecials();
  void addOptions(const syntax::MethodDecl &method, semantics::Scope &scope);
  void mainLoop();

  //--- variables (MethodVariables.cpp)
  MethodVariable &makeVariable(std::string name, ir::Type type);
  MethodVariable &declareVariable(const syntax::Ident &name, ir::Type type,
                                  semantics::Scope &scope);
  semantics::Scope &newScope(semantics::Scope &parent) { return scopes.emplace_back(&parent); }
  ir::ValueId newVersion(MethodVariable &v);
  void bindVersion(MethodVariable &v, ir::ValueId version, loops::ScalarId value);
  /// A new version whose value is read from where the variable lives.
  void refresh(MethodVariable &v);
  void assign(MethodVariable &v, ir::ValueId value);
  void assignArray(MethodVariable &v, ir::ValueId value);
  bool readsElsewhere(ir::ValueId value, ir::ValueId array);
  loops::ScalarId evaluate(ir::ValueId scalar);
  loops::BufferId materialize(ir::ValueId array);
  /// The expression that a version was last assigned, or itself: the key of a
  /// point at which f and grad were evaluated.
  ir::ValueId key(ir::ValueId v) const;
  /// The variables that statements assign, those of inner blocks excepted.
  void assigned(const syntax::Body &body, std::set<std::string> &names) const;
  std::vector<MethodVariable *> variablesOf(const std::set<std::string> &names,
                                            semantics::Scope &scope);

  //--- statements (MethodStatements.cpp)
  void statements(const syntax::Body &body, semantics::Scope &scope);
  void statement(const syntax::Statement &s, semantics::Scope &scope);
  void stateStatement(const syntax::StateStmt &s, semantics::Scope &scope);
  void letStatement(const syntax::LetStmt &s, semantics::Scope &scope);
  void assignStatement(const syntax::AssignStmt &s, SourceRange range, semantics::Scope &scope);
  void assignElement(MethodVariable &v, const syntax::AssignStmt &s, SourceRange range,
                     semantics::Scope &scope);
  void whileStatement(const syntax::WhileStmt &s, semantics::Scope &scope);
  void countedLoop(loops::ScalarId lo, loops::ScalarId hi, const syntax::Ident *index,
                   ir::ValueId loNode, ir::ValueId hiNode, const syntax::Body &body,
                   semantics::Scope &scope);
  void ifStatement(const syntax::IfStmt &s, semantics::Scope &scope);
  void stopStatement(const syntax::StopStmt &s, semantics::Scope &scope);
  void nested(loops::Body &into, const syntax::Body &body, semantics::Scope &scope);
  void declareStates(const syntax::Body &body, semantics::Scope &scope);
  ir::ValueId converted(const semantics::Value &v, SourceRange range, ir::Type wanted);
  ir::ValueId valueOf(const syntax::Expr &expr, semantics::Scope &scope, ir::Type wanted);

  //--- methods that are called, random numbers (MethodPieces.cpp)
  const syntax::MethodDecl *pieceOf(const syntax::Expr &value, semantics::Scope &scope) const;
  /// The value of `piece(arguments...)`, its statements put in place.
  semantics::Value callPiece(const syntax::MethodDecl &piece, const syntax::Call &call,
                             SourceRange range, semantics::Scope &scope);
  semantics::Value uniform(std::span<const semantics::Value> arguments, SourceRange range);
  semantics::Value normal(std::span<const semantics::Value> arguments, SourceRange range);
  ir::ValueId nextUniform();

  //--- rows drawn at random (MethodBatch.cpp)
  semantics::Value callBatch(std::span<const semantics::Value> arguments, SourceRange range);
  semantics::Value callOnBatch(std::span<const semantics::Value> arguments, SourceRange range,
                               bool gradient);

  //--- the problem's functions (MethodFunctions.cpp)
  struct Evaluation {
    ir::ValueId f, gradient; ///< invalid: not evaluated there
  };
  Evaluation evaluateAt(ir::ValueId point, bool gradient);
  semantics::Value callF(std::span<const semantics::Value> arguments, SourceRange range,
                         bool gradient);
  semantics::Value callHvp(std::span<const semantics::Value> arguments, SourceRange range);
  semantics::Value callResidual(std::span<const semantics::Value> arguments, SourceRange range);
  semantics::Value callJac(std::span<const semantics::Value> arguments, SourceRange range);
  bool pointOf(std::span<const semantics::Value> arguments, SourceRange range, const char *name,
               loops::BufferId &x);
  /// matrix[i, j] for all columns j: what `column` writes for the j-th unit vector.
  semantics::Value byColumns(const char *name, ir::Type columnType,
                             const std::function<void(loops::BufferId, loops::BufferId)> &column);
  void callFlat(loops::FunctionId callee, std::initializer_list<loops::BufferId> buffers);
  semantics::Value callHess(std::span<const semantics::Value> arguments, SourceRange range);
  semantics::Value callHessSolve(std::span<const semantics::Value> arguments, SourceRange range);
  void emitHvp(loops::BufferId x, loops::BufferId v, loops::BufferId hv);
  semantics::Value project(std::span<const semantics::Value> arguments, SourceRange range);
  ir::ValueId pushedOut(ir::ValueId x, ir::ValueId d, ir::ValueId i);
  bool pointAndSlope(std::span<const semantics::Value> arguments, SourceRange range,
                     const char *name, ir::ValueId &x, ir::ValueId &d);
  semantics::Value reduced(std::span<const semantics::Value> arguments, SourceRange range);
  semantics::Value held(std::span<const semantics::Value> arguments, SourceRange range);
  semantics::Value report(std::span<const semantics::Value> arguments, SourceRange range);
  bool checkPoint(std::span<const semantics::Value> arguments, size_t count, SourceRange range,
                  const char *name);
  loops::ScalarId counted(loops::VariableId counter);

  //--- constraints (MethodConstraints.cpp)
  void makeConstraintKernels();
  struct FlatVector; ///< values one after the other in one array
  loops::FunctionId flatConstraintFunction(const KernelSpec &spec, std::vector<FlatVector> in,
                                           ir::ValueId sigma, FlatVector out);
  void declareConstraintSizes();
  void declareConstraintTables();
  void declareMultipliers();
  void declareConstraintNames(semantics::Scope &root);
  semantics::Value constraintJacobian(std::span<const semantics::Value> arguments, SourceRange range);
  semantics::Value lagrangianHessian(std::span<const semantics::Value> arguments, SourceRange range);
  semantics::Value kktFactor(std::span<const semantics::Value> arguments, SourceRange range);
  semantics::Value kktSolve(std::span<const semantics::Value> arguments, SourceRange range);
  semantics::Value callConstraints(std::span<const semantics::Value> arguments,
                                   SourceRange range);
  bool vectorOf(const semantics::Value &v, ir::Type type, SourceRange range, const char *what,
                loops::BufferId &buffer);
  semantics::Value madeVector(loops::BufferId buffer, ir::Type type, const char *name);
  void emitLoop(const char *name, loops::ScalarId lo, loops::ScalarId hi,
                const std::function<void(loops::ScalarId)> &body);
  std::unique_ptr<MethodConstraints> constraints;

  ir::Graph &g;
  loops::Module &module;
  const DescentProblem &problem;
  const DescentTexts &texts;
  Diagnostics &diagnostics;
  Descent result;
  std::unique_ptr<FunctionBuilder> b;
  std::unique_ptr<semantics::Elaborator> elaborator;
  loops::FunctionId flatValue, flatGradient, flatCurvature, curvature;
  loops::FunctionId flatResidual, residual, flatJacobian, jacobian;
  loops::FunctionId flatHessian, sparseHessian, hessSolve; ///< entries; the runtime's
  ir::Type entriesType;
  std::vector<ir::ValueId> residuals; ///< scalars and arrays; their squares are the objective
  ir::ValueId m;                      ///< number of residuals
  ir::Type residualType;
  ir::ValueId vectorLo, n, lower, upper;
  ir::Type vectorType;
  std::deque<MethodVariable> variables;
  std::map<std::string, MethodVariable *> byName; ///< of the loop's own variables
  std::unordered_map<const semantics::Entity *, MethodVariable *> byEntity;
  std::unordered_map<ir::ValueId, ir::ValueId, ir::ValueIdHash> definitions;
  std::set<ir::ValueId> projected;
  std::vector<std::pair<ir::ValueId, Evaluation>> evaluations; ///< a stack
  loops::VariableId valueCount, gradientCount, hessianCount;
  /// Whether the method asks for gradients at trial points: then f there comes
  /// with the gradient in one pass.
  bool gradientAtTrials = false;
  ir::ValueId calleeWorkspace;
  unsigned temporaries = 0;
  /// All blocks entered: variables outlive their block and keep their entity.
  std::deque<semantics::Scope> scopes;
  semantics::Scope *methodScope = nullptr;
  int pieceDepth = 0;
  bool random = false; ///< the method asks for random numbers
  bool batches = false; ///< the method asks for batches
  loops::FunctionId batchGradient, flatBatch;
  ir::ValueId batchSize, batchRows; ///< inputs of that kernel
  ir::Axis batchRange;              ///< of the sum that is sampled
  std::unordered_map<ir::ValueId, ir::ValueId, ir::ValueIdHash> drawnRows; ///< and their number
};

/// Whether a method, or one that it calls, has a call grad(e) with e other than x.
bool asksGradientElsewhere(const DescentTexts &texts);
/// Whether a call of that name is in it.
bool asksFor(const syntax::Body &body, std::string_view name);
/// The names of all that a method, or one that it calls, calls.
std::set<std::string> callsOf(const DescentTexts &texts);

} // namespace gradus::lower
