//===- Verify.cpp - is a graph sound? ---------------------------------------------===//

#include "ir/Module.h"
#include "ir/TextForm.h"

#include <fmt/format.h>

#include <algorithm>

namespace gradus::ir {

std::string operandError(const Graph &g, Prim p, std::span<const ValueId> ops) {
  const PrimInfo &row = info(p);
  if (ops.size() != row.arity)
    return fmt::format("{} takes {} operands, not {}", row.name, row.arity, ops.size());
  if (p == Prim::Add && g.type(ops[0]) == g.type(ops[1]) && !g.type(ops[0]).scalar())
    return {};
  auto is = [&](size_t k, Kind kind) { return g.type(ops[k]) == Type{kind, 0}; };
  auto all = [&](Kind kind) {
    for (size_t k = 0; k < ops.size(); ++k)
      if (!is(k, kind))
        return false;
    return true;
  };
  bool fine = false;
  switch (row.signature) {
  case Signature::Real:
    fine = all(Kind::Real);
    break;
  case Signature::Numeric:
  case Signature::Compare:
    fine = all(Kind::Real) || all(Kind::Int);
    break;
  case Signature::Int:
  case Signature::IntToReal:
    fine = all(Kind::Int);
    break;
  case Signature::RealInt:
    fine = ops.size() == 2 && is(0, Kind::Real) && is(1, Kind::Int);
    break;
  case Signature::Logic:
    fine = all(Kind::Bool);
    break;
  }
  return fine ? std::string() : fmt::format("{} cannot have operands of these types", row.name);
}

namespace {

class Verifier {
public:
  explicit Verifier(const Graph &graph) : g(graph) {}

  std::vector<std::string> run() {
    for (uint32_t k = 0; k < g.size(); ++k) {
      v = {k};
      if (!operandsAreOlder())
        continue; // nothing else can be trusted
      shape();
      node();
      indices();
    }
    return std::move(errors);
  }

private:
  void check(bool fine, const char *what) {
    if (!fine)
      errors.push_back(fmt::format("node {}: {}", v.index, what));
  }
  bool isKind(ValueId w, Kind kind) const { return g.type(w) == Type{kind, 0}; }

  bool operandsAreOlder() {
    bool fine = true;
    for (ValueId o : g.operands(v))
      fine &= o.valid() && o < v;
    check(fine, "an operand is not older than its user");
    return fine;
  }

  void shape() {
    for (const Axis &axis : g.axesOf(v))
      check(axis.lo.valid() && axis.hi.valid() && isKind(axis.lo, Kind::Int) &&
                isKind(axis.hi, Kind::Int),
            "the ends of an axis are not whole scalars");
  }

  void indexOperands(ValueId shaped) {
    size_t rank = g.rank(shaped);
    check(rank != 0 && g.operands(v).size() == rank + 1, "wrong number of indices");
    for (ValueId o : g.operands(v).subspan(1))
      check(isKind(o, Kind::Int), "an index is not a whole scalar");
  }

  void node() {
    const Node &n = g.node(v);
    auto ops = g.operands(v);
    switch (n.op) {
    case Op::Constant:
      check(ops.empty() && n.type.scalar(), "a constant is a scalar");
      check(n.type.kind != Kind::Bool || n.payload == 0 || n.payload == 1,
            "a truth value is 0 or 1");
      break;
    case Op::Input:
      check(ops.empty() && static_cast<size_t>(n.payload) < g.inputs().size() &&
                g.inputNode(static_cast<uint32_t>(n.payload)) == v && g.inputOf(v).type == n.type,
            "not the node of its input");
      break;
    case Op::Index:
      check(ops.empty() && n.payload != 0, "a malformed index");
      break;
    case Op::Prim:
      primitive();
      break;
    case Op::Select:
      check(ops.size() == 3 && isKind(ops[0], Kind::Bool) && g.type(ops[1]) == n.type &&
                g.type(ops[2]) == n.type,
            "select of different types");
      break;
    case Op::At:
      check(!ops.empty() && n.type == Type{g.type(ops[0]).kind, 0}, "at has another type");
      if (!ops.empty())
        indexOperands(ops[0]);
      break;
    case Op::Put:
      check(!ops.empty() && isKind(ops[0], n.type.kind), "put of another type");
      indexOperands(v);
      break;
    case Op::Zeros:
      check(ops.empty() && !n.type.scalar(), "zeros is an array without operands");
      break;
    case Op::List:
      check(!ops.empty() && !n.type.scalar(), "a list has elements");
      for (ValueId o : ops)
        check(isKind(o, n.type.kind), "an element of another type");
      break;
    case Op::Keep:
      check(ops.size() == 1 && g.type(ops[0]) == n.type && !n.type.scalar(), "keep is of an array");
      break;
    case Op::Matrix: {
      bool scalar = n.matrixOp() == MatrixOp::Det || n.matrixOp() == MatrixOp::LogDet;
      check(isMatrixNode(g, n.matrixOp(), ops) && n.type.scalar() == scalar,
            "the operands of matrix algebra do not fit");
      break;
    }
    case Op::Build:
    case Op::Reduce:
      binder();
      break;
    case Op::Recur:
      recurrence();
      break;
    case Op::State:
      state();
      break;
    }
    bool bindsIndices = n.op == Op::Build || n.op == Op::Reduce || n.op == Op::Recur;
    check(bindsIndices == (n.binders != 0), "only build, reduce and recur bind indices");
  }

  void primitive() {
    const Node &n = g.node(v);
    auto ops = g.operands(v);
    std::string why = operandError(g, n.prim(), ops);
    if (!why.empty()) {
      check(false, why.c_str());
      return;
    }
    Type expected{Kind::Real, 0};
    switch (info(n.prim()).signature) {
    case Signature::Real:
    case Signature::RealInt:
    case Signature::IntToReal:
      break;
    case Signature::Numeric:
      expected = g.type(ops[0]);
      break;
    case Signature::Int:
      expected.kind = Kind::Int;
      break;
    case Signature::Compare:
    case Signature::Logic:
      expected.kind = Kind::Bool;
      break;
    }
    check(n.type == expected, "the type does not follow from the operands");
    check(!info(n.prim()).commutative || !n.type.scalar() || ops.size() != 2 || ops[0] <= ops[1],
          "operands of a commutative primitive are not in order");
  }

  void binder() {
    const Node &n = g.node(v);
    auto ops = g.operands(v);
    bool build = n.op == Op::Build;
    size_t expected = build ? 2u * n.binders + 1 : 4;
    check(ops.size() == expected && n.binders != 0 && (build || n.binders == 1),
          "wrong number of operands of a binder");
    if (ops.size() != expected)
      return;
    numbering();
    if (!build) {
      check(isKind(ops[2], Kind::Bool), "the condition is not a truth value");
      check(g.type(ops[3]) == n.type, "the body has another type");
      return;
    }
    check(isKind(ops.back(), n.type.kind), "the body has another type");
    const auto &axes = g.axesOf(v);
    check(axes.size() == n.binders, "as many axes as indices");
    for (unsigned k = 0; k < axes.size() && k < n.binders; ++k)
      check(axes[k] == Axis{ops[2 * k], ops[2 * k + 1]}, "an axis is not the range of its index");
  }

  void numbering() {
    const Node &n = g.node(v);
    auto ops = g.operands(v);
    for (unsigned k = 0; k < n.rangeOperands(); ++k)
      check(isKind(ops[k], Kind::Int), "the end of a range is not a whole scalar");
    uint32_t inside = 0;
    for (ValueId o : ops)
      inside = std::max(inside, g.node(o).maxBinder);
    check(n.payload == static_cast<int64_t>(inside) + 1,
          "the index is not numbered from the inside");
  }

  void recurrence() {
    const Node &n = g.node(v);
    auto ops = g.operands(v);
    bool fine = n.binders >= 2 && ops.size() == 3 + 2 * static_cast<size_t>(n.binders - 1);
    check(fine, "wrong number of operands of a recurrence");
    if (!fine)
      return;
    numbering();
    check(isKind(v, Kind::Int), "a recurrence has the number of its steps");
    check(isKind(ops[2], Kind::Bool), "the end of a recurrence is not a truth value");
    for (unsigned k = 0; k < g.stateCount(v); ++k)
      check(g.type(ops[3 + k]) == g.type(ops[3 + g.stateCount(v) + k]),
            "a state changes its type from step to step");
  }

  void state() {
    const Node &n = g.node(v);
    auto ops = g.operands(v);
    bool fine = ops.size() == 1 && g.node(ops[0]).op == Op::Recur && n.payload >= 0 &&
                n.payload < g.stateCount(ops[0]);
    check(fine, "not the state of a recurrence");
    if (!fine)
      return;
    Type expected = g.stateType(ops[0], static_cast<unsigned>(n.payload));
    bool last = n.statePart() == StatePart::Last;
    check(n.type.kind == expected.kind && (!last || n.type == expected) &&
              (last || g.rank(v) == g.axes(expected.shape).size() + 1),
          "a state of another type");
  }

  /// Free indices and highest bound number follow from the operands.
  void indices() {
    const Node &n = g.node(v);
    std::vector<int32_t> free;
    uint32_t highest = 0;
    if (n.op == Op::Index) {
      free.push_back(static_cast<int32_t>(n.payload));
      for (const Axis &axis : g.axesOf(v))
        for (ValueId end : {axis.lo, axis.hi})
          free.insert(free.end(), g.freeIndices(end).begin(), g.freeIndices(end).end());
    } else {
      std::vector<ValueId> parts(g.operands(v).begin(), g.operands(v).end());
      if (n.op == Op::Put || n.op == Op::Zeros)
        for (const Axis &axis : g.axesOf(v)) {
          parts.push_back(axis.lo);
          parts.push_back(axis.hi);
        }
      for (ValueId o : parts) {
        highest = std::max(highest, g.node(o).maxBinder);
        for (int32_t f : g.freeIndices(o))
          if (n.binders == 0 || f < n.payload || f >= n.payload + n.binders)
            free.push_back(f);
      }
      if (n.binders != 0)
        highest = std::max(highest, static_cast<uint32_t>(n.payload) + n.binders - 1);
    }
    std::sort(free.begin(), free.end());
    free.erase(std::unique(free.begin(), free.end()), free.end());
    check(free == g.freeIndices(v), "the set of free indices is wrong");
    check(highest == n.maxBinder, "the highest bound number is wrong");
  }

  const Graph &g;
  ValueId v;
  std::vector<std::string> errors;
};

} // namespace

std::vector<std::string> verify(const Graph &graph) { return Verifier(graph).run(); }

} // namespace gradus::ir
