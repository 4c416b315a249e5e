//===- SolveConstrained.h - problems with constraints --------------------------===//
#pragma once

#include "driver/ConstraintPattern.h"
#include "driver/Ipopt.h"
#include "driver/ProgramClass.h"
#include "driver/Solve.h"

namespace gradus::driver {

/// Whether a problem is to be solved by ConstrainedSolver: it has constraints, its
/// method asks for them, or sensitivities are wanted.
bool needsConstraints(Session &session, const ir::Problem &problem,
                      const syntax::MethodCall *call);

class ConstrainedSolver final : public Solver {
public:
  using Solver::Solver;
  bool solve(const syntax::MethodCall *call, Solution &solution);

private:
  bool conditionsHold();
  bool layOutConstraints();
  bool bindDescent() override;
  bool readsBounds() const override { return true; }
  bool patterns();
  bool orderElimination();
  bool runConstrained();
  /// Elements that the descents so far have looked at. Budgets count them, not time:
  /// the same problem takes the same way on every machine.
  double workOf(const Solution &s) const {
    return static_cast<double>(s.values + s.gradients) * static_cast<double>(elements_);
  }
  bool tryOtherwise(Solution &solution);
  // JudgeConstrained.cpp
  bool call(const char *name, double sigma, const std::vector<const double *> &in, double *out,
            bool withSigma);
  bool objectiveAt(const std::vector<double> &x, double &value, std::vector<double> &gradient);
  void collect(Solution &solution);
  bool holdsBut(const std::vector<double> &c);
  void judgeConstrained(Solution &solution);
  void judgeInfeasible(Solution &solution);
  std::vector<std::string> elementNames();

  // SolveOutside.cpp
  bool findOutside(const syntax::MethodCall *given);
  bool runOutside();

  bool addSensitivities(Solution &solution); // Sensitivity.cpp

  // SecondOrder.cpp
  struct ReducedCurvature {
    std::vector<std::vector<double>> negative, level; ///< directions
    bool regular = true; ///< the derivatives of the active constraints are independent
  };
  bool secondOrder(Solution &solution);
  bool reducedCurvature(const Solution &solution, ReducedCurvature &out);
  bool descendAgain(Solution &other);
  bool fallsForever(const std::vector<double> &d, double side, bool &without);
  bool leaves(const Solution &solution, size_t unknown);
  void sayUnbounded(Solution &solution, bool without, size_t unknown);
  bool runsAway(Solution &solution, const std::vector<std::vector<double>> &directions,
                const std::function<bool()> &affordable);
  double violationAt(const std::vector<double> &x);

  std::vector<double> clower_, cupper_, startY_;
  std::vector<double> y_, z_;
  double anewWork_ = 0; ///< of descents that were made anew
  KktPattern pattern_;
  ProgramClass class_;
  std::unique_ptr<Ipopt> outside_; ///< the method is not ours
  std::vector<std::pair<std::string, double>> outsideOptions_;
};

} // namespace gradus::driver
