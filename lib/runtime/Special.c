//===- Special.c - special functions that C99 has not ---------------------===//
//
// digamma, polygamma and integer powers in plain C99, for compiled models, the
// interpreter and emitted code alike, so that all of them give the same bits.
//
// Sources: Abramowitz and Stegun, Handbook of Mathematical Functions, 6.3 and
// 6.4 (recurrence 6.3.5, reflection 6.3.7 and 6.4.7, asymptotic series 6.3.18
// and 6.4.11). The Taylor coefficients of digamma at its positive root are
// psi^(k)(x0)/k!, computed with 80 digits.
//
//===--------------------------------------------------------------------===//
#include "runtime/Runtime.h"

#include <math.h>

//--- digamma: the emitted C takes the parts between these marks as they are
static const double pi = 3.14159265358979323846;

/// B(2k) / (2k), k = 1 ..: the asymptotic series of digamma.
static const double digammaSeries[] = {
    1.0 / 12,  -1.0 / 120, 1.0 / 252,    -1.0 / 240,        1.0 / 132,
    -691.0 / 32760, 1.0 / 12, -3617.0 / 8160, 43867.0 / 14364, -174611.0 / 6600,
};

/// Taylor coefficients of digamma at rootHigh + rootLow, from the first power on.
static const double rootHigh = 1.4616321449683622;
static const double rootLow = 9.549995429965697e-17;
static const double rootTaylor[] = {
    0.9676722454476212,     -0.4427631689835921,    0.258499760955651,
    -0.16394270544240652,   0.10782405069126237,    -0.07219956125645471,
    0.04880428816414311,    -0.03316112647484736,   0.022597648232218104,
    -0.01542476590494896,   0.010538791616612175,   -0.007204534386356869,
    0.004926781395729853,   -0.003369801655439328,  0.002305126326734928,
    -0.0015769367714301972, 0.0010788252019162967,  -0.0007380709389960052,
    0.000504953265834602,   -0.0003454680251063077, 0.00023635601564027053,
    -0.00016170622091974803, 0.0001106337276874741, -7.569179582195066e-05,
    5.178575795222081e-05,  -3.5430070947659604e-05, 2.424006611860132e-05,
    -1.6584242271854135e-05, 1.134638458466385e-05, -7.762817668462094e-06,
    5.3110609208898636e-06, -3.6336507898010456e-06, 2.486022733129538e-06,
    -1.7008538854332607e-06, 1.1636675363548843e-06, -7.96142543124197e-07,
    5.446941930669446e-07,  -3.7266161283438227e-07, 2.549626552021554e-07,
};

static const int seriesLength = 10;
static const int taylorLength = (int)(sizeof rootTaylor / sizeof rootTaylor[0]);

/// cot(pi x), with the argument reduced exactly; x is not an integer.
static double cotPi(double x) {
  double r = x - round(x); // in [-1/2, 1/2], exact
  double c = fabs(r) <= 0.25 ? 1 / tan(pi * fabs(r)) : tan(pi * (0.5 - fabs(r)));
  return r < 0 ? -c : c;
}

/// digamma for x > 0.
static double digammaPositive(double x) {
  double below = 0; // psi(x) = psi(x + 1) - 1/x
  if (x < 1) {
    below = 1 / x;
    x += 1;
  }
  if (x <= 12) {
    double shift = 0;
    while (x > 2) { // psi(x) = psi(x - 1) + 1/(x - 1)
      x -= 1;
      shift += 1 / x;
    }
    double h = (x - rootHigh) - rootLow;
    double sum = rootTaylor[taylorLength - 1];
    for (int k = taylorLength - 2; k >= 0; --k)
      sum = sum * h + rootTaylor[k];
    return sum * h + shift - below;
  }
  double z = 1 / (x * x);
  double sum = 0;
  for (int k = seriesLength - 1; k >= 0; --k)
    sum = (sum + digammaSeries[k]) * z;
  return log(x) - (0.5 / x + sum);
}

double gradus_digamma(double x) {
  if (isnan(x))
    return x;
  if (x > 0)
    return isinf(x) ? x : digammaPositive(x);
  if (x == 0)
    return -1 / x; // -inf from the right, +inf from the left
  if (isinf(x) || x == floor(x))
    return NAN;
  return digammaPositive(1 - x) - pi * cotPi(x);
}

//--- polygamma
/// B(2k) / (2k)!, k = 1 ..: the asymptotic series of polygamma.
static const double polygammaSeries[] = {
    1.0 / 12,
    -1.0 / 720,
    1.0 / 30240,
    -1.0 / 1209600,
    1.0 / 47900160,
    -691.0 / 1307674368000.0,
    1.0 / 74724249600.0,
    -3617.0 / 10670622842880000.0,
    43867.0 / 5109094217170944000.0,
    -174611.0 / 802857662698291200000.0,
};
/// n! zeta(n + 1, x), the absolute value of polygamma(n, x), for x > 0 and
/// 1 <= n <= 170.
static double polygammaMagnitude(int n, double x) {
  // Shift until the asymptotic series converges to the last bit, and keep the
  // small terms for first.
  double least = 15 + n;
  int steps = x < least ? (int)ceil(least - x) : 0;
  double top = x + steps;
  double z = 1 / (top * top);
  double sum = 0;
  for (int k = seriesLength; k >= 1; --k) {
    // Horner over the ratio of rising factorials n (n+1) .. (n + 2k - 1).
    double next = polygammaSeries[k - 1];
    sum = (sum + next) * ((double)(n + 2 * k - 1) * (double)(n + 2 * k - 2) * z);
  }
  // In two halves, so that the power alone does not underflow.
  double lead = pow(top, -(n / 2)) * tgamma(n) * pow(top, -(n - n / 2));
  double tail = lead * (1 + 0.5 * n / top + sum);
  double terms = 0;
  for (int k = steps - 1; k >= 0; --k)
    terms += pow(x + k, -(n + 1));
  return steps != 0 ? tail + tgamma(n + 1.0) * terms : tail;
}

/// The absolute value of polygamma(n, x) for x > 0 and n > 170, by logarithms:
/// the factorial alone overflows.
static double polygammaMagnitudeLarge(double n, double x) {
  double ratios = 0; // sum over k of (x / (x + k))^(n + 1)
  for (int k = 0; k < 4096; ++k) {
    double term = exp(-(n + 1) * log1p(k / x));
    ratios += term;
    if (term < 1e-18 * ratios)
      break;
  }
  return exp(lgamma(n + 1) - (n + 1) * log(x) + log(ratios));
}

static double polygammaPositive(int64_t order, double x) {
  double magnitude = order <= 170 ? polygammaMagnitude((int)order, x)
                                  : polygammaMagnitudeLarge((double)order, x);
  return order % 2 != 0 ? magnitude : -magnitude;
}

/// pi times the n-th derivative of cot(pi x): a polynomial in c = cot(pi x)
/// whose coefficients all have one sign, P(0) = c, P(n+1) = -(1 + c^2) P'(n).
static double cotDerivative(int n, double x) {
  double p[172] = {0}, next[172];
  p[1] = 1;
  for (int m = 0; m < n; ++m) {
    for (int k = 0; k <= m + 2; ++k)
      next[k] = (k <= m ? p[k + 1] * (k + 1) : 0) + (k >= 2 ? p[k - 1] * (k - 1) : 0);
    for (int k = 0; k <= m + 2; ++k)
      p[k] = next[k];
  }
  double c = cotPi(x), sum = 0;
  for (int k = n + 1; k >= 0; --k)
    sum = sum * c + p[k];
  sum *= pow(pi, n + 1);
  return n % 2 != 0 ? -sum : sum;
}

double gradus_polygamma(int64_t order, double x) {
  if (order < 0)
    return NAN;
  if (order == 0)
    return gradus_digamma(x);
  if (isnan(x))
    return x;
  int odd = order % 2 != 0;
  if (x > 0)
    return isinf(x) ? (odd ? 0.0 : -0.0) : polygammaPositive(order, x);
  if (x == 0)
    return odd ? INFINITY : -1 / x;
  if (isinf(x))
    return NAN;
  if (x == floor(x))
    return odd ? INFINITY : NAN;
  if (order > 168) // beyond the table of cotDerivative; nearest poles dominate
    return NAN;
  if (x > -30) { // the terms of 6.4.10 below 0 one by one: exact near their poles
    int n = (int)order;
    double terms = 0;
    for (; x < 0; x += 1)
      terms += pow(x, -(n + 1));
    terms *= tgamma(n + 1.0);
    return (odd ? terms : -terms) + polygammaPositive(order, x);
  }
  // 6.4.7: psi_n(1 - x) + (-1)^(n+1) psi_n(x) = (-1)^n pi d^n/dx^n cot(pi x)
  double reflected = polygammaPositive(order, 1 - x);
  double d = cotDerivative((int)order, x);
  return odd ? -d - reflected : reflected - d;
}

//--- other
double gradus_polygamma_r(double x, int64_t order) { return gradus_polygamma(order, x); }

double gradus_powi(double x, int64_t n) {
  // Right to left: the square of the square .. of x, and the product of those
  // whose bit is set, lowest first. codegen/llvm and codegen/c unroll constant
  // exponents in this order.
  uint64_t bits = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
  double result = 1, square = x;
  while (bits != 0) {
    if (bits & 1)
      result *= square;
    bits >>= 1;
    if (bits != 0)
      square *= square;
  }
  return n < 0 ? 1 / result : result;
}
