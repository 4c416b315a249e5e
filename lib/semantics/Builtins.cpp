//===- Builtins.cpp - primitives and whole-array functions --------------------===//

#include "semantics/Builtins.h"

#include "semantics/Elaborate.h"

#include <algorithm>
#include <fmt/core.h>
#include <optional>

namespace gradus::semantics {

using ir::Axis;
using ir::Kind;
using ir::Prim;
using syntax::ReduceKind;

namespace {

struct ReduceName {
  const char *name;
  ReduceKind kind;
};
constexpr ReduceName reduceNames[] = {
    {"sum", ReduceKind::Sum},   {"prod", ReduceKind::Prod},
    {"min", ReduceKind::Min},   {"max", ReduceKind::Max},
    {"mean", ReduceKind::Mean}, {"logsumexp", ReduceKind::LogSumExp},
};
/// Name and number of arguments.
struct ArrayName {
  const char *name;
  size_t arity;
};
constexpr ArrayName arrayNames[] = {
    {"dot", 2}, {"norm", 1}, {"norm1", 1}, {"norminf", 1}, {"sumsq", 1},
    {"identity", 1}, {"diag", 1},
};
constexpr ArrayName matrixNames[] = {
    {"cholesky", 1}, {"solve", 2}, {"det", 1}, {"logdet", 1}, {"trace", 1}, {"inv", 1},
};
constexpr const char *derivativeNames[] = {"diff", "grad", "hess", "jac", "directional"};

std::optional<ReduceKind> findReduce(std::string_view name) {
  for (const ReduceName &r : reduceNames)
    if (name == r.name)
      return r.kind;
  return std::nullopt;
}

} // namespace

const std::vector<std::string> &builtinNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (unsigned p = 0; p < ir::primCount; ++p)
      if (ir::info(static_cast<Prim>(p)).notation == ir::Notation::Function)
        all.push_back(ir::info(static_cast<Prim>(p)).name);
    for (const ReduceName &r : reduceNames)
      all.push_back(r.name);
    for (const ArrayName &a : arrayNames)
      all.push_back(a.name);
    for (const ArrayName &m : matrixNames)
      all.push_back(m.name);
    for (const char *operation : derivativeNames)
      all.push_back(operation);
    all.push_back("count");
    all.push_back("rows");
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }();
  return names;
}

bool isDerivative(std::string_view name) {
  return std::find(std::begin(derivativeNames), std::end(derivativeNames), name) !=
         std::end(derivativeNames);
}

bool isBuiltin(std::string_view name) {
  const std::vector<std::string> &names = builtinNames();
  return std::binary_search(names.begin(), names.end(), name);
}

Value Elaborator::builtin(const syntax::Call &c, std::vector<Value> arguments,
                          const std::vector<SourceRange> &, SourceRange range, Scope &scope) {
  const std::string &name = c.callee.name;
  if (isDerivative(name))
    return derivativeOperator(c, range, scope);
  if (!isBuiltin(name)) {
    // The arguments may hold other mistakes.
    for (syntax::ExprPtr e : c.arguments)
      expression(*e, scope);
    return unknownName(name, c.callee.range, scope, true);
  }
  std::vector<SourceRange> ranges;
  bool failed = false;
  for (syntax::ExprPtr e : c.arguments) {
    arguments.push_back(expression(*e, scope));
    ranges.push_back(e->range);
    failed |= arguments.back().isError();
  }
  if (failed)
    return Value::error();
  graph_.setRange(range);

  if (name == "rows") {
    if (!checkArity(name, 1, arguments.size(), range, "rows(t) of a table"))
      return Value::error();
    return error(Diag::WrongType, ranges[0],
                 fmt::format("'{}' is not a table", textOf(ranges[0])),
                 "rows(t) is the number of rows of `data t from \"file.csv\"`");
  }
  if (name == "identity") {
    if (!checkArity(name, 1, arguments.size(), range, "identity(n) is the n by n matrix"))
      return Value::error();
    ValueId n = toWhole(arguments[0], *c.arguments[0], scope, "a size");
    if (!n.valid())
      return Value::error();
    arguments[0] = Value::scalar(n);
  }
  for (const ArrayName &a : arrayNames)
    if (name == a.name)
      return checkArity(name, a.arity, arguments.size(), range, {})
                 ? arrayFunction(name, arguments, ranges, range)
                 : Value::error();
  for (const ArrayName &m : matrixNames)
    if (name == m.name)
      return checkArity(name, m.arity, arguments.size(), range, {})
                 ? linearAlgebra(name, arguments, ranges, range)
                 : Value::error();
  if (name == "count")
    return error(Diag::WrongArity, range, "count needs an index and a condition",
                 "count(i in 1..n where x[i] > 0)");

  std::optional<ReduceKind> reduce = findReduce(name);
  if (reduce && arguments.size() == 1) {
    if (arguments[0].isArray())
      return reduceArray(*reduce, arguments[0], range);
    return error(Diag::WrongType, ranges[0],
                 fmt::format("'{}' is not an array", textOf(ranges[0])),
                 fmt::format("{}(v) is of an array; otherwise write {}(i in 1..n) ...", name,
                             name));
  }
  if (name == "min" || name == "max") {
    if (arguments.empty()) {
      checkArity(name, 2, 0, range, {});
      return Value::error();
    }
    return naryExtreme(name == "min" ? Prim::Min : Prim::Max, arguments, ranges, range);
  }
  if (reduce)
    return error(Diag::WrongArity, range,
                 fmt::format("{} takes one array, not {} arguments", name, arguments.size()),
                 fmt::format("{}([a, b]) is of the elements", name));

  std::optional<Prim> prim = ir::findPrimitive(name);
  if (!prim)
    return unknownName(name, c.callee.range, scope, true);
  const ir::PrimInfo &row = ir::info(*prim);
  if (!checkArity(name, row.arity, arguments.size(), range, {}))
    return Value::error();
  for (size_t k = 0; k < arguments.size(); ++k)
    if (!arguments[k].isArray() && !number(arguments[k], ranges[k]).valid())
      return Value::error();
  if (row.signature == ir::Signature::Int || row.signature == ir::Signature::RealInt)
    for (size_t k = row.signature == ir::Signature::Int ? 0 : 1; k < arguments.size(); ++k) {
      if (ValueId whole = wholeOf(arguments[k]); whole.valid())
        arguments[k] = Value::scalar(whole);
      else if (!arguments[k].isArray() || shapes_.kind(arguments[k]) != Kind::Int)
        return error(Diag::WholeNeeded, ranges[k],
                     row.signature == ir::Signature::Int
                         ? fmt::format("{} is of whole numbers, and '{}' is real", name,
                                       textOf(ranges[k]))
                         : fmt::format("the order in {} is a whole number, and '{}' is real",
                                       name, textOf(ranges[k])),
                     wholeFix(*c.arguments[k], scope));
    }
  bool anyArray = std::any_of(arguments.begin(), arguments.end(),
                              [](const Value &v) { return v.isArray(); });
  if (anyArray && !sameShape(arguments, ranges, range))
    return Value::error();
  return primitive(*prim, std::move(arguments), range);
}

Value Elaborator::primitive(Prim prim, std::vector<Value> operands, SourceRange range) {
  bool integers = true, anyArray = false, row = true;
  for (const Value &v : operands) {
    integers = integers && shapes_.kind(v) == Kind::Int;
    anyArray |= v.isArray();
    row = row && (!v.isArray() || v.row);
  }
  // x^n of the function notation: whole exponents are exact products.
  if (prim == Prim::Pow && operands[1].isScalar() && wholeOf(operands[1]).valid()) {
    prim = Prim::Powi;
    operands[1] = Value::scalar(wholeOf(operands[1]));
    operands[0] = shapes_.real(operands[0]);
  } else {
    switch (ir::info(prim).signature) {
    case ir::Signature::RealInt:
      operands[0] = shapes_.real(operands[0]);
      integers = false;
      break;
    case ir::Signature::Numeric:
    case ir::Signature::Int:
      if (integers)
        break;
      [[fallthrough]];
    case ir::Signature::Real:
    case ir::Signature::IntToReal:
    case ir::Signature::Compare:
    case ir::Signature::Logic:
      for (Value &v : operands)
        v = shapes_.real(v);
      integers = false;
      break;
    }
  }
  graph_.setRange(range);
  bool flat = prim == Prim::Floor || prim == Prim::Ceil || prim == Prim::Round ||
              prim == Prim::Sign;
  auto make = [this, prim, flat, range](std::span<const ValueId> x) {
    if (flat || (prim == Prim::Mod && graph_.type(x[0]).kind == Kind::Real))
      flat_.push_back({x[prim == Prim::Mod ? 1 : 0], prim, range});
    return graph_.prim(prim, x);
  };
  if (!anyArray) {
    std::vector<ValueId> nodes;
    for (const Value &v : operands)
      nodes.push_back(v.node);
    if (!checkDomain(prim, nodes, range))
      return Value::error();
    return Value::scalar(make(nodes));
  }
  std::vector<Axis> axes = shapes_.commonAxes(operands);
  Value result = shapes_.map(std::move(operands), axes, integers ? Kind::Int : Kind::Real, make);
  result.row = row;
  return result;
}

/// max(a, b, c) of any number of numbers (or arrays of one shape).
Value Elaborator::naryExtreme(Prim prim, const std::vector<Value> &arguments,
                              const std::vector<SourceRange> &ranges, SourceRange range) {
  for (size_t k = 0; k < arguments.size(); ++k)
    if (!arguments[k].isArray() && !number(arguments[k], ranges[k]).valid())
      return Value::error();
  if (!sameShape(arguments, ranges, range))
    return Value::error();
  Value result = arguments[0];
  for (size_t k = 1; k < arguments.size(); ++k) {
    ValueId a = wholeOf(result), b = wholeOf(arguments[k]), whole;
    bool integers = shapes_.kind(result) == Kind::Int && shapes_.kind(arguments[k]) == Kind::Int;
    if (a.valid() && b.valid() && !integers)
      whole = graph_.prim(prim, {a, b});
    result = primitive(prim, {result, arguments[k]}, range);
    result.whole = whole;
  }
  return result;
}

Value Elaborator::arrayFunction(const std::string &name, const std::vector<Value> &arguments,
                                const std::vector<SourceRange> &ranges, SourceRange range) {
  if (name == "identity" || name == "diag") {
    bool identity = name == "identity";
    if (!identity && (!arguments[0].isArray() || shapes_.rank(arguments[0]) > 2))
      return error(Diag::WrongShape, ranges[0],
                   fmt::format("'{}' is not a vector or matrix", textOf(ranges[0])));
    if (!identity && shapes_.rank(arguments[0]) == 2) {
      std::vector<Axis> axes = shapes_.axes(arguments[0]);
      if (shapes_.fit(graph_.extent(axes[0]), graph_.extent(axes[1])) == Fit::Different)
        return error(Diag::WrongShape, ranges[0],
                     fmt::format("'{}' is [{}], and diag needs a square matrix",
                                 textOf(ranges[0]), shapes_.describe(axes)));
      Value matrix = shapes_.named(arguments[0]);
      ValueId shift = graph_.sub(axes[1].lo, axes[0].lo);
      ArrayView view{shapes_.kind(matrix), {axes[0]}, {}, 1};
      view.element = [this, matrix, shift](std::span<const ValueId> i) {
        return shapes_.element(matrix, {i[0], graph_.add(i[0], shift)});
      };
      return Value::array(std::move(view));
    }
    Axis side = identity ? shapes_.upTo(arguments[0].node) : shapes_.axes(arguments[0])[0];
    Value diagonal = identity ? Value() : shapes_.named(shapes_.real(arguments[0]));
    ArrayView view{Kind::Real, {side, side}, {}, 1};
    view.element = [this, diagonal, identity](std::span<const ValueId> i) {
      ValueId value = identity ? graph_.real(1) : shapes_.element(diagonal, {i[0]});
      return graph_.select(graph_.equal(i[0], i[1]), value, graph_.real(0));
    };
    return Value::array(std::move(view));
  }

  for (size_t k = 0; k < arguments.size(); ++k) {
    if (!arguments[k].isArray())
      return error(Diag::WrongShape, ranges[k],
                   fmt::format("{} is of arrays, and '{}' is not one", name, textOf(ranges[k])));
    if (shapes_.kind(arguments[k]) == Kind::Bool)
      return error(Diag::WrongType, ranges[k], "an array of conditions has no size to measure");
  }
  if (name == "dot") {
    if (shapes_.rank(arguments[0]) != 1 || shapes_.rank(arguments[1]) != 1)
      return error(Diag::WrongShape, range, "dot(x, y) is of two vectors",
                   fmt::format("'{}' is [{}], '{}' is [{}]", textOf(ranges[0]),
                               shapes_.describe(shapes_.axes(arguments[0])), textOf(ranges[1]),
                               shapes_.describe(shapes_.axes(arguments[1]))));
    if (!sameShape(arguments, ranges, range))
      return Value::error();
    return dot(arguments[0], arguments[1], range);
  }
  Value x = shapes_.real(arguments[0]);
  ir::Graph &graph = graph_;
  bool squares = name == "sumsq" || name == "norm";
  Value terms = shapes_.map({x}, shapes_.axes(x), Kind::Real,
                            [&graph, squares](std::span<const ValueId> v) {
                              return squares ? graph.prim(Prim::Powi, {v[0], graph.integer(2)})
                                             : graph.prim(Prim::Abs, {v[0]});
                            });
  Value total = reduceArray(name == "norminf" ? ReduceKind::Max : ReduceKind::Sum, terms, range);
  if (name != "norm" || total.isError())
    return total;
  // At 0 the norm has a kink; its derivative there is 0 by convention, which the
  // untaken root gives.
  ValueId s = total.node;
  return Value::scalar(graph_.select(graph_.equal(s, graph_.real(0)), graph_.real(0),
                                     graph_.prim(Prim::Sqrt, {s})));
}

} // namespace gradus::semantics
