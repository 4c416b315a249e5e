//===- Scopes.h - names and what they stand for ------------------------------===//
//
// Scopes nest: file, problem, function, block, reduction. A name of a file or a
// problem may be used before its line, so its entity is resolved when it is
// first read; names of blocks are there from their line on. Primitives and
// constants are looked up after all scopes, so that a file may hide them.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "semantics/Values.h"
#include "syntax/Tree.h"

#include <deque>
#include <unordered_map>

namespace gradus::semantics {

class Scope;

/// One declared name.
struct Entity {
  enum class Kind : uint8_t { Value, Function, Table, Special };
  /// Value: whether `value` is there yet.
  enum class State : uint8_t { Ready, Waiting, Active };

  Kind kind = Kind::Value;
  State state = State::Ready;
  std::string name;
  SourceRange range;
  std::string what; ///< "unknown", "parameter", "index", ... for messages
  bool used = false;
  /// A declared array: its own name in its value is a recurrence.
  bool hasAxes = false;
  /// A real parameter or argument: what to declare where an int is needed.
  std::string wholeForm;
  Value value;
  std::function<Value()> resolve;

  // Function
  const syntax::FnDecl *fn = nullptr;
  Scope *home = nullptr;

  // Table
  std::function<Value(const syntax::Ident &column)> column;
  std::function<Value()> rows;
  /// The array of whole numbers that are 1 where the column has this text, else 0.
  std::function<Value(const syntax::Ident &column, const std::string &text, SourceRange place)>
      columnIs;

  // Special: called with elaborated arguments, as methods call `grad(x)`.
  std::function<Value(std::span<const Value> arguments, const syntax::Call &call,
                      SourceRange range)>
      special;
};

class Scope {
public:
  explicit Scope(Scope *parent = nullptr);
  Scope(const Scope &) = delete;
  Scope &operator=(const Scope &) = delete;

  /// Declares a name; the caller has made sure that it is not there.
  Entity &declare(std::string name, SourceRange range, std::string what);
  Entity &declare(const syntax::Ident &name, std::string what) {
    return declare(name.name, name.range, std::move(what));
  }
  Entity &declareValue(const syntax::Ident &name, std::string what, Value value);
  /// Makes an entity of another scope visible here under its own name.
  void adopt(Entity &entity);

  Entity *findHere(const std::string &name) const;
  Entity *find(const std::string &name) const;
  /// All names that can be seen from here.
  std::vector<std::string> visible() const;
  const std::deque<Entity> &entities() const { return entities_; }
  Scope *parent() const { return parent_; }
  /// Unlike addresses, never used again.
  uint64_t id() const { return id_; }

private:
  Scope *parent_;
  uint64_t id_;
  std::deque<Entity> entities_;
  std::unordered_map<std::string, Entity *> names_;
};

} // namespace gradus::semantics
