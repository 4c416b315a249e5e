//===- NormalForm.cpp - a quadratic function by its Hessian ---------------------===//

#include "transform/NormalForm.h"

#include "differentiate/Differentiate.h"
#include "differentiate/Sparse.h"
#include "differentiate/Structure.h"
#include "ir/Rewrite.h"

#include <algorithm>
#include <optional>

namespace gradus::transform {

using namespace ir;

namespace {

/// Calls element with the index of each axis of v (none or one) and sums over it.
template <class F>
ValueId sumOver(Graph &g, ValueId v, const char *name, F element) {
  if (g.type(v).scalar())
    return element(std::vector<ValueId>{});
  const Axis axis = g.axesOf(v)[0];
  const ValueId i = g.newSymbol(axis.lo, axis.hi, name);
  return g.reduce(ReduceOp::Sum, i, axis.lo, axis.hi, g.boolean(true),
                  element(std::vector<ValueId>{i}));
}

ValueId elementOf(Graph &g, ValueId v, const std::vector<ValueId> &indices) {
  return indices.empty() ? v : g.at(v, indices);
}

class Expansion {
public:
  Expansion(Graph &graph, std::span<const ValueId> unknowns) : g(graph), unknowns(unknowns) {
    for (ValueId u : unknowns)
      zero[u] = g.type(u).scalar() ? g.real(0) : g.zeros(g.type(u));
  }

  std::optional<Hoisted> run(ValueId root);

private:
  ValueId block(const differentiate::SparseMatrix &hessian, uint32_t row, uint32_t column);
  ValueId atZero(ValueId value, const char *name);
  ValueId product(ValueId left, ValueId matrix, ValueId right, ValueId factor, ValueId beside);

  Graph &g;
  std::span<const ValueId> unknowns;
  Substitution zero;
  Hoisted result;
};

/// With one constant factor in place of two: 0.5*(2*a). Only numbers that overflow by
/// the one and not by both are others then.
ValueId withOneFactor(Graph &g, ValueId value) {
  auto factorOf = [&](ValueId v) { // the operand that is a constant, or 2
    const Node n = g.node(v);
    unsigned k = 0;
    while (n.op == Op::Prim && n.prim() == Prim::Mul && n.type == Type{Kind::Real, 0} && k < 2 &&
           !g.isConstant(g.operand(v, k)))
      ++k;
    return n.op == Op::Prim && n.prim() == Prim::Mul && n.type == Type{Kind::Real, 0} ? k : 2u;
  };
  const RewriteRule rule{[&](ValueId v) { return factorOf(v) < 2; },
                         [&](ValueId v) {
                           const unsigned k = factorOf(v);
                           const ValueId rest = k < 2 ? g.operand(v, 1 - k) : v;
                           const unsigned m = k < 2 ? factorOf(rest) : 2;
                           return m == 2 ? v
                                         : g.mul(g.mul(g.operand(v, k), g.operand(rest, m)),
                                                 g.operand(rest, 1 - m));
                         }};
  return rewrite(g, {&value, 1}, rule)[0];
}

/// An input with the value that this has where all unknowns are 0.
ValueId Expansion::atZero(ValueId value, const char *name) {
  value = withOneFactor(g, g.substitute(value, zero));
  const ValueId input = g.input({name + std::to_string(result.inputs.size()), g.type(value),
                                 InputRole::Local, g.range(value)});
  result.inputs.push_back(input);
  result.values.push_back(value);
  return input;
}

/// The second derivatives by two unknowns: the axes of the first before those of the
/// second. Invalid: all are 0.
ValueId Expansion::block(const differentiate::SparseMatrix &hessian, uint32_t row, uint32_t column) {
  std::vector<Axis> axes;
  for (uint32_t which : {row, column})
    for (const Axis &axis : std::vector<Axis>(g.axesOf(unknowns[which])))
      axes.push_back(axis);
  const ShapeId shape = g.shape(axes);
  ValueId sum;
  for (const differentiate::Family &f : hessian.families) {
    if (f.rowPlace.which != row || f.columnPlace.which != column)
      continue;
    std::vector<ValueId> place = f.rowPlace.indices;
    place.insert(place.end(), f.columnPlace.indices.begin(), f.columnPlace.indices.end());
    const Type type{Kind::Real, shape};
    // A sum over the rows of a table goes around the loops over places: each row is read
    // once, and the matrix, which is small beside the table, stays in the cache.
    ValueId value = f.value;
    std::optional<Opened> rows;
    if (const Node n = g.node(value); !place.empty() && n.op == Op::Reduce &&
                                      n.reduceOp() == ReduceOp::Sum &&
                                      g.isConstant(g.operand(value, 2)) &&
                                      !g.dependsOnAny(g.operand(value, 0), f.symbols) &&
                                      !g.dependsOnAny(g.operand(value, 1), f.symbols)) {
      rows = g.open(value);
      value = rows->body;
    }
    ValueId term = place.empty() ? value : g.put(shape, place, value);
    if (f.symbols.empty())
      term = g.select(f.guard, term, place.empty() ? g.real(0) : g.zeros(type));
    for (size_t k = f.symbols.size(); k-- > 0;)
      term = g.reduce(ReduceOp::Sum, f.symbols[k], f.ranges[k].lo, f.ranges[k].hi,
                      k + 1 == f.symbols.size() ? f.guard : g.boolean(true), term);
    if (rows)
      term = g.reduce(ReduceOp::Sum, rows->symbols[0], rows->ranges[0].lo, rows->ranges[0].hi,
                      rows->condition, term);
    sum = sum.valid() ? g.add(sum, term) : term;
  }
  return sum;
}

/// sum(i) left[i] * (beside[i] + factor * sum(j) matrix[i,j]*right[j])
ValueId Expansion::product(ValueId left, ValueId matrix, ValueId right, ValueId factor,
                           ValueId beside) {
  return sumOver(g, left, "i", [&](const std::vector<ValueId> &i) {
    ValueId inner = g.real(0);
    if (matrix.valid())
      inner = g.mul(factor, sumOver(g, right, "j", [&](std::vector<ValueId> j) {
                      const ValueId other = elementOf(g, right, j);
                      j.insert(j.begin(), i.begin(), i.end());
                      return g.mul(elementOf(g, matrix, j), other);
                    }));
    if (beside.valid())
      inner = g.add(elementOf(g, beside, i), inner);
    return g.mul(elementOf(g, left, i), inner);
  });
}

std::optional<Hoisted> Expansion::run(ValueId root) {
  const std::vector<ValueId> gradient =
      differentiate::gradient(g, root, unknowns, differentiate::Storing::Dear);
  const auto hessian = differentiate::jacobian(g, gradient, unknowns); // both triangles
  if (!hessian)
    return {};
  ValueId sum = atZero(root, "f");
  for (uint32_t k = 0; k < unknowns.size(); ++k) {
    const ValueId own = block(*hessian, k, k);
    sum = g.add(sum, product(unknowns[k], own.valid() ? atZero(own, "h") : own,
                             unknowns[k], g.real(0.5), atZero(gradient[k], "c")));
    for (uint32_t m = 0; m < k; ++m)
      if (const ValueId mixed = block(*hessian, k, m); mixed.valid())
        sum = g.add(sum, product(unknowns[k], atZero(mixed, "h"), unknowns[m], g.real(1), {}));
  }
  result.roots = {sum};
  return std::move(result);
}

} // namespace

std::optional<Hoisted> normalForm(Graph &g, ValueId root, std::span<const ValueId> unknowns) {
  if (differentiate::degree(g, root, unknowns) > 2 ||
      std::any_of(unknowns.begin(), unknowns.end(), [&](ValueId u) { return g.rank(u) > 1; }))
    return {};
  return Expansion(g, unknowns).run(root);
}

} // namespace gradus::transform
