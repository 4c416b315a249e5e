//===- Structure.h - what kind of function an objective is --------------------===//
//
// Facts that solvers choose by, each certain where it is claimed and silent
// where it cannot be shown: degree, curvature by the rules of composition,
// smoothness, residuals, which unknowns it is linear in, the sparse Hessian.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "differentiate/Sparse.h"
#include "ir/Graph.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gradus::differentiate {

enum class Curvature : uint8_t { Constant, Affine, Convex, Concave, Unknown };
enum class Sign : uint8_t { NonNegative, NonPositive, Unknown };

struct Structure {
  ir::ValueId unknowns;          ///< how many numbers: an Int expression
  /// As a polynomial in the unknowns: 0, 1, 2, or 3 for anything else.
  int degree = 3;
  Curvature curvature = Curvature::Unknown;
  std::vector<bool> linearIn;    ///< for each unknown, the others held
  /// The first operation with a kink or a jump that the unknowns reach: "abs",
  /// "max", "if"; "" where there is none.
  std::string kink;
  SourceRange kinkAt = {};
  /// Sum of functions of one number each.
  bool separable = false;
  bool separableKnown = false;   ///< false: no sparse Hessian to tell by
  /// Scalars and arrays: the objective is half the sum of their squares, and a
  /// constant.
  std::optional<std::vector<ir::ValueId>> residuals;
  /// Nothing: no rule fits somewhere (`denseAt`).
  std::optional<SparseMatrix> hessian;
  SourceRange denseAt = {};
  bool hasBounds = false;        ///< set by who knows the problem

  bool isLinear() const { return degree <= 1; }
  bool isQuadratic() const { return degree <= 2; } ///< the Hessian is constant
  bool isSmooth() const { return kink.empty(); }
  bool isSumOfSquares() const { return residuals.has_value(); }
  bool isConvex() const { return curvature <= Curvature::Convex; }
  /// Worth a sparse factorization, as far as can be said without sizes.
  bool hasSparseHessian() const { return hessian && !hessian->coupled; }
};

/// `nonNegative`: inputs that are known not to be negative, unknowns by their
/// bounds, data and parameters by their values.
Structure analyze(ir::Graph &graph, ir::ValueId objective, std::span<const ir::ValueId> unknowns,
                  std::span<const ir::ValueId> nonNegative = {});

/// Degree (0, 1, 2, 3 for more) of a scalar or an array in the inputs.
int degree(const ir::Graph &graph, ir::ValueId v, std::span<const ir::ValueId> inputs);

/// By the rules of disciplined convex programming (Grant, Boyd and Ye, 2006).
Curvature curvature(const ir::Graph &graph, ir::ValueId v, std::span<const ir::ValueId> inputs,
                    std::span<const ir::ValueId> nonNegative);
/// By the same rules.
Sign sign(const ir::Graph &graph, ir::ValueId v, std::span<const ir::ValueId> inputs,
          std::span<const ir::ValueId> nonNegative);

} // namespace gradus::differentiate
