//===- Instance.cpp - a model with bound values, for one thread ---------------===//
#include "api/Instance.h"
#include "api/LargeStack.h"
#include "syntax/Parser.h"

namespace gradus::api {

using namespace driver;

namespace {

/// Each solve adds nodes to the graph of its session; at this many times the
/// nodes of the model, and some, the session is made again.
constexpr size_t mostGrowth = 8, alwaysAllowed = 20000;

} // namespace

Instance::Instance(std::shared_ptr<const Model> model)
    : model_(std::move(model)), session_(model_->newSession()) {
  if (sound())
    takeSubjects();
}

void Instance::takeSubjects() {
  subjects_ = driver::subjects(*session_, true);
  nodesAtFirst_ = session_->graph().size();
}

void Instance::begin() {
  session_->diagnostics = Diagnostics(session_->sources);
  if (session_->graph().size() > mostGrowth * nodesAtFirst_ + alwaysAllowed)
    rebuild();
}

void Instance::rebuild() {
  auto fresh = model_->newSession();
  if (fresh->diagnostics.hasErrors())
    return; // a file that the model imports has changed: go on with what there is
  // What was read from files is not read again.
  for (const ir::DataInput &d : session_->module().data)
    fresh->value(d.input) = std::move(session_->value(d.input));
  routines_.clear();
  descents_.clear();
  subjects_.clear();
  session_ = std::move(fresh);
  takeSubjects();
  bound_ = false;
}

void Instance::bind(const std::string &name, MemoryValue value) {
  given_[name] = std::move(value);
  bound_ = false;
}

bool Instance::ensureBound() {
  if (bound_)
    return true;
  for (auto &[key, routine] : routines_)
    if (routine)
      routine->forget();
  bound_ = session_->bindMemory(given_);
  return bound_;
}

Routine *Instance::routine(const std::string &function, Quantity quantity,
                           const std::vector<Argument> &arguments) {
  const Subject *subject = findSubject(*session_, subjects_, function);
  if (!subject || !ensureBound())
    return nullptr;
  std::unique_ptr<Routine> &routine = routines_[{subject, quantity}];
  if (!routine)
    routine = Routine::compile(*session_, *subject, quantity, model_->options().level,
                               model_->options().strict);
  return routine && routine->place(arguments) ? routine.get() : nullptr;
}

bool Instance::solve(const SolveRequest &request, Solved &solved) {
  const ir::Module &module = session_->module();
  const ir::Problem *problem = nullptr;
  for (size_t k = 0; k < module.problems.size(); ++k)
    if (request.problem.empty() || request.problem == model_->problems()[k])
      problem = &module.problems[k];
  if (!problem || (request.problem.empty() && module.problems.size() > 1)) {
    session_->diagnostics.report(Diag::Usage, {},
                                 problem               ? "the model has several problems: name one"
                                 : request.problem.empty() ? "the model has no problem to solve"
                                                           : "the model has no problem '" +
                                                           request.problem + "'");
    return false;
  }
  // Other calls may have given unknowns and sizes values of their own.
  bound_ = false;
  if (!ensureBound())
    return false;
  std::optional<syntax::MethodCall> method;
  syntax::Tree methodTree;
  if (!request.method.empty()) {
    const uint32_t file = session_->sources.add("method", request.method);
    method = syntax::parseMethodCall(file, methodTree, session_->diagnostics);
    if (!method || session_->diagnostics.hasErrors())
      return false;
  }
  SolveOptions how;
  how.trace = true;
  how.wholeTrace = how.traceX = request.trace;
  how.strict = model_->options().strict;
  how.maxTime = request.maxTime;
  how.cancel = &cancelled_;
  how.progress = request.progress;
  how.start = request.start;
  how.store = &descents_;
  how.fixed = request.fixed;
  session_->touchData();
  const bool fine = solveProblem(*session_, *problem, how, method ? &*method : nullptr, solved.solution);
  cancelled_ = false;
  if (fine)
    name(*problem, solved);
  return fine;
}

/// Where unknowns and named constraints lie in what was found.
void Instance::name(const ir::Problem &problem, Solved &solved) {
  const ir::Graph &g = session_->graph();
  auto place = [&](std::vector<Solved::Place> &places, const std::string &name, ir::ShapeId shape) {
    std::vector<int64_t> extents;
    size_t count = 1;
    if (session_->extents(shape, extents))
      for (int64_t e : extents)
        count *= static_cast<size_t>(e);
    const size_t first = places.empty() ? 0 : places.back().first + places.back().count;
    places.push_back({name, first, count});
  };
  for (const ir::Unknown &u : problem.unknowns)
    place(solved.unknowns, g.inputs()[u.input].name, g.type(g.inputNode(u.input)).shape);
  if (!solved.solution.constraints.present)
    return;
  for (const ir::Constraint &c : problem.constraints)
    place(solved.constraints, c.name, g.type(c.value).shape);
  for (const driver::ConstraintElement &e : solved.solution.constraints.constraints)
    solved.multipliers.push_back(e.multiplier);
}

} // namespace gradus::api
