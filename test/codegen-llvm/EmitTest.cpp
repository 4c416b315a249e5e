//===- EmitTest.cpp - the LLVM IR that is emitted and what passes make of it -----===//
//
// Compiled for a fixed processor, so that the tests hold on any machine.
//
//===--------------------------------------------------------------------===//
#include "Samples.h"
#include "codegen/llvm/LLVMBackend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <sstream>

namespace gradus::codegen {
namespace {

using namespace loops;
using ir::Prim;

Settings avx512(Level level = Level::Fast) {
  Settings s;
  s.level = level;
  s.triple = "x86_64-pc-linux-gnu";
  s.cpu = "x86-64-v4";
  s.features = "+avx512f,+avx512vl,+avx512dq,+avx2,+fma";
  return s;
}

std::unique_ptr<LLVMProgram> create(const Module &m, const Settings &settings) {
  EXPECT_EQ(verify(m), std::vector<std::string>{});
  std::string error;
  auto program = LLVMProgram::create(m, settings, error);
  EXPECT_TRUE(program) << error;
  return program;
}
std::string emitted(const Module &m) { return create(m, avx512(Level::O0))->ir(); }
std::string optimized(const Module &m, Settings settings = avx512()) {
  auto program = create(m, settings);
  program->optimize();
  return program->ir();
}

testing::AssertionResult has(const std::string &text, const std::string &pattern) {
  if (std::regex_search(text, std::regex(pattern)))
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << "no match of '" << pattern << "' in\n" << text;
}
testing::AssertionResult hasNot(const std::string &text, const std::string &pattern) {
  if (!std::regex_search(text, std::regex(pattern)))
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << "unexpected '" << pattern << "' in\n" << text;
}

/// r = a formula of three reals.
template <class Write> Module formula(Write write, bool strict = false) {
  Module m;
  m.strict = strict;
  FunctionBuilder f(m, "f");
  ScalarId a = f.parameter(Kind::Real, "a"), b = f.parameter(Kind::Real, "b"),
           c = f.parameter(Kind::Real, "c");
  VariableId r = f.output(Kind::Real, "r");
  f.assign(r, write(f, a, b, c));
  return m;
}

//--- shape ------------------------------------------------------------------------

TEST(Emit, BodyAndWrapper) {
  Module m;
  samples::addDot(m);
  Settings settings = avx512();
  settings.workspaceAlignment = 64;
  std::string ir = create(m, settings)->ir();
  EXPECT_TRUE(has(ir, R"(%GradusFrame = type \{ ptr, i64, ptr, ptr, i32, \[4 x i64\] \})"));
  EXPECT_TRUE(has(ir,
                  R"(define internal \{ i32, double \} @dot\.body\(ptr noalias align 8 %frame, )"
                  R"(ptr noalias align 64 %workspace, i64 %n, )"
                  R"(ptr noalias nocapture readonly %x, ptr noalias nocapture readonly %y\))"));
  EXPECT_TRUE(has(ir, R"(define i32 @dot\(ptr %frame, ptr %arguments\))"));
  EXPECT_TRUE(has(create(m, avx512())->ir(), "ptr noalias align 8 %workspace"))
      << "an object's workspace is aligned for a double";
  EXPECT_TRUE(has(ir, "\"target-cpu\"=\"x86-64-v4\""));
  EXPECT_TRUE(has(ir, "\"prefer-vector-width\"=\"512\""));
  // The quick selection of instructions returns one value.
  EXPECT_TRUE(has(emitted(m), R"(define internal i32 @dot\.body\([^)]*%y, )"
                              R"(ptr noalias nocapture %results\))"));
}

/// y[i] = x[i]^(count + 1) by multiplications, as a loop on vectors: how many there are.
size_t multiplications(int count) {
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId n = f.parameter(Kind::Int, "n");
  BufferId x = f.array(BufferRole::In, "x", {f.axis(n)});
  BufferId y = f.array(BufferRole::Out, "y", {f.axis(n)});
  f.loop("i", f.integer(1), n, [&](ScalarId i) {
    ScalarId one = f.load(x, {i}), all = one;
    for (int k = 0; k < count; ++k)
      all = f.apply(Prim::Mul, {all, one});
    f.store(y, {i}, all);
  }, true);
  const std::string ir = create(m, avx512())->ir();
  size_t found = 0;
  for (size_t at = 0; (at = ir.find("fmul <8 x double>", at)) != std::string::npos; ++at)
    ++found;
  return found;
}

TEST(Emit, LargeRoundsAreTakenOneVectorAtATime) {
  EXPECT_EQ(multiplications(10), 5u * 10) << "four vectors, then the last rounds";
  EXPECT_EQ(multiplications(400), 2u * 400) << "one vector, then the last rounds";
}

TEST(Emit, OnlyLoopsOfMuchWorkAreCutIntoChunks) {
  Module m, little;
  FunctionBuilder f(m, "f");
  ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1);
  BufferId x = f.array(BufferRole::In, "x", {{one, n}});
  VariableId sum = f.output(Kind::Real, "sum");
  f.loop("i", one, n, [&](ScalarId i) {
    ScalarId v = f.load(x, {i});
    f.accumulate(sum, Combine::Add, f.apply(Prim::Mul, {f.apply(Prim::Exp, {v}), f.apply(Prim::Sin, {v})}));
  });
  Settings settings = avx512();
  EXPECT_TRUE(hasNot(create(m, settings)->ir(), "gradus_chunks"));
  settings.chunkWork = 1000;
  const std::string ir = create(m, settings)->ir();
  EXPECT_TRUE(has(ir, R"(call i32 @gradus_chunks_run\(ptr %frame, ptr @\w+\.chunk)"));
  EXPECT_TRUE(has(ir, R"(call i32 @\w+\.rounds\(ptr %frame)")) << "few rounds, without the runtime";
  samples::addDot(little);
  EXPECT_TRUE(hasNot(create(little, settings)->ir(), "gradus_chunks"));
  settings.level = Level::O0;
  EXPECT_TRUE(hasNot(create(m, settings)->ir(), "gradus_chunks"));
  settings.level = Level::Fast;
  m.functions[0].exported = false;
  EXPECT_TRUE(hasNot(create(m, settings)->ir(), "define")) << "with the function that nobody calls";
}

TEST(Emit, ManyScalarsGoThroughMemory) {
  Module m;
  FunctionBuilder f(m, "f");
  std::vector<ScalarId> in;
  for (int k = 0; k < 20; ++k)
    in.push_back(f.parameter(Kind::Real, "a" + std::to_string(k)));
  for (int k = 0; k < 10; ++k)
    f.assign(f.output(Kind::Real, "r" + std::to_string(k)), in[static_cast<size_t>(k)]);
  EXPECT_TRUE(has(create(m, avx512())->ir(),
                  R"(define internal i32 @f\.body\(ptr [^,]*%frame, ptr [^,]*%workspace, )"
                  R"(ptr noalias nocapture readonly %scalars, ptr noalias nocapture %results\))"));
}

TEST(Emit, IsDeterministic) {
  Module m;
  samples::addRosenbrock(m);
  EXPECT_EQ(optimized(m), optimized(m));
  EXPECT_EQ(create(m, avx512())->object(), create(m, avx512())->object());
}

TEST(Emit, TheInterfaceHasTheExportedNamesOnly) {
  Module m;
  samples::addDot(m);
  Settings settings = avx512();
  settings.symbolPrefix = "model_";
  std::string ir = optimized(m, settings);
  EXPECT_TRUE(has(ir, "define i32 @model_dot\\("));
  EXPECT_TRUE(hasNot(ir, "define i32 @dot\\("));
}

TEST(Emit, RefusesANameOfTheLibrary) {
  Module m;
  FunctionBuilder f(m, "exp");
  ScalarId a = f.parameter(Kind::Real, "a");
  VariableId r = f.output(Kind::Real, "r");
  f.assign(r, f.apply(Prim::Exp, {a}));
  std::string error;
  EXPECT_FALSE(LLVMProgram::create(m, avx512(), error));
  EXPECT_TRUE(has(error, "'exp'.*taken"));
}

//--- fusion -----------------------------------------------------------------------

TEST(Fusion, TakesTheSecondProduct) {
  auto ir = emitted(formula([](auto &f, ScalarId a, ScalarId b, ScalarId c) {
    return f.apply(Prim::Add, {f.apply(Prim::Mul, {a, b}), f.apply(Prim::Mul, {b, c})});
  }));
  EXPECT_TRUE(has(ir, R"(%(\d+) = fmul double %a, %b\n)"));
  EXPECT_TRUE(has(ir, R"(@llvm\.fmuladd\.f64\(double %b, double %c, double %\d+\))"));
}

TEST(Fusion, Differences) {
  auto second = emitted(formula([](auto &f, ScalarId a, ScalarId b, ScalarId c) {
    return f.apply(Prim::Sub, {a, f.apply(Prim::Mul, {b, c})});
  }));
  EXPECT_TRUE(has(second, R"(%(\d+) = fneg double %b\n)"));
  EXPECT_TRUE(has(second, R"(@llvm\.fmuladd\.f64\(double %\d+, double %c, double %a\))"));
  auto first = emitted(formula([](auto &f, ScalarId a, ScalarId b, ScalarId c) {
    return f.apply(Prim::Sub, {f.apply(Prim::Mul, {a, b}), c});
  }));
  EXPECT_TRUE(has(first, R"(%(\d+) = fneg double %c\n)"));
  EXPECT_TRUE(has(first, R"(@llvm\.fmuladd\.f64\(double %a, double %b, double %\d+\))"));
}

TEST(Fusion, SquaresAreProductsAndOtherPowersAreNot) {
  auto square = emitted(formula([](auto &f, ScalarId a, ScalarId b, ScalarId) {
    return f.apply(Prim::Add, {a, f.apply(Prim::Powi, {b, f.integer(2)})});
  }));
  EXPECT_TRUE(has(square, R"(@llvm\.fmuladd\.f64\(double %b, double %b, double %a\))"));
  auto cube = emitted(formula([](auto &f, ScalarId a, ScalarId b, ScalarId) {
    return f.apply(Prim::Add, {a, f.apply(Prim::Powi, {b, f.integer(3)})});
  }));
  EXPECT_TRUE(hasNot(cube, "fmuladd"));
}

TEST(Fusion, NoneInStrictModulesAndNoneOfInts) {
  auto write = [](auto &f, ScalarId a, ScalarId b, ScalarId c) {
    return f.apply(Prim::Add, {a, f.apply(Prim::Mul, {b, c})});
  };
  EXPECT_TRUE(hasNot(emitted(formula(write, true)), "fmuladd"));
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId a = f.parameter(Kind::Int, "a");
  VariableId r = f.output(Kind::Int, "r");
  f.assign(r, write(f, a, a, a));
  EXPECT_TRUE(hasNot(emitted(m), "fmuladd"));
}

TEST(Flags, OnlyReassociationAndOnlyOnAccumulation) {
  Module m;
  samples::addRosenbrock(m);
  std::string ir = emitted(m);
  EXPECT_TRUE(hasNot(ir, R"(\b(fast|nnan|ninf|nsz|arcp|afn|contract)\b)"));
  EXPECT_TRUE(has(ir, "fadd reassoc double"));
  EXPECT_TRUE(hasNot(ir, "fmul reassoc|fsub reassoc"));
  m.strict = true;
  EXPECT_TRUE(hasNot(emitted(m), "reassoc"));
  EXPECT_TRUE(hasNot(optimized(m), "reassoc|vector\\.reduce"));
}

//--- vectorization ----------------------------------------------------------------

TEST(Vectorize, SumOfProducts) {
  Module m;
  samples::addDot(m);
  for (Level level : {Level::Fast, Level::Full}) {
    std::string ir = optimized(m, avx512(level));
    EXPECT_TRUE(has(ir, R"(call <8 x double> @llvm\.fmuladd\.v8f64)"));
    EXPECT_TRUE(has(ir, R"(@llvm\.masked\.load\.v8f64)")); // the last rounds
    EXPECT_TRUE(hasNot(ir, "memcheck|reassoc"));
  }
  auto program = create(m, avx512());
  program->optimize();
  EXPECT_TRUE(has(program->assembly(), R"(vfmadd231pd[^\n]*zmm)"));
}

TEST(Vectorize, MinimumAndMaximum) {
  for (Combine combine : {Combine::Min, Combine::Max, Combine::Multiply}) {
    Module m;
    FunctionBuilder f(m, "f");
    ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1);
    BufferId x = f.array(BufferRole::In, "x", {{one, n}});
    VariableId r = f.output(Kind::Real, "r");
    f.loop("i", one, n, [&](ScalarId i) { f.accumulate(r, combine, f.load(x, {i})); });
    EXPECT_TRUE(has(optimized(m), R"((@llvm\.(minimum|maximum)\.v8f64|fmul <8 x double>))"));
  }
}

TEST(Vectorize, LibraryFunctionsAtEightLanes) {
  for (Prim prim : {Prim::Sin, Prim::Tanh, Prim::Erf, Prim::Log2, Prim::Expm1, Prim::Atan,
                    Prim::Cbrt, Prim::Acosh}) {
    Module m;
    samples::addMap(m, prim);
    std::string name = ir::info(prim).cName;
    EXPECT_TRUE(has(optimized(m), "call <8 x double> @_ZGVeN8v_" + name + "\\("));
    Settings avx2 = avx512();
    avx2.cpu = "x86-64-v3";
    avx2.features = "+avx2,+fma";
    EXPECT_TRUE(has(optimized(m, avx2), "call <4 x double> @_ZGVdN4v_" + name + "\\("));
    EXPECT_TRUE(hasNot(optimized(m, avx2), "@_ZGVe"));
  }
}

TEST(Vectorize, RemaindersCallTheSameFunction) {
  Module m;
  samples::addMap(m, Prim::Sin);
  for (Level level : {Level::Fast, Level::Full}) {
    EXPECT_TRUE(hasNot(optimized(m, avx512(level)), R"(call [^\n]*(@sin\(|@_ZGV[bd]))"));
    Settings avx2 = avx512(level);
    avx2.cpu = "x86-64-v3";
    avx2.features = "+avx2,+fma";
    std::string ir = optimized(m, avx2);
    EXPECT_TRUE(hasNot(ir, R"(call [^\n]*(@sin\(|@_ZGVb))"));
    EXPECT_TRUE(has(ir, R"(extractelement <4 x double>)")); // one number in a whole vector
  }
}

TEST(Vectorize, ExponentialsAndLogarithmsAreInLine) {
  Settings avx2 = avx512();
  avx2.cpu = "x86-64-v3";
  avx2.features = "+avx2,+fma";
  for (Prim prim : {Prim::Exp, Prim::Log, Prim::Log1p}) {
    Module m;
    samples::addMap(m, prim);
    const std::string wide = optimized(m), narrow = optimized(m, avx2);
    for (const std::string &ir : {wide, narrow})
      EXPECT_TRUE(hasNot(ir, R"(call [^\n]*(@exp|@log|@_ZGV|@gradus))"));
    EXPECT_TRUE(has(wide, "@llvm\\.fma\\.v8f64"));
    EXPECT_TRUE(has(narrow, "@llvm\\.fma\\.v8f64")); // two vectors, which share their registers
    EXPECT_EQ(bool(has(wide, R"(@llvm\.x86\.avx512\.mask\.scalef\.pd\.512)")), prim == Prim::Exp);
  }
}

TEST(Vectorize, OuterLoopsGoToTheLanes) {
  // s += (y[i] - sum(j) x[j]*t[i]^(j - 1))^2: lanes take points, powers rise.
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId n = f.parameter(Kind::Int, "n"), k = f.parameter(Kind::Int, "m"), one = f.integer(1);
  BufferId t = f.array(BufferRole::In, "t", {{one, n}}), x = f.array(BufferRole::In, "x", {{one, k}});
  VariableId s = f.output(Kind::Real, "s"), p = f.variable(Kind::Real, "p");
  f.loop("i", one, n, [&](ScalarId i) {
    ScalarId ti = f.load(t, {i});
    f.assign(p, f.real(0));
    f.loop("j", one, k, [&](ScalarId j) {
      ScalarId power = f.apply(Prim::Powi, {ti, f.apply(Prim::Sub, {j, one})});
      f.accumulate(p, Combine::Add, f.apply(Prim::Mul, {f.load(x, {j}), power}));
    });
    f.accumulate(s, Combine::Add, f.read(p));
  });
  std::string ir = optimized(m);
  EXPECT_TRUE(has(ir, R"(fmul <8 x double> %power)"));
  EXPECT_TRUE(hasNot(ir, "gradus_powi"));
}

TEST(Vectorize, RowsAreReadAlong) {
  // s[i] = sum(j) A[i,j]*w[j]: vectors along j, eight rows at a time, no gathers.
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId n = f.parameter(Kind::Int, "n"), k = f.parameter(Kind::Int, "m"), one = f.integer(1);
  BufferId a = f.array(BufferRole::In, "A", {{one, n}, {one, k}});
  BufferId w = f.array(BufferRole::In, "w", {{one, k}});
  BufferId s = f.array(BufferRole::Out, "s", {{one, n}});
  VariableId p = f.variable(Kind::Real, "p");
  f.loop("i", one, n, [&](ScalarId i) {
    f.assign(p, f.real(0));
    f.loop("j", one, k, [&](ScalarId j) {
      f.accumulate(p, Combine::Add, f.apply(Prim::Mul, {f.load(a, {i, j}), f.load(w, {j})}));
    });
    f.store(s, {i}, f.read(p));
  });
  std::string ir = optimized(m);
  EXPECT_TRUE(hasNot(ir, "gather"));
  EXPECT_TRUE(has(ir, R"(store <8 x double> [^\n]* align 8)"));
}

TEST(Vectorize, StrictCallsStayAsTheyAre) {
  Module m;
  m.strict = true;
  samples::addMap(m, Prim::Exp);
  for (Level level : {Level::Fast, Level::Full}) {
    std::string ir = optimized(m, avx512(level));
    EXPECT_TRUE(has(ir, R"(call double @exp\()"));
    EXPECT_TRUE(hasNot(ir, "_ZGV"));
    EXPECT_TRUE(has(ir, "nobuiltin"));
  }
  Settings settings = avx512();
  settings.vectorMath = false;
  m.strict = false;
  EXPECT_TRUE(hasNot(optimized(m, settings), "_ZGV"));
}

TEST(Vectorize, StrictModulesAreNotFoldedByTheirConstants) {
  auto write = [](auto &f, ScalarId, ScalarId, ScalarId) {
    return f.apply(Prim::Exp, {f.real(1)});
  };
  EXPECT_TRUE(has(optimized(formula(write, true)), R"(call double @exp\(double 1)"));
}

TEST(Vectorize, ValuesCarriedBetweenRounds) {
  Module m;
  samples::addCarried(m);
  samples::addRosenbrock(m);
  for (Level level : {Level::Fast, Level::Full}) {
    std::string ir = optimized(m, avx512(level));
    size_t second = ir.find("@rosenbrock");
    for (const std::string &part : {ir.substr(0, second), ir.substr(second)}) {
      EXPECT_TRUE(has(part, R"(%vector\.recur = phi <8 x double>)"));
      EXPECT_TRUE(has(part, "<i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14>"));
      EXPECT_TRUE(hasNot(part, "memcheck"));
    }
  }
}

TEST(Vectorize, ValuesCarriedOverTwoRounds) {
  // g[i] += first + a; first = second + b; second = c, as sums into g[i], g[i+1]
  // and g[i+2] are lowered.
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1), two = f.integer(2);
  BufferId x = f.array(BufferRole::In, "x", {{one, n}});
  BufferId g = f.array(BufferRole::Out, "g", {{one, n}});
  VariableId first = f.variable(Kind::Real, "first"), second = f.variable(Kind::Real, "second");
  f.add(Fill{g, f.real(0)});
  f.loop("i", one, f.apply(Prim::Sub, {n, two}), [&](ScalarId i) {
    ScalarId a = f.load(x, {i}), b = f.load(x, {f.apply(Prim::Add, {i, one})}),
             c = f.load(x, {f.apply(Prim::Add, {i, two})});
    f.store(g, {i}, f.apply(Prim::Add, {f.read(first), f.apply(Prim::Mul, {a, b})}), Combine::Add);
    f.assign(first, f.apply(Prim::Add, {f.read(second), f.apply(Prim::Mul, {b, c})}));
    f.assign(second, f.apply(Prim::Mul, {a, c}));
  });
  for (Level level : {Level::Fast, Level::Full})
    EXPECT_TRUE(has(optimized(m, avx512(level)), R"(%vector\.recur[0-9]+ = phi <8 x double>)"));
}

TEST(Vectorize, TrueRecurrencesStaySequential) {
  // y[i] = 0.5*y[i-1] + x[i], carried in a variable
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1);
  BufferId x = f.array(BufferRole::In, "x", {{one, n}});
  BufferId y = f.array(BufferRole::Out, "y", {{one, n}});
  VariableId last = f.variable(Kind::Real, "last");
  f.loop("i", one, n, [&](ScalarId i) {
    ScalarId half = f.apply(Prim::Mul, {f.real(0.5), f.read(last)});
    ScalarId next = f.apply(Prim::Add, {half, f.load(x, {i})});
    f.store(y, {i}, next);
    f.assign(last, next);
  });
  EXPECT_TRUE(hasNot(optimized(m), "x double>"));
}

TEST(Vectorize, SlicesOfTheWorkspaceNeedNoChecks) {
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1), zero = f.integer(0);
  ScalarId twice = f.apply(Prim::Add, {n, n});
  f.function().workspaceElements = f.apply(Prim::Mul, {f.integer(8), n});
  BufferId a = f.workspace("a", {{one, n}}, zero), b = f.workspace("b", {{one, n}}, n),
           c = f.workspace("c", {{one, n}}, twice);
  f.loop("i", one, n, [&](ScalarId i) {
    f.store(c, {i}, f.apply(Prim::Sub, {f.load(a, {i}), f.load(b, {i})}));
  });
  std::string ir = optimized(m);
  EXPECT_TRUE(has(ir, "fsub <8 x double>"));
  EXPECT_TRUE(hasNot(ir, "memcheck"));
  EXPECT_TRUE(has(ir, "!alias\\.scope"));
}

TEST(Vectorize, IndependentLoopsNeedNoProof) {
  // y[p[i]] = 2*y[q[i]]: only the flag says that the rounds do not meet.
  for (bool independent : {false, true}) {
    Module m;
    FunctionBuilder f(m, "f");
    ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1);
    BufferId p = f.array(BufferRole::In, "p", {{one, n}}, Kind::Int);
    BufferId q = f.array(BufferRole::In, "q", {{one, n}}, Kind::Int);
    BufferId y = f.array(BufferRole::InOut, "y", {{one, n}});
    f.loop(
        "i", one, n,
        [&](ScalarId i) {
          ScalarId v = f.load(y, {f.load(q, {i})});
          f.store(y, {f.load(p, {i})}, f.apply(Prim::Log, {v}));
        },
        independent);
    std::string ir = optimized(m);
    EXPECT_EQ(bool(has(ir, "call <8 x double> @_ZGVeN8v_log")), independent);
    EXPECT_EQ(bool(has(emitted(m), "llvm\\.loop\\.parallel_accesses")), independent);
  }
}

TEST(Vectorize, CombiningStoresOfIndependentLoopsAreNotTrusted) {
  // h[p[i]] += 1 meets itself even in a loop that is independent otherwise.
  Module m;
  FunctionBuilder f(m, "histogram");
  ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1);
  BufferId p = f.array(BufferRole::In, "p", {{one, n}}, Kind::Int);
  BufferId h = f.array(BufferRole::InOut, "h", {{one, n}});
  f.loop(
      "i", one, n, [&](ScalarId i) { f.store(h, {f.load(p, {i})}, f.real(1), Combine::Add); },
      true);
  EXPECT_TRUE(hasNot(optimized(m), "x double>"));
}

TEST(Vectorize, FixedElementsBecomeReductions) {
  // g[1] += x[i], g[2] += x[i]*y[i]: a gradient of two parameters.
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1), two = f.integer(2);
  BufferId x = f.array(BufferRole::In, "x", {{one, n}});
  BufferId y = f.array(BufferRole::In, "y", {{one, n}});
  BufferId g = f.array(BufferRole::InOut, "g", {{one, two}});
  f.loop("i", one, n, [&](ScalarId i) {
    ScalarId xi = f.load(x, {i});
    f.store(g, {one}, xi, Combine::Add);
    f.store(g, {two}, f.apply(Prim::Mul, {xi, f.load(y, {i})}), Combine::Add);
  });
  EXPECT_TRUE(has(optimized(m), R"(fadd <8 x double>)"));
}

//--- outputs ----------------------------------------------------------------------

TEST(Outputs, LongStraightLinesAreSpared) {
  Module m = formula([](auto &f, ScalarId a, ScalarId b, ScalarId) {
    ScalarId v = a;
    for (int k = 0; k < 4000; ++k)
      v = f.apply(Prim::Sub, {b, v});
    return v;
  });
  EXPECT_TRUE(has(optimized(m), "optnone"));
  Module products = formula([](auto &f, ScalarId a, ScalarId b, ScalarId) {
    ScalarId v = a;
    for (int k = 0; k < 4000; ++k)
      v = f.apply(Prim::Add, {b, f.apply(Prim::Mul, {v, a})});
    return v;
  });
  for (Level level : {Level::O0, Level::Fast}) {
    // In blocks of 250 or so, of operations that the quick instruction selection knows;
    // the first one has the places on the stack, too.
    std::string text = optimized(products, avx512(level));
    EXPECT_TRUE(hasNot(text, "call double @llvm.fmuladd"));
    std::istringstream lines(text);
    size_t block = 0, longest = 0, blocks = 0;
    for (std::string line; std::getline(lines, line);) {
      bool begins = line.empty() || line[0] != ' ';
      blocks += begins && block > 100;
      block = begins ? 0 : block + 1;
      longest = std::max(longest, block);
    }
    EXPECT_LT(longest, 600u);
    EXPECT_GT(blocks, 20u);
  }
  Module dot;
  samples::addDot(dot);
  EXPECT_TRUE(hasNot(optimized(dot), "optnone"));
}

TEST(Outputs, ObjectAssemblyAndBitcode) {
  Module m;
  samples::addDot(m);
  auto program = create(m, avx512(Level::Full));
  program->optimize();
  EXPECT_EQ(program->triple(), "x86_64-pc-linux-gnu");
  EXPECT_EQ(program->bitcode().substr(0, 2), "BC");
  EXPECT_TRUE(has(program->assembly(), "\ndot:"));
  EXPECT_EQ(program->object().substr(1, 3), "ELF");
}

TEST(Outputs, OtherMachines) {
  Module m;
  samples::addMap(m, Prim::Exp);
  samples::addDot(m);
  for (const char *triple : {"aarch64-linux-gnu", "riscv64-linux-gnu", "armv7-linux-gnueabihf"}) {
    Settings settings;
    settings.triple = triple;
    auto program = create(m, settings);
    program->optimize();
    std::string text = program->assembly();
    EXPECT_TRUE(has(text, "\ndot:")) << triple;
    EXPECT_TRUE(hasNot(text, "_ZGV")) << triple;
  }
}

TEST(Outputs, AnUnknownMachineIsAnError) {
  Module m;
  samples::addDot(m);
  Settings settings;
  settings.triple = "pdp11-dec-unix";
  std::string error;
  EXPECT_FALSE(LLVMProgram::create(m, settings, error));
  EXPECT_FALSE(error.empty());
}

} // namespace
} // namespace gradus::codegen
