//===- FlatSolve.cpp - whole descents that outside programs call -----------------===//

#include "lower/FlatWriter.h"

namespace gradus::lower {

using namespace ir;
using loops::Argument;
using loops::BufferId;
using loops::BufferRole;
using loops::ScalarId;
using loops::VariableId;

namespace {

class SolveWriter {
public:
  SolveWriter(Graph &g, loops::Module &module, const SolveSpec &spec)
      : g(g), spec(spec),
        w(g, module, spec.name, module.functions[spec.solve.index].documentation) {
    w.b.f.usesHook = module.functions[spec.solve.index].usesHook;
  }

  InterfaceFunction write() {
    placesOf(g, spec.unknowns, length);
    std::vector<ValueId> own(spec.parameters.begin(), spec.parameters.end());
    if (spec.hessian)
      std::erase_if(own, [&](ValueId v) { return isOfPlan(*spec.hessian, v); });
    bound = w.inputs(own);
    if (spec.hessian)
      bindPlan(w, *spec.hessian, length, bound);
    vector = w.vectorType(length);
    if (spec.hoist)
      hoist();
    std::vector<Argument> list;
    for (ValueId v : spec.inputs)
      list.push_back(bound.at(v));
    list.push_back({w.b.size(length)});
    // Without bounds the descent does not read them.
    for (ArgumentRole role : {ArgumentRole::Lower, ArgumentRole::Upper}) {
      const char *title = role == ArgumentRole::Lower ? "lower" : "upper";
      list.push_back({spec.bounded ? w.vector(role, title, vector, BufferRole::In)
                                   : w.b.workspace({Kind::Real, 0}, title)});
    }
    if (spec.sides)
      sides(list);
    x = w.vector(ArgumentRole::Unknowns, "x", vector, BufferRole::InOut);
    list.push_back({x});
    if (spec.sides) {
      y = w.vector(ArgumentRole::Multipliers, "y", constraints, BufferRole::InOut);
      z = w.vector(ArgumentRole::BoundMultipliers, "z", vector, BufferRole::InOut);
      list.push_back({y});
      list.push_back({z});
    }
    options(list);
    results(list);
    list.push_back({w.b.workspace(vector, "g")});
    turnMultipliers();
    w.b.push(loops::Call{spec.solve, std::move(list)});
    turnMultipliers();
    if (spec.negate) {
      ScalarId f = w.b.read(objective);
      w.b.push(loops::Assign{objective, real(loops::PrimOp{Prim::Neg, {f}})});
    }
    ValueId needed = spec.workspace;
    if (spec.sides)
      violation();
    for (const Callable *called : {spec.sides, spec.hoist})
      if (called)
        needed = g.prim(Prim::Max, {needed, called->kernel.workspace});
    return w.finish(g.substitute(needed, {{spec.n, length}}));
  }

private:
  ScalarId real(loops::Operation op) { return w.b.let(loops::Kind::Real, std::move(op)); }
  ScalarId load(BufferId b, ScalarId i) { return real(loops::LoadOp{b, {i}}); }

  void loop(ValueId count, const std::function<void(ScalarId)> &body) {
    loops::For made{w.b.scalar(loops::Kind::Int, "i"),
                    w.b.let(loops::Kind::Int, loops::ConstInt{1}), w.b.size(count), {}};
    loops::Body *outer = w.b.body;
    w.b.body = &made.body;
    body(made.index);
    w.b.body = outer;
    w.b.push(std::move(made));
  }

  /// What no unknown decides is computed before the descent, and lies in the workspace.
  void hoist() {
    loops::Call call{spec.hoist->kernel.function, {}};
    for (ValueId v : spec.hoist->spec.inputs)
      call.arguments.push_back(bound.at(v));
    std::vector<std::pair<ValueId, VariableId>> scalars;
    for (ValueId v : spec.hoisted) {
      const Type type = g.type(v);
      if (!type.scalar()) {
        bound[v] = {w.b.workspace(type, g.inputOf(v).name)};
        call.arguments.push_back(bound.at(v));
        continue;
      }
      scalars.emplace_back(v, w.b.variable(w.b.kindOf(v), g.inputOf(v).name));
      call.arguments.push_back({scalars.back().second});
    }
    w.b.push(std::move(call));
    for (const auto &[v, variable] : scalars)
      bound[v] = {w.b.read(variable)};
  }

  /// The sides of the constraints follow from the parameters.
  void sides(std::vector<Argument> &list) {
    const Callable &kernel = *spec.sides;
    const size_t half = kernel.spec.outputs.size() / 2;
    const std::span<const ValueId> lower(kernel.spec.outputs.data(), half);
    const std::vector<UnknownPlace> places = placesOf(g, lower, count);
    constraints = w.vectorType(count);
    loops::Call call{kernel.kernel.function, {}};
    for (ValueId v : kernel.spec.inputs)
      call.arguments.push_back(bound.at(v));
    std::vector<std::tuple<BufferId, UnknownPlace, VariableId>> scalars;
    for (const char *title : {"clower", "cupper"}) {
      BufferId side = w.b.workspace(constraints, title);
      (clower.valid() ? cupper : clower) = side;
      list.push_back({side});
      for (size_t k = 0; k < half; ++k) {
        const std::string name = std::string(title) + std::to_string(k + 1);
        if (!g.type(places[k].input).scalar()) {
          call.arguments.push_back({w.view(places[k], name, side)});
          continue;
        }
        scalars.emplace_back(side, places[k], w.b.variable(loops::Kind::Real, name));
        call.arguments.push_back({std::get<2>(scalars.back())});
      }
    }
    w.b.push(std::move(call));
    for (const auto &[side, place, value] : scalars)
      w.b.push(loops::Store{side, {w.position(place)}, w.b.read(value)});
  }

  void options(std::vector<Argument> &list) {
    for (ValueId v : spec.options) {
      const Input &input = g.inputOf(v);
      ScalarId s = w.b.scalar(w.b.kindOf(v), input.name);
      w.b.bind(v, s);
      w.parameter({s}, {ArgumentRole::Option, input.name, v, 0, input.type.kind});
      list.push_back({s});
    }
  }

  VariableId result(ArgumentRole role, loops::Kind kind, const char *name, const char *note) {
    VariableId v = w.b.variable(kind, name);
    w.parameter({v}, {role, name, {}, 0, kind == loops::Kind::Int ? Kind::Int : Kind::Real, note});
    return v;
  }
  void results(std::vector<Argument> &list) {
    using loops::Kind;
    auto add = [&](ArgumentRole role, Kind kind, const char *name, const char *note) {
      VariableId v = result(role, kind, name, note);
      list.push_back({v});
      return v;
    };
    add(ArgumentRole::Ending, Kind::Int, "status", "why the descent ended");
    add(ArgumentRole::Steps, Kind::Int, "steps", "steps made");
    objective = add(ArgumentRole::Objective, Kind::Real, "f", "the objective at the solution");
    add(ArgumentRole::GradientNorm, Kind::Real, "gradient_norm",
        spec.sides ? "the largest slope of the Lagrangian" : "norm of the projected gradient");
    add(ArgumentRole::Values, Kind::Int, "values", "evaluations of the objective");
    add(ArgumentRole::Gradients, Kind::Int, "gradients", "evaluations of the gradient");
    add(ArgumentRole::Hessians, Kind::Int, "hessians", "evaluations of the curvature");
    if (spec.sides)
      worst = result(ArgumentRole::Violation, Kind::Real, "violation",
                     "of the constraints at the solution, the largest");
  }

  /// The method's signs are those of f + y'*c and of what it minimizes.
  void turnMultipliers() {
    if (!spec.sides)
      return;
    BufferId b = spec.negate ? z : y;
    loop(spec.negate ? length : count, [&](ScalarId i) {
      w.b.push(loops::Store{b, {i}, real(loops::PrimOp{Prim::Neg, {load(b, i)}})});
    });
  }

  void violation() {
    BufferId c = w.b.workspace(constraints, "c");
    loops::Call call{spec.constraints, {}};
    for (ValueId v : spec.inputs)
      call.arguments.push_back(bound.at(v));
    call.arguments.push_back({w.b.size(length)});
    call.arguments.push_back({x});
    call.arguments.push_back({c});
    w.b.push(std::move(call));
    w.b.push(loops::Assign{worst, real(loops::ConstReal{0})});
    loop(count, [&](ScalarId i) {
      ScalarId value = load(c, i);
      ScalarId below = real(loops::PrimOp{Prim::Sub, {load(clower, i), value}});
      ScalarId above = real(loops::PrimOp{Prim::Sub, {value, load(cupper, i)}});
      ScalarId gap = real(loops::PrimOp{Prim::Max, {below, above}});
      w.b.push(loops::Assign{worst, real(loops::PrimOp{Prim::Max, {w.b.read(worst), gap}})});
    });
  }

  Graph &g;
  const SolveSpec &spec;
  FlatWriter w;
  ValueId length, count; ///< of unknowns and constraints
  Type vector, constraints;
  FlatArguments bound;
  BufferId x, y, z, clower, cupper;
  VariableId objective, worst;
};

} // namespace

InterfaceFunction addSolve(Graph &g, loops::Module &module, const SolveSpec &spec) {
  return SolveWriter(g, module, spec).write();
}

} // namespace gradus::lower
