//===- Plan.cpp - patterns and plans that emitted code works out for itself -----===//

#include "lower/Plan.h"

#include "loops/Builder.h"
#include "lower/FlatWriter.h"

#include <array>
#include <optional>

namespace gradus::lower {

using namespace ir;
using loops::BufferId;
using loops::BufferRole;
using loops::ScalarId;
using loops::VariableId;

namespace {

Type wholes(Graph &g, ValueId length) {
  return {Kind::Int, g.shape({{g.integer(1), length}})};
}

/// scale[0] + scale[1]*slots + scale[2]*n
ValueId room(Graph &g, ValueId slots, ValueId n, std::array<int64_t, 3> scale) {
  return g.add(g.integer(scale[0]), g.add(g.mul(g.integer(scale[1]), slots),
                                          g.mul(g.integer(scale[2]), n)));
}
/// As runtime/Sparse.h has it for gradus_hess_plan.
ValueId planRoom(Graph &g, ValueId slots, ValueId n) { return room(g, slots, n, {8, 3, 4}); }
ValueId planWork(Graph &g, ValueId slots, ValueId n) { return room(g, slots, n, {9, 3, 14}); }

/// Parameters of a function of the runtime in its order: a role is that of an array,
/// as long as the first size says or longer.
struct RuntimeParameter {
  const char *name;
  std::optional<BufferRole> array = {};
};
loops::FunctionId runtimeFunction(loops::Module &module, const char *external,
                                  std::initializer_list<RuntimeParameter> parameters) {
  for (uint32_t k = 0; k < module.functions.size(); ++k)
    if (module.functions[k].external == external)
      return {k};
  loops::FunctionBuilder f(module, std::string(external).substr(sizeof "gradus_" - 1));
  f.function().exported = false;
  f.function().external = external;
  ScalarId first;
  for (const RuntimeParameter &p : parameters)
    if (p.array)
      f.array(*p.array, p.name, {f.axis(first)}, loops::Kind::Int);
    else if (ScalarId s = f.parameter(loops::Kind::Int, p.name); !first.valid())
      first = s;
  f.output(loops::Kind::Int, "entries");
  return f.id();
}

/// Places of the slots, in workspace.
struct Places {
  BufferId rows, columns;
};
Places callPlaces(FlatWriter &w, const Callable &places, ValueId slots) {
  FlatArguments bound = w.inputs(places.spec.inputs);
  Places made{w.b.workspace(wholes(w.g, slots), "rows"),
              w.b.workspace(wholes(w.g, slots), "columns")};
  loops::Call call{places.kernel.function, {}};
  for (ValueId v : places.spec.inputs)
    call.arguments.push_back(bound.at(v));
  call.arguments.push_back({made.rows});
  call.arguments.push_back({made.columns});
  w.b.push(std::move(call));
  return made;
}

void out(FlatWriter &w, const char *name, BufferId &buffer, ValueId length, const char *note) {
  const Type t = wholes(w.g, length);
  buffer = w.buffer(name, t, BufferRole::Out);
  w.parameter({buffer}, {ArgumentRole::Result, name, {}, t.shape, Kind::Int, note});
}

void callRuntime(FlatWriter &w, loops::FunctionId function,
                 std::initializer_list<loops::Argument> arguments, VariableId result) {
  loops::Call call{function, arguments};
  call.arguments.push_back({result});
  w.b.push(std::move(call));
}

} // namespace

InterfaceFunction addPattern(Graph &g, loops::Module &module, const std::string &name,
                             const Callable &places, const differentiate::SparseMatrix &matrix) {
  const loops::FunctionId assemble = runtimeFunction(
      module, "gradus_sparse_assemble",
      {{"slots"}, {"rows", BufferRole::In}, {"columns", BufferRole::In}, {"m"}, {"n"},
       {"start", BufferRole::Out}, {"row", BufferRole::Out}, {"position", BufferRole::Out},
       {"work", BufferRole::Out}});
  FlatWriter w(g, module, name, places.spec.documentation);
  const ValueId slots = differentiate::slots(g, matrix);
  const Places at = callPlaces(w, places, slots);
  BufferId start, row, position;
  out(w, "start", start, g.add(matrix.columns, g.integer(1)),
      "entries start[j] .. start[j+1]-1 are those of column j, all from 0");
  out(w, "row", row, slots, "of each entry, from 0; the first start[columns] are set");
  out(w, "position", position, slots, "for the function of the values");
  BufferId work = w.b.workspace(
      wholes(g, room(g, slots, g.prim(Prim::Max, {matrix.rows, matrix.columns}), {2, 2, 1})),
      "work");
  VariableId entries = w.b.variable(loops::Kind::Int, "entries");
  w.parameter({entries}, {ArgumentRole::Result, "entries", {}, 0, Kind::Int, "how many there are"});
  callRuntime(w, assemble,
              {{w.b.size(slots)}, {at.rows}, {at.columns}, {w.b.size(matrix.rows)},
               {w.b.size(matrix.columns)}, {start}, {row}, {position}, {work}},
              entries);
  InterfaceFunction made = w.finish(places.kernel.workspace);
  made.rooms.push_back({"slots", "Elements of row and position", slots});
  return made;
}

InterfaceFunction addPlan(Graph &g, loops::Module &module, const std::string &name,
                          const Callable &places, const SparseHessian &hessian) {
  const loops::FunctionId make = runtimeFunction(
      module, "gradus_hess_plan",
      {{"slots"}, {"n"}, {"room"}, {"work_room"}, {"rows", BufferRole::In},
       {"columns", BufferRole::In}, {"plan", BufferRole::Out}, {"work", BufferRole::Out}});
  FlatWriter w(g, module, name, "what the solver has to know of the Hessian's pattern");
  const ValueId slots = differentiate::slots(g, hessian.matrix), n = hessian.matrix.columns;
  const Places at = callPlaces(w, places, slots);
  BufferId plan;
  out(w, "plan", plan, planRoom(g, slots, n),
      "entries of the Hessian, two lengths, and what else the solver reads");
  BufferId work = w.b.workspace(wholes(g, planWork(g, slots, n)), "work");
  VariableId entries = w.b.variable(loops::Kind::Int, "entries");
  callRuntime(w, make,
              {{w.b.size(slots)}, {w.b.size(n)}, {w.b.size(planRoom(g, slots, n))},
               {w.b.size(planWork(g, slots, n))}, {at.rows}, {at.columns}, {plan}, {work}},
              entries);
  InterfaceFunction made = w.finish(places.kernel.workspace);
  made.rooms.push_back({"length", "Elements of plan", planRoom(g, slots, n)});
  return made;
}

bool isOfPlan(const SparseHessian &h, ValueId v) {
  return v == h.entries || v == h.positions || v == h.planLength || v == h.plan ||
         v == h.factorLength;
}

void bindPlan(FlatWriter &w, const SparseHessian &h, ValueId n, FlatArguments &bound) {
  Graph &g = w.g;
  const ValueId slots = differentiate::slots(g, h.matrix);
  const Type whole = wholes(g, planRoom(g, slots, n));
  BufferId plan = w.buffer("plan", whole, BufferRole::In);
  InterfaceArgument described{ArgumentRole::Plan, "plan", {}, whole.shape, Kind::Int, ""};
  described.elements = {h.entries, h.planLength, h.factorLength};
  w.parameter({plan}, std::move(described));
  for (size_t k = 0; k < 3; ++k) {
    const ValueId v = std::array{h.entries, h.planLength, h.factorLength}[k];
    ScalarId place = w.b.let(loops::Kind::Int, loops::ConstInt{static_cast<int64_t>(k) + 1});
    bound[v] = {w.b.let(loops::Kind::Int, loops::LoadOp{plan, {place}}, g.inputOf(v).name)};
  }
  auto part = [&](ValueId v, ValueId offset, ValueId length) {
    BufferId b = w.buffer(g.inputOf(v).name, wholes(g, length), BufferRole::View);
    w.b.f.buffers[b.index].base = plan;
    w.b.f.buffers[b.index].offset = w.b.size(offset);
    bound[v] = {b};
  };
  part(h.positions, g.integer(3), slots);
  part(h.plan, g.add(g.integer(3), slots), room(g, slots, n, {5, 2, 4}));
}

} // namespace gradus::lower
