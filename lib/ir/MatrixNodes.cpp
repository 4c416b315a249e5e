//===- MatrixNodes.cpp - matrix algebra that is kept whole ---------------------===//

#include "ir/TextForm.h"

#include <cassert>

namespace gradus::ir {

const char *matrixOpName(MatrixOp op) {
  switch (op) {
  case MatrixOp::Cholesky:
    return "cholesky";
  case MatrixOp::Factor:
    return "factor";
  case MatrixOp::Solve:
    return "solve";
  case MatrixOp::SolveTransposed:
    return "solve_transposed";
  case MatrixOp::SolveLower:
    return "solve_lower";
  case MatrixOp::SolveLowerTransposed:
    return "solve_lower_transposed";
  case MatrixOp::Det:
    return "det";
  case MatrixOp::LogDet:
    return "logdet";
  }
  return "";
}

std::optional<MatrixOp> findMatrixOp(std::string_view name) {
  for (int k = 0; k <= static_cast<int>(MatrixOp::LogDet); ++k)
    if (name == matrixOpName(static_cast<MatrixOp>(k)))
      return static_cast<MatrixOp>(k);
  return {};
}

bool isMatrixNode(const Graph &g, MatrixOp op, std::span<const ValueId> ops) {
  size_t count = 2;
  if (op == MatrixOp::Cholesky || op == MatrixOp::Factor)
    count = 1;
  else if (op == MatrixOp::Solve || op == MatrixOp::SolveTransposed)
    count = 3;
  if (ops.size() != count)
    return false;
  for (size_t k = 0; k < ops.size(); ++k) {
    if (g.type(ops[k]).scalar() || g.type(ops[k]).kind != Kind::Real)
      return false;
    const bool right = k > 0 && k + 1 == count && op != MatrixOp::Det && op != MatrixOp::LogDet;
    if (g.rank(ops[k]) != 2 && !(right && g.rank(ops[k]) == 1))
      return false;
    for (const Axis &axis : g.axesOf(ops[k]))
      if (!g.isInt(axis.lo, 1))
        return false;
  }
  return true;
}

ValueId Graph::matrix(MatrixOp op, std::span<const ValueId> given) {
  std::vector<ValueId> ops(given.begin(), given.end());
  for ([[maybe_unused]] ValueId v : ops)
    assert(!type(v).scalar() && type(v).kind == Kind::Real);
  Type made{Kind::Real, 0};
  switch (op) {
  case MatrixOp::Cholesky:
    made.shape = type(ops[0]).shape;
    break;
  case MatrixOp::Factor: {
    std::vector<Axis> axes = axesOf(ops[0]);
    axes[1].hi = add(axes[1].hi, integer(1));
    made.shape = shape(std::move(axes));
    break;
  }
  case MatrixOp::Solve:
  case MatrixOp::SolveTransposed:
  case MatrixOp::SolveLower:
  case MatrixOp::SolveLowerTransposed:
    made.shape = type(ops.back()).shape;
    break;
  case MatrixOp::Det:
  case MatrixOp::LogDet:
    break;
  }
  return intern({.op = Op::Matrix, .sub = static_cast<uint8_t>(op), .type = made}, ops);
}

} // namespace gradus::ir
