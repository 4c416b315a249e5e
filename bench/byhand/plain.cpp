//===- plain.cpp - the workloads as people write them ------------------------===//
//
// Straight loops, no intrinsics, no help for the compiler. Signatures and order of
// arguments: see pairs.cpp.
//
//===--------------------------------------------------------------------===//
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using Sizes = const int64_t *;
using Inputs = const double *const *;
using Outputs = double **;

extern "C" {

void lse(Sizes s, Inputs in, Outputs out) {
  const int64_t n = s[0];
  const double *x = in[0];
  double largest = *std::max_element(x, x + n), sum = 0;
  for (int64_t i = 0; i < n; ++i)
    sum += std::exp(x[i] - largest);
  const double value = largest + std::log(sum);
  for (int64_t i = 0; i < n; ++i)
    out[1][i] = std::exp(x[i] - value);
  out[0][0] = value;
}

void llsq(Sizes s, Inputs in, Outputs out) {
  const int64_t n = s[0], m = s[1];
  const double *t = in[0], *x = in[1];
  double *g = out[1], value = 0;
  std::fill(g, g + m, 0.0);
  for (int64_t i = 0; i < n; ++i) {
    double sum = (t[i] > 0) - (t[i] < 0), power = 1;
    for (int64_t j = 0; j < m; ++j) {
      sum -= x[j] * power;
      power *= t[i];
    }
    value += sum * sum;
    power = 1;
    for (int64_t j = 0; j < m; ++j) {
      g[j] -= sum * power;
      power *= t[i];
    }
  }
  out[0][0] = 0.5 * value;
}

void logistic(Sizes s, Inputs in, Outputs out) {
  const int64_t n = s[0], p = s[1];
  const double *A = in[0], *y = in[1], *w = in[2];
  double *g = out[1], value = 0;
  std::fill(g, g + p, 0.0);
  for (int64_t i = 0; i < n; ++i) {
    double z = 0;
    for (int64_t j = 0; j < p; ++j)
      z += A[i * p + j] * w[j];
    z *= y[i];
    const double e = std::exp(-std::fabs(z));
    value += std::log1p(e) + std::max(-z, 0.0);
    const double c = -y[i] * (z > 0 ? e : 1.0) / (1 + e) / double(n);
    for (int64_t j = 0; j < p; ++j)
      g[j] += c * A[i * p + j];
  }
  out[0][0] = value / double(n);
}

void least_squares(Sizes s, Inputs in, Outputs out) {
  const int64_t n = s[0], p = s[1];
  const double *A = in[0], *y = in[1], *w = in[2];
  double *g = out[1], value = 0;
  std::fill(g, g + p, 0.0);
  for (int64_t i = 0; i < n; ++i) {
    double r = -y[i];
    for (int64_t j = 0; j < p; ++j)
      r += A[i * p + j] * w[j];
    value += r * r;
    for (int64_t j = 0; j < p; ++j)
      g[j] += r * A[i * p + j];
  }
  out[0][0] = 0.5 * value;
}

void kmeans(Sizes s, Inputs in, Outputs out) {
  const int64_t n = s[0], d = s[1], k = s[2];
  const double *p = in[0], *q = in[1];
  double *g = out[1], value = 0;
  std::fill(g, g + k * d, 0.0);
  for (int64_t i = 0; i < n; ++i) {
    double best = std::numeric_limits<double>::infinity();
    int64_t where = 0;
    for (int64_t c = 0; c < k; ++c) {
      double sum = 0;
      for (int64_t j = 0; j < d; ++j) {
        const double r = p[i * d + j] - q[c * d + j];
        sum += r * r;
      }
      if (sum < best) {
        best = sum;
        where = c;
      }
    }
    value += best;
    for (int64_t j = 0; j < d; ++j)
      g[where * d + j] -= 2 * (p[i * d + j] - q[where * d + j]);
  }
  out[0][0] = value;
}

void nbody(Sizes s, Inputs in, Outputs out) {
  const int64_t n = s[0];
  const double *mass = in[0], *q = in[1], *v = in[2];
  double *gq = out[1], *gv = out[2], value = 0;
  std::fill(gq, gq + 3 * n, 0.0);
  for (int64_t i = 0; i < n; ++i) {
    for (int c = 0; c < 3; ++c) {
      value += 0.5 * mass[i] * v[3 * i + c] * v[3 * i + c];
      gv[3 * i + c] = mass[i] * v[3 * i + c];
    }
    for (int64_t j = i + 1; j < n; ++j) {
      double d[3], square = 1e-4;
      for (int c = 0; c < 3; ++c) {
        d[c] = q[3 * i + c] - q[3 * j + c];
        square += d[c] * d[c];
      }
      const double r = std::sqrt(square), e = mass[i] * mass[j] / r, f = e / square;
      value -= e;
      for (int c = 0; c < 3; ++c) {
        gq[3 * i + c] += f * d[c];
        gq[3 * j + c] -= f * d[c];
      }
    }
  }
  out[0][0] = value;
}

void rosenbrock(Sizes s, Inputs in, Outputs out) {
  const int64_t n = s[0];
  const double *x = in[0];
  double *g = out[1], value = 0;
  std::fill(g, g + n, 0.0);
  for (int64_t i = 0; i + 1 < n; ++i) {
    const double r = x[i + 1] - x[i] * x[i], e = 1 - x[i];
    value += 100 * r * r + e * e;
    g[i] += -400 * x[i] * r - 2 * e;
    g[i + 1] += 200 * r;
  }
  out[0][0] = value;
}

/// Gaussian mixture of ADBench with gamma = 1 and m = 0.
void gmm(Sizes s, Inputs in, Outputs out) {
  const int64_t n = s[0], d = s[1], K = s[2];
  const double *x = in[0], *alpha = in[1], *mu = in[2], *q = in[3], *l = in[4];
  double *ga = out[1], *gm = out[2], *gq = out[3], *gl = out[4], value = 0;
  std::fill(ga, ga + K, 0.0);
  std::fill(gm, gm + K * d, 0.0);
  std::fill(gq, gq + K * d, 0.0);
  std::fill(gl, gl + K * d * d, 0.0);
  std::vector<double> diag(K * d), sums(K), term(K), z(K * d), diff(K * d);
  for (int64_t k = 0; k < K; ++k)
    for (int64_t j = 0; j < d; ++j) {
      diag[k * d + j] = std::exp(q[k * d + j]);
      sums[k] += q[k * d + j];
    }
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t k = 0; k < K; ++k) {
      double *y = &z[k * d], *e = &diff[k * d], square = 0;
      for (int64_t j = 0; j < d; ++j)
        e[j] = x[i * d + j] - mu[k * d + j];
      for (int64_t r = 0; r < d; ++r) {
        const double *row = l + (k * d + r) * d;
        y[r] = diag[k * d + r] * e[r];
        for (int64_t c = 0; c < r; ++c)
          y[r] += row[c] * e[c];
        square += y[r] * y[r];
      }
      term[k] = alpha[k] + sums[k] - 0.5 * square;
    }
    const double largest = *std::max_element(term.begin(), term.end());
    double sum = 0;
    for (int64_t k = 0; k < K; ++k)
      sum += std::exp(term[k] - largest);
    value += largest + std::log(sum);
    for (int64_t k = 0; k < K; ++k) {
      const double w = std::exp(term[k] - largest) / sum;
      const double *y = &z[k * d], *e = &diff[k * d];
      double *g = gm + k * d;
      ga[k] += w;
      for (int64_t r = 0; r < d; ++r) {
        const double f = w * y[r], *row = l + (k * d + r) * d;
        double *glr = gl + (k * d + r) * d;
        gq[k * d + r] += w - f * diag[k * d + r] * e[r];
        g[r] += f * diag[k * d + r];
        for (int64_t c = 0; c < r; ++c) {
          glr[c] -= f * e[c];
          g[c] += f * row[c];
        }
      }
    }
  }
  // The weights and the prior.
  const double largest = *std::max_element(alpha, alpha + K);
  double sum = 0, prior = 0;
  for (int64_t k = 0; k < K; ++k)
    sum += std::exp(alpha[k] - largest);
  for (int64_t k = 0; k < K; ++k) {
    ga[k] -= double(n) * std::exp(alpha[k] - largest) / sum;
    for (int64_t r = 0; r < d; ++r) {
      const double e = diag[k * d + r];
      prior += 0.5 * e * e;
      gq[k * d + r] += e * e;
      for (int64_t c = 0; c < r; ++c) {
        const int64_t at = (k * d + r) * d + c;
        prior += 0.5 * l[at] * l[at];
        gl[at] += l[at];
      }
    }
  }
  double constant = -double(d + 1) * double(d) * std::log(2.0) / 2;
  constant -= double(d) * double(d - 1) / 4 * std::log(M_PI);
  for (int64_t j = 1; j <= d; ++j)
    constant -= std::lgamma(double(d + 1) / 2 + double(1 - j) / 2);
  out[0][0] = -double(n) * double(d) / 2 * std::log(2 * M_PI) + value -
              double(n) * (largest + std::log(sum)) + prior - double(K) * constant;
}

/// The same with packed triangles, which are unpacked first.
void gmm_packed(Sizes s, Inputs in, Outputs out) {
  const int64_t d = s[1], K = s[2], p = d * (d + 1) / 2;
  const double *q = in[3];
  std::vector<double> diag(K * d), below(K * d * d), gd(K * d), gb(K * d * d);
  auto place = [&](int64_t k, int64_t r, int64_t c) {
    return k * p + d + c * d - c * (c + 1) / 2 + r - c - 1;
  };
  for (int64_t k = 0; k < K; ++k)
    for (int64_t r = 0; r < d; ++r) {
      diag[k * d + r] = q[k * p + r];
      for (int64_t c = 0; c < r; ++c)
        below[(k * d + r) * d + c] = q[place(k, r, c)];
    }
  const double *inputs[] = {in[0], in[1], in[2], diag.data(), below.data()};
  double *outputs[] = {out[0], out[1], out[2], gd.data(), gb.data()};
  gmm(s, inputs, outputs);
  for (int64_t k = 0; k < K; ++k)
    for (int64_t r = 0; r < d; ++r) {
      out[3][k * p + r] = gd[k * d + r];
      for (int64_t c = 0; c < r; ++c)
        out[3][place(k, r, c)] = gb[(k * d + r) * d + c];
    }
}

} // extern "C"
