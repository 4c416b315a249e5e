//===- MethodConstraints.cpp - the constraints as methods see them ---------------===//
//
// Names of a method that asks for constraints: mc, clower, cupper, lower, upper,
// the multipliers y and z, constraints(p); the Jacobian cjac(p) and the Hessian
// of the Lagrangian lhess(p, y, sigma) as values over the tables of Pattern.h;
// kktfactor and kktsolve.
//
//===--------------------------------------------------------------------===//

#include "lower/MethodConstraints.h"

#include "differentiate/Differentiate.h"

namespace gradus::lower {

using namespace ir;
using loops::BufferId;
using loops::ScalarId;
using loops::VariableId;
using semantics::Value;

bool asksConstraints(const syntax::MethodDecl &method) {
  return asksFor(method.body, "constraints") || asksFor(method.body, "cjac");
}

struct MethodLowering::FlatVector {
  std::string name, prefix;
  Type type;
  std::vector<ValueId> shapes; ///< values of these types one after the other
};

//--- kernels --------------------------------------------------------------------------------

void MethodLowering::makeConstraintKernels() {
  constraints = std::make_unique<MethodConstraints>();
  MethodConstraints &c = *constraints;
  result.constrained = true;
  c.values = problem.constraints;
  c.count = g.integer(0);
  for (ValueId v : c.values)
    c.count = g.add(c.count, elementsOf(v));
  c.type = {Kind::Real, g.shape({{g.integer(1), c.count}})};

  // Directions of the unknowns, multipliers of the constraints, the weight of f.
  std::vector<ValueId> directions, multipliers;
  for (ValueId v : problem.unknowns)
    directions.push_back(g.input({"v_" + g.inputOf(v).name, g.type(v), InputRole::Argument, {}}));
  for (size_t k = 0; k < c.values.size(); ++k)
    multipliers.push_back(g.input({"y" + std::to_string(k + 1), g.type(c.values[k]),
                                   InputRole::Argument, {}}));
  ValueId sigma = g.input({"sigma", {Kind::Real, 0}, InputRole::Argument, {}});
  std::vector<ValueId> roots{problem.objective}, weights{sigma};
  roots.insert(roots.end(), c.values.begin(), c.values.end());
  weights.insert(weights.end(), multipliers.begin(), multipliers.end());
  std::vector<ValueId> gradient = differentiate::pullback(g, roots, weights, problem.unknowns);
  result.lagrangianGradient = gradient;
  result.multipliers = multipliers;
  result.sigma = sigma;

  FlatVector x{"x", "", vectorType, problem.unknowns}, v{"v", "v_", vectorType, problem.unknowns};
  FlatVector y{"y", "y_", c.type, c.values}, values{"c", "c_", c.type, c.values};
  FlatVector slope{"g", "d_", vectorType, problem.unknowns};
  auto spec = [&](const char *name, const char *documentation, std::vector<ValueId> outputs,
                  std::initializer_list<std::vector<ValueId>> inputs) {
    KernelSpec s{name, documentation, problem.inputs, std::move(outputs), {}};
    for (const std::vector<ValueId> &more : inputs)
      s.inputs.insert(s.inputs.end(), more.begin(), more.end());
    for (size_t k = 0; k < s.outputs.size(); ++k)
      s.outputNames.push_back("r" + std::to_string(k + 1));
    return s;
  };
  c.constraints = flatConstraintFunction(
      spec("constraints", "what is to lie between clower and cupper", c.values, {problem.unknowns}),
      {x}, {}, values);
  result.constraints = c.constraints;
  c.tangent = flatConstraintFunction(
      spec("constraints_along", "the derivative of the constraints along a direction",
           differentiate::pushforward(g, c.values, problem.unknowns, directions),
           {problem.unknowns, directions}),
      {x, v}, {}, values);
  c.lagrangian = flatConstraintFunction(spec("lagrangian_gradient", "of sigma*f + y'*c", gradient,
                                             {problem.unknowns, multipliers, {sigma}}),
                                        {x, y}, sigma, slope);
  c.curvature = flatConstraintFunction(
      spec("lagrangian_curvature", "the Hessian of sigma*f + y'*c times a direction",
           differentiate::pushforward(g, gradient, problem.unknowns, directions),
           {problem.unknowns, multipliers, directions, {sigma}}),
      {x, y, v}, sigma, slope);
  c.kkt = addKktFunctions(module, problem.hosted);
}

/// The kernel of `spec`, and around it one whose vectors are single arrays. Its
/// parameters: the model's inputs, n, sigma if it is given, the vectors.
loops::FunctionId MethodLowering::flatConstraintFunction(const KernelSpec &spec,
                                                         std::vector<FlatVector> in, ValueId sigma,
                                                         FlatVector out) {
  Kernel kernel = lowerKernel(g, module, spec);
  calleeWorkspace = g.prim(Prim::Max, {calleeWorkspace, kernel.workspace});
  module.functions.emplace_back();
  loops::Function &f = module.functions.back();
  loops::FunctionId id{static_cast<uint32_t>(module.functions.size() - 1)};
  f.name = spec.name + "_flat";
  f.documentation = spec.documentation;
  FunctionBuilder fb(g, module, f);
  auto buffer = [&](std::string name, Type t, loops::BufferRole role) {
    loops::Buffer made;
    made.name = std::move(name);
    made.kind = t.kind == Kind::Int ? loops::Kind::Int : loops::Kind::Real;
    made.role = role;
    made.axes = fb.bufferAxes(t.shape);
    f.buffers.push_back(std::move(made));
    return BufferId{static_cast<uint32_t>(f.buffers.size() - 1)};
  };
  std::vector<loops::Argument> arguments(problem.inputs.size());
  f.parameters.resize(problem.inputs.size());
  auto scalarInput = [&](ValueId v) {
    ScalarId s = fb.scalar(fb.kindOf(v), g.inputOf(v).name);
    fb.bind(v, s);
    return s;
  };
  for (size_t k = 0; k < problem.inputs.size(); ++k)
    if (ValueId v = problem.inputs[k]; g.type(v).scalar()) {
      ScalarId s = scalarInput(v);
      f.parameters[k].value = s;
      arguments[k].value = s;
    }
  f.parameters.push_back({scalarInput(n)});
  if (sigma.valid())
    f.parameters.push_back({scalarInput(sigma)});
  for (size_t k = 0; k < problem.inputs.size(); ++k)
    if (ValueId v = problem.inputs[k]; !g.type(v).scalar()) {
      BufferId made = buffer(g.inputOf(v).name, g.type(v), loops::BufferRole::In);
      f.parameters[k].value = made;
      arguments[k].value = made;
    }
  auto place = [&](ValueId offset) { return fb.size(g.add(offset, g.integer(1))); };
  auto view = [&](ValueId shaped, ValueId offset, const std::string &name, BufferId base) {
    BufferId made = buffer(name, g.type(shaped), loops::BufferRole::View);
    f.buffers[made.index].base = base;
    f.buffers[made.index].offset = fb.size(offset);
    return made;
  };
  for (const FlatVector &vector : in) {
    BufferId base = buffer(vector.name, vector.type, loops::BufferRole::In);
    f.parameters.push_back({base});
    ValueId offset = g.integer(0);
    for (size_t k = 0; k < vector.shapes.size(); ++k) {
      ValueId shaped = vector.shapes[k];
      std::string name = vector.name + std::to_string(k + 1);
      if (g.type(shaped).scalar())
        arguments.push_back(
            {fb.let(loops::Kind::Real, loops::LoadOp{base, {place(offset)}}, name)});
      else
        arguments.push_back({view(shaped, offset, name, base)});
      offset = g.add(offset, elementsOf(shaped));
    }
  }
  if (sigma.valid())
    arguments.push_back({fb.bound(sigma)});
  BufferId base = buffer(out.name, out.type, loops::BufferRole::Out);
  f.parameters.push_back({base});
  std::vector<std::pair<VariableId, ValueId>> scalars;
  ValueId offset = g.integer(0);
  for (size_t k = 0; k < out.shapes.size(); ++k) {
    ValueId shaped = out.shapes[k];
    if (g.type(shaped).scalar()) {
      VariableId made = fb.variable(loops::Kind::Real, out.name + std::to_string(k + 1));
      arguments.push_back({made});
      scalars.push_back({made, offset});
    } else {
      arguments.push_back({view(shaped, offset, out.name + std::to_string(k + 1), base)});
    }
    offset = g.add(offset, elementsOf(shaped));
  }
  fb.push(loops::Call{kernel.function, std::move(arguments)});
  for (auto &[made, at] : scalars)
    fb.push(loops::Store{base, {place(at)}, fb.read(made)});
  fb.finish();
  return id;
}

//--- parameters and names ----------------------------------------------------------------------

void MethodLowering::declareConstraintSizes() {
  for (size_t k = 0; k < patternSizeCount; ++k) {
    ValueId v = g.input({patternSizeNames[k], {Kind::Int, 0}, InputRole::Size, {}});
    ScalarId s = b->scalar(loops::Kind::Int, patternSizeNames[k]);
    b->bind(v, s);
    b->f.parameters.push_back({s});
    constraints->sizes[k] = v;
  }
  result.patternSizes = constraints->sizes;
}

void MethodLowering::declareConstraintTables() {
  MethodConstraints &c = *constraints;
  auto parameter = [&](const char *name, Type t) {
    loops::Buffer made;
    made.name = name;
    made.kind = t.kind == Kind::Int ? loops::Kind::Int : loops::Kind::Real;
    made.role = loops::BufferRole::In;
    made.axes = b->bufferAxes(t.shape);
    b->f.buffers.push_back(std::move(made));
    BufferId id{static_cast<uint32_t>(b->f.buffers.size() - 1)};
    b->f.parameters.push_back({id});
    ValueId v = g.input({name, t, InputRole::Local, {}});
    b->bindArray(v, id);
    return v;
  };
  c.lower = parameter("clower", c.type);
  c.upper = parameter("cupper", c.type);
  ValueId order = g.add(n, c.count);
  for (size_t k = 0; k < patternTableCount; ++k) {
    const PatternTableInfo &info = patternTables[k];
    ValueId length = info.length == unknownsLong ? n
                     : info.length == orderLong  ? order
                                                 : c.sizes[info.length];
    length = g.add(length, g.integer(info.plus));
    c.tables[k] = parameter(info.name, {Kind::Int, g.shape({{g.integer(1), length}})});
  }
  auto space = [&](const char *name, ValueId length, Kind kind) {
    return b->workspace({kind, g.shape({{g.integer(1), length}})}, name);
  };
  // The entries of J and H lie in them.
  const ValueId one = g.integer(1);
  b->elementRanges[c.tables[RowJ]] = {one, c.count};
  for (PatternTable table : {ColumnJ, RowH, ColumnH, ReadH})
    b->elementRanges[c.tables[table]] = {one, n};
  // Ends of most loops of a method.
  for (ValueId v : {c.count, order})
    if (!g.isConstant(v) && !b->bound(v).valid())
      b->bind(v, b->size(v));
  c.kx = space("kx", c.sizes[SizeK], Kind::Real);
  c.lx = space("lx", c.sizes[SizeL], Kind::Real);
  c.d = space("d", order, Kind::Real);
  c.work = space("kw", order, Kind::Real);
  c.e = space("e", order, Kind::Real);
}

void MethodLowering::declareMultipliers() {
  auto own = [&](const char *name, Type t, bool parameter) {
    variables.push_back({name, t, {}, {}, {}, nullptr});
    MethodVariable &v = variables.back();
    byName[name] = &v;
    if (t.scalar()) {
      v.scalar = b->variable(loops::Kind::Real, name);
    } else {
      loops::Buffer made;
      made.name = name;
      made.role = loops::BufferRole::InOut;
      made.axes = b->bufferAxes(t.shape);
      b->f.buffers.push_back(std::move(made));
      v.buffer = {static_cast<uint32_t>(b->f.buffers.size() - 1)};
    }
    if (parameter)
      b->f.parameters.push_back({v.buffer});
    v.version = newVersion(v);
  };
  own("y", constraints->type, true);
  own("z", vectorType, true);
  // What the trace shows of a step.
  for (const char *name : {"primal", "barrier", "length"})
    own(name, {Kind::Real, 0}, false);
}

void MethodLowering::declareConstraintNames(semantics::Scope &root) {
  MethodConstraints &c = *constraints;
  semantics::Shapes &shapes = elaborator->shapes();
  for (const char *name : {"y", "z", "primal", "barrier", "length"}) {
    MethodVariable &v = *byName.at(name);
    v.entity = &root.declareValue({name, {}}, "variable", shapes.of(v.version));
    byEntity[v.entity] = &v;
  }
  auto constant = [&](const char *name, ValueId v) {
    root.declareValue({name, {}}, "size", shapes.of(v));
  };
  constant("mc", c.count);
  constant("clower", c.lower);
  constant("cupper", c.upper);
  constant("lower", lower);
  constant("upper", upper);
  for (size_t k = 0; k < patternSizeCount; ++k)
    constant(patternSizeNames[k], c.sizes[k]);
  for (size_t k = 0; k < patternTableCount; ++k)
    constant(patternTables[k].name, c.tables[k]);
  auto special = [&](const char *name, auto handler) {
    semantics::Entity &e = root.declare(std::string(name), {}, "function");
    e.kind = semantics::Entity::Kind::Special;
    e.used = true;
    e.special = [handler](std::span<const Value> arguments, const syntax::Call &,
                          SourceRange range) { return handler(arguments, range); };
  };
  special("constraints", [this](auto a, SourceRange r) { return callConstraints(a, r); });
  special("cjac", [this](auto a, SourceRange r) { return constraintJacobian(a, r); });
  special("lhess", [this](auto a, SourceRange r) { return lagrangianHessian(a, r); });
  special("kktfactor", [this](auto a, SourceRange r) { return kktFactor(a, r); });
  special("kktsolve", [this](auto a, SourceRange r) { return kktSolve(a, r); });
}

//--- calls ------------------------------------------------------------------------------------

bool MethodLowering::vectorOf(const Value &v, Type type, SourceRange range, const char *what,
                              BufferId &buffer) {
  semantics::Shapes &shapes = elaborator->shapes();
  if (shapes.rank(v) != 1) {
    elaborator->error(Diag::MethodText, range, std::string(what) + " is a vector");
    return false;
  }
  buffer = materialize(shapes.named(shapes.reindexed(shapes.real(v), g.axes(type.shape))).node);
  return true;
}

Value MethodLowering::madeVector(BufferId buffer, Type type, const char *name) {
  ValueId made = g.input({name, type, InputRole::Local, {}});
  b->bindArray(made, buffer);
  return elaborator->shapes().of(made);
}

void MethodLowering::emitLoop(const char *name, ScalarId lo, ScalarId hi,
                              const std::function<void(ScalarId)> &body) {
  loops::For loop;
  loop.lo = lo;
  loop.hi = hi;
  loop.index = b->scalar(loops::Kind::Int, name);
  loops::Body *saved = b->body;
  b->body = &loop.body;
  body(loop.index);
  b->body = saved;
  b->push(std::move(loop));
}

Value MethodLowering::callConstraints(std::span<const Value> arguments, SourceRange range) {
  BufferId x;
  if (!checkPoint(arguments, 1, range, "constraints") ||
      !vectorOf(arguments[0], vectorType, range, "a point", x))
    return Value::error();
  BufferId out = b->workspace(constraints->type, "c" + std::to_string(++temporaries));
  callFlat(constraints->constraints, {x, out});
  return madeVector(out, constraints->type, "constraints");
}

namespace {
ScalarId oneMore(FunctionBuilder &b, ScalarId i, int64_t by) {
  ScalarId c = b.let(loops::Kind::Int, loops::ConstInt{by});
  return b.let(loops::Kind::Int, loops::PrimOp{Prim::Add, {i, c}});
}
ScalarId load(FunctionBuilder &b, BufferId buffer, ScalarId i) {
  return b.let(b.f.buffers[buffer.index].kind, loops::LoadOp{buffer, {i}});
}
} // namespace

/// The entries of J: unknowns of one color share no row, so that one derivative
/// along their sum shows all of their columns (Curtis, Powell and Reid, J. Inst.
/// Maths Applics 13, 1974).
Value MethodLowering::constraintJacobian(std::span<const Value> arguments, SourceRange range) {
  MethodConstraints &c = *constraints;
  BufferId x;
  if (!checkPoint(arguments, 1, range, "cjac") ||
      !vectorOf(arguments[0], vectorType, range, "a point", x))
    return Value::error();
  Type entries{Kind::Real, g.shape({{g.integer(1), c.sizes[SizeJ]}})};
  std::string suffix = std::to_string(++temporaries);
  BufferId out = b->workspace(entries, "j" + suffix), seed = b->workspace(vectorType, "v" + suffix);
  BufferId shown = b->workspace(c.type, "jv" + suffix);
  BufferId color = b->arrayOf(c.tables[ColorJ]), first = b->arrayOf(c.tables[FirstJ]);
  BufferId row = b->arrayOf(c.tables[RowJ]);
  ScalarId one = b->let(loops::Kind::Int, loops::ConstInt{1});
  counted(gradientCount);
  emitLoop("q", one, b->bound(c.sizes[ColorsJ]), [&](ScalarId q) {
    emitLoop("i", one, b->bound(n), [&](ScalarId i) {
      ScalarId same = b->let(loops::Kind::Bool, loops::PrimOp{Prim::Equal, {load(*b, color, i), q}});
      ScalarId yes = b->let(loops::Kind::Real, loops::ConstReal{1.0});
      ScalarId no = b->let(loops::Kind::Real, loops::ConstReal{0.0});
      b->push(loops::Store{seed, {i}, b->let(loops::Kind::Real, loops::SelectOp{same, yes, no})});
    });
    callFlat(c.tangent, {x, seed, shown});
    ScalarId last = oneMore(*b, load(*b, first, oneMore(*b, q, 1)), -1);
    emitLoop("p", load(*b, first, q), last, [&](ScalarId p) {
      b->push(loops::Store{out, {p}, load(*b, shown, load(*b, row, p))});
    });
  });
  return madeVector(out, entries, "cjac");
}

/// The entries of one triangle of the Hessian of sigma*f + y'*c, by products with
/// the sums of the unknowns of one color (a star coloring: Coleman and More, Math.
/// Programming 28, 1984).
Value MethodLowering::lagrangianHessian(std::span<const Value> arguments, SourceRange range) {
  MethodConstraints &c = *constraints;
  BufferId x, y;
  if (!checkPoint(arguments, 3, range, "lhess") ||
      !vectorOf(arguments[0], vectorType, range, "a point", x) ||
      !vectorOf(arguments[1], c.type, range, "the multipliers", y))
    return Value::error();
  ValueId sigma = elaborator->real(arguments[2], range);
  if (!sigma.valid())
    return Value::error();
  ScalarId weight = evaluate(sigma);
  Type entries{Kind::Real, g.shape({{g.integer(1), c.sizes[SizeH]}})};
  std::string suffix = std::to_string(++temporaries);
  BufferId out = b->workspace(entries, "h" + suffix), seed = b->workspace(vectorType, "v" + suffix);
  BufferId shown = b->workspace(vectorType, "hv" + suffix);
  BufferId color = b->arrayOf(c.tables[ColorH]), first = b->arrayOf(c.tables[FirstH]);
  BufferId row = b->arrayOf(c.tables[ReadH]);
  ScalarId one = b->let(loops::Kind::Int, loops::ConstInt{1});
  counted(hessianCount);
  emitLoop("q", one, b->bound(c.sizes[ColorsH]), [&](ScalarId q) {
    emitLoop("i", one, b->bound(n), [&](ScalarId i) {
      ScalarId same = b->let(loops::Kind::Bool, loops::PrimOp{Prim::Equal, {load(*b, color, i), q}});
      ScalarId yes = b->let(loops::Kind::Real, loops::ConstReal{1.0});
      ScalarId no = b->let(loops::Kind::Real, loops::ConstReal{0.0});
      b->push(loops::Store{seed, {i}, b->let(loops::Kind::Real, loops::SelectOp{same, yes, no})});
    });
    std::vector<loops::Argument> call;
    for (ValueId input : problem.inputs)
      call.push_back(g.type(input).scalar() ? loops::Argument{b->bound(input)}
                                            : loops::Argument{b->arrayOf(input)});
    call.push_back({b->bound(n)});
    call.push_back({weight});
    for (BufferId buffer : {x, y, seed, shown})
      call.push_back({buffer});
    b->push(loops::Call{c.curvature, std::move(call)});
    ScalarId last = oneMore(*b, load(*b, first, oneMore(*b, q, 1)), -1);
    emitLoop("p", load(*b, first, q), last, [&](ScalarId p) {
      b->push(loops::Store{out, {p}, load(*b, shown, load(*b, row, p))});
    });
  });
  return madeVector(out, entries, "lhess");
}

/// kktfactor(h, j, d): the factors of [H + D1, J'; J, D2] replace those before;
/// the number of positive pivots, or -1 where one vanishes.
Value MethodLowering::kktFactor(std::span<const Value> arguments, SourceRange range) {
  MethodConstraints &c = *constraints;
  Type ofH{Kind::Real, g.shape({{g.integer(1), c.sizes[SizeH]}})};
  Type ofJ{Kind::Real, g.shape({{g.integer(1), c.sizes[SizeJ]}})};
  Type ofK{Kind::Real, g.shape({{g.integer(1), g.add(n, c.count)}})};
  BufferId h, j, d;
  if (!checkPoint(arguments, 3, range, "kktfactor") ||
      !vectorOf(arguments[0], ofH, range, "H", h) || !vectorOf(arguments[1], ofJ, range, "J", j) ||
      !vectorOf(arguments[2], ofK, range, "the diagonal", d))
    return Value::error();
  ScalarId one = b->let(loops::Kind::Int, loops::ConstInt{1});
  b->push(loops::Fill{c.kx, b->let(loops::Kind::Real, loops::ConstReal{0.0})});
  auto scatter = [&](PatternTable places, BufferId from, ScalarId count) {
    BufferId place = b->arrayOf(c.tables[places]);
    emitLoop("p", one, count, [&](ScalarId p) {
      ScalarId at = load(*b, place, p);
      ScalarId sum = b->let(loops::Kind::Real,
                            loops::PrimOp{Prim::Add, {load(*b, c.kx, at), load(*b, from, p)}});
      b->push(loops::Store{c.kx, {at}, sum});
    });
  };
  ScalarId order = b->size(g.add(n, c.count));
  scatter(PlaceH, h, b->bound(c.sizes[SizeH]));
  scatter(PlaceJ, j, b->bound(c.sizes[SizeJ]));
  scatter(PlaceD, d, order);
  VariableId positive = b->variable(loops::Kind::Int, "positive");
  loops::Call call{c.kkt.factor, {}};
  for (ScalarId s : {order, b->bound(c.sizes[SizeK]), b->bound(c.sizes[SizeL])})
    call.arguments.push_back({s});
  auto table = [&](PatternTable t) { return b->arrayOf(c.tables[t]); };
  for (BufferId buffer : {table(FirstK), table(RowK), c.kx, table(FirstR), table(ColumnR),
                          table(PlaceR), table(FirstL), table(RowL), table(PivotBlock), c.lx, c.d,
                          c.e, c.work})
    call.arguments.push_back({buffer});
  call.arguments.push_back({positive});
  b->push(std::move(call));
  ValueId made = g.input({"positive", {Kind::Int, 0}, InputRole::Local, {}});
  b->bind(made, b->read(positive));
  return Value::scalar(made);
}

/// kktsolve(h, j, d, r): the solution of [H + D1, J'; J, D2] x = r by the factors
/// of a matrix near it, and as many steps of iterative refinement as make the
/// residual smaller.
Value MethodLowering::kktSolve(std::span<const Value> arguments, SourceRange range) {
  MethodConstraints &c = *constraints;
  Type ofH{Kind::Real, g.shape({{g.integer(1), c.sizes[SizeH]}})};
  Type ofJ{Kind::Real, g.shape({{g.integer(1), c.sizes[SizeJ]}})};
  Type ofK{Kind::Real, g.shape({{g.integer(1), g.add(n, c.count)}})};
  BufferId h, j, d, r;
  if (!checkPoint(arguments, 4, range, "kktsolve") ||
      !vectorOf(arguments[0], ofH, range, "H", h) || !vectorOf(arguments[1], ofJ, range, "J", j) ||
      !vectorOf(arguments[2], ofK, range, "the diagonal", d) ||
      !vectorOf(arguments[3], ofK, range, "the right-hand side", r))
    return Value::error();
  std::string suffix = std::to_string(++temporaries);
  BufferId x = b->workspace(ofK, "x" + suffix), trial = b->workspace(ofK, "t" + suffix);
  BufferId residual = b->workspace(ofK, "r" + suffix), step = b->workspace(ofK, "e" + suffix);
  ScalarId order = b->size(g.add(n, c.count)), one = b->let(loops::Kind::Int, loops::ConstInt{1});
  auto table = [&](PatternTable t) { return b->arrayOf(c.tables[t]); };
  auto solve = [&](BufferId from, BufferId into) {
    loops::Call call{c.kkt.solve, {{order}, {b->bound(c.sizes[SizeL])}}};
    for (BufferId buffer : {table(Permutation), table(FirstL), table(RowL), table(PivotBlock), c.lx,
                            c.d, c.e, from, c.work, into})
      call.arguments.push_back({buffer});
    b->push(std::move(call));
  };
  auto real = [&](loops::Operation op) { return b->let(loops::Kind::Real, std::move(op)); };
  VariableId best = b->variable(loops::Kind::Real, "best"), norm = b->variable(loops::Kind::Real, "norm");
  /// residual = r - K*t, and the sum of its squares.
  auto measure = [&](BufferId t) {
    loops::Call call{c.kkt.multiply, {{b->bound(n)}, {b->size(c.count)}, {b->bound(c.sizes[SizeH])}, {b->bound(c.sizes[SizeJ])}}};
    for (BufferId buffer : {table(RowH), table(ColumnH), h, table(RowJ), table(ColumnJ), j, d, t, residual})
      call.arguments.push_back({buffer});
    b->push(std::move(call));
    b->push(loops::Assign{norm, real(loops::ConstReal{0.0})});
    emitLoop("i", one, order, [&](ScalarId i) {
      ScalarId e = real(loops::PrimOp{Prim::Sub, {load(*b, r, i), load(*b, residual, i)}});
      b->push(loops::Store{residual, {i}, e});
      ScalarId square = real(loops::PrimOp{Prim::Mul, {e, e}});
      b->push(loops::Assign{norm, real(loops::PrimOp{Prim::Add, {b->read(norm), square}})});
    });
  };
  solve(r, x);
  measure(x);
  b->push(loops::Assign{best, b->read(norm)});
  constexpr int64_t mostRefinements = 8;
  VariableId going = b->variable(loops::Kind::Int, "going");
  b->push(loops::Assign{going, b->let(loops::Kind::Int, loops::ConstInt{mostRefinements})});
  loops::While loop;
  loops::Body *saved = b->body;
  b->body = &loop.head;
  ScalarId zero = b->let(loops::Kind::Int, loops::ConstInt{0});
  loop.condition = b->let(loops::Kind::Bool, loops::PrimOp{Prim::Less, {zero, b->read(going)}});
  b->body = &loop.body;
  solve(residual, step);
  emitLoop("i", one, order, [&](ScalarId i) {
    b->push(loops::Store{trial, {i}, real(loops::PrimOp{Prim::Add, {load(*b, x, i), load(*b, step, i)}})});
  });
  measure(trial);
  ScalarId quarter = real(loops::PrimOp{Prim::Mul, {b->read(best), real(loops::ConstReal{0.25})}});
  loops::If better{b->let(loops::Kind::Bool, loops::PrimOp{Prim::Less, {b->read(norm), b->read(best)}}), {}, {}};
  loops::If enough{b->let(loops::Kind::Bool, loops::PrimOp{Prim::Less, {b->read(norm), quarter}}), {}, {}};
  ScalarId fewer = oneMore(*b, b->read(going), -1);
  enough.then.push_back(loops::Assign{going, fewer});
  enough.otherwise.push_back(loops::Assign{going, b->let(loops::Kind::Int, loops::ConstInt{0})});
  b->body = &better.then;
  b->push(loops::Copy{x, trial});
  b->push(loops::Assign{best, b->read(norm)});
  b->body = &loop.body;
  b->push(std::move(better));
  b->push(std::move(enough));
  b->body = saved;
  b->push(std::move(loop));
  return madeVector(x, ofK, "step");
}

} // namespace gradus::lower
