//===- Settle.h - what the end of a descent is worth -----------------------------===//
#pragma once

#include "driver/BoundValues.h"
#include "driver/Curvature.h"

#include <limits>

namespace gradus::driver {

/// Looks at a point at which a descent has ended.
class EndOfDescent {
public:
  enum class Verdict : uint8_t {
    Confirmed,   ///< stationary, and nothing lower beside it
    Unconfirmed, ///< a second evaluation differs, or the point is out of bounds
    Lower,       ///< `better` lies lower: a saddle, a maximum, a flat spot
    NotYet,      ///< a Newton step still promises much
    RunsAway,    ///< the objective levels off while an unknown grows
  };

  /// `smooth`: the objective is nowhere constant for a while only. `budget`:
  /// evaluations that may be spent.
  EndOfDescent(Landscape &landscape, const BoundValues &lower, const BoundValues &upper, const std::vector<double> &start, bool smooth, double atStart,
               int64_t budget)
      : landscape_(landscape), lower_(lower), upper_(upper), start_(start), smooth_(smooth), atStart_(atStart),
        budget_(budget) {}

  /// `norm` is that of the projected gradient as the descent has it, `small` whether
  /// that is as small as asked for.
  Verdict look(const std::vector<double> &x, double f, double norm, bool small);

  /// Whether the objective keeps falling from x on, away from another point.
  bool fallsOn(const std::vector<double> &x, const std::vector<double> &from);
  const std::vector<bool> &held() const { return held_; }
  const Curvature &curvature() const { return curvature_; }
  const std::vector<double> &better() const { return better_; }
  bool kinked = false; ///< the objective has kinks; set before look()
  /// Whether the point is a minimum at a kink. (Kink.cpp)
  bool atKink();
  /// Whether `better` is about where a Newton step leads.
  bool isNewtonStep() const;
  /// What may still be gained, relative to the size of the objective; 0 where a
  /// Newton step promises nothing.
  double promised() const { return promised_; }
  /// The unknown that grows, of a point that runs away.
  size_t runaway() const { return runaway_; }
  const std::vector<double> &gradient() const { return g_; }

private:
  using Vector = std::vector<double>;
  bool confirm(double f, double norm);
  double valueAt(const Vector &x);
  double measuredNoise();
  Vector moved(const Vector &d, double t) const;
  double longestReach(const Vector &d) const;
  void consider(const Vector &x, double value);
  void probeNearby();
  void probeAlong(const Vector &d);
  bool follow(const Vector &d);
  bool followOnce(const Vector &d, double t);

  Landscape &landscape_;
  const BoundValues &lower_, &upper_;
  const Vector &start_;
  bool smooth_;
  double atStart_;
  int64_t budget_;
  Vector x_, g_, better_;
  double f_ = 0, norm_ = 0, noise_ = 0, least_ = 0, promised_ = 0;
  bool small_ = false;
  bool onward_ = false; ///< it falls to one side as far as was looked
  std::vector<bool> held_;
  Curvature curvature_;
  size_t runaway_ = 0;
};

} // namespace gradus::driver
