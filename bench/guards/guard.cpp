//===- guard.cpp - the work of compiler and code, counted ---------------------===//
//
//   valgrind --tool=callgrind --collect-atstart=no guard MODEL...
//
// For each model: how many instructions it takes to lower value and gradient of its
// objective, from text to loops, how many to compile these to code, how many to run
// that code once at its start, and how many to do both with bytecode. Callgrind dumps a count behind each; the sizes of the code are printed.
// The code is made for x86-64-v3, which every machine with AVX2 counts alike and
// callgrind understands.
//
//===--------------------------------------------------------------------===//

#include "differentiate/Differentiate.h"
#include "driver/Native.h"
#include "driver/Point.h"
#include "driver/Subject.h"
#include "lower/Kernel.h"

#include <valgrind/callgrind.h>

#include <cstdlib>
#include <iostream>

namespace {

using namespace gradus;

[[noreturn]] void fail(const driver::Session &session) {
  std::cerr << session.diagnostics.renderAll();
  std::exit(1);
}

void measure(const std::string &path) {
  driver::Session session;
  CALLGRIND_TOGGLE_COLLECT;
  // From text to loops.
  if (!session.load(path))
    fail(session);
  ir::Graph &g = session.graph();
  const std::vector<driver::Subject> all = driver::subjects(session);
  const driver::Subject *subject = &all.back();
  std::vector<ir::ValueId> outputs{g.toReal(subject->value)};
  for (ir::ValueId v : differentiate::gradient(g, outputs[0], subject->variables(g)))
    outputs.push_back(v);
  loops::Module module;
  const std::vector<ir::ValueId> inputs = driver::inputsOf(g, outputs);
  lower::KernelSpec spec{"kernel", "", inputs, outputs, {}};
  for (size_t k = 0; k < outputs.size(); ++k)
    spec.outputNames.push_back("out" + std::to_string(k + 1));
  const lower::Kernel kernel = lower::lowerKernel(g, module, spec);
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS_AT("lower");
  jit::JitOptions options;
  options.cpu = "x86-64-v3";
  std::string error;
  CALLGRIND_TOGGLE_COLLECT;
  auto code = jit::Jit::compile(module, options, error);
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS_AT("compile");
  if (!code) {
    std::cerr << error << "\n";
    std::exit(1);
  }

  // At the start of the problem, or at the default of its parameters.
  if (!session.bind() || !driver::bindPoint(session, *subject, {}))
    fail(session);
  GradusFrame frame{};
  driver::Workspace workspace;
  if (!workspace.allocate(session, session.whole(kernel.workspace).value(), frame))
    fail(session);
  driver::Arguments arguments(session);
  for (ir::ValueId v : inputs)
    arguments.input(v);
  std::vector<std::vector<double>> results;
  for (ir::ValueId v : outputs) {
    std::vector<int64_t> shape;
    if (!session.extents(g.type(v).shape, shape))
      fail(session);
    size_t size = 1;
    for (int64_t e : shape)
      size *= static_cast<size_t>(e);
    results.emplace_back(size);
    arguments.pointer(results.back().data());
  }
  const jit::EntryPoint entry = code->find("kernel");
  entry(&frame, arguments.data()); // the first call finds functions of the C library
  CALLGRIND_TOGGLE_COLLECT;
  const int32_t status = entry(&frame, arguments.data());
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS_AT("run");
  if (status != 0) {
    driver::reportFailure(session, module, frame);
    fail(session);
  }
  CALLGRIND_TOGGLE_COLLECT;
  const auto bytecode = jit::Jit::compile(module, jit::Level::Bytecode, error);
  bytecode->find("kernel")(&frame, arguments.data());
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS_AT("bytecode");
  std::cout << session.stem() << " " << code->objectBytes() << "\n";
}

} // namespace

int main(int count, char **arguments) {
  for (int k = 1; k < count; ++k)
    measure(arguments[k]);
  return 0;
}
