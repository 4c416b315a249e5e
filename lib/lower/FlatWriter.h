//===- FlatWriter.h - functions that outside programs call (private) ---------===//
#pragma once

#include "lower/Flat.h"
#include "lower/Plan.h"

namespace gradus::lower {

using FlatArguments =
    std::unordered_map<ir::ValueId, loops::Argument, ir::ValueIdHash>;

/// One function under construction, with its parameters and their roles.
class FlatWriter {
public:
  FlatWriter(ir::Graph &g, loops::Module &module, const std::string &name,
             const std::string &documentation)
      : g(g), b(makeFunction(g, module, name, documentation)) {
    made.function = {static_cast<uint32_t>(module.functions.size() - 1)};
    made.name = name;
    made.note = documentation;
  }

  loops::BufferId buffer(std::string name, ir::Type t, loops::BufferRole role) {
    loops::Buffer buffer;
    buffer.name = std::move(name);
    buffer.kind = t.kind == ir::Kind::Int ? loops::Kind::Int : loops::Kind::Real;
    buffer.role = role;
    buffer.axes = b.bufferAxes(t.shape);
    b.f.buffers.push_back(std::move(buffer));
    return {static_cast<uint32_t>(b.f.buffers.size() - 1)};
  }
  void parameter(loops::Argument value, InterfaceArgument described) {
    b.f.parameters.push_back({value.value});
    made.arguments.push_back(std::move(described));
  }
  loops::BufferId vector(ArgumentRole role, const std::string &name, ir::Type t, loops::BufferRole access) {
    loops::BufferId v = buffer(name, t, access);
    parameter({v}, {role, name, {}, t.shape});
    return v;
  }

  /// Parameters of the inputs; scalars are bound first, since shapes read them.
  FlatArguments inputs(std::span<const ir::ValueId> list) {
    FlatArguments bound;
    for (ir::ValueId v : list)
      if (g.type(v).scalar()) {
        loops::ScalarId s = b.scalar(b.kindOf(v), g.inputOf(v).name);
        b.bind(v, s);
        bound[v] = {s};
      }
    for (ir::ValueId v : list) {
      if (!g.type(v).scalar())
        bound[v] = {buffer(g.inputOf(v).name, g.type(v), loops::BufferRole::In)};
      parameter(bound[v], describeInput(g, v));
    }
    return bound;
  }

  ir::Type vectorType(ir::ValueId length) {
    return {ir::Kind::Real, g.shape({{g.integer(1), length}})};
  }
  loops::ScalarId position(const UnknownPlace &p) { return b.size(g.add(p.offset, g.integer(1))); }
  loops::BufferId view(const UnknownPlace &p, std::string name, loops::BufferId base) {
    loops::BufferId v = buffer(std::move(name), g.type(p.input), loops::BufferRole::View);
    b.f.buffers[v.index].base = base;
    b.f.buffers[v.index].offset = b.size(p.offset);
    return v;
  }
  loops::Argument part(const UnknownPlace &p, const std::string &name, loops::BufferId base) {
    if (!g.type(p.input).scalar())
      return {view(p, name, base)};
    return {b.let(loops::Kind::Real, loops::LoadOp{base, {position(p)}}, name)};
  }

  /// The function's workspace, and its callee's behind it.
  InterfaceFunction finish(ir::ValueId calleeWorkspace) {
    b.finish();
    made.workspace = g.add(b.workspaceElements(), calleeWorkspace);
    return std::move(made);
  }

  ir::Graph &g;
  FunctionBuilder b;
  InterfaceFunction made;

private:
  static FunctionBuilder makeFunction(ir::Graph &g, loops::Module &module, const std::string &name,
                                      const std::string &documentation) {
    module.functions.emplace_back();
    loops::Function &f = module.functions.back();
    f.name = name;
    f.documentation = documentation;
    return FunctionBuilder(g, module, f);
  }
};

/// Binds what the descent reads of a plan to its parts: `plan` becomes the next
/// parameter.
void bindPlan(FlatWriter &writer, const SparseHessian &hessian, ir::ValueId unknowns,
              FlatArguments &bound);

} // namespace gradus::lower
