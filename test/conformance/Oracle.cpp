//===- Oracle.cpp - differences in many bits --------------------------------------===//

#include "Oracle.h"

#include "ir/Scalar.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace gradus::conformance {

using ir::Prim;

/// B(2j)/(2j)! = (-1)^(j+1) 2 zeta(2j) / (2 pi)^(2j), remembered.
static const Big &bernoulli(unsigned j) {
  static std::map<std::pair<mpfr_prec_t, unsigned>, Big> known;
  auto [it, fresh] = known.try_emplace({Big::bits, j});
  if (fresh) {
    Big zeta, twoPi;
    mpfr_const_pi(twoPi.m, MPFR_RNDN);
    mpfr_zeta_ui(zeta.m, 2 * j, MPFR_RNDN);
    it->second = (j % 2 == 1 ? 2.0 : -2.0) * zeta / pow(2.0 * twoPi, Big(2.0 * j));
  }
  return it->second;
}

/// n! (-1)^(n+1) sum over k >= 0 of (x + k)^-(n+1), the tail by Euler and
/// Maclaurin (Abramowitz and Stegun 6.4.10 and 6.4.11).
Big polygamma(int64_t n, const Big &x) {
  const auto s = static_cast<double>(n + 1);
  Big sum, top = x;
  const Big least = 0.25 * static_cast<double>(Big::bits) + static_cast<double>(n) + 10;
  for (; top < least; top = top + 1.0)
    sum = sum + pow(top, Big(-s));
  sum = sum + pow(top, Big(1 - s)) / (s - 1) + 0.5 * pow(top, Big(-s));
  Big factor = s * pow(top, Big(-s - 1));
  for (unsigned j = 1;; ++j) {
    Big term = bernoulli(j) * factor;
    sum = sum + term;
    if (term.exponent() < sum.exponent() - Big::bits)
      break;
    factor = factor * (s + 2.0 * j - 1) * (s + 2.0 * j) / (top * top);
  }
  Big factorial = 1;
  for (int64_t k = 2; k <= n; ++k)
    factorial = factorial * static_cast<double>(k);
  return n % 2 != 0 ? factorial * sum : -(factorial * sum);
}

namespace {

/// Relative size of a step: its square is lost, so a difference is good for
/// twice as many bits, less what a pole nearby takes.
constexpr int64_t stepBits = 100;
constexpr int64_t mostBits = 16000;

bool isAngular(Prim p) { return p == Prim::Sin || p == Prim::Cos || p == Prim::Tan; }

} // namespace

Oracle::Oracle(Prim p, Operands operands) : prim(p), at(std::move(operands)) {
  // Of a zero: far below the others, and below what makes a difference in double.
  int least = -200;
  for (double x : at)
    if (int e = 0; x != 0)
      std::frexp(x, &e), least = std::min(least, e);
  for (double x : at) {
    int e = least;
    if (x != 0)
      std::frexp(x, &e);
    // What turns has a scale of its own.
    step.push_back((isAngular(p) ? std::min(e, 0) : e) - stepBits);
  }
}

Big Oracle::evaluate(const std::vector<Big> &x) const {
  if (prim == Prim::Powi)
    return ir::algebra::powi<Big>(x[0], static_cast<int64_t>(at[1]));
  if (prim == Prim::Polygamma)
    return polygamma(static_cast<int64_t>(at[1]), x[0]);
  if (prim == Prim::ToReal)
    return x[0];
  return ir::evaluateReal<Big>(prim, x);
}

Big Oracle::moved(unsigned i, int stepsI, unsigned j, int stepsJ) const {
  std::vector<Big> x(at.begin(), at.end());
  x[i] = x[i] + Big(stepsI).scaled(step[i]);
  x[j] = x[j] + Big(stepsJ).scaled(step[j]);
  return evaluate(x);
}

/// difference() gives the difference and the largest exponent in it; with as
/// many bits as it takes to have 100 left.
template <class Difference> Big Oracle::precise(int64_t bits, Difference difference) {
  mpfr_prec_t saved = Big::bits;
  for (size_t k = 0; k < at.size(); ++k) {
    int e = 0;
    std::frexp(at[k], &e);
    bits = std::max(bits, e - step[k] + 160);
  }
  Big result;
  for (int64_t need = bits; need <= mostBits;) {
    Big::bits = need;
    auto [value, exponent] = difference();
    int64_t lost = value.isZero() ? need : exponent - value.exponent();
    if (need - lost >= 100) {
      result = value;
      break;
    }
    if (exponent - need < -1200)
      break; // 0 in double, whatever it is
    need = value.isZero() ? 2 * need : std::max(need + 100, lost + 140);
  }
  Big::bits = saved;
  return result;
}

Big Oracle::value() {
  return precise(300, [&] {
    Big v = moved(0, 0, 0, 0);
    return std::pair(v, v.exponent());
  });
}

Big Oracle::first(unsigned i) {
  return precise(360, [&] {
    Big ahead = moved(i, 1, i, 0), behind = moved(i, -1, i, 0);
    return std::pair((ahead - behind).scaled(-step[i] - 1), ahead.exponent() - step[i] - 1);
  });
}

Big Oracle::second(unsigned i, unsigned j) {
  return precise(460, [&] {
    if (i == j) {
      Big ahead = moved(i, 1, i, 0), here = moved(i, 0, i, 0), behind = moved(i, -1, i, 0);
      return std::pair(((ahead - here) - (here - behind)).scaled(-2 * step[i]),
                       std::max(ahead.exponent(), here.exponent()) - 2 * step[i]);
    }
    Big a = moved(i, 1, j, 1), b = moved(i, 1, j, -1), c = moved(i, -1, j, 1),
        d = moved(i, -1, j, -1);
    return std::pair(((a - b) - (c - d)).scaled(-step[i] - step[j] - 2),
                     a.exponent() - step[i] - step[j] - 2);
  });
}

} // namespace gradus::conformance
