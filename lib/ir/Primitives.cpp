//===- Primitives.cpp - looking rows up ---------------------------------------===//

#include "ir/Primitives.h"

#include <string>
#include <unordered_map>

namespace gradus::ir {

const PrimInfo &info(Prim prim) {
  static const PrimInfo rows[] = {
#define PRIMITIVE(NAME, SPELLING, C, ARITY, NOTATION, SIGNATURE, LOWERING, COMMUTATIVE, COST,      \
                  SMOOTH, DOMAIN, KINK, ...)                                                       \
  {SPELLING,    C,    ARITY,  Notation::NOTATION, Signature::SIGNATURE, Lowering::LOWERING,        \
   COMMUTATIVE, COST, SMOOTH, DOMAIN,             KINK},
#include "ir/Primitives.def"
  };
  return rows[static_cast<size_t>(prim)];
}

namespace {

const std::unordered_map<std::string_view, Prim> &bySpelling() {
  static const std::unordered_map<std::string_view, Prim> table = {
#define PRIMITIVE(NAME, SPELLING, ...) {SPELLING, Prim::NAME},
#include "ir/Primitives.def"
  };
  return table;
}

} // namespace

std::optional<Prim> findPrimitiveByIRName(std::string_view name) {
  auto it = bySpelling().find(name);
  return it == bySpelling().end() ? std::nullopt : std::optional(it->second);
}

std::optional<Prim> findPrimitive(std::string_view name) {
  auto found = findPrimitiveByIRName(name);
  return found && info(*found).notation == Notation::Function ? found : std::nullopt;
}

} // namespace gradus::ir
