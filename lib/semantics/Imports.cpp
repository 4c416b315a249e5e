//===- Imports.cpp - files and the files they import --------------------------===//

#include "semantics/Declarations.h"

#include <algorithm>
#include <fmt/core.h>

namespace gradus::semantics {

ModuleBuilder::File *ModuleBuilder::load(const syntax::Tree &tree, Unit::Kind kind) {
  const std::string &path = diagnostics_.sources().file(tree.file).path;
  File &file = files_.emplace_back(kind);
  file.path = path;
  file.unit.file = tree.file;
  file.unit.range = {tree.file, 0, 0};
  loading_.push_back(path);
  for (syntax::ItemPtr item : tree.items)
    if (auto *decl = std::get_if<syntax::ImportDecl>(&item->node))
      import(*decl, item->range, file);
  loading_.pop_back();
  declare(tree.items, file.unit);
  return &file;
}

void ModuleBuilder::import(const syntax::ImportDecl &decl, SourceRange range, File &into) {
  SourceRange place = decl.pathRange.valid() ? decl.pathRange : range;
  if (loading_.size() > maxImportDepth) {
    elaborator_.error(Diag::ImportDepth, place, "imports are nested too deep",
                      fmt::format("the limit is {} files", maxImportDepth));
    return;
  }
  const syntax::Tree *tree =
      surroundings_.import ? surroundings_.import(decl.path, into.unit.file, place) : nullptr;
  if (!tree)
    return;
  const std::string &path = diagnostics_.sources().file(tree->file).path;
  auto open = std::find(loading_.begin(), loading_.end(), path);
  if (open != loading_.end()) {
    std::string circle;
    for (; open != loading_.end(); ++open)
      circle += *open + " -> ";
    elaborator_.error(Diag::ImportCycle, place, "these files import each other",
                      circle + path);
    return;
  }
  File *imported = nullptr;
  for (File &file : files_)
    if (file.path == path)
      imported = &file;
  if (!imported)
    imported = load(*tree, Unit::Kind::Imported);
  for (Entity *entity : imported->unit.order) {
    Entity *other = into.imports.findHere(entity->name);
    if (!other) {
      into.imports.adopt(*entity);
    } else if (other != entity) {
      elaborator_.error(Diag::DuplicateName, place,
                        fmt::format("'{}' is imported twice", entity->name),
                        fmt::format("it is declared at {} and at {}",
                                    elaborator_.placeOf(other->range),
                                    elaborator_.placeOf(entity->range)));
    }
  }
}

} // namespace gradus::semantics
