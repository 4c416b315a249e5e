//===- Scopes.cpp - names and what they stand for ----------------------------===//

#include "semantics/Scopes.h"

#include <algorithm>
#include <atomic>
#include <cassert>

namespace gradus::semantics {

namespace {
uint64_t nextScopeId() {
  // Only distinctness matters, so that programs may analyze on several threads.
  static std::atomic<uint64_t> next{0};
  return next++;
}
} // namespace

Scope::Scope(Scope *parent) : parent_(parent), id_(nextScopeId()) {}

Entity &Scope::declare(std::string name, SourceRange range, std::string what) {
  assert(!findHere(name));
  Entity &entity = entities_.emplace_back();
  entity.name = name;
  entity.range = range;
  entity.what = std::move(what);
  names_.emplace(std::move(name), &entity);
  return entity;
}

Entity &Scope::declareValue(const syntax::Ident &name, std::string what, Value value) {
  Entity &entity = declare(name, std::move(what));
  entity.value = std::move(value);
  return entity;
}

void Scope::adopt(Entity &entity) { names_.emplace(entity.name, &entity); }

Entity *Scope::findHere(const std::string &name) const {
  auto it = names_.find(name);
  return it == names_.end() ? nullptr : it->second;
}

Entity *Scope::find(const std::string &name) const {
  for (const Scope *scope = this; scope; scope = scope->parent_)
    if (Entity *entity = scope->findHere(name))
      return entity;
  return nullptr;
}

std::vector<std::string> Scope::visible() const {
  std::vector<std::string> names;
  for (const Scope *scope = this; scope; scope = scope->parent_)
    for (const auto &[name, entity] : scope->names_)
      names.push_back(name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

} // namespace gradus::semantics
