//===- adolc.cpp - the workloads with ADOL-C ---------------------------------===//
//
// Each function is recorded once for its sizes, as a user of ADOL-C does for a
// function without branches, and then evaluated: value and gradient from the tape.
// Signatures as in ../pairs.cpp: sizes, parameters and arguments, outputs.
//
//===--------------------------------------------------------------------===//
#include <adolc/adolc.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace {

using Sizes = const int64_t *;
using Inputs = const double *const *;
using Outputs = double **;
using Reals = std::vector<adouble>;

/// Value and gradient of `f` in the arguments, all in one vector, by tape `tag`.
template <class F>
void evaluate(short tag, const std::vector<int64_t> &sizes, Inputs arguments,
              const std::vector<int64_t> &counts, Outputs out, F f) {
  static std::vector<int64_t> recorded; // of these sizes, by this function
  std::vector<double> x;
  for (size_t k = 0; k < counts.size(); ++k)
    x.insert(x.end(), arguments[k], arguments[k] + counts[k]);
  const auto n = static_cast<int>(x.size());
  if (recorded != sizes) {
    trace_on(tag, 1);
    Reals active(x.size());
    for (size_t k = 0; k < x.size(); ++k)
      active[k] <<= x[k];
    adouble value = f(active.data());
    double passive;
    value >>= passive;
    trace_off();
    recorded = sizes;
  }
  std::vector<double> gradient(x.size());
  double value, weight = 1;
  zos_forward(tag, 1, n, 1, x.data(), &value);
  fos_reverse(tag, 1, n, &weight, gradient.data());
  out[0][0] = value;
  size_t at = 0;
  for (size_t k = 0; k < counts.size(); ++k)
    for (int64_t j = 0; j < counts[k]; ++j)
      out[k + 1][j] = gradient[at++];
}

adouble logSumExp(const adouble *x, int64_t n) {
  double largest = x[0].value();
  for (int64_t i = 1; i < n; ++i)
    largest = std::fmax(largest, x[i].value());
  adouble sum = 0;
  for (int64_t i = 0; i < n; ++i)
    sum += exp(x[i] - largest);
  return log(sum) + largest;
}

} // namespace

extern "C" {

void lse(Sizes s, Inputs in, Outputs out) {
  evaluate(1, {s[0]}, in, {s[0]}, out, [&](const adouble *x) { return logSumExp(x, s[0]); });
}

void llsq(Sizes s, Inputs in, Outputs out) {
  const double *t = in[0];
  evaluate(2, {s[0], s[1]}, in + 1, {s[1]}, out, [&](const adouble *x) {
    adouble value = 0;
    for (int64_t i = 0; i < s[0]; ++i) {
      adouble sum = (t[i] > 0) - (t[i] < 0);
      double power = 1;
      for (int64_t j = 0; j < s[1]; ++j, power *= t[i])
        sum -= x[j] * power;
      value += sum * sum;
    }
    return 0.5 * value;
  });
}

void logistic(Sizes s, Inputs in, Outputs out) {
  const double *A = in[0], *y = in[1];
  evaluate(3, {s[0], s[1]}, in + 2, {s[1]}, out, [&](const adouble *w) {
    adouble value = 0;
    for (int64_t i = 0; i < s[0]; ++i) {
      adouble z = 0;
      for (int64_t j = 0; j < s[1]; ++j)
        z += A[i * s[1] + j] * w[j];
      value += log(1 + exp(-y[i] * z));
    }
    return value / double(s[0]);
  });
}

void least_squares(Sizes s, Inputs in, Outputs out) {
  const double *A = in[0], *y = in[1];
  evaluate(4, {s[0], s[1]}, in + 2, {s[1]}, out, [&](const adouble *w) {
    adouble value = 0;
    for (int64_t i = 0; i < s[0]; ++i) {
      adouble r = -y[i];
      for (int64_t j = 0; j < s[1]; ++j)
        r += A[i * s[1] + j] * w[j];
      value += r * r;
    }
    return 0.5 * value;
  });
}

void gmm(Sizes s, Inputs in, Outputs out) {
  const int64_t n = s[0], d = s[1], K = s[2];
  const double *x = in[0];
  evaluate(5, {n, d, K}, in + 1, {K, K * d, K * d, K * d * d}, out,
           [&](const adouble *a) {
    const adouble *alpha = a, *mu = a + K, *q = mu + K * d, *l = q + K * d;
    Reals diagonal(K * d), logs(K), terms(K), centred(d);
    adouble prior = 0;
    for (int64_t k = 0; k < K; ++k) {
      logs[k] = 0;
      for (int64_t r = 0; r < d; ++r) {
        diagonal[k * d + r] = exp(q[k * d + r]);
        logs[k] += q[k * d + r];
        prior += diagonal[k * d + r] * diagonal[k * d + r];
        for (int64_t c = 0; c < r; ++c)
          prior += l[(k * d + r) * d + c] * l[(k * d + r) * d + c];
      }
    }
    adouble value = 0.5 * prior - double(n) * logSumExp(alpha, K);
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t k = 0; k < K; ++k) {
        adouble squares = 0;
        for (int64_t r = 0; r < d; ++r)
          centred[r] = x[i * d + r] - mu[k * d + r];
        for (int64_t r = 0; r < d; ++r) {
          adouble row = diagonal[k * d + r] * centred[r];
          for (int64_t c = 0; c < r; ++c)
            row += l[(k * d + r) * d + c] * centred[c];
          squares += row * row;
        }
        terms[k] = alpha[k] + logs[k] - 0.5 * squares;
      }
      value += logSumExp(terms.data(), K);
    }
    const double pi = std::acos(-1.0);
    double multigamma = double(d * (d - 1)) / 4 * std::log(pi);
    for (int64_t j = 1; j <= d; ++j)
      multigamma += std::lgamma(double(d + 1) / 2 + double(1 - j) / 2);
    return value + (-double(n * d) / 2 * std::log(2 * pi) -
                    double(K) * (-double((d + 1) * d) * std::log(2.0) / 2 - multigamma));
  });
}

void kmeans(Sizes s, Inputs in, Outputs out) {
  const int64_t n = s[0], d = s[1], k = s[2];
  const double *p = in[0];
  evaluate(6, {n, d, k}, in + 1, {k * d}, out, [&](const adouble *q) {
    adouble value = 0;
    for (int64_t i = 0; i < n; ++i) {
      // Which centre is nearest is decided while recording; it holds at this point.
      int64_t nearest = 0;
      double least = INFINITY;
      for (int64_t c = 0; c < k; ++c) {
        double distance = 0;
        for (int64_t j = 0; j < d; ++j)
          distance += std::pow(p[i * d + j] - q[c * d + j].value(), 2);
        if (distance < least)
          least = distance, nearest = c;
      }
      for (int64_t j = 0; j < d; ++j) {
        adouble apart = p[i * d + j] - q[nearest * d + j];
        value += apart * apart;
      }
    }
    return value;
  });
}

void nbody(Sizes s, Inputs in, Outputs out) {
  const int64_t n = s[0];
  const double *mass = in[0];
  evaluate(7, {n}, in + 1, {n * 3, n * 3}, out, [&](const adouble *a) {
    const adouble *q = a, *v = a + 3 * n;
    adouble value = 0;
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t c = 0; c < 3; ++c)
        value += 0.5 * mass[i] * v[3 * i + c] * v[3 * i + c];
      for (int64_t j = i + 1; j < n; ++j) {
        adouble squares = 1e-4;
        for (int64_t c = 0; c < 3; ++c) {
          adouble apart = q[3 * i + c] - q[3 * j + c];
          squares += apart * apart;
        }
        value -= mass[i] * mass[j] / sqrt(squares);
      }
    }
    return value;
  });
}

void rosenbrock(Sizes s, Inputs in, Outputs out) {
  evaluate(8, {s[0]}, in, {s[0]}, out, [&](const adouble *x) {
    adouble value = 0;
    for (int64_t i = 0; i + 1 < s[0]; ++i) {
      adouble a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
      value += 100 * a * a + b * b;
    }
    return value;
  });
}

} // extern "C"
