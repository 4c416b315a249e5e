//===- Primitives.h - the one table of primitives ------------------------===//
//
// Everything the layers know of a primitive is a row of Primitives.def; see
// the comment there and docs/adding_a_primitive.md.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gradus::ir {

enum class Prim : uint8_t {
#define PRIMITIVE(NAME, ...) NAME,
#include "ir/Primitives.def"
};

/// How the primitive appears in text.
enum class Notation : uint8_t { Function, Infix, Prefix, Internal };
/// What a type of operand is allowed, and what comes out.
enum class Signature : uint8_t {
  Real,       ///< reals to real
  Numeric,    ///< all int to int, or all real to real
  Int,        ///< ints to int
  RealInt,    ///< (real, int) to real
  IntToReal,  ///< int to real
  Compare,    ///< two of the same kind (int or real) to bool
  Logic,      ///< bools to bool
};
/// How the LLVM back end makes it.
enum class Lowering : uint8_t {
  Instruction, ///< an instruction, by a switch in codegen
  Intrinsic,   ///< llvm.NAME.f64: correctly rounded or exact on every target
  Libm,        ///< a call of the C function
  Expanded,    ///< an algebraic definition over other rows (column EXPANSION)
};

struct PrimInfo {
  const char *name;     ///< spelling in .opt and in the IR's text form
  const char *cName;    ///< C function, or operator
  uint8_t arity;
  Notation notation;
  Signature signature;
  Lowering lowering;
  bool commutative;
  uint8_t cost;         ///< in units of an addition
  bool smooth;          ///< false: has kinks or jumps, see `kink`
  const char *domain;   ///< for people: "x > 0"; "" when all reals
  const char *kink;     ///< convention at kinks, for docs; "" when smooth
};
const PrimInfo &info(Prim prim);
constexpr unsigned primCount = 0
#define PRIMITIVE(NAME, ...) +1
#include "ir/Primitives.def"
    ;
/// The function-notation primitive with this .opt spelling.
std::optional<Prim> findPrimitive(std::string_view name);
/// Any primitive by the spelling of the IR's text form.
std::optional<Prim> findPrimitiveByIRName(std::string_view name);

} // namespace gradus::ir
