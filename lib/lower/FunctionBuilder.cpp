//===- FunctionBuilder.cpp - scalars, buffers, sizes of a function ------------===//

#include "ir/Bounds.h"
#include "loops/Checks.h"
#include "lower/Scope.h"

#include <algorithm>
#include <cassert>

namespace gradus::lower {

using namespace ir;
using loops::BufferId;
using loops::ScalarId;
using loops::VariableId;

FunctionBuilder::FunctionBuilder(Graph &graph, loops::Module &m, loops::Function &function)
    : g(graph), module(m), f(function), bounds(graph), body(&main), workspaceTotal(graph.integer(0)) {}

loops::Kind FunctionBuilder::kindOf(ValueId v) const {
  switch (g.type(v).kind) {
  case Kind::Real:
    return loops::Kind::Real;
  case Kind::Int:
    return loops::Kind::Int;
  case Kind::Bool:
    return loops::Kind::Bool;
  }
  return loops::Kind::Real;
}

ScalarId FunctionBuilder::scalar(loops::Kind kind, std::string name, SourceRange range) {
  f.scalars.emplace_back(loops::Scalar{kind, std::move(name), range});
  return {static_cast<uint32_t>(f.scalars.size() - 1)};
}

VariableId FunctionBuilder::variable(loops::Kind kind, std::string name) {
  f.variables.push_back({kind, std::move(name)});
  return {static_cast<uint32_t>(f.variables.size() - 1)};
}

ScalarId FunctionBuilder::let(loops::Kind kind, loops::Operation operation, std::string name,
                              SourceRange range) {
  ScalarId s = scalar(kind, std::move(name), range);
  body->emplace_back(loops::Let{s, std::move(operation)});
  return s;
}

void FunctionBuilder::expect(size_t values) {
  const size_t more = values + values / 8;
  if (f.scalars.size() + more > 2 * f.scalars.capacity())
    f.scalars.reserve(f.scalars.size() + more);
  if (body->size() + more > 2 * body->capacity())
    body->reserve(body->size() + more);
}

ScalarId FunctionBuilder::read(VariableId v, std::string name) {
  return let(f.variables[v.index].kind, loops::ReadOp{v}, std::move(name));
}

ScalarId FunctionBuilder::bound(ValueId v) const {
  return v.index < scalars.size() ? scalars[v.index] : ScalarId{};
}

void FunctionBuilder::bind(ValueId v, ScalarId s) {
  log.push_back({v, false, bound(v), {}});
  if (v.index >= scalars.size())
    scalars.resize(g.size() + g.size() / 4 + 1);
  scalars[v.index] = s;
  if (!conditional.empty())
    conditional.erase(v);
}

bool FunctionBuilder::readsConditional(ValueId v) const {
  if (conditional.empty())
    return false;
  std::vector<ValueId> work(g.operands(v).begin(), g.operands(v).end());
  std::unordered_set<ValueId, ValueIdHash> seen;
  while (!work.empty()) {
    const ValueId part = work.back();
    work.pop_back();
    if (!seen.insert(part).second)
      continue;
    if (!bound(part).valid())
      work.insert(work.end(), g.operands(part).begin(), g.operands(part).end());
    else if (conditional.count(part) != 0)
      return true;
  }
  return false;
}

void FunctionBuilder::bindArray(ValueId v, BufferId b) {
  auto it = arrays.find(v);
  log.push_back({v, true, {}, it == arrays.end() ? BufferId{} : it->second});
  arrays[v] = b;
}

/// What was bound before comes back.
void FunctionBuilder::release(size_t mark) {
  while (log.size() > mark) {
    const Binding old = log.back();
    log.pop_back();
    if (old.array && old.buffer.valid())
      arrays[old.value] = old.buffer;
    else if (old.array)
      arrays.erase(old.value);
    else
      scalars[old.value.index] = old.scalar;
  }
}

//--- the prologue ------------------------------------------------------------------

ScalarId FunctionBuilder::size(ValueId root) {
  if (auto it = sizes.find(root); it != sizes.end())
    return it->second;
  ValueId roots[1] = {root};
  auto known = [&](ValueId v) { return sizes.count(v) != 0; };
  for (ValueId v : g.reachable(roots, known)) {
    if (known(v))
      continue;
    const Node &n = g.node(v);
    loops::Operation op;
    if (n.op == Op::Constant) {
      op = loops::ConstInt{g.intValue(v)};
    } else if (n.op == Op::Prim) {
      loops::PrimOp p{n.prim(), {}};
      for (ValueId o : g.operands(v))
        p.operands.push_back(sizes.at(o));
      op = std::move(p);
    } else {
      assert(n.op == Op::Input && "a size is arithmetic on whole parameters");
      assert(bound(v).valid() && "a size that is not a parameter of the function");
      sizes.emplace(v, bound(v));
      continue;
    }
    ScalarId s = scalar(kindOf(v));
    prologue.push_back(loops::Let{s, std::move(op)});
    sizes.emplace(v, s);
  }
  return sizes.at(root);
}

namespace {

/// Room for an axis wherever the loops around are: the first index, and how many.
std::pair<ValueId, ValueId> roomFor(Graph &g, const Axis &axis) {
  ValueId lo = g.hasFree(axis.lo) ? lowerBound(g, axis.lo) : axis.lo;
  if (!lo.valid())
    lo = g.integer(1);
  ValueId extent = upperBound(g, g.add(g.sub(axis.hi, lo), g.integer(1)));
  assert(extent.valid() && "semantics bounds the extents of arrays");
  return {lo, g.prim(Prim::Max, {extent, g.integer(0)})};
}

ValueId elementsOf(Graph &g, ShapeId shape) {
  ValueId elements = g.integer(1);
  for (const Axis axis : std::vector<Axis>(g.axes(shape)))
    elements = g.mul(elements, roomFor(g, axis).second);
  return elements;
}

} // namespace

std::vector<loops::BufferAxis> FunctionBuilder::bufferAxes(ShapeId shape) {
  std::vector<loops::BufferAxis> result;
  for (const Axis axis : std::vector<Axis>(g.axes(shape))) {
    auto [lo, extent] = roomFor(g, axis);
    result.push_back({size(lo), size(extent)});
  }
  return result;
}

BufferId FunctionBuilder::workspace(Type type, std::string name, bool everyRound) {
  loops::Buffer b;
  b.name = std::move(name);
  b.kind = type.kind == Kind::Int ? loops::Kind::Int : loops::Kind::Real;
  b.axes = bufferAxes(type.shape);
  b.ownRoom = everyRound && !module.strict && b.kind == loops::Kind::Real;
  ValueId elements = elementsOf(g, type.shape);
  if (b.ownRoom)
    elements = g.mul(elements, g.integer(loops::roundsAtOnce));
  return slice(std::move(b), elements);
}

/// Rounds of a loop around share the room: states go from step to step.
BufferId FunctionBuilder::rows(ValueId count, Type state, std::string name) {
  loops::Buffer b;
  b.name = std::move(name);
  b.kind = state.kind == Kind::Int ? loops::Kind::Int : loops::Kind::Real;
  b.axes = {{size(g.integer(0)), size(count)}};
  for (const loops::BufferAxis &axis : bufferAxes(state.shape))
    b.axes.push_back(axis);
  return slice(std::move(b), g.mul(count, elementsOf(g, state.shape)));
}

BufferId FunctionBuilder::slice(loops::Buffer b, ValueId elements) {
  b.role = loops::BufferRole::Workspace;
  // Slices start on cache lines: whole groups of eight elements.
  ValueId groups = g.prim(Prim::IntDiv, {g.add(elements, g.integer(7)), g.integer(8)});
  f.buffers.push_back(std::move(b));
  const auto index = static_cast<uint32_t>(f.buffers.size() - 1);
  slices.emplace(index, g.mul(g.integer(8), groups));
  return {index};
}

BufferId FunctionBuilder::rowOf(BufferId matrix) {
  auto it = std::find_if(arrays.begin(), arrays.end(), [&](const auto &array) {
    return array.second == matrix && g.node(array.first).op == Op::Input;
  });
  assert(it != arrays.end() && "the matrix is an input");
  Type type = g.type(it->first);
  type.shape = g.shape({g.axes(type.shape).back()});
  return workspace(type, f.buffers[matrix.index].name + "_row", true);
}

void FunctionBuilder::finish() {
  planWorkspace();
  if (!g.isInt(workspaceTotal, 0))
    f.workspaceElements = size(workspaceTotal);
  main.insert(main.begin(), std::make_move_iterator(prologue.begin()),
              std::make_move_iterator(prologue.end()));
  f.body = std::move(main);
  loops::shortenChecks(f);
}

} // namespace gradus::lower
