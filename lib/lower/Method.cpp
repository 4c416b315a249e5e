//===- Method.cpp - kernels, parameters and the loop around a method -----------===//

#include "differentiate/Differentiate.h"
#include "differentiate/SumOfSquares.h"
#include "lower/Kinks.h"
#include "lower/MethodConstraints.h"
#include "support/Timings.h"

#include <algorithm>
#include <cassert>

namespace gradus::lower {

using namespace ir;
using loops::BufferId;
using loops::ScalarId;
using loops::VariableId;

MethodLowering::MethodLowering(Graph &graph, loops::Module &m, const DescentProblem &p,
                               const DescentTexts &t, Diagnostics &d)
    : g(graph), module(m), problem(p), texts(t), diagnostics(d),
      calleeWorkspace(graph.integer(0)) {}

MethodLowering::~MethodLowering() = default;

Descent lowerDescent(Graph &graph, loops::Module &module, const DescentProblem &problem,
                     const DescentTexts &texts, Diagnostics &diagnostics) {
  const Stage stage("lower the method");
  return MethodLowering(graph, module, problem, texts, diagnostics).run();
}

differentiate::ObjectiveDerivatives &derivativesOf(Graph &graph, const DescentProblem &problem) {
  std::shared_ptr<differentiate::ObjectiveDerivatives> &d = problem.derivatives;
  if (!d || !d->areOf(problem.objective, problem.unknowns))
    d = std::make_shared<differentiate::ObjectiveDerivatives>(graph, problem.objective,
                                                             problem.unknowns);
  return *d;
}

void MethodLowering::countUnknowns(ValueId count) {
  n = count;
  vectorLo = g.integer(1);
  vectorType = {Kind::Real, g.shape({{vectorLo, n}})};
  result.n = n;
}

void MethodLowering::makeFlatFunctions() {
  countUnknowns(g.input({"n", {Kind::Int, 0}, InputRole::Size, {}}));
  flatValue = flatFunction(Flat::Value);
  flatGradient = flatFunction(Flat::Gradient);
  if (curvature.valid()) {
    flatCurvature = flatFunction(Flat::Curvature);
    if (!problem.chosen)
      warnOfKinks(g, problem.objective, problem.unknowns, diagnostics);
  }
  if (sparseHessian.valid())
    flatHessian = flatFunction(Flat::Hessian);
  if (batchGradient.valid())
    flatBatch = flatFunction(Flat::Batch);
  if (residual.valid()) {
    flatResidual = flatFunction(Flat::Residual);
    flatJacobian = flatFunction(Flat::JacobianVector);
  }
}

Descent MethodLowering::run() {
  const size_t errorsBefore = diagnostics.errorCount();
  const std::set<std::string> calls = callsOf(texts);
  auto asks = [&](const char *one, const char *other) {
    return calls.count(one) != 0 || calls.count(other) != 0;
  };
  random = asks("uniform", "normal");
  batches = calls.count("batch") != 0;
  makeKernels(asks("hess", "hvp"), asks("residual", "jac"));
  makeFlatFunctions();
  if (asksConstraints(*texts.method))
    makeConstraintKernels();
  module.functions.emplace_back();
  result.solve = {static_cast<uint32_t>(module.functions.size() - 1)};
  loops::Function &f = module.functions.back();
  f.name = "solve";
  f.documentation = "minimizes by " + texts.method->name.name;
  f.usesHook = true;
  b = std::make_unique<FunctionBuilder>(g, module, f);
  elaborator = std::make_unique<semantics::Elaborator>(g, diagnostics);
  semantics::Scope &root = scopes.emplace_back();
  semantics::Scope &loopScope = newScope(root), &method = newScope(loopScope);
  methodScope = &method;
  declareParameters();

  auto expose = [&](const char *name, semantics::Scope &scope) {
    MethodVariable &v = *byName.at(name);
    v.entity = &scope.declareValue({name, {}}, "variable", elaborator->shapes().of(v.version));
    byEntity[v.entity] = &v;
  };
  for (const char *name : {"x", "k", "promise", "working", "late"})
    expose(name, root);
  root.declareValue({"n", {}}, "size", semantics::Value::scalar(n));
  for (const char *name : {"xold", "xbest", "g", "fx", "fbest", "gnorm", "gmax", "moved", "status",
                           "stopped", "atbest", "polished", "level", "random1", "random2", "draw1",
                           "draw2"})
    expose(name, loopScope);
  declareSpecials();
  if (constraints)
    declareConstraintNames(root);
  // The loop's parameters (tol, steps) first, then the method's own.
  addOptions(*texts.before, loopScope);
  addOptions(*texts.method, method);
  if (diagnostics.errorCount() == errorsBefore)
    mainLoop();
  b->finish();
  result.workspace = g.add(b->workspaceElements(), calleeWorkspace);
  result.kernelWorkspace = calleeWorkspace;
  return result;
}

//--- kernels --------------------------------------------------------------------------

KernelSpec MethodLowering::valueSpec() const {
  KernelSpec value{"value", "the objective", problem.inputs, {problem.objective}, {"f"}};
  value.inputs.insert(value.inputs.end(), problem.unknowns.begin(), problem.unknowns.end());
  return value;
}

KernelSpec MethodLowering::gradientSpec() {
  KernelSpec both = valueSpec();
  both.name = "value_gradient";
  both.documentation = "the objective and its gradient";
  const std::vector<ValueId> &gradient =
      derivativesOf(g, problem).gradient(differentiate::Storing::Dear);
  both.outputs.insert(both.outputs.end(), gradient.begin(), gradient.end());
  for (ValueId v : problem.unknowns)
    both.outputNames.push_back("d_" + g.inputOf(v).name);
  return both;
}

void MethodLowering::makeKernels(bool withCurvature, bool withResiduals) {
  const KernelSpec value = valueSpec(), both = gradientSpec();
  Kernel k1 = lowerKernel(g, module, value), k2 = lowerKernel(g, module, both);
  result.value = k1.function;
  result.valueGradient = k2.function;
  calleeWorkspace = g.prim(Prim::Max, {k1.workspace, k2.workspace});
  if (withCurvature)
    makeCurvatureKernel(value);
  if (problem.hessian && texts.method)
    makeSparseHessian(value);
  if (withResiduals)
    makeResidualKernels(value);
  if (batches)
    makeBatchKernel();
}

/// H*v is the derivative of the gradient along v.
void MethodLowering::makeCurvatureKernel(const KernelSpec &value) {
  differentiate::ObjectiveDerivatives &derivatives = derivativesOf(g, problem);
  KernelSpec product{"hessian_vector", "the Hessian times a vector", value.inputs,
                     derivatives.products(differentiate::Storing::Tangents), {}};
  product.inputs.insert(product.inputs.end(), derivatives.directions().begin(),
                        derivatives.directions().end());
  for (ValueId v : problem.unknowns)
    product.outputNames.push_back("h_" + g.inputOf(v).name);
  Kernel k = lowerKernel(g, module, product);
  curvature = k.function;
  calleeWorkspace = g.prim(Prim::Max, {calleeWorkspace, k.workspace});
}

ValueId MethodLowering::elementsOf(ValueId array) {
  ValueId count = g.integer(1);
  for (const Axis axis : std::vector<Axis>(g.axesOf(array)))
    count = g.mul(count, g.prim(Prim::Max, {g.extent(axis), g.integer(0)}));
  return count;
}

/// The residuals, and their derivative along a direction.
void MethodLowering::makeResidualKernels(const KernelSpec &value) {
  auto found = differentiate::residuals(g, problem.objective, problem.unknowns);
  if (!found) {
    diagnostics.report(Diag::NotLeastSquares, problem.objectiveRange,
                       "the objective is not seen to be a sum of squares, which " +
                           texts.method->name.name + " needs",
                       "write it as a sum of (...)^2, or choose another method");
    return;
  }
  residuals = std::move(*found);
  KernelSpec r{"residuals", "1/2*sumsq of them is the objective up to a constant", value.inputs,
               residuals, {}};
  KernelSpec along{"jacobian_vector", "the derivative of the residuals along a direction",
                   value.inputs, {}, {}};
  std::vector<ValueId> directions;
  for (ValueId v : problem.unknowns) {
    directions.push_back(g.input({"v_" + g.inputOf(v).name, g.type(v), InputRole::Argument, {}}));
    along.inputs.push_back(directions.back());
  }
  for (size_t k = 0; k < residuals.size(); ++k) {
    r.outputNames.push_back("r" + std::to_string(k + 1));
    along.outputNames.push_back("d" + std::to_string(k + 1));
  }
  m = residualCount(g, residuals);
  residualType = {Kind::Real, g.shape({{g.integer(1), m}})};
  along.outputs = differentiate::pushforward(g, residuals, problem.unknowns, directions);
  Kernel k1 = lowerKernel(g, module, r), k2 = lowerKernel(g, module, along);
  residual = k1.function;
  jacobian = k2.function;
  for (ValueId needed : {k1.workspace, k2.workspace})
    calleeWorkspace = g.prim(Prim::Max, {calleeWorkspace, needed});
}

/// The kernel for a point x[1..n] in one array, and its gradient likewise.
loops::FunctionId MethodLowering::flatFunction(Flat what) {
  module.functions.emplace_back();
  loops::Function &f = module.functions.back();
  const char *names[] = {"value_flat",
                         evaluatorName(Evaluator::ValueGradient),
                         evaluatorName(Evaluator::HessianVector),
                         evaluatorName(Evaluator::Residuals),
                         evaluatorName(Evaluator::JacobianVector),
                         "hessian_flat",
                         "batch_gradient_flat"};
  f.name = names[static_cast<size_t>(what)];
  f.documentation = "the unknowns one after the other in x[1..n]";
  f.exported = what != Flat::Value;
  FunctionBuilder fb(g, module, f);
  auto scalarInput = [&](ValueId v) {
    ScalarId s = fb.scalar(fb.kindOf(v), g.inputOf(v).name);
    fb.bind(v, s);
    f.parameters.push_back({s});
  };
  auto buffer = [&](std::string name, Type t, loops::BufferRole role, std::vector<loops::BufferAxis> axes) {
    loops::Buffer made;
    made.name = std::move(name);
    made.kind = t.kind == Kind::Int ? loops::Kind::Int : loops::Kind::Real;
    made.role = role;
    made.axes = std::move(axes);
    f.buffers.push_back(std::move(made));
    return BufferId{static_cast<uint32_t>(f.buffers.size() - 1)};
  };
  // All parameters in order; the sizes among them are bound before arrays need them.
  std::vector<ValueId> inputs = problem.inputs;
  if (what == Flat::Batch) {
    inputs.push_back(batchSize);
    inputs.push_back(batchRows);
  }
  std::vector<loops::Argument> arguments(inputs.size());
  f.parameters.resize(inputs.size());
  for (size_t k = 0; k < inputs.size(); ++k)
    if (ValueId v = inputs[k]; g.type(v).scalar()) {
      ScalarId s = fb.scalar(fb.kindOf(v), g.inputOf(v).name);
      fb.bind(v, s);
      f.parameters[k].value = s;
      arguments[k].value = s;
    }
  scalarInput(n);
  for (size_t k = 0; k < inputs.size(); ++k)
    if (ValueId v = inputs[k]; !g.type(v).scalar()) {
      BufferId made = buffer(g.inputOf(v).name, g.type(v), loops::BufferRole::In,
                             fb.bufferAxes(g.type(v).shape));
      f.parameters[k].value = made;
      arguments[k].value = made;
    }
  auto vector = [&](const char *name, loops::BufferRole role, Type t) {
    BufferId made = buffer(name, t, role, fb.bufferAxes(t.shape));
    f.parameters.push_back({made});
    return made;
  };
  BufferId x = vector("x", loops::BufferRole::In, vectorType), v, out;
  std::vector<loops::Argument> outputs;
  bool ofResiduals = what == Flat::Residual || what == Flat::JacobianVector;
  if (what == Flat::Curvature || what == Flat::JacobianVector)
    v = vector("v", loops::BufferRole::In, vectorType);
  if (what == Flat::Curvature) {
    out = vector("hv", loops::BufferRole::Out, vectorType);
  } else if (what == Flat::Hessian) {
    out = vector("h", loops::BufferRole::Out, entriesType);
    outputs.push_back({out});
  } else if (ofResiduals) {
    out = vector("r", loops::BufferRole::Out, residualType);
  } else {
    VariableId value = fb.variable(loops::Kind::Real, "f");
    f.parameters.push_back({value});
    outputs.push_back({value});
    if (what == Flat::Gradient || what == Flat::Batch)
      out = vector("g", loops::BufferRole::Out, vectorType);
  }

  // Each unknown is a view of its part of the vectors, or an element.
  struct Part {
    ValueId value, offset;
    std::string name;
  };
  auto layOut = [&](const std::vector<ValueId> &values) {
    std::vector<Part> made;
    ValueId offset = g.integer(0);
    for (ValueId u : values) {
      std::string name = g.node(u).op == Op::Input ? g.inputOf(u).name : "r" + std::to_string(made.size() + 1);
      made.push_back({u, offset, name});
      offset = g.add(offset, elementsOf(u));
    }
    return made;
  };
  std::vector<Part> parts = layOut(problem.unknowns);
  auto view = [&](const Part &p, const std::string &prefix, BufferId base) {
    BufferId made = buffer(prefix + p.name, g.type(p.value), loops::BufferRole::View,
                           fb.bufferAxes(g.type(p.value).shape));
    f.buffers[made.index].base = base;
    f.buffers[made.index].offset = fb.size(p.offset);
    return made;
  };
  auto place = [&](const Part &p) { return fb.size(g.add(p.offset, g.integer(1))); };
  auto pass = [&](const std::string &prefix, BufferId from) {
    for (const Part &p : parts)
      if (g.type(p.value).scalar())
        arguments.push_back(
            {fb.let(loops::Kind::Real, loops::LoadOp{from, {place(p)}}, prefix + p.name)});
      else
        arguments.push_back({view(p, prefix, from)});
  };
  pass("", x);
  if (v.valid())
    pass("v_", v);
  std::vector<std::pair<VariableId, Part>> scalars; // results, and where they go
  if (out.valid() && what != Flat::Hessian)
    for (const Part &p : ofResiduals ? layOut(residuals) : parts) {
      if (!g.type(p.value).scalar()) {
        outputs.push_back({view(p, "d_", out)});
        continue;
      }
      VariableId d = fb.variable(loops::Kind::Real, "d_" + p.name);
      outputs.push_back({d});
      scalars.push_back({d, p});
    }
  arguments.insert(arguments.end(), outputs.begin(), outputs.end());
  loops::FunctionId callee = what == Flat::Value      ? result.value
                             : what == Flat::Gradient ? result.valueGradient
                             : what == Flat::Residual ? residual
                             : what == Flat::Curvature ? curvature
                             : what == Flat::Hessian  ? sparseHessian
                             : what == Flat::Batch    ? batchGradient
                                                       : jacobian;
  fb.push(loops::Call{callee, std::move(arguments)});
  for (auto &[d, p] : scalars)
    fb.push(loops::Store{out, {place(p)}, fb.read(d)});
  fb.finish();
  return {static_cast<uint32_t>(module.functions.size() - 1)};
}

//--- parameters of solve -----------------------------------------------------------------

void MethodLowering::declareParameters() {
  loops::Function &f = b->f;
  auto scalarParameter = [&](ValueId v) {
    ScalarId s = b->scalar(b->kindOf(v), g.inputOf(v).name);
    b->bind(v, s);
    return s;
  };
  auto array = [&](std::string name, Type t, loops::BufferRole role) {
    loops::Buffer made;
    made.name = std::move(name);
    made.kind = t.kind == Kind::Int ? loops::Kind::Int : loops::Kind::Real;
    made.role = role;
    made.axes = b->bufferAxes(t.shape);
    f.buffers.push_back(std::move(made));
    return BufferId{static_cast<uint32_t>(f.buffers.size() - 1)};
  };
  f.parameters.resize(problem.inputs.size());
  for (size_t k = 0; k < problem.inputs.size(); ++k)
    if (ValueId v = problem.inputs[k]; g.type(v).scalar())
      f.parameters[k].value = scalarParameter(v);
  f.parameters.push_back({scalarParameter(n)});
  if (constraints)
    declareConstraintSizes();
  for (size_t k = 0; k < problem.inputs.size(); ++k)
    if (ValueId v = problem.inputs[k]; !g.type(v).scalar()) {
      BufferId made = array(g.inputOf(v).name, g.type(v), loops::BufferRole::In);
      b->bindArray(v, made);
      f.parameters[k].value = made;
    }
  auto vectorInput = [&](const char *name) {
    ValueId v = g.input({name, vectorType, InputRole::Local, {}});
    BufferId made = array(name, vectorType, loops::BufferRole::In);
    b->bindArray(v, made);
    f.parameters.push_back({made});
    return v;
  };
  lower = vectorInput("lower");
  upper = vectorInput("upper");
  if (constraints)
    declareConstraintTables();

  auto own = [&](const char *name, Type t, bool parameter) -> MethodVariable & {
    variables.push_back({name, t, {}, {}, {}, nullptr});
    MethodVariable &v = variables.back();
    byName[name] = &v;
    if (t.scalar())
      v.scalar = b->variable(t.kind == Kind::Int ? loops::Kind::Int : loops::Kind::Real, name);
    else if (parameter)
      v.buffer = array(name, t, name == std::string("x") ? loops::BufferRole::InOut
                                                         : loops::BufferRole::Out);
    else
      v.buffer = b->workspace(t, name);
    v.version = newVersion(v);
    return v;
  };
  f.parameters.push_back({own("x", vectorType, true).buffer});
  if (constraints)
    declareMultipliers();
  Type real{Kind::Real, 0}, whole{Kind::Int, 0};
  for (const char *name : {"k", "status", "stopped", "atbest", "polished", "working", "late", "draw1", "draw2"})
    own(name, whole, false);
  for (const char *name : {"fx", "fbest", "gnorm", "gmax", "moved", "promise", "level", "random1", "random2"})
    own(name, real, false);
  for (const char *name : {"xold", "xbest"})
    own(name, vectorType, false);
  own("g", vectorType, true);
  valueCount = b->variable(loops::Kind::Int, "values");
  gradientCount = b->variable(loops::Kind::Int, "gradients");
  hessianCount = b->variable(loops::Kind::Int, "hessians");
}

void MethodLowering::addOptions(const syntax::MethodDecl &method, semantics::Scope &scope) {
  for (const syntax::Parameter &p : method.parameters) {
    if (!p.declarator.axes.empty() || p.function || !p.initial) {
      diagnostics.report(Diag::MethodText, p.declarator.name.range,
                         "an option of a method is a number with a default",
                         "write " + p.declarator.name.name + " = 0.1");
      continue;
    }
    const std::string &name = p.declarator.name.name;
    if (name == hostTime)
      continue;
    auto same = std::find_if(result.parameters.begin(), result.parameters.end(), [&](auto *o) {
      return o->declarator.name.name == name && o->integer == p.integer;
    });
    if (same != result.parameters.end()) {
      *same = &p;
      const auto k = static_cast<size_t>(same - result.parameters.begin());
      scope.declareValue(p.declarator.name, "option", semantics::Value::scalar(result.options[k]));
      continue;
    }
    Type t{p.integer ? Kind::Int : Kind::Real, 0};
    // An option that is a size (int memory = 10) is never negative.
    ValueId v = g.input({p.declarator.name.name, t, p.integer ? InputRole::Size : InputRole::Parameter,
                         p.declarator.name.range});
    ScalarId s = b->scalar(b->kindOf(v), g.inputOf(v).name);
    b->bind(v, s);
    b->f.parameters.push_back({s});
    result.options.push_back(v);
    result.parameters.push_back(&p);
    scope.declareValue(p.declarator.name, "option", semantics::Value::scalar(v));
  }
}

void MethodLowering::mainLoop() {
  semantics::Scope &method = *methodScope;
  semantics::Scope &loopScope = *method.parent();
  gradientAtTrials = true; // the loop's own evaluations want both
  for (VariableId counter : {valueCount, gradientCount, hessianCount})
    b->push(loops::Assign{counter, b->let(loops::Kind::Int, loops::ConstInt{0})});
  declareStates(texts.method->body, method);
  {
    semantics::Scope &before = newScope(loopScope);
    statements(texts.before->body, before);
  }

  loops::While loop;
  loops::Body *saved = b->body;
  size_t mark = b->mark();
  for (MethodVariable &v : variables)
    refresh(v);
  evaluations.clear();
  b->body = &loop.head;
  for (MethodVariable &v : variables)
    refresh(v);
  ScalarId running = b->let(loops::Kind::Int, loops::ConstInt{static_cast<int64_t>(Ending::Running)});
  loop.condition = b->let(loops::Kind::Bool, loops::PrimOp{Prim::Equal, {b->bound(byName["status"]->version), running}});
  b->body = &loop.body;
  // At the top of each step fx and g belong to x.
  evaluations.push_back({key(byName["x"]->version), {byName["fx"]->version, byName["g"]->version}});
  gradientAtTrials = asksGradientElsewhere(texts);
  assign(*byName["xold"], byName["x"]->version);
  {
    semantics::Scope &body = newScope(method);
    statements(texts.method->body, body);
  }
  gradientAtTrials = true;
  {
    semantics::Scope &after = newScope(loopScope);
    statements(texts.after->body, after);
  }
  b->body = saved;
  b->release(mark);
  evaluations.clear();
  b->push(std::move(loop));

  // Results.
  for (const char *name : {"status", "k", "fx", "gnorm"})
    b->f.parameters.push_back({byName[name]->scalar});
  b->f.parameters.push_back({valueCount});
  b->f.parameters.push_back({gradientCount});
  b->f.parameters.push_back({hessianCount});
  b->f.parameters.push_back({byName["g"]->buffer});
}

} // namespace gradus::lower
