//===- MatrixRules.cpp - derivatives of matrix algebra ---------------------------===//

#include "differentiate/MatrixRules.h"

#include <cassert>

namespace gradus::differentiate {

using namespace ir;

namespace {

class Rules {
public:
  explicit Rules(Graph &graph) : g(graph) {}

  ValueId element(ValueId m, ValueId i, ValueId j) {
    ValueId indices[] = {i, j};
    return g.at(m, indices);
  }
  ValueId element(ValueId x, ValueId i) { return g.at(x, {&i, 1}); }
  const Axis axis(ValueId m, unsigned k) { return g.axesOf(m)[k]; }

  template <class F> ValueId matrix(Axis rows, Axis columns, F body) {
    ValueId symbols[] = {g.newSymbol(rows.lo, rows.hi, "i"),
                         g.newSymbol(columns.lo, columns.hi, "j")};
    const Axis axes[] = {rows, columns};
    return g.keep(g.build(symbols, axes, body(symbols[0], symbols[1])));
  }
  template <class F> ValueId sum(Axis range, F body) {
    ValueId k = g.newSymbol(range.lo, range.hi, "k");
    return g.reduce(ReduceOp::Sum, k, range.lo, range.hi, g.boolean(true), body(k));
  }
  ValueId transposed(ValueId m) {
    return matrix(axis(m, 1), axis(m, 0), [&](ValueId i, ValueId j) { return element(m, j, i); });
  }
  ValueId identity(Axis range) {
    return matrix(range, range, [&](ValueId i, ValueId j) {
      return g.select(g.equal(i, j), g.real(1), g.real(0));
    });
  }
  /// x y' of vectors, or the sum of that over their columns.
  ValueId outer(ValueId x, ValueId y, ValueId i, ValueId j) {
    if (g.rank(x) == 1)
      return g.mul(element(x, i), element(y, j));
    return sum(axis(x, 1), [&](ValueId c) { return g.mul(element(x, i, c), element(y, j, c)); });
  }
  /// db - dA x, or db - dA' x; `part` gives the elements of dA that count.
  template <class F> ValueId rest(ValueId tangentB, ValueId x, bool turned, Axis inner, F part) {
    auto at = [&](ValueId i, std::span<const ValueId> column) {
      std::vector<ValueId> here{i};
      here.insert(here.end(), column.begin(), column.end());
      ValueId value = sum(inner, [&](ValueId k) {
        std::vector<ValueId> there{k};
        there.insert(there.end(), column.begin(), column.end());
        return g.mul(turned ? part(k, i) : part(i, k), g.at(x, there));
      });
      return tangentB.valid() ? g.sub(g.at(tangentB, here), value) : g.neg(value);
    };
    if (g.rank(x) == 2)
      return matrix(axis(x, 0), axis(x, 1),
                    [&](ValueId i, ValueId j) { return at(i, std::vector<ValueId>{j}); });
    const Axis range = axis(x, 0);
    ValueId i = g.newSymbol(range.lo, range.hi, "i");
    return g.keep(g.build({&i, 1}, {&range, 1}, at(i, {})));
  }
  /// The lower triangle, the diagonal halved.
  ValueId phi(ValueId i, ValueId j, ValueId value) {
    ValueId half = g.mul(g.real(0.5), value);
    return g.select(g.less(j, i), value, g.select(g.equal(i, j), half, g.real(0)));
  }
  ValueId lower(ValueId i, ValueId j, ValueId value) {
    return g.select(g.lessEqual(j, i), value, g.real(0));
  }

  ValueId choleskyAdjoint(ValueId l, ValueId adjoint) {
    const Axis side = axis(l, 0);
    ValueId p = matrix(side, side, [&](ValueId i, ValueId j) {
      return phi(i, j, sum({i, side.hi}, [&](ValueId k) {
                   return g.mul(element(l, k, i), element(adjoint, k, j));
                 }));
    });
    ValueId y = g.matrix(MatrixOp::SolveLowerTransposed, {l, p});
    ValueId s = g.matrix(MatrixOp::SolveLowerTransposed, {l, transposed(y)});
    return matrix(side, side, [&](ValueId i, ValueId j) {
      ValueId both = g.add(element(s, i, j), element(s, j, i));
      return g.select(g.less(j, i), both,
                      g.select(g.equal(i, j), element(s, i, j), g.real(0)));
    });
  }
  ValueId choleskyTangent(ValueId l, ValueId tangent) {
    const Axis side = axis(l, 0);
    ValueId symmetric = matrix(side, side, [&](ValueId i, ValueId j) {
      return g.select(g.lessEqual(j, i), element(tangent, i, j), element(tangent, j, i));
    });
    ValueId y = g.matrix(MatrixOp::SolveLower, {l, symmetric});
    ValueId z = g.matrix(MatrixOp::SolveLower, {l, transposed(y)});
    return matrix(side, side, [&](ValueId i, ValueId j) {
      return lower(i, j, sum({j, i}, [&](ValueId k) {
                     return g.mul(element(l, i, k), phi(k, j, element(z, k, j)));
                   }));
    });
  }

  Graph &g;
};

} // namespace

void matrixAdjoints(Graph &g, ValueId v, ValueId adjoint,
                    const std::function<void(unsigned, ValueId)> &contribute) {
  Rules r(g);
  const std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
  const MatrixOp op = g.node(v).matrixOp();
  switch (op) {
  case MatrixOp::Factor:
    return; // what is computed with the factors has rules of its own
  case MatrixOp::Cholesky:
    contribute(0, r.choleskyAdjoint(v, adjoint));
    return;
  case MatrixOp::Solve:
  case MatrixOp::SolveTransposed: {
    const bool plain = op == MatrixOp::Solve;
    ValueId w = g.matrix(plain ? MatrixOp::SolveTransposed : MatrixOp::Solve,
                         {ops[0], ops[1], adjoint});
    contribute(2, w);
    contribute(0, r.matrix(r.axis(ops[0], 0), r.axis(ops[0], 1), [&](ValueId i, ValueId j) {
      return g.neg(plain ? r.outer(w, v, i, j) : r.outer(v, w, i, j));
    }));
    return;
  }
  case MatrixOp::SolveLower:
  case MatrixOp::SolveLowerTransposed: {
    const bool plain = op == MatrixOp::SolveLower;
    ValueId w = g.matrix(plain ? MatrixOp::SolveLowerTransposed : MatrixOp::SolveLower,
                         {ops[0], adjoint});
    contribute(1, w);
    contribute(0, r.matrix(r.axis(ops[0], 0), r.axis(ops[0], 1), [&](ValueId i, ValueId j) {
      return r.lower(i, j, g.neg(plain ? r.outer(w, v, i, j) : r.outer(v, w, i, j)));
    }));
    return;
  }
  case MatrixOp::Det:
  case MatrixOp::LogDet: {
    ValueId inverse = g.matrix(MatrixOp::Solve, {ops[0], ops[1], r.identity(r.axis(ops[0], 0))});
    ValueId factor = op == MatrixOp::Det ? g.mul(adjoint, v) : adjoint;
    contribute(0, r.matrix(r.axis(ops[0], 0), r.axis(ops[0], 1), [&](ValueId i, ValueId j) {
      return g.mul(factor, r.element(inverse, j, i));
    }));
    return;
  }
  }
}

ValueId matrixTangent(Graph &g, ValueId v, std::span<const ValueId> tangents) {
  Rules r(g);
  const std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
  const MatrixOp op = g.node(v).matrixOp();
  const ValueId first = tangents[0], last = tangents.back();
  if (op == MatrixOp::Factor || (!first.valid() && !last.valid()))
    return {};
  const Axis side = r.axis(ops[0], 0);
  switch (op) {
  case MatrixOp::Factor:
    return {};
  case MatrixOp::Cholesky:
    return r.choleskyTangent(v, first);
  case MatrixOp::Solve:
  case MatrixOp::SolveTransposed: {
    const bool turned = op == MatrixOp::SolveTransposed;
    ValueId right = !first.valid() ? last : r.rest(last, v, turned, side, [&](ValueId i, ValueId k) {
      return r.element(first, i, k);
    });
    return g.matrix(op, {ops[0], ops[1], right});
  }
  case MatrixOp::SolveLower:
  case MatrixOp::SolveLowerTransposed: {
    const bool turned = op == MatrixOp::SolveLowerTransposed;
    ValueId right = !first.valid() ? last : r.rest(last, v, turned, side, [&](ValueId i, ValueId k) {
      return r.lower(i, k, r.element(first, i, k));
    });
    return g.matrix(op, {ops[0], right});
  }
  case MatrixOp::Det:
  case MatrixOp::LogDet: {
    if (!first.valid())
      return {};
    ValueId solved = g.matrix(MatrixOp::Solve, {ops[0], ops[1], first});
    ValueId trace = r.sum(side, [&](ValueId k) { return r.element(solved, k, k); });
    return op == MatrixOp::Det ? g.mul(v, trace) : trace;
  }
  }
  return {};
}

} // namespace gradus::differentiate
