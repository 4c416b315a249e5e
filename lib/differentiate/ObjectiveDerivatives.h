//===- ObjectiveDerivatives.h - derivatives that several ask for -----------===//
//
// Who chooses a method for an objective, who lowers the method, and who looks at where
// it has ended ask for the same derivatives: each is made once, when it is first asked
// for.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "differentiate/Differentiate.h"

#include <map>
#include <vector>

namespace gradus::differentiate {

class ObjectiveDerivatives {
public:
  ObjectiveDerivatives(ir::Graph &graph, ir::ValueId objective, std::vector<ir::ValueId> unknowns);

  bool areOf(ir::ValueId objective, const std::vector<ir::ValueId> &unknowns) const {
    return objective == objective_ && unknowns == unknowns_;
  }
  const std::vector<ir::ValueId> &gradient(Storing storing);
  /// Inputs "v_x" for an unknown x: the direction of products with the Hessian.
  const std::vector<ir::ValueId> &directions();
  /// The derivative of the gradient along the directions.
  const std::vector<ir::ValueId> &products(Storing storing);

private:
  /// The storings that make no difference are one.
  Storing usual(Storing storing) const { return recurs_ ? storing : Storing::States; }

  ir::Graph &g;
  ir::ValueId objective_;
  std::vector<ir::ValueId> unknowns_, directions_;
  bool recurs_ = false;
  std::map<Storing, std::vector<ir::ValueId>> gradients_, products_;
};

} // namespace gradus::differentiate
