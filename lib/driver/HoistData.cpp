//===- HoistData.cpp - values that no unknown decides, before the descent ---------===//

#include "driver/HoistData.h"

#include "driver/Extents.h"
#include "driver/HoistEmitted.h"
#include "driver/Native.h"
#include "driver/Solve.h"
#include "support/Timings.h"
#include "transform/NormalForm.h"

namespace gradus::driver {

using namespace ir;

namespace {

/// Above this work, in additions, optimizing the code pays for a single run of it.
constexpr double workForOptimizing = 4e6;

} // namespace

HoistedValues::HoistedValues() = default;
HoistedValues::~HoistedValues() = default;

bool HoistedValues::compute(Session &session) {
  if (computed_ == session.contents())
    return true;
  const Stage stage("hoist");
  Graph &g = session.graph();
  if (!kernel_)
    kernel_ = NativeKernel::compile(
        session, values,
        work > workForOptimizing ? std::optional(jit::Level::Fast) : std::nullopt);
  std::vector<std::vector<double>> results;
  if (!kernel_ || !kernel_->run(results))
    return false;
  for (size_t k = 0; k < inputs.size(); ++k) {
    InputValue &v = session.value(g.inputIndex(inputs[k]));
    v.known = true;
    if (g.type(inputs[k]).scalar()) {
      v.real = results[k][0];
      continue;
    }
    v.reals = std::move(results[k]);
    v.extents.clear();
    if (!session.extents(g.type(inputs[k]).shape, v.extents))
      return false;
  }
  computed_ = session.contents();
  return true;
}

HoistedValues *Session::hoisted(const std::vector<ValueId> &roots,
                                const std::vector<ValueId> &unknowns) {
  auto [it, isNew] = hoisted_.try_emplace(roots);
  HoistedValues &h = it->second;
  // What is worth storing depends on sizes, which other data change.
  if (isNew || (h.inputs.empty() && h.judged != bindings_)) {
    static_cast<transform::Hoisted &>(h) =
        transform::hoist(graph(), roots, unknowns, [&](ValueId v) { return whole(v); });
    h.judged = bindings_;
  }
  if (h.inputs.empty())
    return nullptr;
  const auto count = elementsOf(*this, h.inputs);
  return count && static_cast<double>(*count) <= transform::HoistLimits{}.elements ? &h : nullptr;
}

HoistedValues *Session::normalForm(ValueId root, const std::vector<ValueId> &unknowns) {
  auto [it, isNew] = normal_.try_emplace(root);
  if (isNew)
    if (auto made = transform::normalForm(graph(), root, unknowns)) {
      static_cast<transform::Hoisted &>(it->second.emplace()) = std::move(*made);
      it->second->work = 2 * workForOptimizing; // of many rows in general
    }
  return it->second ? &*it->second : nullptr;
}

bool Solver::hoistNormal(lower::DescentProblem &descended) {
  auto refuse = [&](const std::string &why, const std::string &remedy) {
    session_.diagnostics.report(Diag::OptionValue, hoistRange_, "hoist = normal " + why, remedy);
    return false;
  };
  if (options_.strict)
    return refuse("evaluates another formula than the one written, which --strict rules out",
                  "leave one of the two out");
  if (const auto no = refusesNormalForm(*method_, constrained_))
    return refuse(no->why, no->remedy);
  HoistedValues *h = session_.normalForm(described_.objective, described_.unknowns);
  if (!h)
    return refuse(notQuadratic().why, notQuadratic().remedy);
  const auto count = elementsOf(session_, h->inputs);
  if (!count)
    return false;
  if (static_cast<double>(*count) > transform::HoistLimits{}.elements)
    return refuse("would store a Hessian of " + std::to_string(start_.size()) + " by " +
                      std::to_string(start_.size()) + " numbers",
                  "leave the option out");
  if (!h->compute(session_))
    return false;
  descended.objective = h->roots[0];
  descended.inputs = inputsFor(descended);
  return true;
}

bool Solver::hoistData() {
  // Sensitivities read how values depend on parameters; strict code is evaluated as written.
  if (hoist_ == semantics::Hoist::None || options_.sensitivity || options_.strict)
    return true;
  std::vector<ValueId> roots{described_.objective};
  roots.insert(roots.end(), described_.constraints.begin(), described_.constraints.end());
  HoistedValues *h = session_.hoisted(roots, described_.unknowns);
  if (!h)
    return true;
  if (!h->compute(session_))
    return false;
  described_.objective = h->roots[0];
  described_.constraints.assign(h->roots.begin() + 1, h->roots.end());
  described_.inputs = inputsFor(described_);
  return true;
}

} // namespace gradus::driver
