//===- Native.cpp - arguments, workspace, one-off kernels ----------------------===//

#include "driver/Native.h"
#include "loops/Operations.h"

#include <algorithm>
#include <cassert>
#include <new>
#include <set>

namespace gradus::driver {

using namespace ir;

std::vector<ValueId> inputsOf(Graph &g, std::span<const ValueId> roots) {
  std::set<ValueId> found;
  std::vector<ValueId> work(roots.begin(), roots.end());
  while (!work.empty()) {
    std::vector<ValueId> next;
    for (ValueId v : g.reachable(work)) {
      // Shapes are read too, by the code that addresses elements.
      if (!g.type(v).scalar())
        for (const Axis &axis : g.axesOf(v))
          for (ValueId end : {axis.lo, axis.hi})
            if (!g.hasFree(end))
              next.push_back(end);
      if (g.node(v).op == Op::Input)
        found.insert(v);
    }
    std::vector<ValueId> fresh;
    for (ValueId v : next)
      for (ValueId w : g.reachable({&v, 1}))
        if (g.node(w).op == Op::Input && found.insert(w).second)
          fresh.push_back(w);
    work = std::move(fresh);
  }
  return {found.begin(), found.end()};
}

void Arguments::input(ValueId v) {
  InputValue &value = session_.value(session_.graph().inputIndex(v));
  assert(value.known && "every input is bound before code runs");
  Type t = session_.graph().type(v);
  if (t.scalar())
    pointers_.push_back(t.kind == Kind::Real ? static_cast<void *>(&value.real) : &value.whole);
  else
    pointers_.push_back(t.kind == Kind::Real ? static_cast<void *>(const_cast<double *>(value.realData()))
                                             : value.wholes.data());
}

void Arguments::whole(int64_t value) {
  wholes_.push_back(value);
  pointers_.push_back(&wholes_.back());
}

void Arguments::real(double value) {
  reals_.push_back(value);
  pointers_.push_back(&reals_.back());
}

void reportFailure(Session &session, const loops::Module &module, const GradusFrame &frame,
                   Diag kind) {
  const loops::Site &site = module.sites[static_cast<size_t>(frame.errorSite)];
  std::string text = site.message;
  for (int k = 0; k < 4; ++k) {
    std::string mark = "{" + std::to_string(k) + "}";
    for (size_t at; (at = text.find(mark)) != std::string::npos;)
      text.replace(at, mark.size(), std::to_string(frame.errorValues[k]));
  }
  session.diagnostics.report(kind, site.range, text);
}

bool Workspace::allocate(Session &session, int64_t elements, GradusFrame &frame) {
  constexpr int64_t alignment = 64 / sizeof(double);
  auto count = static_cast<size_t>(elements + alignment);
  storage_.reset(new (std::nothrow) double[count]);
  if (!storage_) {
    session.diagnostics.report(Diag::OutOfMemory, {},
                               "no memory for a workspace of " +
                                   std::to_string(elements / 131072) + " MiB",
                               "check the sizes of the model");
    return false;
  }
  auto address = reinterpret_cast<uintptr_t>(storage_.get());
  frame.workspace = reinterpret_cast<void *>((address + 63) & ~uintptr_t{63});
  frame.workspaceBytes = static_cast<size_t>(elements) * sizeof(double);
  frame.threads = session.threads();
  return true;
}

std::unique_ptr<NativeKernel> NativeKernel::compile(Session &session, std::vector<ValueId> outputs,
                                                    std::optional<jit::Level> level, bool strict) {
  std::unique_ptr<NativeKernel> k(new NativeKernel(session));
  Graph &g = session.graph();
  k->module_.name = session.stem();
  k->module_.strict = strict;
  k->outputs_ = std::move(outputs);
  k->inputs_ = inputsOf(g, k->outputs_);
  lower::KernelSpec spec{"kernel", "", k->inputs_, k->outputs_, {}};
  for (size_t n = 0; n < k->outputs_.size(); ++n)
    spec.outputNames.push_back("out" + std::to_string(n + 1));
  k->kernel_ = lower::lowerKernel(g, k->module_, spec);
  k->chooses_ = !level;
  return k->compile(level.value_or(jit::Level::Bytecode)) ? std::move(k) : nullptr;
}

bool NativeKernel::compile(jit::Level level) {
  std::string error;
  level_ = level;
  code_ = jit::Jit::compile(module_, session_.jitOptions(level), error);
  if (!code_)
    session_.diagnostics.report(Diag::Internal, {}, error);
  return code_ != nullptr;
}

/// Compiles what has become too much for bytecode. False after reporting.
bool NativeKernel::suit(double results) {
  // About as long as it takes to compile the kernel.
  const double mostByBytecode = 500'000 + 2000.0 * static_cast<double>(loops::statements(module_));
  const Graph &g = session_.graph();
  std::vector<int64_t> wholes;
  for (ValueId v : inputs_)
    if (g.type(v) == Type{Kind::Int, 0})
      wholes.push_back(session_.value(g.inputIndex(v)).whole);
  work_ += results + loops::operations(module_, kernel_.function, wholes);
  return work_ <= mostByBytecode || level_ != jit::Level::Bytecode || compile(jit::Level::O0);
}

bool NativeKernel::run(std::vector<std::vector<double>> &results) {
  Graph &g = session_.graph();
  for (ValueId v : inputs_)
    if (!session_.value(g.inputIndex(v)).known) {
      session_.diagnostics.report(Diag::MissingValue, g.inputOf(v).range,
                                  "'" + g.inputOf(v).name + "' has no value");
      return false;
    }
  auto elements = session_.whole(kernel_.workspace);
  if (!elements)
    return false;
  GradusFrame frame{};
  Workspace workspace;
  if (!workspace.allocate(session_, *elements, frame))
    return false;
  Arguments arguments(session_);
  for (ValueId v : inputs_)
    arguments.input(v);
  results.assign(outputs_.size(), {});
  size_t count = 0;
  std::vector<std::vector<int64_t>> wholes(outputs_.size());
  for (size_t k = 0; k < outputs_.size(); ++k) {
    Type t = g.type(outputs_[k]);
    std::vector<int64_t> shape;
    if (!session_.extents(t.shape, shape))
      return false;
    size_t size = 1;
    for (int64_t e : shape)
      size *= static_cast<size_t>(e);
    results[k].resize(size);
    wholes[k].resize(t.kind == Kind::Real ? 0 : size);
    arguments.pointer(t.kind == Kind::Real ? static_cast<void *>(results[k].data())
                                           : wholes[k].data());
    count += size;
  }
  if (chooses_ && !suit(static_cast<double>(count)))
    return false;
  int32_t status = code_->find("kernel")(&frame, arguments.data());
  for (size_t k = 0; k < outputs_.size(); ++k)
    for (size_t n = 0; n < wholes[k].size(); ++n)
      results[k][n] = static_cast<double>(wholes[k][n]);
  if (status == 0)
    return true;
  reportFailure(session_, module_, frame);
  return false;
}

} // namespace gradus::driver
