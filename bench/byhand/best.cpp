//===- best.cpp - the workloads as fast as we can write them -----------------===//
//
// Vectors of the machine's width by the vector extension of gcc and clang, many
// rows at once, one pass over what does not fit into a cache. Signatures: pairs.cpp.
//
//===--------------------------------------------------------------------===//
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#ifdef __AVX512F__
constexpr int L = 8;
#else
constexpr int L = 4;
#endif
typedef double Vector __attribute__((vector_size(L * 8), aligned(8), may_alias));
typedef int64_t Whole __attribute__((vector_size(L * 8), aligned(8), may_alias));

namespace {

inline Vector load(const double *p) { return *reinterpret_cast<const Vector *>(p); }
inline void store(double *p, Vector v) { *reinterpret_cast<Vector *>(p) = v; }
inline Vector all(double x) { return Vector{} + x; }
inline double sum(Vector v) {
  double s = 0;
  for (int k = 0; k < L; ++k)
    s += v[k];
  return s;
}

/// exp for arguments between -708 and 709, by Cody and Waite.
inline Vector exponential(Vector x) {
  const Vector shift = all(0x1.8p52);
  Vector k = x * 1.4426950408889634 + shift;
  Whole exponent;
  std::memcpy(&exponent, &k, sizeof k);
  k -= shift;
  Vector r = x - k * 0x1.62e42fefa38p-1;
  r -= k * 0x1.ef35793c7673p-45;
  const double c[] = {0x1.28917e2c43a66p-22, 0x1.71de0db21e27fp-19, 0x1.a019b9133a48ap-16,
                      0x1.a01a01a7c327ap-13, 0x1.6c16c1788a49bp-10, 0x1.11111111109b4p-7,
                      0x1.5555555553d67p-5, 0x1.5555555555556p-3, 0x1.0000000000001p-1};
  Vector p = all(0x1.af38a0d2d9620p-26);
  for (double a : c)
    p = p * r + a;
  p = 1 + (p * (r * r) + r);
  exponent = (exponent + 1023) << 52;
  Vector scale;
  std::memcpy(&scale, &exponent, sizeof scale);
  return p * scale;
}

} // namespace

using Sizes = const int64_t *;
using Inputs = const double *const *;
using Outputs = double **;

extern "C" {

/// Blocks that fit into the first cache: largest so far, exp, and at the end one
/// factor for each block.
void lse(Sizes s, Inputs in, Outputs out) {
  const int64_t n = s[0];
  const double *x = in[0];
  double *g = out[1];
  Vector m[4] = {all(x[0]), all(x[0]), all(x[0]), all(x[0])};
  int64_t i = 0;
  for (; i + 4 * L <= n; i += 4 * L)
    for (int u = 0; u < 4; ++u) {
      Vector v = load(x + i + u * L);
      m[u] = v > m[u] ? v : m[u];
    }
  double largest = x[0];
  for (int u = 0; u < 4; ++u)
    for (int k = 0; k < L; ++k)
      largest = std::max(largest, double(m[u][k]));
  for (int64_t j = i; j < n; ++j)
    largest = std::max(largest, x[j]);
  Vector total[4] = {};
  for (i = 0; i + 4 * L <= n; i += 4 * L)
    for (int u = 0; u < 4; ++u) {
      Vector e = exponential(load(x + i + u * L) - largest);
      store(g + i + u * L, e);
      total[u] += e;
    }
  double z = sum((total[0] + total[1]) + (total[2] + total[3]));
  for (int64_t j = i; j < n; ++j)
    z += g[j] = std::exp(x[j] - largest);
  const double factor = 1 / z;
  for (int64_t j = 0; j < n; ++j)
    g[j] *= factor;
  out[0][0] = largest + std::log(z);
}

/// Horner's rule with U vectors of points at once.
void llsq(Sizes s, Inputs in, Outputs out) {
  constexpr int U = 4;
  const int64_t n = s[0], m = s[1];
  const double *t = in[0], *x = in[1];
  double *g = out[1];
  static thread_local double *sums = nullptr;
  static thread_local int64_t room = 0;
  if (room < m) {
    delete[] sums;
    sums = new double[m * L];
    room = m;
  }
  std::fill(sums, sums + m * L, 0.0);
  Vector total = {};
  for (int64_t i = 0; i < n; i += U * L) {
    Vector point[U], r[U], power[U], on[U];
    for (int u = 0; u < U; ++u)
      for (int k = 0; k < L; ++k) {
        const int64_t at = i + u * L + k;
        on[u][k] = at < n;
        point[u][k] = at < n ? t[at] : 0;
      }
    for (int u = 0; u < U; ++u)
      r[u] = all(x[m - 1]);
    for (int64_t j = m - 2; j >= 0; --j)
      for (int u = 0; u < U; ++u)
        r[u] = r[u] * point[u] + x[j];
    for (int u = 0; u < U; ++u) {
      Vector sign = point[u] > 0 ? all(1) : point[u] < 0 ? all(-1) : all(0);
      r[u] = (sign - r[u]) * on[u];
      total += r[u] * r[u];
      power[u] = r[u];
    }
    for (int64_t j = 0; j < m; ++j) {
      Vector a = load(sums + j * L);
      for (int u = 0; u < U; ++u) {
        a -= power[u];
        power[u] *= point[u];
      }
      store(sums + j * L, a);
    }
  }
  for (int64_t j = 0; j < m; ++j)
    g[j] = sum(load(sums + j * L));
  out[0][0] = 0.5 * sum(total);
}

} // extern "C"

namespace {

/// Products of R rows with w and the sum of the rows with weights, each row read
/// once from memory.
template <class Weights>
void rows(int64_t n, int64_t p, const double *A, const double *w, double *g, Weights weights) {
  constexpr int R = L;
  for (int64_t i = 0; i < n; i += R) {
    const int64_t count = std::min<int64_t>(R, n - i);
    const double *row = A + i * p;
    double z[R] = {};
    int64_t j = 0;
    if (count == R) {
      Vector a[R] = {};
      for (; j + L <= p; j += L) {
        Vector b = load(w + j);
        for (int r = 0; r < R; ++r)
          a[r] += load(row + r * p + j) * b;
      }
      for (int r = 0; r < R; ++r)
        z[r] = sum(a[r]);
    }
    for (; j < p; ++j)
      for (int64_t r = 0; r < count; ++r)
        z[r] += row[r * p + j] * w[j];
    weights(i, count, z);
    j = 0;
    if (count == R)
      for (; j + L <= p; j += L) {
        Vector a = load(g + j);
        for (int r = 0; r < R; ++r)
          a += load(row + r * p + j) * z[r];
        store(g + j, a);
      }
    for (; j < p; ++j)
      for (int64_t r = 0; r < count; ++r)
        g[j] += row[r * p + j] * z[r];
  }
}

} // namespace

extern "C" {

void least_squares(Sizes s, Inputs in, Outputs out) {
  const int64_t n = s[0], p = s[1];
  const double *y = in[1];
  std::fill(out[1], out[1] + p, 0.0);
  double value = 0;
  rows(n, p, in[0], in[2], out[1], [&](int64_t i, int64_t count, double *z) {
    for (int64_t r = 0; r < count; ++r) {
      z[r] -= y[i + r];
      value += z[r] * z[r];
    }
  });
  out[0][0] = 0.5 * value;
}

void logistic(Sizes s, Inputs in, Outputs out) {
  const int64_t n = s[0], p = s[1];
  const double *y = in[1];
  std::fill(out[1], out[1] + p, 0.0);
  double value = 0;
  rows(n, p, in[0], in[2], out[1], [&](int64_t i, int64_t count, double *z) {
    Vector v = {};
    for (int64_t r = 0; r < count; ++r)
      v[r] = z[r] * y[i + r];
    Vector magnitude = v < 0 ? -v : v;
    Vector e = exponential(magnitude < 700 ? -magnitude : all(-700));
    Vector c = (v > 0 ? e : all(1)) / (1 + e);
    for (int64_t r = 0; r < count; ++r) {
      value += std::log1p(e[r]) + std::max(-v[r], 0.0);
      z[r] = -y[i + r] * c[r] / double(n);
    }
  });
  out[0][0] = value / double(n);
}

/// Reads a table once: what memory allows.
void read_table(Sizes s, Inputs in, Outputs out) {
  const int64_t count = s[0] * s[1];
  Vector a[8] = {};
  int64_t k = 0;
  for (; k + 8 * L <= count; k += 8 * L)
    for (int u = 0; u < 8; ++u)
      a[u] += load(in[0] + k + u * L);
  out[0][0] = sum(((a[0] + a[1]) + (a[2] + a[3])) + ((a[4] + a[5]) + (a[6] + a[7])));
}

/// Distances of a block of points, transposed, to each centre.
void kmeans(Sizes s, Inputs in, Outputs out) {
  constexpr int U = 4, B = U * L;
  const int64_t n = s[0], d = s[1], k = s[2];
  const double *p = in[0], *q = in[1];
  double *g = out[1], value = 0;
  std::fill(g, g + k * d, 0.0);
  double *block = new double[d * B];
  for (int64_t i = 0; i < n; i += B) {
    const int64_t count = std::min<int64_t>(B, n - i);
    for (int64_t j = 0; j < d; ++j)
      for (int64_t r = 0; r < B; ++r)
        block[j * B + r] = p[(i + std::min(r, count - 1)) * d + j];
    Vector best[U];
    Whole where[U] = {};
    for (int u = 0; u < U; ++u)
      best[u] = all(std::numeric_limits<double>::infinity());
    for (int64_t c = 0; c < k; ++c) {
      Vector a[U] = {};
      for (int64_t j = 0; j < d; ++j)
        for (int u = 0; u < U; ++u) {
          Vector r = load(block + j * B + u * L) - q[c * d + j];
          a[u] += r * r;
        }
      for (int u = 0; u < U; ++u) {
        Whole less = a[u] < best[u];
        best[u] = less ? a[u] : best[u];
        where[u] = less ? Whole{} + c : where[u];
      }
    }
    for (int64_t r = 0; r < count; ++r) {
      value += best[r / L][r % L];
      const int64_t c = where[r / L][r % L];
      for (int64_t j = 0; j < d; ++j)
        g[c * d + j] -= 2 * (p[(i + r) * d + j] - q[c * d + j]);
    }
  }
  delete[] block;
  out[0][0] = value;
}

} // extern "C"
