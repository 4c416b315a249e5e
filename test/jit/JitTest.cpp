//===- JitTest.cpp - linking, names, memory and threads ---------------------------===//
#include "../codegen-llvm/Samples.h"
#include "Harness.h"
#include "jit/Symbols.h"

#include <chrono>
#include <cmath>
#include <fstream>
#include <thread>

namespace gradus::jit {
namespace {

TEST(Jit, OnlyListedSymbolsAreVisible) {
  EXPECT_NE(findSymbol("exp"), nullptr);
  EXPECT_NE(findSymbol("gradus_digamma"), nullptr);
  EXPECT_NE(findSymbol("memset"), nullptr);
  for (const char *name :
       {"system", "malloc", "open", "_exit", "gradus_nothing", "_ZGVeN8v_system", ""})
    EXPECT_EQ(findSymbol(name), nullptr) << name;
}

TEST(Jit, EveryFunctionOfTheTableIsVisible) {
  for (unsigned i = 0; i < ir::primCount; ++i)
    if (ir::info(Prim(i)).lowering == ir::Lowering::Libm) {
      EXPECT_NE(findSymbol(ir::info(Prim(i)).cName), nullptr) << ir::info(Prim(i)).cName;
    }
}

TEST(Jit, AFunctionMayHaveTheNameOfALibraryFunction) {
  for (Level level : {Level::O0, Level::Fast, Level::Full, Level::Bytecode}) {
    Module m;
    FunctionBuilder f(m, "exp");
    ScalarId a = f.parameter(Kind::Real, "a");
    VariableId r = f.output(Kind::Real, "r");
    f.assign(r, f.apply(Prim::Add, {f.real(1), f.apply(Prim::Exp, {a})}));
    Program p(m, level);
    double x = 2, result;
    EXPECT_EQ(p.call("exp", &x, &result), 0);
    EXPECT_EQ(result, 1 + std::exp(2.0));
  }
}

TEST(Jit, FindsOnlyExportedFunctions) {
  Module m;
  samples::addDot(m);
  for (Level level : {Level::O0, Level::Bytecode}) {
    Program p(m, level);
    EXPECT_TRUE(p.code().find("dot"));
    EXPECT_FALSE(p.code().find("dot.body"));
    EXPECT_FALSE(p.code().find("cos"));
    EXPECT_FALSE(p.code().find("exp"));
  }
}

TEST(Jit, NoPageIsWritableAndExecutable) {
  Module m;
  samples::addRosenbrock(m);
  Program p(m, Level::Fast);
  std::ifstream maps("/proc/self/maps");
  ASSERT_TRUE(maps.good());
  auto address = reinterpret_cast<uintptr_t>(p.code().find("rosenbrock").native());
  bool found = false;
  for (std::string line; std::getline(maps, line);) {
    size_t dash = line.find('-'), space = line.find(' ');
    std::string rights = line.substr(space + 1, 4);
    EXPECT_FALSE(rights[1] == 'w' && rights[2] == 'x') << line;
    uintptr_t from = std::stoull(line.substr(0, dash), nullptr, 16);
    uintptr_t to = std::stoull(line.substr(dash + 1, space - dash - 1), nullptr, 16);
    if (from <= address && address < to) {
      found = true;
      EXPECT_EQ(rights.substr(0, 3), "r-x") << line;
    }
  }
  EXPECT_TRUE(found);
}

TEST(Jit, CodeIsReentrant) {
  Module m;
  samples::addRosenbrock(m);
  Program p(m, Level::Fast);
  EntryPoint f = p.code().find("rosenbrock");
  std::vector<double> results(4);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      int64_t n = 200;
      std::vector<double> x(n, 1 + 0.1 * t), g(n);
      GradusFrame frame{};
      for (int k = 0; k < 500; ++k) {
        void *arguments[] = {&n, x.data(), g.data(), &results[t]};
        f(&frame, arguments);
      }
    });
  for (std::thread &t : threads)
    t.join();
  for (int t = 0; t < 4; ++t) {
    double x = 1 + 0.1 * t, d = x - x * x;
    EXPECT_NEAR(results[t], 199 * (100 * d * d + (1 - x) * (1 - x)), 1e-9);
  }
}

TEST(Jit, CodeIsFreedWithItsModule) {
  auto pages = [] {
    std::ifstream maps("/proc/self/maps");
    int count = 0;
    for (std::string line; std::getline(maps, line);)
      ++count;
    return count;
  };
  Module m;
  samples::addDot(m);
  {
    Program warm(m, Level::O0);
  }
  int before = pages();
  for (int k = 0; k < 30; ++k)
    Program p(m, Level::O0);
  EXPECT_LE(pages(), before + 10);
}

TEST(Jit, GradientOfRosenbrock) {
  for (Level level : {Level::O0, Level::Fast, Level::Full, Level::Bytecode})
    for (int64_t n : {2, 3, 8, 9, 31, 32, 33, 34, 65, 1000}) {
      Module m;
      samples::addRosenbrock(m);
      Program p(m, level);
      std::vector<double> x(n), g(n, -1), expected(n, 0.0);
      for (int64_t i = 0; i < n; ++i)
        x[i] = std::sin(double(i));
      double f, value = 0;
      for (int64_t i = 0; i + 1 < n; ++i) {
        double t = x[i + 1] - x[i] * x[i], u = 1 - x[i];
        value += 100 * t * t + u * u;
        expected[i] += -400 * t * x[i] - 2 * u;
        expected[i + 1] += 200 * t;
      }
      EXPECT_EQ(p.call("rosenbrock", &n, x.data(), g.data(), &f), 0);
      EXPECT_NEAR(f, value, 1e-12 * value);
      for (int64_t i = 0; i < n; ++i)
        EXPECT_NEAR(g[i], expected[i], 1e-11) << "n = " << n << ", i = " << i;
    }
}

TEST(Jit, LongStraightLinesCompileQuickly) {
  // 40,000 operations: full optimization would take seconds.
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId a = f.parameter(Kind::Real, "a");
  VariableId r = f.output(Kind::Real, "r");
  ScalarId v = a;
  for (int k = 0; k < 20000; ++k)
    v = f.apply(Prim::Add, {f.apply(Prim::Mul, {v, f.real(0.5)}), a});
  f.assign(r, v);
  auto start = std::chrono::steady_clock::now();
  Program p(m, Level::Full);
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  EXPECT_LT(time.count(), 10.0);
  double x = 3, result;
  EXPECT_EQ(p.call("f", &x, &result), 0);
  EXPECT_EQ(result, 6);
}

TEST(Jit, LongFunctionsCallOthersAndAreCalled) {
  // The long one is compiled apart from the one that it calls.
  Module m;
  const FunctionId half = [&] {
    FunctionBuilder f(m, "half");
    ScalarId a = f.parameter(Kind::Real, "a");
    VariableId r = f.output(Kind::Real, "r");
    f.assign(r, f.apply(Prim::Mul, {a, f.real(0.5)}));
    m.functions.back().exported = false;
    return f.id();
  }();
  FunctionBuilder f(m, "f");
  ScalarId a = f.parameter(Kind::Real, "a");
  VariableId r = f.output(Kind::Real, "r"), halved = f.variable(Kind::Real, "halved");
  f.assign(halved, a);
  for (int k = 0; k < 3; ++k)
    f.add(Call{half, {{f.read(halved)}, {halved}}});
  ScalarId v = f.read(halved);
  for (int k = 0; k < 5000; ++k)
    v = f.apply(Prim::Add, {f.apply(Prim::Mul, {v, f.real(0.5)}), a});
  f.assign(r, v);
  const Cache cache(testing::TempDir() + "gradus-jit-test", 1 << 20);
  cache.clear(); // of a run before
  for (Level level : {Level::O0, Level::Fast, Level::Full})
    for (bool again : {false, true}) {
      std::string error;
      JitOptions options{level};
      options.cache = &cache;
      auto code = Jit::compile(m, options, error);
      ASSERT_TRUE(code) << error;
      EXPECT_EQ(code->cached(), again);
      double x = 3, result = 0;
      void *arguments[] = {&x, &result};
      GradusFrame frame{};
      EXPECT_EQ(code->find("f")(&frame, arguments), 0);
      EXPECT_EQ(result, 6);
      EXPECT_FALSE(code->find("half"));
    }
}

} // namespace
} // namespace gradus::jit
