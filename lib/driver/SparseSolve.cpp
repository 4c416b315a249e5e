//===- SparseSolve.cpp - patterns and plans before a descent ------------------------===//

#include "driver/SparseSolve.h"

#include "driver/Pattern.h"
#include "runtime/Sparse.h"

namespace gradus::driver {

using namespace ir;

namespace {

/// Entries of the lower triangle, and of the factors, for each unknown.
constexpr int64_t mostEntries = 40, mostFactors = 150;

lower::SparseHessian withInputs(Graph &g, differentiate::SparseMatrix matrix) {
  lower::SparseHessian h;
  h.matrix = std::move(matrix);
  auto size = [&](const char *name) {
    return g.input({name, {Kind::Int, 0}, InputRole::Size, {}});
  };
  auto array = [&](const char *name, ValueId length) {
    return g.input({name, {Kind::Int, g.shape({{g.integer(1), length}})}, InputRole::Local, {}});
  };
  h.entries = size("entries");
  h.positions = array("positions", differentiate::slots(g, h.matrix));
  h.planLength = size("plan_length");
  h.plan = array("plan", h.planLength);
  h.factorLength = size("factor_length");
  return h;
}

void add(lower::SparseHessian h, lower::DescentProblem &problem) {
  for (ValueId v : {h.entries, h.planLength, h.factorLength, h.positions, h.plan})
    problem.inputs.push_back(v);
  problem.hessian = std::move(h);
}

} // namespace

bool addIfSparse(Session &session, lower::DescentProblem &problem) {
  Graph &g = session.graph();
  auto matrix = differentiate::hessian(g, problem.objective, problem.unknowns);
  if (!matrix || matrix->coupled)
    return false;
  const auto unknowns = session.whole(matrix->columns),
             slots = session.whole(differentiate::slots(g, *matrix));
  if (!unknowns || !slots || *slots / mostEntries > *unknowns)
    return false;
  lower::SparseHessian h = withInputs(g, std::move(*matrix));
  if (!bindSparseHessian(session, h) ||
      session.value(g.inputIndex(h.factorLength)).whole / mostFactors > *unknowns)
    return false;
  add(std::move(h), problem);
  return true;
}

bool addSparseHessian(Session &session, const syntax::MethodDecl &method,
                      lower::DescentProblem &problem) {
  if (!lower::asksSparseHessian(method) || problem.hessian)
    return true;
  Graph &g = session.graph();
  SourceRange where;
  auto matrix = differentiate::hessian(g, problem.objective, problem.unknowns, &where);
  if (!matrix) {
    session.diagnostics.report(Diag::NotYet, where,
                               "no rule for sparse Hessians fits here, and " + method.name.name +
                                   " needs one",
                               "choose another method: lbfgs, newton or newton_cg");
    return false;
  }
  add(withInputs(g, std::move(*matrix)), problem);
  return true;
}

bool bindSparseHessian(Session &session, const lower::SparseHessian &h) {
  auto pattern = assemblePattern(session, h.matrix);
  if (!pattern)
    return false;
  const int64_t n = pattern->columns, entries = pattern->entries();
  std::vector<int64_t> order(static_cast<size_t>(n));
  int64_t factor = 0;
  std::vector<int64_t> plan;
  {
    std::vector<int64_t> work(static_cast<size_t>(gradus_sparse_order_room(n, entries)));
    gradus_sparse_order(n, pattern->start.data(), pattern->row.data(), order.data(), work.data());
  }
  std::vector<int64_t> work(static_cast<size_t>(6 * n + 2 * entries + 2));
  auto makePlan = [&](int64_t *into) {
    return gradus_ldl_plan(n, pattern->start.data(), pattern->row.data(), order.data(), into,
                           &factor, work.data());
  };
  plan.resize(static_cast<size_t>(makePlan(nullptr)));
  makePlan(plan.data());

  Graph &g = session.graph();
  auto bindSize = [&](ValueId v, int64_t value) {
    InputValue &input = session.value(g.inputIndex(v));
    input.known = true;
    input.whole = value;
  };
  auto bindArray = [&](ValueId v, std::vector<int64_t> values) {
    InputValue &input = session.value(g.inputIndex(v));
    input.known = true;
    input.extents = {static_cast<int64_t>(values.size())};
    input.wholes = std::move(values);
  };
  bindSize(h.entries, entries);
  bindSize(h.planLength, static_cast<int64_t>(plan.size()));
  bindSize(h.factorLength, factor);
  bindArray(h.positions, std::move(pattern->position));
  bindArray(h.plan, std::move(plan));
  return true;
}

} // namespace gradus::driver
