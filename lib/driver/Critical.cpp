//===- Critical.cpp - stationary points of a function of few variables --------------===//
//
// From many starts in the box the gradient is brought to zero by damped Newton
// steps on its square (Levenberg's, with the eigenvalues of the Hessian), which
// find maxima and saddles as well as minima.
//
//===--------------------------------------------------------------------===//

#include "driver/Critical.h"

#include "driver/Eigen.h"
#include "driver/Region.h"
#include "driver/Report.h"
#include "support/Numbers.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

namespace gradus::driver {

namespace {

using Vector = std::vector<double>;

constexpr size_t mostVariables = 8, startsPerVariable = 200;
constexpr int mostSteps = 100;

struct Stationary {
  Vector x, eigenvalues;
  double value = 0, gradientNorm = 0;
  const char *kind = "";
};

double length(const Vector &v) {
  double sum = 0;
  for (double e : v)
    sum += e * e;
  return std::sqrt(sum);
}

bool hessian(Landscape &l, const Vector &x, Vector &h) {
  const size_t n = x.size();
  Vector unit(n, 0.0), column;
  h.assign(n * n, 0.0);
  for (size_t j = 0; j < n; ++j) {
    unit[j] = 1;
    if (!l.product(x, unit, column))
      return false;
    unit[j] = 0;
    for (size_t i = 0; i < n; ++i)
      h[i * n + j] = column[i];
  }
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j < i; ++j)
      h[i * n + j] = h[j * n + i] = 0.5 * (h[i * n + j] + h[j * n + i]);
  return true;
}

/// True when it ends where the gradient vanishes.
bool descend(Region &r, Vector x, double scale, Stationary &found) {
  Landscape &l = *r.landscape;
  const size_t n = x.size();
  double f = 0, damping = 1e-3;
  Vector g, h, next(n), gNext;
  if (!l.value(x, f, g))
    return false;
  double norm = length(g);
  for (int step = 0; step < mostSteps && norm > 0; ++step) {
    if (!std::isfinite(norm) || !hessian(l, x, h))
      return false;
    const Eigensystem e = eigensystem(h, n);
    const double largest = std::max(std::fabs(e.values.front()), std::fabs(e.values.back()));
    bool better = false;
    for (int trial = 0; trial < 30 && !better; ++trial) {
      std::fill(next.begin(), next.end(), 0.0);
      for (size_t j = 0; j < n; ++j) {
        double part = 0;
        for (size_t i = 0; i < n; ++i)
          part += e.vectors[i * n + j] * g[i];
        part *= e.values[j] / (e.values[j] * e.values[j] + damping * largest * largest + 1e-300);
        for (size_t i = 0; i < n; ++i)
          next[i] -= part * e.vectors[i * n + j];
      }
      for (size_t i = 0; i < n; ++i)
        next[i] += x[i];
      double value = 0;
      better = l.value(next, value, gNext) && length(gNext) < norm;
      if (better) {
        x = next;
        f = value;
        g = gNext;
        norm = length(g);
        damping = std::max(0.1 * damping, 1e-20);
      } else {
        damping = std::max(4 * damping, 1e-12);
      }
    }
    if (!better)
      break;
  }
  if (!(norm <= 1e-8 * std::max(scale, 1e-300)) || !hessian(l, x, h))
    return false;
  found.x = x;
  found.value = f;
  found.gradientNorm = norm;
  found.eigenvalues = eigensystem(h, n).values;
  const double most = std::max(std::fabs(found.eigenvalues.front()), std::fabs(found.eigenvalues.back()));
  const double least = 1e-7 * std::max(most, 1e-300);
  const bool up = found.eigenvalues.back() > least, down = found.eigenvalues.front() < -least;
  bool flat = false;
  for (double v : found.eigenvalues)
    flat = flat || std::fabs(v) <= least;
  found.kind = up && down ? "saddle" : flat ? "degenerate" : down ? "maximum" : "minimum";
  return true;
}

std::string pointText(const Vector &x, const Region &r) {
  std::string text;
  for (size_t k = 0; k < x.size(); ++k)
    text += (k ? ", " : "") + r.names[k] + " = " + formatNumber(std::fabs(x[k]) < 1e-9 ? 0.0 : x[k], 8);
  return text;
}

} // namespace

int critical(const CriticalOptions &options, std::ostream &out, std::ostream &err) {
  Session session({options.set, options.data, options.allowPath});
  if (!session.load(options.file) || !session.bind())
    return finish(session, options.file, options.json, out, err);
  const std::vector<Subject> all = subjects(session);
  Region r;
  if (!makeRegion(session, all, options.name, options.box, r))
    return finish(session, options.file, options.json, out, err);
  const size_t n = r.names.size();
  if (n == 0 || n > mostVariables) {
    session.diagnostics.report(Diag::BadValue, {},
                               r.subject->name + " has " + std::to_string(n) + " variables; stationary points are looked for with 1 to " +
                                   std::to_string(mostVariables));
    return finish(session, options.file, options.json, out, err);
  }
  // The size of gradients in the box tells what vanishing means.
  double scale = 0;
  size_t sampled = 0;
  std::vector<Vector> starts;
  for (size_t k = 1; k <= startsPerVariable * n; ++k) {
    Vector x = haltonPoint(k, n);
    for (size_t i = 0; i < n; ++i)
      x[i] = r.lower[i] + x[i] * (r.upper[i] - r.lower[i]);
    double f = 0;
    Vector g;
    if (r.landscape->value(x, f, g) && std::isfinite(length(g))) {
      scale += length(g);
      ++sampled;
    }
    starts.push_back(std::move(x));
  }
  scale = sampled ? scale / static_cast<double>(sampled) : 0;
  std::vector<Stationary> points;
  for (const Vector &x : starts) {
    Stationary s;
    if (!descend(r, x, scale, s))
      continue;
    bool inside = true, known = false;
    for (size_t i = 0; i < n; ++i) {
      const double slack = 1e-9 * (r.upper[i] - r.lower[i]);
      inside = inside && s.x[i] >= r.lower[i] - slack && s.x[i] <= r.upper[i] + slack;
    }
    for (Stationary &p : points) {
      double apart = 0;
      for (size_t i = 0; i < n; ++i)
        apart = std::max(apart, std::fabs(p.x[i] - s.x[i]) / (r.upper[i] - r.lower[i]));
      if (apart < (s.kind == std::string("degenerate") ? 1e-2 : 1e-5)) {
        known = true;
        if (s.gradientNorm < p.gradientNorm)
          p = s;
      }
    }
    if (inside && !known)
      points.push_back(std::move(s));
  }
  std::sort(points.begin(), points.end(),
            [](const Stationary &a, const Stationary &b) { return a.value < b.value; });
  const Stationary *lowest = nullptr;
  for (const Stationary &p : points)
    if (!lowest && p.kind == std::string("minimum"))
      lowest = &p;
  if (options.json) {
    Json list = Json::array();
    for (const Stationary &p : points) {
      Json x = Json::object(), eigenvalues = Json::array();
      for (size_t k = 0; k < n; ++k)
        x[r.names[k]] = numberJson(p.x[k]);
      for (double v : p.eigenvalues)
        eigenvalues.push_back(numberJson(v));
      list.push_back(Json{{"kind", p.kind},
                          {"value", numberJson(p.value)},
                          {"at", std::move(x)},
                          {"eigenvalues", std::move(eigenvalues)},
                          {"gradient_norm", numberJson(p.gradientNorm)},
                          {"lowest_minimum", &p == lowest}});
    }
    out << Json{{"file", options.file}, {"name", r.subject->name}, {"starts", starts.size()}, {"points", std::move(list)}}.dump(2) << "\n";
    return finish(session, options.file, options.json, out, err);
  }
  std::string box;
  for (size_t k = 0; k < n; ++k)
    box += (k ? ", " : "") + r.names[k] + " in [" + formatNumber(r.lower[k], 6) + ", " + formatNumber(r.upper[k], 6) + "]";
  out << r.subject->name << ": " << points.size() << (points.size() == 1 ? " stationary point" : " stationary points")
      << " found from " << starts.size() << " starts with " << box << "\n\n";
  size_t kindWidth = 4, valueWidth = 5, pointWidth = 2;
  for (const Stationary &p : points) {
    kindWidth = std::max(kindWidth, std::string(p.kind).size());
    valueWidth = std::max(valueWidth, formatNumber(p.value, 8).size());
    pointWidth = std::max(pointWidth, pointText(p.x, r).size());
  }
  for (const Stationary &p : points) {
    const std::string kind = p.kind, value = formatNumber(std::fabs(p.value) < 1e-15 ? 0.0 : p.value, 8), at = pointText(p.x, r);
    std::string eigenvalues;
    for (double v : p.eigenvalues)
      eigenvalues += (eigenvalues.empty() ? "" : ", ") + formatNumber(v, 4);
    out << "  " << kind << std::string(kindWidth - kind.size() + 2, ' ')
        << std::string(valueWidth > value.size() ? valueWidth - value.size() : 0, ' ') << value << "  at " << at
        << std::string(pointWidth - at.size() + 2, ' ') << "eigenvalues " << eigenvalues
        << (&p == lowest ? "   the lowest minimum found" : "") << "\n";
  }
  return finish(session, options.file, options.json, out, err);
}

} // namespace gradus::driver
