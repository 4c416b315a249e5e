//===- Session.cpp - reading and checking a model -----------------------------===//

#include "driver/Session.h"

#include "data/Table.h"
#include "methods/Library.h"
#include "runtime/Threads.h"
#include "support/Files.h"
#include "support/Timings.h"
#include "syntax/Parser.h"

#include <algorithm>

namespace gradus::driver {

Session::Session(SessionOptions given) : diagnostics(sources), options(std::move(given)) {
  if (options.cacheCode)
    cache_.emplace();
}

void *Session::threads() {
  if (options.threads > 1 && !threads_)
    threads_ = std::shared_ptr<void>(gradus_threads_create(options.threads), [](void *t) {
      gradus_threads_destroy(static_cast<GradusThreads *>(t));
    });
  return threads_.get();
}

const syntax::Tree *Session::parseText(std::string path, std::string text) {
  uint32_t file = sources.add(std::move(path), std::move(text));
  const Stage stage("parse");
  trees.push_back(syntax::parse(file, diagnostics));
  return &trees.back();
}

bool Session::load(const std::string &path) {
  std::string text;
  if (auto fault = readFile(path, text, sourceSizeLimit)) {
    path_ = path;
    diagnostics.report(fault->kind, {}, fault->message, fault->remedy);
    return false;
  }
  return loadText(path, std::move(text));
}

bool Session::loadText(const std::string &path, std::string text) {
  path_ = path;
  if (!parseSettings())
    return false;
  const syntax::Tree *tree = parseText(path, std::move(text));
  imported[path] = tree;
  semantics::Surroundings around;
  around.import = [this](const std::string &p, uint32_t from, SourceRange range) {
    return import(p, from, range);
  };
  around.header = [this](const ir::Table &table, uint32_t from, std::vector<std::string> &columns) {
    return header(table, from, columns);
  };
  if (diagnostics.hasErrors())
    return false;
  const Stage stage("check");
  analysis = semantics::analyze(*tree, around, diagnostics);
  values.resize(graph().inputs().size());
  return !diagnostics.hasErrors();
}

std::string Session::stem() const { return stemOf(path_); }

/// Where a path in a model leads. It must stay below the model's directory or
/// one that the user allowed.
std::optional<std::string> Session::resolve(const std::string &path, uint32_t from,
                                            SourceRange range) {
  std::string full = besideFile(sources.file(from).path, path);
  std::vector<std::string> roots = options.allowPath;
  roots.push_back(directoryOf(path_));
  for (const std::string &root : roots)
    if (isBelow(full, root))
      return full;
  diagnostics.report(Diag::PathOutside, range, "'" + path + "' lies outside the model's directory",
                     "name its directory with --allow-path, or give the file with --data");
  return {};
}

const syntax::Tree *Session::import(const std::string &path, uint32_t from, SourceRange range) {
  auto full = resolve(path, from, range);
  if (!full)
    return nullptr;
  if (auto it = imported.find(*full); it != imported.end())
    return it->second;
  std::string text;
  if (auto fault = readFile(*full, text, sourceSizeLimit)) {
    diagnostics.report(fault->kind, range, fault->message, fault->remedy);
    return nullptr;
  }
  size_t before = diagnostics.errorCount();
  const syntax::Tree *tree = parseText(*full, std::move(text));
  imported[*full] = tree;
  return diagnostics.errorCount() == before ? tree : nullptr;
}

bool Session::header(const ir::Table &table, uint32_t from, std::vector<std::string> &columns) {
  std::string path;
  if (auto it = replacements.find(table.name); it != replacements.end())
    path = it->second;
  else if (auto full = resolve(table.path, from, table.pathRange))
    path = *full;
  else
    return false;
  if (auto fault = data::readHeader(path, columns)) {
    if (fault->place.empty())
      diagnostics.report(fault->kind, table.pathRange, fault->message, fault->remedy);
    else
      diagnostics.reportAt(fault->kind, fault->place, fault->message, fault->remedy);
    return false;
  }
  return true;
}

std::vector<std::string> Session::filesRead() {
  std::vector<std::string> files{path_};
  for (const auto &[path, tree] : imported)
    if (path != path_)
      files.push_back(path);
  for (const ir::Table &table : module().tables) {
    bool replaced = false;
    files.push_back(tablePath(table, replaced));
  }
  return files;
}

//--- methods --------------------------------------------------------------------------

const syntax::MethodDecl *Session::findMethod(const std::string &name) {
  for (const syntax::MethodDecl *m : analysis.methods)
    if (m->name.name == name)
      return m;
  auto it = methodTrees.find(name);
  if (it == methodTrees.end()) {
    std::string_view text = methods::find(name);
    if (text.empty())
      return nullptr;
    it = methodTrees.emplace(name, parseText("methods/" + name + ".opt", std::string(text))).first;
  }
  for (syntax::ItemPtr item : it->second->items)
    if (auto *m = std::get_if<syntax::MethodDecl>(&item->node); m && m->name.name == name)
      return m;
  return nullptr;
}

bool Session::addMethods(const std::string &path) {
  std::string text;
  if (auto fault = readFile(path, text, sourceSizeLimit)) {
    diagnostics.report(fault->kind, {}, fault->message, fault->remedy);
    return false;
  }
  const size_t before = diagnostics.errorCount();
  const syntax::Tree *tree = parseText(path, std::move(text));
  if (diagnostics.errorCount() != before)
    return false;
  std::vector<const syntax::MethodDecl *> found;
  for (syntax::ItemPtr item : tree->items)
    if (auto *m = std::get_if<syntax::MethodDecl>(&item->node))
      found.push_back(m);
  analysis.methods.insert(analysis.methods.begin(), found.begin(), found.end());
  return true;
}

const syntax::MethodDecl *Session::embedded(const std::string &file, std::string_view text,
                                            const std::string &name) {
  // Parsed is only what has it: a method begins a line.
  const std::string head = "\nmethod " + name + "(";
  if (!text.starts_with(std::string_view(head).substr(1)) && text.find(head) == text.npos)
    return nullptr;
  auto it = methodTrees.find(file);
  if (it == methodTrees.end())
    it = methodTrees.emplace(file, parseText("methods/" + file + ".opt", std::string(text))).first;
  for (syntax::ItemPtr item : it->second->items)
    if (auto *m = std::get_if<syntax::MethodDecl>(&item->node); m && m->name.name == name)
      return m;
  return nullptr;
}

const syntax::MethodDecl *Session::findPiece(const std::string &name) {
  for (const syntax::MethodDecl *m : analysis.methods)
    if (m->name.name == name)
      return m;
  for (const methods::MethodText &file : methods::pieces())
    if (auto *m = embedded(std::string(file.name), file.text, name))
      return m;
  return nullptr;
}

const syntax::MethodDecl *Session::loopMethod(const std::string &name) {
  for (const methods::MethodText &text : methods::loops())
    if (auto *m = embedded(std::string(text.name), text.text, name))
      return m;
  return nullptr;
}

std::vector<std::string> Session::methodNames() {
  std::vector<std::string> names;
  for (const syntax::MethodDecl *m : analysis.methods)
    names.push_back(m->name.name);
  for (const methods::MethodText &m : methods::shipped())
    names.emplace_back(m.name);
  return names;
}

transform::Epigraph *Session::withoutKinks(const ir::Problem &problem,
                                           const std::vector<ir::ValueId> &nonNegative) {
  auto [it, isNew] = smooth_.try_emplace({&problem, nonNegative});
  if (isNew)
    it->second = transform::epigraph(graph(), problem, nonNegative);
  return it->second ? &*it->second : nullptr;
}

} // namespace gradus::driver
