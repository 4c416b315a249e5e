//===- Matrices.cpp - factors and triangular systems as loops --------------------===//

#include "lower/Matrices.h"

#include <cassert>

namespace gradus::lower {

using namespace ir;
using loops::BufferId;
using loops::Combine;
using loops::ScalarId;
using loops::VariableId;

namespace {

class MatrixWriter {
public:
  MatrixWriter(FunctionBuilder &builder, ValueId v, BufferId target)
      : b(builder), x(target), matrix(b.f.buffers[target.index].axes.size() == 2) {
    for (ValueId o : b.g.operands(v))
      operands.push_back(b.arrayOf(o));
    const std::vector<Axis> axes = b.g.axesOf(b.g.operand(v, 0));
    n = b.size(b.g.prim(Prim::Max, {b.g.extent(axes[0]), b.g.integer(0)}));
    columns = b.f.buffers[target.index].axes.back().extent;
    one = whole(1);
  }

  void write(MatrixOp op) {
    switch (op) {
    case MatrixOp::Cholesky:
      return cholesky(operands[0]);
    case MatrixOp::Factor:
      return factor(operands[0]);
    case MatrixOp::Solve:
      copy(operands[2]);
      loop("k", one, n, [&](ScalarId k) { exchange(operands[1], k); });
      triangular(operands[1], true, false, false);
      triangular(operands[1], false, true, false);
      return;
    case MatrixOp::SolveTransposed:
      copy(operands[2]);
      triangular(operands[1], true, true, true);
      triangular(operands[1], false, false, true);
      loop("k", one, n, [&](ScalarId k) { exchange(operands[1], fromEnd(k)); });
      return;
    case MatrixOp::SolveLower:
      copy(operands[1]);
      return triangular(operands[0], true, true, false);
    case MatrixOp::SolveLowerTransposed:
      copy(operands[1]);
      return triangular(operands[0], false, true, true);
    case MatrixOp::Det:
    case MatrixOp::LogDet:
      break;
    }
    assert(false && "prepare() writes determinants out");
  }

private:
  ScalarId whole(int64_t value) { return b.let(loops::Kind::Int, loops::ConstInt{value}); }
  ScalarId real(Prim p, std::vector<ScalarId> ops) {
    return b.let(loops::Kind::Real, loops::PrimOp{p, std::move(ops)});
  }
  ScalarId whole(Prim p, ScalarId a, ScalarId c) {
    return b.let(loops::Kind::Int, loops::PrimOp{p, {a, c}});
  }
  ScalarId test(Prim p, ScalarId a, ScalarId c) {
    return b.let(loops::Kind::Bool, loops::PrimOp{p, {a, c}});
  }
  ScalarId next(ScalarId i) { return whole(Prim::Add, i, one); }
  ScalarId before(ScalarId i) { return whole(Prim::Sub, i, one); }
  ScalarId fromEnd(ScalarId k) { return whole(Prim::Sub, next(n), k); }
  ScalarId load(BufferId m, ScalarId i, ScalarId j) {
    return b.let(loops::Kind::Real, loops::LoadOp{m, {i, j}});
  }
  void store(BufferId m, ScalarId i, ScalarId j, ScalarId value) {
    b.push(loops::Store{m, {i, j}, value, Combine::Set});
  }
  template <class F> void inside(loops::Body &body, F write) {
    loops::Body *saved = b.body;
    b.body = &body;
    write();
    b.body = saved;
  }
  template <class F> void loop(const char *name, ScalarId lo, ScalarId hi, F write) {
    loops::For made;
    made.lo = lo;
    made.hi = hi;
    made.index = b.scalar(loops::Kind::Int, name);
    inside(made.body, [&] { write(made.index); });
    b.push(std::move(made));
  }
  template <class F> void when(ScalarId condition, F write) {
    loops::If made{condition, {}, {}};
    inside(made.then, write);
    b.push(std::move(made));
  }

  // Rows of the result, which is a vector or a matrix of columns.
  template <class F> void eachColumn(F write) {
    if (matrix)
      loop("c", one, columns, [&](ScalarId c) { write(std::vector<ScalarId>{c}); });
    else
      write(std::vector<ScalarId>{});
  }
  ScalarId loadRow(BufferId m, ScalarId i, const std::vector<ScalarId> &c) {
    std::vector<ScalarId> at{i};
    at.insert(at.end(), c.begin(), c.end());
    return b.let(loops::Kind::Real, loops::LoadOp{m, at});
  }
  void storeRow(ScalarId i, const std::vector<ScalarId> &c, ScalarId value) {
    std::vector<ScalarId> at{i};
    at.insert(at.end(), c.begin(), c.end());
    b.push(loops::Store{x, at, value, Combine::Set});
  }

  void copy(BufferId source) {
    loop("i", one, n, [&](ScalarId i) {
      eachColumn([&](const auto &c) { storeRow(i, c, loadRow(source, i, c)); });
    });
  }

  /// The exchange of rows that the factorization made at step k.
  void exchange(BufferId f, ScalarId k) {
    ScalarId row = load(f, k, next(n));
    loop("i", next(k), n, [&](ScalarId i) {
      when(test(Prim::Equal, row, real(Prim::ToReal, {i})), [&] {
        eachColumn([&](const auto &c) {
          ScalarId a = loadRow(x, k, c), other = loadRow(x, i, c);
          storeRow(k, c, other);
          storeRow(i, c, a);
        });
      });
    });
  }

  void triangular(BufferId m, bool forward, bool divide, bool transposed) {
    auto coefficient = [&](ScalarId i, ScalarId j) {
      return transposed ? load(m, j, i) : load(m, i, j);
    };
    loop("k", one, n, [&](ScalarId k) {
      ScalarId i = forward ? k : fromEnd(k);
      ScalarId from = forward ? one : next(i), to = forward ? before(i) : n;
      loop("j", from, to, [&](ScalarId j) {
        ScalarId f = coefficient(i, j);
        eachColumn([&](const auto &c) {
          ScalarId product = real(Prim::Mul, {f, loadRow(x, j, c)});
          storeRow(i, c, real(Prim::Sub, {loadRow(x, i, c), product}));
        });
      });
      if (!divide)
        return;
      ScalarId pivot = coefficient(i, i);
      eachColumn(
          [&](const auto &c) { storeRow(i, c, real(Prim::Div, {loadRow(x, i, c), pivot})); });
    });
  }

  void factor(BufferId a) {
    loop("i", one, n, [&](ScalarId i) {
      loop("j", one, n, [&](ScalarId j) { store(x, i, j, load(a, i, j)); });
    });
    VariableId best = b.variable(loops::Kind::Real, "best");
    VariableId row = b.variable(loops::Kind::Int, "row");
    loop("k", one, n, [&](ScalarId k) {
      b.push(loops::Assign{best, real(Prim::Abs, {load(x, k, k)})});
      b.push(loops::Assign{row, k});
      loop("i", next(k), n, [&](ScalarId i) {
        ScalarId size = real(Prim::Abs, {load(x, i, k)});
        when(test(Prim::Less, b.read(best), size), [&] {
          b.push(loops::Assign{best, size});
          b.push(loops::Assign{row, i});
        });
      });
      ScalarId chosen = b.read(row);
      store(x, k, next(n), real(Prim::ToReal, {chosen}));
      when(test(Prim::NotEqual, chosen, k), [&] {
        loop("j", one, n, [&](ScalarId j) {
          ScalarId mine = load(x, k, j), other = load(x, chosen, j);
          store(x, k, j, other);
          store(x, chosen, j, mine);
        });
      });
      ScalarId pivot = load(x, k, k);
      loop("i", next(k), n, [&](ScalarId i) {
        ScalarId m = real(Prim::Div, {load(x, i, k), pivot});
        store(x, i, k, m);
        loop("j", next(k), n, [&](ScalarId j) {
          ScalarId product = real(Prim::Mul, {m, load(x, k, j)});
          store(x, i, j, real(Prim::Sub, {load(x, i, j), product}));
        });
      });
    });
  }

  void cholesky(BufferId a) {
    ScalarId zero = b.let(loops::Kind::Real, loops::ConstReal{0.0});
    b.push(loops::Fill{x, zero});
    VariableId total = b.variable(loops::Kind::Real, "s");
    /// a[i,j] without what the columns before j make of it.
    auto rest = [&](ScalarId i, ScalarId j) {
      b.push(loops::Assign{total, zero});
      loop("k", one, before(j), [&](ScalarId k) {
        ScalarId product = real(Prim::Mul, {load(x, i, k), load(x, j, k)});
        b.push(loops::Accumulate{total, Combine::Add, product});
      });
      return real(Prim::Sub, {load(a, i, j), b.read(total)});
    };
    loop("j", one, n, [&](ScalarId j) {
      ScalarId pivot = real(Prim::Sqrt, {rest(j, j)});
      store(x, j, j, pivot);
      loop("i", next(j), n,
           [&](ScalarId i) { store(x, i, j, real(Prim::Div, {rest(i, j), pivot})); });
    });
  }

  FunctionBuilder &b;
  BufferId x;
  bool matrix;
  std::vector<BufferId> operands;
  ScalarId n, columns, one;
};

} // namespace

void emitMatrix(FunctionBuilder &builder, ValueId v, BufferId target) {
  MatrixWriter(builder, v, target).write(builder.g.node(v).matrixOp());
}

} // namespace gradus::lower
