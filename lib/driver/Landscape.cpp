//===- Landscape.cpp - kernels for looking at points -----------------------------===//

#include "driver/Landscape.h"

#include "driver/Clock.h"
#include "loops/Extract.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

using namespace ir;

std::unique_ptr<Landscape> Landscape::create(Session &session,
                                             const lower::DescentProblem &problem,
                                             jit::Level level) {
  const auto begin = Clock::now();
  std::unique_ptr<Landscape> l(new Landscape(session));
  l->module_.name = session.stem();
  l->inputs_ = problem.inputs;
  l->level_ = level;
  const size_t errors = session.diagnostics.errorCount();
  l->made_ = lower::lowerEvaluators(session.graph(), l->module_, problem, session.diagnostics);
  if (session.diagnostics.errorCount() != errors)
    return nullptr;
  l->compileMs_ = milliseconds(begin);
  return l;
}

bool Landscape::fit(size_t unknowns) {
  size_ = unknowns;
  InputValue &n = session_.value(session_.graph().inputIndex(made_.n));
  n.known = true;
  n.whole = static_cast<int64_t>(unknowns);
  auto elements = session_.whole(made_.workspace);
  if (!elements || !workspace_.allocate(session_, *elements, frame_))
    return false;
  if (!made_.m.valid())
    return true;
  auto m = session_.whole(made_.m);
  residuals_ = m ? static_cast<size_t>(*m) : 0;
  return m.has_value();
}

jit::EntryPoint Landscape::entry(const char *name) {
  auto [it, fresh] = entries_.emplace(name, nullptr);
  if (!fresh)
    return it->second;
  if (lentCode_ && level_ == jit::Level::O0 && loops::sameFunction(module_, *lentModule_, name))
    if (jit::EntryPoint lent = lentCode_->find(name))
      return it->second = lent;
  std::string error;
  const auto begin = Clock::now();
  auto code = jit::Jit::compile(loops::extract(module_, name), session_.jitOptions(level_), error);
  compileMs_ += milliseconds(begin);
  if (!code) {
    session_.diagnostics.report(Diag::Internal, {}, error);
    return nullptr;
  }
  it->second = code->find(name);
  codes_.push_back(std::move(code));
  return it->second;
}

bool Landscape::call(const char *name, std::initializer_list<void *> arguments) {
  ++evaluations_;
  Arguments a(session_);
  for (ValueId v : inputs_)
    a.input(v);
  a.input(made_.n);
  for (void *p : arguments)
    a.pointer(p);
  const jit::EntryPoint function = entry(name);
  return function && function(&frame_, a.data()) == 0;
}

bool Landscape::value(const Vector &x, double &f, Vector &gradient) {
  gradient.resize(std::max<size_t>(size_, 1));
  const bool done = call("value_gradient_flat", {const_cast<double *>(x.data()), &f, gradient.data()});
  gradient.resize(size_);
  return done && std::isfinite(f);
}

bool Landscape::product(const Vector &x, const Vector &v, Vector &result) {
  result.resize(size_);
  return call("hessian_vector_flat", {const_cast<double *>(x.data()),
                                      const_cast<double *>(v.data()), result.data()}) &&
         std::all_of(result.begin(), result.end(), [](double e) { return std::isfinite(e); });
}

bool Landscape::residuals(const Vector &x, Vector &result) {
  result.resize(std::max<size_t>(residuals_, 1));
  const bool done = call("residuals_flat", {const_cast<double *>(x.data()), result.data()});
  result.resize(residuals_);
  return done;
}

bool Landscape::jacobianProduct(const Vector &x, const Vector &v, Vector &result) {
  result.resize(std::max<size_t>(residuals_, 1));
  const bool done =
      call("jacobian_vector_flat",
           {const_cast<double *>(x.data()), const_cast<double *>(v.data()), result.data()});
  result.resize(residuals_);
  return done;
}

} // namespace gradus::driver
