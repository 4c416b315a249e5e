//===- Samples.h - small functions that several tests compile --------------===//
#pragma once

#include "loops/Builder.h"

namespace gradus::samples {

using namespace loops;
using ir::Prim;

/// s = sum x[i]*y[i]
inline void addDot(Module &m) {
  FunctionBuilder f(m, "dot");
  ScalarId n = f.parameter(Kind::Int, "n");
  ScalarId one = f.integer(1);
  BufferId x = f.array(BufferRole::In, "x", {{one, n}});
  BufferId y = f.array(BufferRole::In, "y", {{one, n}});
  VariableId s = f.output(Kind::Real, "s");
  f.loop("i", one, n, [&](ScalarId i) {
    f.accumulate(s, Combine::Add, f.apply(Prim::Mul, {f.load(x, {i}), f.load(y, {i})}));
  });
}

/// y[i] = PRIM(x[i])
inline void addMap(Module &m, Prim prim) {
  FunctionBuilder f(m, "map");
  ScalarId n = f.parameter(Kind::Int, "n");
  ScalarId one = f.integer(1);
  BufferId x = f.array(BufferRole::In, "x", {{one, n}});
  BufferId y = f.array(BufferRole::Out, "y", {{one, n}});
  f.loop("i", one, n, [&](ScalarId i) { f.store(y, {i}, f.apply(prim, {f.load(x, {i})})); });
}

/// g[i] = previous + x[i]; previous = 2*x[i]: a value carried to the next round.
inline void addCarried(Module &m) {
  FunctionBuilder f(m, "carried");
  ScalarId n = f.parameter(Kind::Int, "n");
  ScalarId one = f.integer(1);
  BufferId x = f.array(BufferRole::In, "x", {{one, n}});
  BufferId g = f.array(BufferRole::Out, "g", {{one, n}});
  VariableId previous = f.variable(Kind::Real, "previous");
  ScalarId two = f.real(2);
  f.assign(previous, f.real(0));
  f.loop("i", one, n, [&](ScalarId i) {
    ScalarId a = f.load(x, {i});
    f.store(g, {i}, f.apply(Prim::Add, {f.read(previous), a}));
    f.assign(previous, f.apply(Prim::Mul, {two, a}));
  });
}

/// The chained Rosenbrock function and its gradient in one pass: what the next
/// element adds to the gradient is carried to its round.
inline void addRosenbrock(Module &m) {
  FunctionBuilder f(m, "rosenbrock");
  ScalarId n = f.parameter(Kind::Int, "n");
  ScalarId one = f.integer(1);
  BufferId x = f.array(BufferRole::In, "x", {{one, n}});
  BufferId g = f.array(BufferRole::Out, "g", {{one, n}});
  VariableId s = f.output(Kind::Real, "f");
  VariableId carry = f.variable(Kind::Real, "carry");
  ScalarId hundred = f.real(100), oneReal = f.real(1), two = f.real(2), n400 = f.real(-400),
           n200 = f.real(200), m2 = f.real(-2), intTwo = f.integer(2);
  ScalarId last = f.apply(Prim::Sub, {n, one}, "last");
  f.loop("i", one, last, [&](ScalarId i) {
    ScalarId xi = f.load(x, {i}, "a");
    ScalarId next = f.load(x, {f.apply(Prim::Add, {i, one})}, "b");
    ScalarId t = f.apply(Prim::Sub, {next, f.apply(Prim::Powi, {xi, intTwo})}, "t");
    ScalarId u = f.apply(Prim::Sub, {oneReal, xi}, "u");
    f.accumulate(
        s, Combine::Add,
        f.apply(Prim::Add, {f.apply(Prim::Mul, {hundred, f.apply(Prim::Powi, {t, intTwo})}),
                            f.apply(Prim::Powi, {u, intTwo})}));
    ScalarId own = f.apply(Prim::Add, {f.apply(Prim::Mul, {n400, f.apply(Prim::Mul, {t, xi})}),
                                       f.apply(Prim::Mul, {m2, u})});
    f.store(g, {i}, f.apply(Prim::Add, {f.read(carry), own}));
    f.assign(carry, f.apply(Prim::Mul, {n200, t}));
  });
  f.store(g, {n}, f.read(carry));
  (void)two;
}

} // namespace gradus::samples
