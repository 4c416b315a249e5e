//===- Analyze.cpp - the order of analysis ------------------------------------===//

#include "semantics/Analyze.h"

#include "semantics/Declarations.h"

namespace gradus::semantics {

Analysis analyze(const syntax::Tree &tree, const Surroundings &surroundings,
                 Diagnostics &diagnostics) {
  return ModuleBuilder(surroundings, diagnostics).build(tree);
}

ModuleBuilder::ModuleBuilder(const Surroundings &surroundings, Diagnostics &diagnostics)
    : surroundings_(surroundings), diagnostics_(diagnostics),
      analysis_{std::make_unique<ir::Module>(), {}}, module_(*analysis_.module),
      graph_(module_.graph), elaborator_(graph_, diagnostics) {}

Analysis ModuleBuilder::build(const syntax::Tree &tree) {
  // All names first, then their meanings, imported files before the main one.
  load(tree, Unit::Kind::Main);
  for (File &file : files_)
    if (file.unit.kind == Unit::Kind::Imported)
      resolveAll(file.unit);
  for (File &file : files_)
    if (file.unit.kind == Unit::Kind::Main) {
      resolveAll(file.unit);
      makeProblem(file.unit);
      for (Unit &problem : problems_) {
        resolveAll(problem);
        makeProblem(problem);
      }
      warnUnused(file.unit);
    }
  for (const Unit &problem : problems_)
    warnUnused(problem);
  elaborator_.reportWarnings(tree.file);
  return std::move(analysis_);
}

} // namespace gradus::semantics
