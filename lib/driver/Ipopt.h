//===- Ipopt.h - the outside solver IPOPT, where it is installed ----------------===//
//
// IPOPT (Wächter and Biegler, Math. Programming 106, 2006) runs in a process of its
// own, tools/gradus-ipopt, which opens the library and asks for values and derivatives
// through a socket: nothing of it is needed to build, and none of its faults are ours.
//
// All in the machine's own format. That process says 1 (int32) when it has found the
// library. It gets n, m, the numbers of entries of J and H and of options (int32), the
// bounds, the sides, the places of the entries (int32), the start, and each option as
// length, name and number. Then it asks: a kind (int32) and a point; the answer is 1 or
// 0 (int32) and the numbers.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gradus::driver {

/// Its name among the methods.
constexpr const char *outsideMethod = "ipopt";

/// min f(x) with lower <= x <= upper, clower <= c(x) <= cupper. Evaluations return
/// false where there is no value.
struct OutsideProblem {
  std::vector<double> lower, upper, clower, cupper;
  std::vector<int32_t> jrow, jcolumn, hrow, hcolumn; ///< entries, from 0; of H one triangle
  std::function<bool(const double *x, double &f)> value;
  std::function<bool(const double *x, double *gradient)> gradient;
  std::function<bool(const double *x, double *c)> constraints;
  std::function<bool(const double *x, double *entries)> jacobian;
  /// Of sigma*f + y*c.
  std::function<bool(const double *x, double sigma, const double *y, double *entries)> hessian;
  /// k, f, slope, length of the step, violation, barrier, part of the full step; false: stop.
  std::function<bool(const double *row)> step;
};

enum class OutsideEnd { Solved, Acceptable, Infeasible, Diverging, Steps, Time, Stopped, NotFinite, Stuck };

class Ipopt {
public:
  /// Null where the library is not installed.
  static std::unique_ptr<Ipopt> load();
  ~Ipopt();

  /// `options`: IPOPT's own by name, numbers. x: the start, then the end; y, z: the
  /// multipliers of f + y*c - z*x. `says`: the end in words. False, with the name of
  /// the option in `says`, where IPOPT does not know one. Once only.
  bool solve(const OutsideProblem &problem,
             const std::vector<std::pair<std::string, double>> &options, std::vector<double> &x,
             std::vector<double> &y, std::vector<double> &z, OutsideEnd &end,
             std::string &says);

private:
  struct Connection;
  Ipopt();
  std::unique_ptr<Connection> connection_;
};

} // namespace gradus::driver
