//===- Kernel.cpp - parameters in, outputs out -----------------------------------===//

#include "lower/Kernel.h"
#include "lower/Scope.h"
#include "support/Timings.h"

#include <cassert>

namespace gradus::lower {

using namespace ir;

Kernel lowerKernel(Graph &g, loops::Module &module, const KernelSpec &spec) {
  const Stage stage("lower");
  module.functions.emplace_back();
  loops::Function &f = module.functions.back();
  f.name = spec.name;
  f.documentation = spec.documentation;
  FunctionBuilder b(g, module, f);
  for (uint32_t v = 0; v < g.size() && !b.hasRecurrences; ++v)
    b.hasRecurrences = g.node({v}).op == Op::Recur;

  // Scalars first, since the sizes of arrays are among them.
  f.parameters.resize(spec.inputs.size());
  for (size_t k = 0; k < spec.inputs.size(); ++k)
    if (g.type(spec.inputs[k]).scalar()) {
      loops::ScalarId s = b.scalar(b.kindOf(spec.inputs[k]), g.inputOf(spec.inputs[k]).name);
      b.bind(spec.inputs[k], s);
      f.parameters[k].value = s;
    }
  auto addBuffer = [&](std::string name, Type type, loops::BufferRole role) {
    loops::Buffer buffer;
    buffer.name = std::move(name);
    buffer.kind = type.kind == Kind::Int ? loops::Kind::Int : loops::Kind::Real;
    buffer.role = role;
    buffer.axes = b.bufferAxes(type.shape);
    f.buffers.push_back(std::move(buffer));
    return loops::BufferId{static_cast<uint32_t>(f.buffers.size() - 1)};
  };
  for (size_t k = 0; k < spec.inputs.size(); ++k)
    if (Type t = g.type(spec.inputs[k]); !t.scalar()) {
      loops::BufferId buffer = addBuffer(g.inputOf(spec.inputs[k]).name, t, loops::BufferRole::In);
      b.bindArray(spec.inputs[k], buffer);
      f.parameters[k].value = buffer;
    }

  std::vector<Action> actions;
  ValueId always = g.boolean(true);
  std::vector<ValueId> values = prepare(g, storeTerms(g, spec.outputs, module.strict));
  for (size_t k = 0; k < values.size(); ++k) {
    ValueId value = values[k];
    Action a{Action::Kind::Variable, value, always, loops::Combine::Set, {}, {}, {}, 0};
    if (g.type(value).scalar()) {
      a.variable = b.variable(b.kindOf(value), spec.outputNames[k]);
      f.parameters.push_back({a.variable});
    } else {
      a.kind = Action::Kind::Array;
      a.buffer = addBuffer(spec.outputNames[k], g.type(value), loops::BufferRole::Out);
      f.parameters.push_back({a.buffer});
    }
    actions.push_back(std::move(a));
  }
  emitScope(b, std::move(actions));
  shareOutputs(b);
  packRows(b);
  b.finish();
  return {{static_cast<uint32_t>(module.functions.size() - 1)}, b.workspaceElements()};
}

} // namespace gradus::lower
