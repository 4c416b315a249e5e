//===- Harness.h - compiles a module and calls its functions ------------------===//
#pragma once

#include "jit/JIT.h"
#include "loops/Builder.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace gradus::jit {

using namespace loops;
using ir::Prim;

/// A compiled module with a frame and a workspace.
class Program {
public:
  Program(const Module &module, Level level, bool vectorMath = true) {
    for (const std::string &error : verify(module))
      ADD_FAILURE() << error << "\n" << print(module);
    std::string error;
    code_ = Jit::compile(module, JitOptions{level, vectorMath}, error);
    EXPECT_TRUE(code_) << error;
    workspace_ = static_cast<double *>(std::aligned_alloc(64, bytes));
    for (size_t i = 0; i < bytes / 8; ++i)
      workspace_[i] = 1e300; // what nobody wrote must not be read
    frame.workspace = workspace_;
    frame.workspaceBytes = bytes;
  }
  ~Program() { std::free(workspace_); }
  Program(const Program &) = delete;

  /// Pointers to the arguments in the order of the parameters.
  template <class... Arguments> int32_t call(std::string_view name, Arguments *...arguments) {
    EntryPoint f = code_->find(name);
    EXPECT_TRUE(f) << name;
    void *list[] = {const_cast<void *>(static_cast<const void *>(arguments))..., nullptr};
    return f ? f(&frame, list) : -1;
  }
  double *workspace() { return workspace_; }
  CompiledModule &code() { return *code_; }
  GradusFrame frame{};

private:
  static constexpr size_t bytes = 1 << 16;
  std::unique_ptr<CompiledModule> code_;
  double *workspace_;
};

/// Tests that hold at every level.
class AtEveryLevel : public testing::TestWithParam<Level> {};
inline std::string levelName(const testing::TestParamInfo<Level> &info) {
  switch (info.param) {
  case Level::O0:
    return "O0";
  case Level::Fast:
    return "Fast";
  case Level::Full:
    return "Full";
  case Level::Bytecode:
    return "Bytecode";
  }
  return "";
}
#define GRADUS_AT_EVERY_LEVEL(SUITE)                                                               \
  INSTANTIATE_TEST_SUITE_P(                                                                        \
      Levels, SUITE, testing::Values(Level::O0, Level::Fast, Level::Full, Level::Bytecode), levelName)

} // namespace gradus::jit
