//===- Unknowns.cpp - names of the elements of x ----------------------------------===//

#include "driver/Unknowns.h"

namespace gradus::driver {

using namespace ir;

std::string elementName(const std::string &name, const std::vector<int64_t> &lo,
                        const std::vector<int64_t> &shape, size_t linear) {
  std::vector<int64_t> index(shape.size());
  for (size_t k = shape.size(); k-- > 0;) {
    index[k] = lo[k] + static_cast<int64_t>(linear) % shape[k];
    linear /= static_cast<size_t>(shape[k]);
  }
  std::string text = name + "[";
  for (size_t k = 0; k < index.size(); ++k)
    text += (k ? "," : "") + std::to_string(index[k]);
  return text + "]";
}

void unknownRanges(Session &session, const Unknown &u, std::vector<int64_t> &lo,
                   std::vector<int64_t> &shape) {
  Graph &g = session.graph();
  ValueId node = g.inputNode(u.input);
  lo.clear();
  session.extents(g.type(node).shape, shape);
  const std::vector<Axis> axes = g.axesOf(node);
  for (const Axis &axis : axes)
    lo.push_back(session.whole(axis.lo).value_or(1));
}

std::string unknownName(Session &session, const Problem &problem, size_t k) {
  std::vector<int64_t> lo, shape;
  for (const Unknown &u : problem.unknowns) {
    unknownRanges(session, u, lo, shape);
    size_t size = 1;
    for (int64_t e : shape)
      size *= static_cast<size_t>(e);
    const std::string &name = session.graph().inputs()[u.input].name;
    if (k < size)
      return shape.empty() ? name : elementName(name, lo, shape, k);
    k -= size;
  }
  return "x[" + std::to_string(k + 1) + "]";
}

} // namespace gradus::driver
