//===- Domains.cpp - where each primitive is tried -----------------------------===//

#include "Domains.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace gradus::conformance {

using ir::Prim;

namespace {

constexpr double largest = std::numeric_limits<double>::max();
constexpr double smallest = std::numeric_limits<double>::denorm_min();
constexpr double normal = std::numeric_limits<double>::min();
constexpr double pi = 3.141592653589793;

Sampler any(std::vector<double> near = {}) { return {-largest, largest, std::move(near)}; }
Sampler positive(std::vector<double> near = {}) { return {smallest, largest, std::move(near)}; }
Sampler wholes(double lo, double hi) { return {lo, hi, {}, true}; }

bool isWhole(const Operands &x) { return x[0] == std::floor(x[0]); }
bool isHalf(const Operands &x) { return 2 * x[0] == std::floor(2 * x[0]); }
bool isZero(const Operands &x) { return x[0] == 0; }
bool areEqual(const Operands &x) { return x[0] == x[1]; }

/// Whether x/h^2 or y/h^2 has lost digits that its products with 1/h would need.
bool isSlopeSubnormal(const Operands &x) {
  double h = std::hypot(x[0], x[1]);
  return std::any_of(x.begin(), x.end(),
                     [&](double a) { return a != 0 && std::abs(a) / h / h < normal; });
}

/// Below 0, digamma(x) = digamma(1 - x) - pi*cot(pi*x) has a root between any
/// two poles.
Big reflectedDigamma(const Operands &x, int order, unsigned, unsigned) {
  return x[0] < 0 && order == 0 ? digamma(Big(1) - x[0]) : Big();
}
Big reflectedLgamma(const Operands &x, int order, unsigned, unsigned) {
  return x[0] < 0 && order == 1 ? digamma(Big(1) - x[0]) : Big();
}
/// Derivatives of even order change their sign between two poles.
Big reflectedPolygamma(const Operands &x, int order, unsigned, unsigned) {
  auto n = static_cast<int>(x[1]) + order;
  Big term = pow(abs(Big(x[0]) - round(Big(x[0]))), Big(-1 - n));
  for (int k = 2; k <= n; ++k)
    term = term * k;
  return x[0] < 0 && n % 2 == 0 ? term : Big();
}
/// d2/dx dy x^y = x^(y - 1) + y*x^(y - 1)*log(x)
Big powTerms(const Operands &x, int order, unsigned i, unsigned j) {
  return order == 2 && i != j ? pow(Big(x[0]), Big(x[1]) - 1.0) : Big();
}
/// (x^2 - y^2)/(x^2 + y^2)^2 is 0 on the diagonals.
Big atan2Terms(const Operands &x, int order, unsigned i, unsigned j) {
  Big h = hypot(Big(x[0]), Big(x[1]));
  return order == 2 && i != j ? 1.0 / (h * h) : Big();
}
/// (y^2 - x^2)/h^4, and 2*x*(x^2 - 3*y^2)/h^6 with its like.
Big atan2SlopeTerms(const Operands &x, int order, unsigned i, unsigned j) {
  Big a = abs(Big(x[0])), b = abs(Big(x[1])), h = hypot(a, b), square = h * h;
  if (order == 2)
    return 2.0 * (i == j ? a : b) / square / square;
  return order == 1 && i == 0 ? 1.0 / square : Big();
}
/// x*(2*y^2 - x^2)/h^5 and y*(2*x^2 - y^2)/h^5
Big hypotSlopeTerms(const Operands &x, int order, unsigned i, unsigned j) {
  Big a = abs(Big(x[0])), b = abs(Big(x[1])), h = hypot(a, b);
  if (order != 2 || (i == 0 && j == 0))
    return Big();
  Big one = i == j ? a : b, other = i == j ? b : a;
  Big first = 2.0 * other * other, second = one * one;
  return one * (first < second ? second : first) / pow(h, Big(5));
}
/// d2/dx dy x^(y - z) and the same by z.
Big powShiftTerms(const Operands &x, int order, unsigned i, unsigned j) {
  return order == 2 && i != j && (i == 0 || j == 0) ? pow(Big(x[0]), Big(x[1]) - Big(x[2]) - 1.0)
                                                    : Big();
}
/// s*(tanh(x/2)^2 - sech(x/2)^2/2), s being the slope.
Big sigmoidSlopeTerms(const Operands &x, int order, unsigned, unsigned) {
  Big c = cosh(0.5 * Big(x[0])), t = tanh(0.5 * Big(x[0]));
  return order == 2 ? 0.25 * t * t / (c * c) : Big();
}
/// 4*sech^2*tanh^2 - 2*sech^4
Big sech2Terms(const Operands &x, int order, unsigned, unsigned) {
  Big c = cosh(Big(x[0])), t = tanh(Big(x[0]));
  return order == 2 ? 4.0 * t * t / (c * c) : Big();
}
/// Each product rounds: x^n is good for about |n| half units.
Big powiTerms(const Operands &x, int order, unsigned, unsigned) {
  double n = x[1], factor = order == 0 ? 1 : order == 1 ? n : n * (n - 1);
  return std::abs(n) > 8 ? abs(factor * pow(Big(x[0]), Big(n - order))) * (std::abs(n) / 8) : Big();
}

} // namespace

Domain domainOf(Prim p) {
  switch (p) {
  case Prim::Add:
  case Prim::Sub:
  case Prim::Mul:
  case Prim::Div:
    return {{any(), any()}, [](const Operands &x) { return x[1] == 0; }};
  case Prim::Neg:
    return {{any()}};
  case Prim::Fma:
    return {{any(), any(), any()}};
  case Prim::Pow:
    // Between x^(y - 2) and y*(y - 1)*x^(y - 2) lies an overflow where y is small;
    // a subnormal x has it even in x^(y - 1).
    return {
        {{normal, largest, {1}}, any({1, 2})},
        [](const Operands &x) { return std::abs(x[1]) < 1 && (x[1] - 2) * std::log2(x[0]) > 1000; },
        powTerms};
  case Prim::PowShift:
    return {{{normal, largest, {1}}, any({1, 2}), wholes(1, 2)},
            [](const Operands &x) {
              return std::abs(x[1]) < 3 && (x[1] - x[2] - 2) * std::log2(x[0]) > 1000;
            },
            powShiftTerms};
  case Prim::Powi:
    // 1/x^n is 0 where x^n overflows, though x^-n may be a subnormal number.
    return {{any({1}), wholes(-16, 16)},
            [](const Operands &x) {
              return x[0] == 0 || (x[1] < 0 && (2 - x[1]) * std::log2(std::abs(x[0])) > 1000);
            },
            powiTerms};
  case Prim::Mod:
    // As x - y*floor(x/y) it has digits only where the quotient is moderate.
    return {{{-1e100, 1e100, {}}, {-1e100, 1e100, {}}},
            [](const Operands &x) {
              double q = x[0] / x[1], part = q - std::floor(q);
              return !(std::abs(q) < 1e6) || std::abs(x[1]) < 1e-100 || part < 1e-6 ||
                     part > 1 - 1e-6;
            },
            [](const Operands &x, int order, unsigned, unsigned) {
              return order == 0 ? Big(x[0]) : Big();
            }};
  case Prim::Sqrt:
  case Prim::Log2:
  case Prim::Log10:
  case Prim::Log:
    return {{positive({1})}};
  case Prim::Cbrt:
  case Prim::CbrtSlope:
    return {{any()}, isZero};
  case Prim::Exp:
  case Prim::Expm1:
    return {{any({709.78, -745.13, -36})}};
  case Prim::Log1p:
    return {{{-1 + 0x1p-53, largest, {-1}}}};
  case Prim::Sin:
  case Prim::Cos:
  case Prim::Tan:
    return {{any({pi / 2, pi, 1.5 * pi, -pi, 1e6 * pi})}};
  case Prim::Asin:
  case Prim::Acos:
  case Prim::Atanh:
  case Prim::AsinSlope:
  case Prim::AtanhSlope:
    return {{{-1 + 0x1p-53, 1 - 0x1p-53, {-1, 1}}}};
  case Prim::Atan:
  case Prim::Asinh:
    return {{any({1, -1})}};
  case Prim::Sinh:
  case Prim::Cosh:
  case Prim::Tanh:
    return {{any({710.4, -710.4, 350})}};
  case Prim::Acosh:
    return {{{1 + 0x1p-52, largest, {1}}}};
  case Prim::Atan2: // a subnormal h has lost its digits
    return {{any(), any()},
            [](const Operands &x) {
              double h = std::hypot(x[0], x[1]);
              return (x[0] == 0 && x[1] <= 0) || h < normal || std::isinf(h);
            },
            atan2Terms};
  case Prim::Atan2Slope: // 1/h^2 must not overflow
    return {{any(), any()},
            [](const Operands &x) {
              double h = std::hypot(x[0], x[1]);
              return h < 1e-153 || std::isinf(h) || isSlopeSubnormal(x);
            },
            atan2SlopeTerms};
  case Prim::HypotSlope:
    return {{any(), any()},
            [](const Operands &x) {
              double h = std::hypot(x[0], x[1]);
              return h < normal || std::isinf(h) || isSlopeSubnormal(x);
            },
            hypotSlopeTerms};
  case Prim::Hypot:
    return {{any(), any()}, [](const Operands &x) {
              return (x[0] == 0 && x[1] == 0) || std::isinf(std::hypot(x[0], x[1]));
            }};
  case Prim::Abs:
  case Prim::Sign:
    return {{any()}, isZero};
  case Prim::Min:
  case Prim::Max:
    return {{any(), any()}, areEqual};
  case Prim::Floor:
  case Prim::Ceil:
    return {{{-1e15, 1e15, {1, -2}}}, isWhole};
  case Prim::Round:
    return {{{-1e15, 1e15, {0.5, -1.5}}}, isHalf};
  case Prim::Erf:
  case Prim::Erfc:
    return {{any({26.5, -5})}};
  case Prim::Lgamma:
  case Prim::Digamma:
    return {{{-100, 1e300, {0, 1, 2, -1, -2, -7, 1.4616321449683622}}},
            isWhole,
            p == Prim::Lgamma ? reflectedLgamma : reflectedDigamma};
  case Prim::Polygamma:
    return {{{-100, 1e100, {0, 1, -1, -2}}, wholes(1, 4)}, isWhole, reflectedPolygamma};
  case Prim::Sigmoid:
  case Prim::Softplus:
    return {{any({36, -37, 709.78, -745.13})}};
  case Prim::SigmoidSlope:
    return {{any({36, -37, 709.78, -745.13})}, nullptr, sigmoidSlopeTerms};
  case Prim::Sech2:
    return {{any({36, -37, 709.78, -745.13})}, nullptr, sech2Terms};
  case Prim::Gauss: // 2*x must not overflow
    return {{{-1e300, 1e300, {26.5, -26.5}}}};
  case Prim::Relu:
    return {{any()}, isZero};
  case Prim::ToReal:
  case Prim::IntDiv:
  case Prim::Less:
  case Prim::LessEqual:
  case Prim::Equal:
  case Prim::NotEqual:
  case Prim::And:
  case Prim::Or:
  case Prim::Not:
    return {};
  }
  return {};
}

//--- points -----------------------------------------------------------------------

namespace {

class Points {
public:
  explicit Points(const Domain &domain) : domain(domain) {}

  std::vector<Operands> make(size_t count) {
    std::vector<Operands> points;
    const double special[] = {0.0,  -0.0, smallest, -smallest, normal,   -normal, 1.0,
                              -1.0, 2.0,  0.5,      largest,   -largest, 0x1p-53, 1e-8};
    for (double a : special)
      for (double b : special)
        for (double c : special) {
          Operands x{a, b, c};
          x.resize(domain.operands.size());
          if (fits(x) && std::find(points.begin(), points.end(), x) == points.end())
            points.push_back(x);
        }
    while (points.size() < count) {
      Operands x;
      for (const Sampler &s : domain.operands)
        x.push_back(number(s));
      if (fits(x))
        points.push_back(x);
    }
    return points;
  }

private:
  bool fits(const Operands &x) const {
    for (size_t k = 0; k < x.size(); ++k) {
      const Sampler &s = domain.operands[k];
      if (x[k] < s.lo || x[k] > s.hi || (s.whole && x[k] != std::floor(x[k])))
        return false;
      if (std::find(s.near.begin(), s.near.end(), x[k]) != s.near.end() && !s.whole)
        return false;
    }
    return !domain.excluded || !domain.excluded(x);
  }

  double uniform(double lo, double hi) {
    return std::uniform_real_distribution<double>(lo, hi)(random);
  }

  double number(const Sampler &s) {
    if (s.whole)
      return std::floor(uniform(s.lo, s.hi + 1));
    for (;;) {
      double x = 0;
      unsigned kind = static_cast<unsigned>(random() % 4);
      if (kind == 0 && !s.near.empty()) {
        double centre = s.near[random() % s.near.size()];
        x = centre +
            std::exp2(uniform(-60, 0)) * (random() % 2 ? 1 : -1) * std::max(1e-3, std::abs(centre));
      } else {
        x = std::exp2(kind == 1 ? uniform(-12, 12) : uniform(-1074, 1024));
        if (random() % 2)
          x = -x;
      }
      if (x >= s.lo && x <= s.hi)
        return x;
    }
  }

  const Domain &domain;
  std::mt19937_64 random{20240607};
};

} // namespace

std::vector<Operands> pointsOf(const Domain &domain, size_t count) {
  return Points(domain).make(count);
}

} // namespace gradus::conformance
