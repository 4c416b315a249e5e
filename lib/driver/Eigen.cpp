//===- Eigen.cpp - Householder's reduction and the QL algorithm -----------------===//
//
// Reflections make the matrix tridiagonal, rotations with implicit shifts make
// that diagonal: Golub and Van Loan, Matrix Computations, 4th ed., sections 8.3.1
// and 8.3.5.
//
//===--------------------------------------------------------------------===//

#include "driver/Eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace gradus::driver {

namespace {

constexpr int mostSweeps = 60; ///< rotations of one eigenvalue; two or three are usual

/// Overwrites `a` with the product of the reflections; diagonal and subdiagonal
/// (below element i: off[i]) of the tridiagonal matrix.
void tridiagonalize(std::vector<double> &a, size_t n, std::vector<double> &diagonal,
                    std::vector<double> &off) {
  std::vector<double> q(n * n, 0.0), v(n), p(n);
  for (size_t i = 0; i < n; ++i)
    q[i * n + i] = 1;
  for (size_t k = 0; k + 2 < n; ++k) {
    double largest = 0, squares = 0;
    for (size_t i = k + 1; i < n; ++i)
      largest = std::max(largest, std::fabs(a[i * n + k]));
    if (largest == 0)
      continue;
    for (size_t i = k + 1; i < n; ++i) {
      v[i] = a[i * n + k] / largest;
      squares += v[i] * v[i];
    }
    const double length = std::copysign(std::sqrt(squares), v[k + 1]);
    const double beta = 1 / (squares + length * v[k + 1]);
    v[k + 1] += length;
    // a := (1 - beta v v') a (1 - beta v v'), q := q (1 - beta v v')
    double pv = 0;
    for (size_t i = k; i < n; ++i) {
      p[i] = 0;
      for (size_t j = k + 1; j < n; ++j)
        p[i] += a[i * n + j] * v[j];
      p[i] *= beta;
      if (i > k)
        pv += p[i] * v[i];
    }
    for (size_t i = k + 1; i < n; ++i)
      p[i] -= 0.5 * beta * pv * v[i];
    for (size_t i = k + 1; i < n; ++i)
      for (size_t j = k + 1; j < n; ++j)
        a[i * n + j] -= v[i] * p[j] + p[i] * v[j];
    a[(k + 1) * n + k] = a[k * n + k + 1] = -length * largest;
    for (size_t i = k + 2; i < n; ++i)
      a[i * n + k] = a[k * n + i] = 0;
    for (size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (size_t j = k + 1; j < n; ++j)
        sum += q[i * n + j] * v[j];
      sum *= beta;
      for (size_t j = k + 1; j < n; ++j)
        q[i * n + j] -= sum * v[j];
    }
  }
  for (size_t i = 0; i < n; ++i) {
    diagonal[i] = a[i * n + i];
    off[i] = i + 1 < n ? a[(i + 1) * n + i] : 0.0;
  }
  a = std::move(q);
}

void diagonalize(std::vector<double> &q, size_t n, std::vector<double> &d, std::vector<double> &e) {
  for (size_t l = 0; l < n; ++l)
    for (int sweep = 0; sweep < mostSweeps; ++sweep) {
      size_t m = l;
      while (m + 1 < n && std::fabs(e[m]) > std::numeric_limits<double>::epsilon() *
                                                (std::fabs(d[m]) + std::fabs(d[m + 1])))
        ++m;
      if (m == l)
        break;
      // Wilkinson's shift, from the leading two rows.
      double g = (d[l + 1] - d[l]) / (2 * e[l]);
      g = d[m] - d[l] + e[l] / (g + std::copysign(std::hypot(g, 1.0), g));
      double s = 1, c = 1, p = 0;
      bool split = false;
      for (size_t i = m; i-- > l;) {
        const double f = s * e[i], b = c * e[i];
        const double r = std::hypot(f, g);
        e[i + 1] = r;
        if (r == 0) {
          d[i + 1] -= p;
          e[m] = 0;
          split = true;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        const double t = (d[i] - g) * s + 2 * c * b;
        p = s * t;
        d[i + 1] = g + p;
        g = c * t - b;
        for (size_t k = 0; k < n; ++k) {
          const double old = q[k * n + i + 1];
          q[k * n + i + 1] = s * q[k * n + i] + c * old;
          q[k * n + i] = c * q[k * n + i] - s * old;
        }
      }
      if (split)
        continue;
      d[l] -= p;
      e[l] = g;
      e[m] = 0;
    }
}

} // namespace

std::vector<double> Eigensystem::vector(size_t j) const {
  const size_t n = values.size();
  std::vector<double> v(n);
  for (size_t i = 0; i < n; ++i)
    v[i] = vectors[i * n + j];
  return v;
}

Eigensystem eigensystem(std::vector<double> a, size_t n) {
  Eigensystem result;
  result.values.assign(n, std::numeric_limits<double>::quiet_NaN());
  result.vectors.assign(n * n, std::numeric_limits<double>::quiet_NaN());
  if (!std::all_of(a.begin(), a.end(), [](double v) { return std::isfinite(v); }))
    return result;
  std::vector<double> d(n), e(n + 1);
  tridiagonalize(a, n, d, e);
  diagonalize(a, n, d, e);
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t x, size_t y) { return d[x] < d[y]; });
  for (size_t j = 0; j < n; ++j) {
    result.values[j] = d[order[j]];
    for (size_t i = 0; i < n; ++i)
      result.vectors[i * n + j] = a[i * n + order[j]];
  }
  return result;
}

} // namespace gradus::driver
