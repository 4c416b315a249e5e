//===- TextForm.h - what the text form's writer, reader and verifier share ----===//
//
// The text form of the expression IR has one node a line:
//
//   %1 = input @0 "n" : int size
//   %2 = input @1 "x" : real[1..%1] argument
//   %3 = reduce sum (#1 "i" in 1..%1) : real {
//     %4 = at %2, #1 : real
//     %5 = mul %4, %4 : real
//     yield %5
//   }
//   return %3
//
//   %4 = recur (#1 "t" in 1..%1) : int {
//     state #2 "h" : real = 1.0
//     %5 = cos #2 : real
//     until %6
//     next %5
//   }
//   %7 = last 1 of %4 : real
//   %8 = states 1 of %4 : real[0..%1]
//
// Constants and bound indices stand in place: 2 is whole, 2.0 real. A block
// may hold `where %c` before its `yield`. Names of a block are seen only inside
// it. Free symbols are declared by `symbol #s7 "j" in 1..%1` (states by
// `symbol #s7 "h" : real`), 7 being the symbol's number. Lines that begin with fn, let, param, data, size, table,
// problem or `;` describe a module and do not matter to the reader.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <optional>
#include <string>
#include <string_view>

namespace gradus::ir {

/// "real", "int", "bool".
const char *kindName(Kind kind);
/// "sum", "prod", "min", "max", "logsumexp".
const char *reduceName(ReduceOp op);
/// "argument", "parameter", "data", "unknown", "size", "local".
const char *roleName(InputRole role);
/// A name in double quotes, with backslashes before quotes, backslashes and \n.
std::string quoted(const std::string &name);

/// Why `prim` cannot have these operands; empty when it can.
std::string operandError(const Graph &graph, Prim prim, std::span<const ValueId> operands);

/// Whether the operands make a node of this operation.
bool isMatrixNode(const Graph &graph, MatrixOp op, std::span<const ValueId> operands);
std::optional<MatrixOp> findMatrixOp(std::string_view name);

} // namespace gradus::ir
