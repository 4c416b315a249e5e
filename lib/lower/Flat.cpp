//===- Flat.cpp - kernels over one vector of all unknowns -----------------------===//

#include "lower/FlatWriter.h"

#include <algorithm>
#include <cassert>

namespace gradus::lower {

using namespace ir;
using loops::Argument;
using loops::BufferId;
using loops::BufferRole;
using loops::ScalarId;
using loops::VariableId;

ValueId elementsOf(Graph &g, ValueId value) {
  ValueId count = g.integer(1);
  for (const Axis axis : std::vector<Axis>(g.axesOf(value)))
    count = g.mul(count, g.prim(Prim::Max, {g.extent(axis), g.integer(0)}));
  return count;
}

std::vector<UnknownPlace> placesOf(Graph &g, std::span<const ValueId> values, ValueId &length) {
  std::vector<UnknownPlace> places;
  length = g.integer(0);
  for (ValueId v : values) {
    places.push_back({v, length, elementsOf(g, v)});
    length = g.add(length, places.back().elements);
  }
  return places;
}

namespace {

ArgumentRole roleOf(InputRole role) {
  switch (role) {
  case InputRole::Size:
    return ArgumentRole::Size;
  case InputRole::Parameter:
    return ArgumentRole::Parameter;
  case InputRole::Data:
    return ArgumentRole::Data;
  case InputRole::Argument:
  case InputRole::Unknown:
  case InputRole::Local:
    return ArgumentRole::Argument;
  }
  return ArgumentRole::Argument;
}

} // namespace

InterfaceArgument describeInput(const Graph &g, ValueId v) {
  const Input &input = g.inputOf(v);
  return {roleOf(input.role), input.name, v, input.type.shape, input.type.kind};
}

namespace {

/// What is called once, or once for each unit vector.
class FlatCall {
public:
  FlatCall(FlatWriter &w, const Callable &inner, const FlatSpec &spec)
      : w(w), g(w.g), inner(inner), spec(spec) {}

  InterfaceFunction write() {
    std::vector<ValueId> own;
    for (ValueId v : inner.spec.inputs)
      if (!inVector(v))
        own.push_back(v);
    arguments = w.inputs(own);
    for (const FlatVector &v : spec.vectors) {
      ValueId length;
      std::vector<UnknownPlace> places = placesOf(g, v.inputs, length);
      BufferId x = w.vector(v.role, v.name, w.vectorType(length), BufferRole::In);
      for (const UnknownPlace &p : places)
        arguments[p.input] = w.part(p, g.inputOf(p.input).name, x);
    }
    if (spec.unitVectors.empty())
      once();
    else
      columns();
    return w.finish(inner.kernel.workspace);
  }

private:
  bool inVector(ValueId v) const {
    auto has = [&](const std::vector<ValueId> &list) {
      return std::find(list.begin(), list.end(), v) != list.end();
    };
    return has(spec.unitVectors) ||
           std::any_of(spec.vectors.begin(), spec.vectors.end(),
                       [&](const FlatVector &x) { return has(x.inputs); });
  }
  /// The outputs from `first` on that stand in one vector.
  struct Laid {
    size_t first;
    BufferId vector;
    std::vector<UnknownPlace> places;
  };

  void call(std::span<const Laid> results) {
    std::vector<Argument> list;
    for (ValueId v : inner.spec.inputs)
      list.push_back(arguments.at(v));
    list.insert(list.end(), kept.begin(), kept.end());
    std::vector<VariableId> scalars;
    for (const Laid &r : results)
      for (size_t k = 0; k < r.places.size(); ++k) {
        const std::string &name = inner.spec.outputNames[r.first + k];
        if (!g.type(r.places[k].input).scalar()) {
          list.push_back({w.view(r.places[k], name, r.vector)});
          continue;
        }
        scalars.push_back(w.b.variable(loops::Kind::Real, name));
        list.push_back({scalars.back()});
      }
    w.b.push(loops::Call{inner.kernel.function, std::move(list)});
    size_t next = 0;
    for (const Laid &r : results)
      for (const UnknownPlace &p : r.places)
        if (g.type(p.input).scalar())
          w.b.push(loops::Store{r.vector, {w.position(p)}, w.b.read(scalars[next++])});
  }

  void keep(size_t k) {
    const std::string &name = inner.spec.outputNames[k];
    const Type t = g.type(inner.spec.outputs[k]);
    const bool hidden = k < spec.hidden;
    if (t.scalar()) {
      VariableId v = w.b.variable(w.b.kindOf(inner.spec.outputs[k]), name);
      kept.push_back({v});
    } else {
      kept.push_back({hidden ? w.b.workspace(t, name) : w.buffer(name, t, BufferRole::Out)});
    }
    if (!hidden)
      w.parameter(kept.back(), {ArgumentRole::Result, name, {}, t.shape, t.kind});
  }

  void once() {
    size_t next = 0;
    for (; next < spec.hidden + spec.kept; ++next)
      keep(next);
    std::vector<Laid> results;
    for (const FlatResult &r : spec.results) {
      ValueId length;
      Laid laid{next, {}, placesOf(g, std::span(inner.spec.outputs).subspan(next, r.count), length)};
      laid.vector = w.vector(r.role, r.name, w.vectorType(length), BufferRole::Out);
      results.push_back(std::move(laid));
      next += r.count;
    }
    assert(next == inner.spec.outputs.size() && "every output has its place");
    call(results);
  }

  void columns() {
    ValueId count, length;
    std::vector<UnknownPlace> units = placesOf(g, spec.unitVectors, count);
    Laid column{0, {}, placesOf(g, inner.spec.outputs, length)};
    Type matrix{Kind::Real, g.shape({{g.integer(1), length}, {g.integer(1), count}})};
    BufferId out = w.vector(spec.results[0].role, spec.results[0].name, matrix, BufferRole::Out);
    BufferId unit = w.b.workspace(w.vectorType(count), "unit");
    column.vector = w.b.workspace(w.vectorType(length), "column");
    ScalarId one = w.b.let(loops::Kind::Int, loops::ConstInt{1});
    ScalarId yes = w.b.let(loops::Kind::Real, loops::ConstReal{1});
    ScalarId no = w.b.let(loops::Kind::Real, loops::ConstReal{0});
    w.b.push(loops::Fill{unit, no});
    loops::For overColumns{w.b.scalar(loops::Kind::Int, "j"), one, w.b.size(count), {}};
    loops::Body *outer = w.b.body;
    w.b.body = &overColumns.body;
    w.b.push(loops::Store{unit, {overColumns.index}, yes});
    for (const UnknownPlace &p : units)
      arguments[p.input] = w.part(p, g.inputOf(p.input).name, unit);
    call({&column, 1});
    w.b.push(loops::Store{unit, {overColumns.index}, no});
    loops::For overRows{w.b.scalar(loops::Kind::Int, "i"), one, w.b.size(length), {}, true};
    w.b.body = &overRows.body;
    ScalarId element =
        w.b.let(loops::Kind::Real, loops::LoadOp{column.vector, {overRows.index}});
    w.b.push(loops::Store{out, {overRows.index, overColumns.index}, element});
    w.b.body = &overColumns.body;
    w.b.push(std::move(overRows));
    w.b.body = outer;
    w.b.push(std::move(overColumns));
  }

  FlatWriter &w;
  Graph &g;
  const Callable &inner;
  const FlatSpec &spec;
  std::unordered_map<ValueId, Argument, ValueIdHash> arguments;
  std::vector<Argument> kept;
};

} // namespace

InterfaceFunction addFlat(Graph &g, loops::Module &module, const Callable &inner,
                          const FlatSpec &spec) {
  FlatWriter writer(g, module, spec.name, spec.documentation);
  return FlatCall(writer, inner, spec).write();
}

} // namespace gradus::lower
