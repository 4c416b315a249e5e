//===- TestPoints.cpp - points at which a model is tested -------------------------===//

#include "driver/TestPoints.h"

#include "driver/Point.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

using namespace ir;

namespace {

/// Points of functions lie in boxes that suit ever fewer domains.
struct Box {
  double lo, hi;
};
constexpr Box boxes[testPoints] = {{0.1, 0.9}, {0.5, 2.5}, {-1, 1}, {-3, 3}};

} // namespace

TestPoints::TestPoints(Session &s) : session(s), g(s.graph()) {}

/// Numbers that are the same in every run and on every machine (SplitMix64,
/// Steele, Lea, Flood, OOPSLA 2014).
double TestPoints::uniform(double lo, double hi) {
  state += 0x9E3779B97F4A7C15ull;
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  z ^= z >> 31;
  return lo + (hi - lo) * (static_cast<double>(z >> 11) * 0x1p-53);
}

bool TestPoints::bindUnknowns() {
  for (const Problem &p : session.module().problems)
    for (const Unknown &u : p.unknowns)
      if (!bindStart(session, u))
        return false;
  return true;
}

bool TestPoints::bind(const Subject &subject, int point) {
  return subject.problem ? bindProblem(subject, point) : bindFunction(subject, point);
}

bool TestPoints::bindFunction(const Subject &subject, int point) {
  for (size_t k = 0; k < subject.sizes.size(); ++k) {
    InputValue &size = session.value(subject.sizes[k]);
    size.known = true;
    auto it = fixed.find(subject.sizes[k]);
    size.whole = it != fixed.end() ? it->second
                                   : 3 + static_cast<int64_t>((k + static_cast<size_t>(point)) % 3);
  }
  for (ValueId v : subject.arguments) {
    InputValue &value = session.value(g.inputIndex(v));
    if (!session.extents(g.type(v).shape, value.extents))
      return false;
    int64_t elements = 1;
    for (int64_t e : value.extents)
      elements *= e;
    value.known = true;
    value.reals.clear();
    value.wholes.clear();
    for (int64_t k = 0; k < elements; ++k) {
      value.reals.push_back(uniform(boxes[point].lo, boxes[point].hi));
      value.wholes.push_back(1 + (k + point) % 3);
    }
    if (g.type(v).scalar()) {
      value.real = value.reals[0];
      value.whole = value.wholes[0];
    }
  }
  return true;
}

/// The start, then points around it within the bounds.
bool TestPoints::bindProblem(const Subject &subject, int point) {
  for (const Unknown &u : subject.problem->unknowns) {
    std::vector<double> lower, upper;
    if (!bindStart(session, u) || !boundsOf(session, u, lower, upper))
      return false;
    InputValue &value = session.value(u.input);
    auto moved = [&](double start, size_t k) {
      if (point == 0)
        return start;
      if (std::isfinite(lower[k]) && std::isfinite(upper[k]))
        return uniform(lower[k], upper[k]);
      const double reach = 0.5 * std::max(1.0, std::fabs(start));
      return std::clamp(start + uniform(-reach, reach), lower[k], upper[k]);
    };
    if (g.inputs()[u.input].type.scalar())
      value.real = moved(value.real, 0);
    for (size_t k = 0; k < value.reals.size(); ++k)
      value.reals[k] = moved(value.reals[k], k);
  }
  return true;
}

} // namespace gradus::driver
