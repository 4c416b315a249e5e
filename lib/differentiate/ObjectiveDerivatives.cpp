//===- ObjectiveDerivatives.cpp - derivatives that several ask for ---------===//

#include "differentiate/ObjectiveDerivatives.h"

#include "differentiate/Composition.h"

namespace gradus::differentiate {

using namespace ir;

ObjectiveDerivatives::ObjectiveDerivatives(Graph &graph, ValueId objective,
                                           std::vector<ValueId> unknowns)
    : g(graph), objective_(objective), unknowns_(std::move(unknowns)) {
  forEachUnder(g, objective, [&](ValueId v) { recurs_ = recurs_ || g.node(v).op == Op::Recur; });
}

const std::vector<ValueId> &ObjectiveDerivatives::gradient(Storing storing) {
  auto [it, fresh] = gradients_.try_emplace(usual(storing));
  if (fresh)
    it->second = differentiate::gradient(g, objective_, unknowns_, storing);
  return it->second;
}

const std::vector<ValueId> &ObjectiveDerivatives::directions() {
  if (directions_.empty())
    for (ValueId v : unknowns_)
      directions_.push_back(
          g.input({"v_" + g.inputOf(v).name, g.type(v), InputRole::Argument, {}}));
  return directions_;
}

const std::vector<ValueId> &ObjectiveDerivatives::products(Storing storing) {
  auto [it, fresh] = products_.try_emplace(usual(storing));
  if (fresh)
    it->second = pushforward(g, gradient(storing), unknowns_, directions());
  return it->second;
}

} // namespace gradus::differentiate
