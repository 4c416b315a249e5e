//===- Method.cpp - kernels, parameters and the loop around a method -----------===//

#include "differentiate/Differentiate.h"
#include "lower/MethodLowering.h"

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

Descent lowerDescent(Graph &graph, loops::Module &module, const DescentProblem &problem,
                     const DescentTexts &texts, Diagnostics &diagnostics) {
  return MethodLowering(graph, module, problem, texts, diagnostics).run();
}

Descent MethodLowering::run() {
  makeKernels();
  n = g.input({"n", {Kind::Int, 0}, InputRole::Size, {}});
  vectorLo = g.integer(1);
  vectorType = {Kind::Real, g.shape({{vectorLo, n}})};
  result.n = n;
  flatValue = flatFunction(false);
  flatGradient = flatFunction(true);

  module.functions.emplace_back();
  result.solve = {static_cast<uint32_t>(module.functions.size() - 1)};
  loops::Function &f = module.functions.back();
  f.name = "solve";
  f.documentation = "minimizes by " + texts.method->name.name;
  f.usesHook = true;
  b = std::make_unique<FunctionBuilder>(g, module, f);
  elaborator = std::make_unique<semantics::Elaborator>(g, diagnostics);
  semantics::Scope root, loopScope(&root), method(&loopScope);
  methodScope = &method;
  declareParameters();

  auto expose = [&](const char *name, semantics::Scope &scope) {
    MethodVariable &v = *byName.at(name);
    v.entity = &scope.declareValue({name, {}}, "variable", elaborator->shapes().of(v.version));
    byEntity[v.entity] = &v;
  };
  for (const char *name : {"x", "k"})
    expose(name, root);
  root.declareValue({"n", {}}, "size", semantics::Value::scalar(n));
  for (const char *name : {"xold", "xbest", "g", "fx", "fbest", "gnorm", "gmax", "moved", "status",
                           "stopped", "atbest"})
    expose(name, loopScope);
  declareSpecials();
  // The loop's parameters (tol, steps) first, then the method's own.
  addOptions(*texts.before, loopScope);
  addOptions(*texts.method, method);
  if (!diagnostics.hasErrors())
    mainLoop();
  b->finish();
  result.workspace = g.add(b->workspaceElements(), calleeWorkspace);
  return result;
}

//--- kernels --------------------------------------------------------------------------

void MethodLowering::makeKernels() {
  KernelSpec value{"value", "the objective", problem.inputs, {problem.objective}, {"f"}};
  value.inputs.insert(value.inputs.end(), problem.unknowns.begin(), problem.unknowns.end());
  KernelSpec both = value;
  both.name = "value_gradient";
  both.documentation = "the objective and its gradient";
  for (ValueId v : differentiate::gradient(g, problem.objective, problem.unknowns))
    both.outputs.push_back(v);
  for (ValueId v : problem.unknowns)
    both.outputNames.push_back("d_" + g.inputOf(v).name);
  Kernel k1 = lowerKernel(g, module, value), k2 = lowerKernel(g, module, both);
  result.value = k1.function;
  result.valueGradient = k2.function;
  calleeWorkspace = g.prim(Prim::Max, {k1.workspace, k2.workspace});
}

/// The kernel for a point x[1..n] in one array, and its gradient likewise.
loops::FunctionId MethodLowering::flatFunction(bool gradient) {
  module.functions.emplace_back();
  loops::Function &f = module.functions.back();
  f.name = gradient ? "value_gradient_flat" : "value_flat";
  f.documentation = "the unknowns one after the other in x[1..n]";
  f.exported = gradient;
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
  std::vector<loops::Argument> arguments(problem.inputs.size());
  f.parameters.resize(problem.inputs.size());
  for (size_t k = 0; k < problem.inputs.size(); ++k)
    if (ValueId v = problem.inputs[k]; g.type(v).scalar()) {
      ScalarId s = fb.scalar(fb.kindOf(v), g.inputOf(v).name);
      fb.bind(v, s);
      f.parameters[k].value = s;
      arguments[k].value = s;
    }
  scalarInput(n);
  for (size_t k = 0; k < problem.inputs.size(); ++k)
    if (ValueId v = problem.inputs[k]; !g.type(v).scalar()) {
      BufferId made = buffer(g.inputOf(v).name, g.type(v), loops::BufferRole::In,
                             fb.bufferAxes(g.type(v).shape));
      f.parameters[k].value = made;
      arguments[k].value = made;
    }
  BufferId x = buffer("x", vectorType, loops::BufferRole::In, fb.bufferAxes(vectorType.shape));
  f.parameters.push_back({x});
  VariableId value = fb.variable(loops::Kind::Real, "f");
  f.parameters.push_back({value});
  BufferId gx;
  if (gradient) {
    gx = buffer("g", vectorType, loops::BufferRole::Out, fb.bufferAxes(vectorType.shape));
    f.parameters.push_back({gx});
  }

  std::vector<loops::Argument> outputs{{value}};
  std::vector<std::pair<VariableId, ValueId>> scalarGradients; // and where they go
  ValueId offset = g.integer(0);
  for (ValueId v : problem.unknowns) {
    Type t = g.type(v);
    ValueId extent = g.integer(1);
    if (t.scalar()) {
      ScalarId index = fb.size(g.add(offset, g.integer(1)));
      arguments.push_back({fb.let(loops::Kind::Real, loops::LoadOp{x, {index}}, g.inputOf(v).name)});
      if (gradient) {
        VariableId d = fb.variable(loops::Kind::Real, "d_" + g.inputOf(v).name);
        outputs.push_back({d});
        scalarGradients.push_back({d, g.add(offset, g.integer(1))});
      }
    } else {
      for (const Axis axis : g.axes(t.shape))
        extent = g.mul(extent, g.prim(Prim::Max, {g.extent(axis), g.integer(0)}));
      auto view = [&](const std::string &name, BufferId base) {
        BufferId made = buffer(name, t, loops::BufferRole::View, fb.bufferAxes(t.shape));
        f.buffers[made.index].base = base;
        f.buffers[made.index].offset = fb.size(offset);
        return made;
      };
      arguments.push_back({view(g.inputOf(v).name, x)});
      if (gradient)
        outputs.push_back({view("d_" + g.inputOf(v).name, gx)});
    }
    offset = g.add(offset, extent);
  }
  arguments.insert(arguments.end(), outputs.begin(), outputs.end());
  fb.push(loops::Call{gradient ? result.valueGradient : result.value, std::move(arguments)});
  for (auto [d, place] : scalarGradients)
    fb.push(loops::Store{gx, {fb.size(place)}, fb.read(d)});
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
  Type real{Kind::Real, 0}, whole{Kind::Int, 0};
  for (const char *name : {"k", "status", "stopped", "atbest"})
    own(name, whole, false);
  for (const char *name : {"fx", "fbest", "gnorm", "gmax", "moved"})
    own(name, real, false);
  for (const char *name : {"xold", "xbest"})
    own(name, vectorType, false);
  own("g", vectorType, true);
  valueCount = b->variable(loops::Kind::Int, "values");
  gradientCount = b->variable(loops::Kind::Int, "gradients");
}

void MethodLowering::addOptions(const syntax::MethodDecl &method, semantics::Scope &scope) {
  for (const syntax::Parameter &p : method.parameters) {
    if (!p.declarator.axes.empty() || p.function || !p.initial) {
      diagnostics.report(Diag::MethodText, p.declarator.name.range,
                         "an option of a method is a number with a default",
                         "write " + p.declarator.name.name + " = 0.1");
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
    scope.declareValue(p.declarator.name, "option", semantics::Value::scalar(v));
  }
}

void MethodLowering::mainLoop() {
  semantics::Scope &method = *methodScope;
  semantics::Scope &loopScope = *method.parent();
  gradientAtTrials = true; // the loop's own evaluations want both
  for (VariableId counter : {valueCount, gradientCount})
    b->push(loops::Assign{counter, b->let(loops::Kind::Int, loops::ConstInt{0})});
  declareStates(texts.method->body, method);
  {
    semantics::Scope before(&loopScope);
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
  gradientAtTrials = asksGradientElsewhere(texts.method->body);
  assign(*byName["xold"], byName["x"]->version);
  {
    semantics::Scope body(&method);
    statements(texts.method->body, body);
  }
  gradientAtTrials = true;
  {
    semantics::Scope after(&loopScope);
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
  b->f.parameters.push_back({byName["g"]->buffer});
}

} // namespace gradus::lower
