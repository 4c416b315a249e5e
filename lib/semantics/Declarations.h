//===- Declarations.h - from the declarations of files to a module ------------===//
//
// A unit is a scope with declarations: a file or a `problem` block. First all
// its names are declared, then each is resolved, in order or when another one
// reads it; then its problem is put together.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "semantics/Analyze.h"
#include "semantics/Elaborate.h"

#include <deque>
#include <memory>

namespace gradus::semantics {

constexpr unsigned maxImportDepth = 16;

/// An unknown on its way into a problem.
struct DeclaredUnknown {
  const syntax::VarDecl *decl;
  SourceRange range;
  Entity *entity;
  ValueId input;
  std::vector<ir::Axis> axes;
};

struct Unit {
  enum class Kind : uint8_t { Main, Imported, Problem };
  Unit(Kind kind, Scope *parent) : kind(kind), scope(parent) {}

  Kind kind;
  Scope scope;
  uint32_t file = SourceRange::noFile;
  std::string name;
  SourceRange range;
  std::deque<DeclaredUnknown> unknowns;
  const syntax::ObjectiveDecl *objective = nullptr;
  SourceRange objectiveRange;
  Entity objectiveEntity;
  Entity *objectiveName = nullptr;
  std::vector<const syntax::SubjectTo *> constraints;
  SourceRange constraintsRange; ///< of the first `subject to`
  const syntax::SolveDecl *solve = nullptr;
  SourceRange solveRange;
  std::vector<Entity *> order; ///< declared names in the order of the text
};

class ModuleBuilder {
public:
  ModuleBuilder(const Surroundings &surroundings, Diagnostics &diagnostics);
  Analysis build(const syntax::Tree &tree);

private:
  struct File {
    std::string path;
    Scope imports; ///< what the file's imports declare; parent of its own scope
    Unit unit;
    explicit File(Unit::Kind kind) : unit(kind, &imports) {}
  };

  // Imports.cpp
  File *load(const syntax::Tree &tree, Unit::Kind kind);
  void import(const syntax::ImportDecl &decl, SourceRange range, File &into);
  // Declarations.cpp
  void declare(const std::vector<syntax::ItemPtr> &items, Unit &unit);
  void declareItem(const syntax::Item &item, Unit &unit);
  void declareLet(const syntax::LetDecl &let, Unit &unit);
  void declareObjective(const syntax::ObjectiveDecl &decl, SourceRange range, Unit &unit);
  void declareProblem(const syntax::ProblemDecl &decl, SourceRange range, Unit &unit);
  void bindFreeSizes(const std::vector<syntax::ItemPtr> &items, Unit &unit);
  void bindFreeSizes(const syntax::Declarator &declarator, Unit &unit);
  Entity *lazily(const syntax::Ident &name, const char *what, Unit &unit,
                 std::function<Value()> resolve);
  void resolveAll(Unit &unit);
  void warnUnused(const Unit &unit);
  // Inputs.cpp
  Value parameter(const syntax::Declarator &declarator, bool integer, syntax::ExprPtr initial,
                  SourceRange range, Unit &unit);
  void declareProblemParameter(const syntax::Parameter &parameter, Unit &unit);
  // DataInputs.cpp
  void declareData(const syntax::DataDecl &decl, SourceRange range, Unit &unit);
  void declareTable(const syntax::DataDecl &decl, SourceRange range, Unit &unit);
  void bindSizes(ValueId input);
  // Functions.cpp
  void makeFunction(Entity &entity, bool exported);
  // Problems.cpp
  Value unknown(DeclaredUnknown &unknown, Unit &unit);
  void makeProblem(Unit &unit);
  void finishUnknown(DeclaredUnknown &declared, Unit &unit, ir::Problem &problem);
  ValueId perElement(syntax::ExprPtr expr, DeclaredUnknown &declared, Unit &unit);
  void checkConstants(const DeclaredUnknown &declared, const ir::Unknown &unknown);
  void checkDependence(Unit &unit, const ir::Problem &problem);
  // Constraints.cpp
  void makeConstraints(Unit &unit, ir::Problem &problem);
  bool makeBound(const ir::Constraint &constraint, ir::Problem &problem);
  void checkConstraints(const ir::Problem &problem);

  const Surroundings &surroundings_;
  Diagnostics &diagnostics_;
  Analysis analysis_;
  ir::Module &module_;
  ir::Graph &graph_;
  Elaborator elaborator_;
  std::deque<File> files_;
  std::deque<Unit> problems_;
  std::vector<const syntax::ProblemDecl *> problemDecls_;
  std::vector<std::string> loading_; ///< paths of files whose imports are read now
};

} // namespace gradus::semantics
