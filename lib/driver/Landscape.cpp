//===- Landscape.cpp - kernels for looking at points -----------------------------===//

#include "driver/Landscape.h"

#include "differentiate/SumOfSquares.h"
#include "driver/Clock.h"
#include "loops/Extract.h"
#include "lower/Kinks.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

using namespace ir;

std::unique_ptr<Landscape> Landscape::create(Session &session,
                                             const lower::DescentProblem &problem,
                                             jit::Level level, bool strict) {
  const auto begin = Clock::now();
  Graph &g = session.graph();
  std::unique_ptr<Landscape> l(new Landscape(session, problem, level, strict));
  l->n_ = g.input({"n", {Kind::Int, 0}, InputRole::Size, {}});
  if (auto residuals = differentiate::residuals(g, problem.objective, problem.unknowns))
    l->m_ = lower::residualCount(g, *residuals);
  if (!problem.chosen)
    lower::warnOfKinks(g, problem.objective, problem.unknowns, session.diagnostics);
  l->compileMs_ = milliseconds(begin);
  return l;
}

bool Landscape::fit(size_t unknowns) {
  size_ = unknowns;
  InputValue &n = session_.value(session_.graph().inputIndex(n_));
  n.known = true;
  n.whole = static_cast<int64_t>(unknowns);
  for (auto &[which, entry] : entries_)
    entry.fits = false;
  if (!m_.valid())
    return true;
  auto m = session_.whole(m_);
  residuals_ = m ? static_cast<size_t>(*m) : 0;
  return m.has_value();
}

Landscape::Entry &Landscape::entry(Evaluator which) {
  auto [it, fresh] = entries_.try_emplace(which);
  Entry &made = it->second;
  if (!fresh)
    return made;
  const auto begin = Clock::now();
  const char *name = lower::evaluatorName(which);
  std::string error;
  if (lentModule_ && loops::has(*lentModule_, name)) {
    made.elements = lentDescent_->kernelWorkspace;
    if (lentCode_)
      made.function = lentCode_->find(name);
    else
      made.own = jit::Jit::compile(loops::extract(*lentModule_, name), session_.jitOptions(level_),
                                   error);
  } else {
    loops::Module module;
    module.name = session_.stem();
    module.strict = strict_;
    made.elements = lower::lowerEvaluator(session_.graph(), module, problem_, which, n_,
                                          session_.diagnostics);
    made.own = jit::Jit::compile(loops::extract(module, name), session_.jitOptions(level_), error);
  }
  compileMs_ += milliseconds(begin);
  if (made.own)
    made.function = made.own->find(name);
  if (!made.function)
    session_.diagnostics.report(Diag::Internal, {}, error);
  return made;
}

bool Landscape::call(Evaluator which, std::initializer_list<void *> arguments) {
  ++evaluations_;
  Entry &e = entry(which);
  if (e.function && !e.fits) {
    auto elements = session_.whole(e.elements);
    e.fits = elements && e.workspace.allocate(session_, *elements, e.frame);
  }
  if (!e.fits)
    return false;
  Arguments a(session_);
  for (ValueId v : problem_.inputs)
    a.input(v);
  a.input(n_);
  for (void *p : arguments)
    a.pointer(p);
  return e.function(&e.frame, a.data()) == 0;
}

bool Landscape::value(const Vector &x, double &f, Vector &gradient) {
  gradient.resize(std::max<size_t>(size_, 1));
  const bool done = call(Evaluator::ValueGradient, {const_cast<double *>(x.data()), &f, gradient.data()});
  gradient.resize(size_);
  return done && std::isfinite(f);
}

bool Landscape::product(const Vector &x, const Vector &v, Vector &result) {
  result.resize(size_);
  return call(Evaluator::HessianVector, {const_cast<double *>(x.data()),
                                      const_cast<double *>(v.data()), result.data()}) &&
         std::all_of(result.begin(), result.end(), [](double e) { return std::isfinite(e); });
}

bool Landscape::residuals(const Vector &x, Vector &result) {
  result.resize(std::max<size_t>(residuals_, 1));
  const bool done = call(Evaluator::Residuals, {const_cast<double *>(x.data()), result.data()});
  result.resize(residuals_);
  return done;
}

bool Landscape::jacobianProduct(const Vector &x, const Vector &v, Vector &result) {
  result.resize(std::max<size_t>(residuals_, 1));
  const bool done =
      call(Evaluator::JacobianVector,
           {const_cast<double *>(x.data()), const_cast<double *>(v.data()), result.data()});
  result.resize(residuals_);
  return done;
}

} // namespace gradus::driver
