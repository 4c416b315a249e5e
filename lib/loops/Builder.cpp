//===- Builder.cpp - writes functions of the loop IR ----------------------===//
#include "loops/Builder.h"

#include <cassert>

namespace gradus::loops {

std::optional<Kind> resultKind(ir::Prim prim, const std::vector<Kind> &operands) {
  const ir::PrimInfo &row = ir::info(prim);
  if (operands.size() != row.arity || operands.empty())
    return std::nullopt;
  auto all = [&](Kind kind) {
    for (Kind k : operands)
      if (k != kind)
        return false;
    return true;
  };
  auto when = [](bool fits, Kind kind) { return fits ? std::optional(kind) : std::nullopt; };
  switch (row.signature) {
  case ir::Signature::Real:
    return when(all(Kind::Real), Kind::Real);
  case ir::Signature::Numeric:
    return when(all(Kind::Int) || all(Kind::Real), operands[0]);
  case ir::Signature::Int:
    return when(all(Kind::Int), Kind::Int);
  case ir::Signature::RealInt:
    return when(operands.size() == 2 && operands[0] == Kind::Real && operands[1] == Kind::Int,
                Kind::Real);
  case ir::Signature::IntToReal:
    return when(all(Kind::Int), Kind::Real);
  case ir::Signature::Compare:
    return when(all(Kind::Int) || all(Kind::Real), Kind::Bool);
  case ir::Signature::Logic:
    return when(all(Kind::Bool), Kind::Bool);
  }
  return std::nullopt;
}

FunctionBuilder::FunctionBuilder(Module &module, std::string name) {
  id_ = FunctionId{static_cast<uint32_t>(module.functions.size())};
  function_ = &module.functions.emplace_back();
  function_->name = std::move(name);
  bodies_.push_back(&function_->body);
}

ScalarId FunctionBuilder::scalar(Kind kind, std::string name) {
  function_->scalars.push_back({kind, std::move(name), {}});
  return ScalarId{static_cast<uint32_t>(function_->scalars.size() - 1)};
}

ScalarId FunctionBuilder::let(Kind kind, Operation operation, std::string name) {
  ScalarId target = scalar(kind, std::move(name));
  add(Let{target, std::move(operation)});
  return target;
}

ScalarId FunctionBuilder::parameter(Kind kind, std::string name) {
  ScalarId s = scalar(kind, std::move(name));
  function_->parameters.push_back({s});
  return s;
}

VariableId FunctionBuilder::output(Kind kind, std::string name) {
  VariableId v = variable(kind, std::move(name));
  function_->parameters.push_back({v});
  return v;
}

BufferId FunctionBuilder::array(BufferRole role, std::string name, std::vector<BufferAxis> axes,
                                Kind kind) {
  function_->buffers.push_back({std::move(name), kind, role, std::move(axes), {}, {}});
  BufferId b{static_cast<uint32_t>(function_->buffers.size() - 1)};
  function_->parameters.push_back({b});
  return b;
}

BufferId FunctionBuilder::workspace(std::string name, std::vector<BufferAxis> axes, ScalarId offset,
                                    Kind kind) {
  function_->buffers.push_back(
      {std::move(name), kind, BufferRole::Workspace, std::move(axes), {}, offset});
  return BufferId{static_cast<uint32_t>(function_->buffers.size() - 1)};
}

BufferId FunctionBuilder::view(std::string name, BufferId base, std::vector<BufferAxis> axes,
                               ScalarId offset) {
  Kind kind = function_->buffers[base.index].kind;
  function_->buffers.push_back(
      {std::move(name), kind, BufferRole::View, std::move(axes), base, offset});
  return BufferId{static_cast<uint32_t>(function_->buffers.size() - 1)};
}

VariableId FunctionBuilder::variable(Kind kind, std::string name) {
  function_->variables.push_back({kind, std::move(name)});
  return VariableId{static_cast<uint32_t>(function_->variables.size() - 1)};
}

ScalarId FunctionBuilder::real(double value) { return let(Kind::Real, ConstReal{value}); }
ScalarId FunctionBuilder::integer(int64_t value) { return let(Kind::Int, ConstInt{value}); }
ScalarId FunctionBuilder::boolean(bool value) { return let(Kind::Bool, ConstBool{value}); }

ScalarId FunctionBuilder::apply(ir::Prim prim, std::vector<ScalarId> operands, std::string name) {
  std::vector<Kind> kinds;
  for (ScalarId s : operands)
    kinds.push_back(kind(s));
  std::optional<Kind> result = resultKind(prim, kinds);
  assert(result && "operands do not fit the primitive");
  return let(*result, PrimOp{prim, std::move(operands)}, std::move(name));
}

ScalarId FunctionBuilder::select(ScalarId condition, ScalarId then, ScalarId otherwise) {
  return let(kind(then), SelectOp{condition, then, otherwise});
}

ScalarId FunctionBuilder::load(BufferId buffer, std::vector<ScalarId> indices, std::string name) {
  Kind kind = function_->buffers[buffer.index].kind;
  return let(kind, LoadOp{buffer, std::move(indices)}, std::move(name));
}

ScalarId FunctionBuilder::read(VariableId variable, std::string name) {
  return let(function_->variables[variable.index].kind, ReadOp{variable}, std::move(name));
}

Body FunctionBuilder::collect(const std::function<void()> &write) {
  Body body;
  if (!write)
    return body;
  bodies_.push_back(&body);
  write();
  bodies_.pop_back();
  return body;
}

void FunctionBuilder::loop(std::string index, ScalarId lo, ScalarId hi,
                           const std::function<void(ScalarId)> &body, bool independent) {
  ScalarId i = scalar(Kind::Int, std::move(index));
  add(For{i, lo, hi, collect([&] { body(i); }), independent});
}

void FunctionBuilder::whileLoop(const std::function<ScalarId()> &head,
                                const std::function<void()> &body) {
  ScalarId condition;
  Body headBody = collect([&] { condition = head(); });
  Body loopBody = collect(body);
  add(While{std::move(headBody), condition, std::move(loopBody)});
}

void FunctionBuilder::branch(ScalarId condition, const std::function<void()> &then,
                             const std::function<void()> &otherwise) {
  Body thenBody = collect(then);
  Body otherwiseBody = collect(otherwise);
  add(If{condition, std::move(thenBody), std::move(otherwiseBody)});
}

} // namespace gradus::loops
