//===- KktFunctions.cpp - symmetric factors over a given pattern ---------------===//

#include "lower/KktFunctions.h"

#include "loops/Builder.h"

namespace gradus::lower {

using namespace loops;
using ir::Prim;

namespace {

/// Short forms over one function.
struct Writer {
  FunctionBuilder f;
  ScalarId one, zero;
  bool strict;
  Writer(Module &module, const char *name, const char *documentation)
      : f(module, name), strict(module.strict) {
    f.function().documentation = documentation;
    f.function().exported = false;
  }
  /// Where this process runs the code: the runtime's function in place of a body.
  FunctionId runtime() {
    f.function().external = "gradus_" + f.function().name + (strict ? "_plain" : "");
    return f.id();
  }
  void begin() {
    one = f.integer(1);
    zero = f.real(0.0);
  }
  ScalarId size(const char *name) { return f.parameter(Kind::Int, name); }
  BufferId ints(const char *name, ScalarId n) {
    return f.array(BufferRole::In, name, {f.axis(n)}, Kind::Int);
  }
  BufferId reals(const char *name, ScalarId n) { return f.array(BufferRole::In, name, {f.axis(n)}); }
  BufferId scratch(const char *name, ScalarId n, Kind kind = Kind::Real) {
    return f.array(BufferRole::InOut, name, {f.axis(n)}, kind);
  }
  ScalarId plus(ScalarId a, ScalarId b) { return f.apply(Prim::Add, {a, b}); }
  ScalarId minus(ScalarId a, ScalarId b) { return f.apply(Prim::Sub, {a, b}); }
  ScalarId times(ScalarId a, ScalarId b) { return f.apply(Prim::Mul, {a, b}); }
  ScalarId over(ScalarId a, ScalarId b) { return f.apply(Prim::Div, {a, b}); }
  ScalarId at(BufferId b, ScalarId i) { return f.load(b, {i}); }
  void addTo(BufferId b, ScalarId i, ScalarId v) { f.store(b, {i}, plus(at(b, i), v)); }
  /// for p in first[i]..first[i+1]-1
  void column(BufferId first, ScalarId i, const std::function<void(ScalarId)> &body) {
    f.loop("p", at(first, i), minus(at(first, plus(i, one)), one), body);
  }
};

/// A block of D.
struct BlockOfTwo {
  ScalarId a, b, c, determinant; ///< [a, b; b, c]
};
BlockOfTwo blockAt(Writer &w, BufferId d, BufferId e, ScalarId first) {
  BlockOfTwo k{w.at(d, first), w.at(e, first), w.at(d, w.plus(first, w.one)), {}};
  k.determinant = w.minus(w.times(k.a, k.c), w.times(k.b, k.b));
  return k;
}

FunctionId factorFunction(Module &module, bool hosted) {
  Writer w(module, "kkt_factor", "L*D*L' of a symmetric matrix over a known pattern");
  FunctionBuilder &f = w.f;
  ScalarId n = w.size("n"), nk = w.size("nk"), nl = w.size("nl");
  w.begin();
  ScalarId n1 = w.plus(n, w.one);
  BufferId kp = w.ints("kp", n1), kr = w.ints("kr", nk), kx = w.reals("kx", nk);
  BufferId rp = w.ints("rp", n1), rc = w.ints("rc", nl), rpos = w.ints("rpos", nl);
  BufferId lp = w.ints("lp", n1), li = w.ints("li", nl), block = w.ints("block", n);
  BufferId lx = w.scratch("lx", nl), d = w.scratch("d", n), e = w.scratch("e", n);
  BufferId work = w.scratch("w", n);
  VariableId result = f.output(Kind::Int, "positive");
  if (hosted)
    return w.runtime();
  VariableId pivot = f.variable(Kind::Real, "pivot"), count = f.variable(Kind::Int, "count");
  VariableId sound = f.variable(Kind::Int, "sound");
  ScalarId least = f.real(1e-200), whole0 = f.integer(0), whole2 = f.integer(2);
  auto is = [&](ScalarId kind, ScalarId what) { return f.apply(Prim::Equal, {kind, what}); };
  auto more = [&](ScalarId by) { f.assign(count, w.plus(f.read(count), by)); };
  auto negligible = [&](ScalarId value) {
    return f.apply(Prim::LessEqual, {f.apply(Prim::Abs, {value}), least});
  };
  f.assign(count, whole0);
  f.assign(sound, w.one);
  f.loop("i", w.one, n, [&](ScalarId i) { f.store(work, {i}, w.zero); });
  f.loop("i", w.one, n, [&](ScalarId i) {
    w.column(kp, i, [&](ScalarId p) { w.addTo(work, w.at(kr, p), w.at(kx, p)); });
    f.assign(pivot, w.at(work, i));
    f.store(work, {i}, w.zero);
    w.column(rp, i, [&](ScalarId q) {
      ScalarId k = w.at(rc, q), kind = w.at(block, k), end = w.at(rpos, q);
      ScalarId last = w.minus(end, w.one), first = w.at(lp, k);
      f.branch(is(kind, whole0), [&] {
        ScalarId wk = w.at(work, k);
        f.store(work, {k}, w.zero);
        f.loop("p", first, last, [&](ScalarId p) {
          ScalarId r = w.at(li, p);
          f.store(work, {r}, w.minus(w.at(work, r), w.times(w.at(lx, p), wk)));
        });
        ScalarId l = w.over(wk, w.at(d, k));
        f.assign(pivot, w.minus(f.read(pivot), w.times(l, wk)));
        f.store(lx, {end}, l);
      });
      // Both columns of a block have the same rows.
      f.branch(is(kind, w.one), [&] {
        ScalarId second = w.plus(k, w.one), w1 = w.at(work, k), w2 = w.at(work, second);
        ScalarId shift = w.minus(w.at(lp, second), first);
        f.store(work, {k}, w.zero);
        f.store(work, {second}, w.zero);
        f.loop("p", first, last, [&](ScalarId p) {
          ScalarId r = w.at(li, p), one = w.times(w.at(lx, p), w1);
          ScalarId two = w.times(w.at(lx, w.plus(p, shift)), w2);
          f.store(work, {r}, w.minus(w.minus(w.at(work, r), one), two));
        });
        BlockOfTwo b = blockAt(w, d, e, k);
        ScalarId l1 = w.over(w.minus(w.times(b.c, w1), w.times(b.b, w2)), b.determinant);
        ScalarId l2 = w.over(w.minus(w.times(b.a, w2), w.times(b.b, w1)), b.determinant);
        f.assign(pivot, w.minus(w.minus(f.read(pivot), w.times(l1, w1)), w.times(l2, w2)));
        f.store(lx, {end}, l1);
        f.store(lx, {w.plus(end, shift)}, l2);
      });
    });
    ScalarId value = f.read(pivot), kind = w.at(block, i);
    f.store(d, {i}, value);
    f.branch(is(kind, whole0), [&] {
      f.branch(negligible(value), [&] {
        f.store(d, {i}, f.real(1.0));
        f.assign(sound, whole0);
      });
      f.branch(f.apply(Prim::Less, {w.zero, value}), [&] { more(w.one); });
    });
    f.branch(is(kind, whole2), [&] {
      ScalarId first = w.minus(i, w.one);
      f.store(e, {first}, w.at(work, first));
      f.store(work, {first}, w.zero);
      BlockOfTwo b = blockAt(w, d, e, first);
      f.branch(negligible(b.determinant), [&] {
        f.store(d, {first}, f.real(1.0));
        f.store(d, {i}, f.real(1.0));
        f.store(e, {first}, w.zero);
        f.assign(sound, whole0);
      });
      f.branch(
          f.apply(Prim::Less, {b.determinant, w.zero}), [&] { more(w.one); },
          [&] { f.branch(f.apply(Prim::Less, {w.zero, b.a}), [&] { more(whole2); }); });
    });
  });
  f.assign(result, f.select(f.apply(Prim::Equal, {f.read(sound), w.one}), f.read(count),
                            f.integer(-1)));
  return f.id();
}

FunctionId solveFunction(Module &module, bool hosted) {
  Writer w(module, "kkt_solve", "solves with the factors of kkt_factor");
  FunctionBuilder &f = w.f;
  ScalarId n = w.size("n"), nl = w.size("nl");
  w.begin();
  ScalarId n1 = w.plus(n, w.one);
  BufferId perm = w.ints("perm", n), lp = w.ints("lp", n1), li = w.ints("li", nl);
  BufferId block = w.ints("block", n), lx = w.reals("lx", nl), d = w.reals("d", n);
  BufferId e = w.reals("e", n), b = w.reals("b", n);
  BufferId t = w.scratch("w", n), x = w.scratch("x", n);
  if (hosted)
    return w.runtime();
  VariableId sum = f.variable(Kind::Real, "sum");
  ScalarId whole0 = f.integer(0);
  f.loop("i", w.one, n, [&](ScalarId i) { f.store(t, {i}, w.at(b, w.at(perm, i))); });
  f.loop("i", w.one, n, [&](ScalarId i) {
    ScalarId ti = w.at(t, i);
    w.column(lp, i, [&](ScalarId p) {
      ScalarId r = w.at(li, p);
      f.store(t, {r}, w.minus(w.at(t, r), w.times(w.at(lx, p), ti)));
    });
  });
  f.loop("i", w.one, n, [&](ScalarId i) {
    ScalarId kind = w.at(block, i);
    f.branch(f.apply(Prim::Equal, {kind, whole0}),
             [&] { f.store(t, {i}, w.over(w.at(t, i), w.at(d, i))); });
    f.branch(f.apply(Prim::Equal, {kind, w.one}), [&] {
      ScalarId second = w.plus(i, w.one), t1 = w.at(t, i), t2 = w.at(t, second);
      BlockOfTwo k = blockAt(w, d, e, i);
      f.store(t, {i}, w.over(w.minus(w.times(k.c, t1), w.times(k.b, t2)), k.determinant));
      f.store(t, {second}, w.over(w.minus(w.times(k.a, t2), w.times(k.b, t1)), k.determinant));
    });
  });
  f.loop("r", w.one, n, [&](ScalarId r) {
    ScalarId i = w.minus(n1, r);
    f.assign(sum, w.at(t, i));
    w.column(lp, i, [&](ScalarId p) {
      f.assign(sum, w.minus(f.read(sum), w.times(w.at(lx, p), w.at(t, w.at(li, p)))));
    });
    ScalarId value = f.read(sum);
    f.store(t, {i}, value);
    f.store(x, {w.at(perm, i)}, value);
  });
  return f.id();
}

FunctionId multiplyFunction(Module &module, bool hosted) {
  Writer w(module, "kkt_multiply", "the symmetric matrix of kkt_factor times a vector");
  FunctionBuilder &f = w.f;
  ScalarId n = w.size("n"), m = w.size("m"), nh = w.size("nh"), nj = w.size("nj");
  w.begin();
  ScalarId all = w.plus(n, m);
  BufferId hrow = w.ints("hrow", nh), hcol = w.ints("hcol", nh), h = w.reals("h", nh);
  BufferId jrow = w.ints("jrow", nj), jcol = w.ints("jcol", nj), j = w.reals("j", nj);
  BufferId diagonal = w.reals("diagonal", all), x = w.reals("x", all), y = w.scratch("y", all);
  if (hosted)
    return w.runtime();
  f.loop("i", w.one, all,
         [&](ScalarId i) { f.store(y, {i}, w.times(w.at(diagonal, i), w.at(x, i))); });
  auto both = [&](ScalarId r, ScalarId c, ScalarId v) {
    w.addTo(y, r, w.times(v, w.at(x, c)));
    f.branch(f.apply(Prim::NotEqual, {r, c}), [&] { w.addTo(y, c, w.times(v, w.at(x, r))); });
  };
  f.loop("p", w.one, nh,
         [&](ScalarId p) { both(w.at(hrow, p), w.at(hcol, p), w.at(h, p)); });
  f.loop("p", w.one, nj,
         [&](ScalarId p) { both(w.plus(n, w.at(jrow, p)), w.at(jcol, p), w.at(j, p)); });
  return f.id();
}

} // namespace

KktFunctions addKktFunctions(Module &module, bool hosted) {
  return {factorFunction(module, hosted), solveFunction(module, hosted),
          multiplyFunction(module, hosted)};
}

} // namespace gradus::lower
