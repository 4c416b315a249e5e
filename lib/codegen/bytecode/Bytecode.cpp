//===- Bytecode.cpp - programs and how a host calls them -----------------------===//
#include "codegen/bytecode/Bytecode.h"
#include "codegen/bytecode/Instructions.h"
#include "support/Timings.h"

#include <algorithm>

namespace gradus::bytecode {

using namespace loops;

namespace {

std::vector<HostParameter> hostParameters(const Function &f) {
  std::vector<HostParameter> made;
  for (const Parameter &p : f.parameters)
    if (auto *s = std::get_if<ScalarId>(&p.value))
      made.push_back({HostParameter::Input, f.scalars[s->index].kind});
    else if (auto *v = std::get_if<VariableId>(&p.value))
      made.push_back({HostParameter::Output, f.variables[v->index].kind});
    else
      made.push_back({HostParameter::Array, f.buffers[std::get<BufferId>(p.value).index].kind});
  return made;
}

uint32_t depthOf(std::vector<Code> &codes, Code &code) {
  if (code.depth == 0) {
    uint32_t within = 0;
    for (const Instruction &i : code.instructions)
      if (i.op == Op::Call)
        within = std::max(within, depthOf(codes, codes[i.a]));
    code.depth = code.slots + within;
  }
  return code.depth;
}

Slot read(const HostParameter &p, const void *from) {
  Slot s;
  if (p.role == HostParameter::Array)
    s.array = static_cast<char *>(const_cast<void *>(from));
  else if (p.kind == Kind::Real)
    s.real = *static_cast<const double *>(from);
  else
    s.whole = p.kind == Kind::Int ? *static_cast<const int64_t *>(from)
                                  : *static_cast<const uint8_t *>(from) != 0;
  return s;
}

void write(const HostParameter &p, Slot s, void *to) {
  if (p.kind == Kind::Real)
    *static_cast<double *>(to) = s.real;
  else if (p.kind == Kind::Int)
    *static_cast<int64_t *>(to) = s.whole;
  else
    *static_cast<uint8_t *>(to) = static_cast<uint8_t>(s.whole);
}

} // namespace

Program::Program(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Program::~Program() = default;

std::shared_ptr<const Program> Program::translate(const Module &module) {
  const Stage stage("bytecode");
  auto impl = std::make_unique<Impl>();
  impl->tables = module.tables;
  impl->codes.resize(module.functions.size());
  impl->parameters.resize(module.functions.size());
  for (size_t k = 0; k < module.functions.size(); ++k) {
    const Function &f = module.functions[k];
    bytecode::translate(module, f, impl->tables, impl->codes[k]);
    if (!f.exported)
      continue;
    impl->exported.emplace(f.name, k);
    impl->parameters[k] = hostParameters(f);
  }
  for (Code &code : impl->codes)
    depthOf(impl->codes, code);
  return std::make_shared<Program>(std::move(impl));
}

std::optional<uint32_t> Program::find(std::string_view name) const {
  auto it = impl_->exported.find(name);
  return it == impl_->exported.end() ? std::nullopt : std::optional(it->second);
}

size_t Program::bytes() const {
  size_t count = 0;
  for (const Code &code : impl_->codes)
    count += code.instructions.size() * sizeof(Instruction);
  return count;
}

int32_t Program::call(uint32_t function, GradusFrame *frame, void *const *arguments) const {
  const Code &code = impl_->codes[function];
  const std::vector<HostParameter> &parameters = impl_->parameters[function];
  const std::unique_ptr<Slot[]> slots(new Slot[code.depth]);
  std::copy(code.constants.begin(), code.constants.end(), slots.get());
  std::fill_n(slots.get() + code.constants.size(), code.variables, Slot{.whole = 0});
  size_t in = 0;
  for (size_t k = 0; k < parameters.size(); ++k)
    if (parameters[k].role != HostParameter::Output)
      slots[code.inputs[in++]] = read(parameters[k], arguments[k]);
  const int32_t status =
      run(*impl_, code, slots.get(), static_cast<char *>(frame->workspace), frame);
  size_t out = 0;
  for (size_t k = 0; k < parameters.size(); ++k)
    if (const HostParameter &p = parameters[k]; p.role == HostParameter::Output)
      write(p, slots[code.outputs[out++]], arguments[k]);
  return status;
}

} // namespace gradus::bytecode
