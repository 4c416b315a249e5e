//===- Dependence.cpp - which unknowns a value depends on ----------------------===//

#include "interpret/Dependence.h"

#include "runtime/Runtime.h"

#include <algorithm>

namespace gradus::interpret {

Dependence Dependence::join(double v, const Dependence &a, const Dependence &b) {
  if (!b.set || a.set == b.set)
    return a.with(v);
  if (!a.set)
    return b.with(v);
  const Set &large = a.set->size() < b.set->size() ? *b.set : *a.set;
  const Set &small = a.set->size() < b.set->size() ? *a.set : *b.set;
  if (std::includes(large.begin(), large.end(), small.begin(), small.end()))
    return (a.set->size() < b.set->size() ? b : a).with(v);
  auto both = std::make_shared<Set>();
  both->reserve(large.size() + small.size());
  std::set_union(large.begin(), large.end(), small.begin(), small.end(), std::back_inserter(*both));
  Dependence d(v);
  d.set = std::move(both);
  return d;
}

// The functions that the rows of the table of primitives call by their plain names.
#define SMOOTH(NAME)                                                                               \
  [[maybe_unused]] static Dependence NAME(const Dependence &x) { return x.with(std::NAME(x.value)); }
#define STEP(NAME)                                                                                 \
  [[maybe_unused]] static Dependence NAME(const Dependence &x) { return {std::NAME(x.value)}; }
#define TWO(NAME)                                                                                  \
  [[maybe_unused]] static Dependence NAME(const Dependence &x, const Dependence &y) {              \
    return Dependence::join(std::NAME(x.value, y.value), x, y);                                    \
  }
SMOOTH(abs) SMOOTH(acos) SMOOTH(acosh) SMOOTH(asin) SMOOTH(asinh) SMOOTH(atan) SMOOTH(atanh)
SMOOTH(cbrt) SMOOTH(cos) SMOOTH(cosh) SMOOTH(erf) SMOOTH(erfc) SMOOTH(exp) SMOOTH(expm1)
SMOOTH(lgamma) SMOOTH(log) SMOOTH(log10) SMOOTH(log1p) SMOOTH(log2) SMOOTH(sin) SMOOTH(sinh)
SMOOTH(sqrt) SMOOTH(tan) SMOOTH(tanh)
STEP(ceil) STEP(floor) STEP(round)
TWO(atan2) TWO(hypot) TWO(pow)
#undef SMOOTH
#undef STEP
#undef TWO
[[maybe_unused]] static Dependence fma(const Dependence &x, const Dependence &y, const Dependence &z) {
  return x * y + z;
}

} // namespace gradus::interpret

namespace gradus::ir::algebra {

using interpret::Dependence;

[[maybe_unused]] static Dependence digamma(const Dependence &x) {
  return x.with(gradus_digamma(x.value));
}
[[maybe_unused]] static Dependence polygamma(int64_t n, const Dependence &x) {
  return x.with(gradus_polygamma(n, x.value));
}
[[maybe_unused]] static Dependence sign(const Dependence &x) {
  return {x.value > 0 ? 1.0 : x.value < 0 ? -1.0 : x.value};
}

} // namespace gradus::ir::algebra

#include "ir/Scalar.h"

namespace gradus::ir::algebra {

// Kinks may move: both sides count.
template <>
inline Dependence select<Dependence>(bool condition, const Dependence &a, const Dependence &b) {
  return Dependence::join(condition ? a.value : b.value, a, b);
}
template <> inline Dependence minimum<Dependence>(const Dependence &x, const Dependence &y) {
  return Dependence::join(std::fmin(x.value, y.value), x, y);
}
template <> inline Dependence maximum<Dependence>(const Dependence &x, const Dependence &y) {
  return Dependence::join(std::fmax(x.value, y.value), x, y);
}

} // namespace gradus::ir::algebra

#include "interpret/InterpreterTemplate.h"

namespace gradus::interpret {

template class Interpreter<Dependence>;

std::array<bool, 3> dependsOnOperands(ir::Prim p) {
  std::array<bool, 3> found{};
  const ir::Signature signature = info(p).signature;
  if (signature == ir::Signature::RealInt) {
    found[0] = true;
  } else if (signature == ir::Signature::Real || signature == ir::Signature::Numeric) {
    std::vector<Dependence> operands;
    for (uint32_t k = 0; k < info(p).arity; ++k)
      operands.emplace_back(0.5, k);
    if (const Dependence made = ir::evaluateReal<Dependence>(p, operands); made.set)
      for (uint32_t k : *made.set)
        found[k] = true;
  }
  return found;
}

} // namespace gradus::interpret
