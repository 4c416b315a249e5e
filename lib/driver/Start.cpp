//===- Start.cpp - `--start` and `--fix` -----------------------------------------===//

#include "driver/Solve.h"
#include "support/Text.h"

#include <algorithm>

namespace gradus::driver {

using namespace ir;

/// Entries name unknowns, and in a start named constraints: their multipliers.
bool Solver::applyStart(std::vector<double> &multipliers) {
  Graph &g = session_.graph();
  auto sizeOf = [&](ValueId v, size_t &size) {
    std::vector<int64_t> shape;
    if (!session_.extents(g.type(v).shape, shape))
      return false;
    size = 1;
    for (int64_t e : shape)
      size *= static_cast<size_t>(e);
    return true;
  };
  auto apply = [&](const PointEntry &entry, const char *option, bool fix) {
    auto wrongLength = [&](size_t size) {
      session_.diagnostics.report(Diag::BadValue, {},
                                  std::string(option) + ": '" + entry.name + "' has " +
                                      std::to_string(size) + " elements, not " +
                                      std::to_string(entry.numbers.size()));
      return false;
    };
    std::vector<std::string> names;
    size_t at = 0, size = 0;
    for (const Unknown &u : problem_.unknowns) {
      if (!sizeOf(g.inputNode(u.input), size))
        return false;
      names.push_back(g.inputs()[u.input].name);
      if (names.back() == entry.name) {
        if (size != entry.numbers.size())
          return wrongLength(size);
        for (size_t k = 0; k < size; ++k) {
          double v = entry.numbers[k];
          if (fix)
            for (BoundValues *bounds : {&lower_, &upper_}) {
              bounds->keep(start_.size());
              bounds->set(at + k, v);
            }
          start_[at + k] = std::clamp(v, lower_[at + k], upper_[at + k]);
          bounded_ = bounded_ || fix;
        }
        return true;
      }
      at += size;
    }
    at = 0;
    if (!fix && !multipliers.empty())
      for (const Constraint &c : problem_.constraints) {
        if (!sizeOf(c.value, size))
          return false;
        if (!c.name.empty())
          names.push_back(c.name);
        if (c.name == entry.name) {
          if (size != entry.numbers.size())
            return wrongLength(size);
          std::copy(entry.numbers.begin(), entry.numbers.end(),
                    multipliers.begin() + static_cast<std::ptrdiff_t>(at));
          return true;
        }
        at += size;
      }
    auto near = closest(entry.name, names);
    session_.diagnostics.report(Diag::UnknownVariable, {},
                                std::string(option) + ": the problem has no unknown '" + entry.name +
                                    "'",
                                near ? "did you mean '" + *near + "'?" : "");
    return false;
  };
  for (const PointEntry &e : options_.fixed)
    if (!apply(e, "fix", true))
      return false;
  for (const PointEntry &e : options_.start)
    if (!apply(e, "start", false))
      return false;
  return true;
}

} // namespace gradus::driver
