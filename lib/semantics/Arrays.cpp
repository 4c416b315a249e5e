//===- Arrays.cpp - literals, elements and slices; axes of declarations -------===//

#include "semantics/Elaborate.h"

#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;
using ir::Kind;

//--- axes of declared arrays ------------------------------------------------------

bool Elaborator::axis(const syntax::AxisDecl &decl, Scope &scope, Axis &result) {
  ValueId lo = decl.lower ? integer(*decl.lower, scope, "the end of a range") : graph_.integer(1);
  ValueId hi = integer(*decl.upper, scope, decl.lower ? "the end of a range" : "a size");
  if (!lo.valid() || !hi.valid())
    return false;
  if (graph_.isConstant(lo) && graph_.isConstant(hi) &&
      graph_.intValue(hi) < graph_.intValue(lo) - 1) {
    error(Diag::NegativeSize, decl.range,
          fmt::format("the range {}..{} has a negative size", graph_.intValue(lo),
                      graph_.intValue(hi)));
    return false;
  }
  for (ValueId end : {lo, hi})
    if (graph_.hasFree(end)) {
      error(Diag::WrongShape, decl.range,
            fmt::format("the size of a declared array cannot change with the index '{}'",
                        shapes_.describe(end)));
      return false;
    }
  result = {lo, hi};
  return true;
}

bool Elaborator::axes(const std::vector<syntax::AxisDecl> &decls, Scope &scope,
                      std::vector<Axis> &result) {
  bool ok = true;
  for (const syntax::AxisDecl &decl : decls) {
    Axis one;
    ok = axis(decl, scope, one) && ok;
    result.push_back(one);
  }
  return ok;
}

Value Elaborator::overAxes(const syntax::Expr &expr, const syntax::Declarator &declarator,
                           const std::vector<Axis> &axes, Scope &scope,
                           const DependentAxes &dependent) {
  if (axes.empty()) {
    Value v = expression(expr, scope);
    return number(v, expr.range).valid() ? v : Value::error();
  }
  Scope inner(&scope);
  size_t active = context_.active.size();
  std::vector<ValueId> symbols;
  bool named = false;
  for (size_t k = 0; k < axes.size(); ++k) {
    const std::optional<syntax::Ident> &index = declarator.axes[k].index;
    ValueId symbol = graph_.newSymbol(axes[k].lo, axes[k].hi, index ? index->name : "");
    symbols.push_back(symbol);
    const Axis range = rangeOf(dependent, k, symbols, axes);
    context_.active.push_back({symbol, range.lo, range.hi});
    if (!context_.growing.empty() && context_.growing.back().axes == axes)
      context_.growing.back().symbols = symbols;
    if (index && isFree(*index, inner)) {
      inner.declareValue(*index, "index", Value::scalar(symbol));
      named = true;
    }
  }
  Value v = expression(expr, inner);
  context_.active.resize(active);
  if (v.isError())
    return v;
  graph_.setRange(expr.range);
  if (v.isArray()) {
    ArrayView declared{Kind::Real, axes, {}, 0};
    Value both[] = {Value::array(std::move(declared)), v};
    SourceRange ranges[] = {declarator.name.range, expr.range};
    if (!sameShape(both, ranges, expr.range))
      return Value::error();
    if (!named)
      return shapes_.named(shapes_.reindexed(v, axes));
    // With index names an array value would be one array for each index.
    bool depends = false;
    for (const Axis &axis : shapes_.axes(v))
      depends |= graph_.dependsOnAny(axis.lo, symbols) || graph_.dependsOnAny(axis.hi, symbols);
    Value node = shapes_.named(v);
    depends |= node.node.valid() && graph_.dependsOnAny(node.node, symbols);
    if (!depends)
      return shapes_.named(shapes_.reindexed(v, axes));
    number(v, expr.range);
    return Value::error();
  }
  if (!number(v, expr.range).valid())
    return Value::error();
  ValueId body = v.node;
  if (!dependent.symbols.empty())
    body = graph_.select(insideOf(dependent, symbols, axes), body,
                         graph_.type(body).kind == Kind::Int ? graph_.integer(0) : graph_.real(0));
  return Value::array(graph_.build(symbols, axes, body));
}

//--- literals ---------------------------------------------------------------------------

Value Elaborator::literal(const syntax::ArrayLiteral &l, SourceRange range, Scope &scope) {
  std::vector<Value> elements;
  std::vector<SourceRange> ranges;
  bool failed = false, integers = true, arrays = false;
  for (const std::vector<syntax::ExprPtr> &row : l.rows) {
    if (row.size() != l.rows[0].size() || row.empty())
      return error(Diag::WrongShape, row.empty() ? range : row[0]->range,
                   row.empty() ? "an array literal needs elements"
                               : fmt::format("this row has {} elements, the first has {}",
                                             row.size(), l.rows[0].size()));
    for (syntax::ExprPtr e : row) {
      Value v = expression(*e, scope);
      failed |= v.isError();
      if (!v.isError() && !v.isArray() && !number(v, e->range).valid())
        failed = true;
      if (!failed) {
        integers = integers && shapes_.kind(v) == Kind::Int;
        arrays |= v.isArray();
      }
      ranges.push_back(e->range);
      elements.push_back(std::move(v));
    }
  }
  if (failed)
    return Value::error();
  if (elements.empty())
    return error(Diag::WrongShape, range, "an array literal needs elements");
  graph_.setRange(range);
  std::vector<Axis> shape;
  auto count = [&](size_t n) { return shapes_.upTo(graph_.integer(static_cast<int64_t>(n))); };

  std::vector<ValueId> nodes;
  if (arrays) {
    // [a, b] of vectors is the matrix with these rows.
    for (size_t k = 0; k < elements.size(); ++k)
      if (!elements[k].isArray() || l.rows.size() != 1 || shapes_.rank(elements[k]) != 1)
        return error(Diag::WrongShape, ranges[k],
                     "an array literal has numbers as elements, or vectors of one length as rows",
                     "the elements of a vector are not taken one by one");
    if (!sameShape(elements, ranges, range))
      return Value::error();
    ValueId length = graph_.extent(shapes_.axes(elements[0])[0]);
    if (!graph_.isConstant(length) ||
        graph_.intValue(length) * static_cast<int64_t>(elements.size()) > 4096)
      return notYet(range, "an array literal of rows whose length is not a small constant");
    for (const Value &row : elements) {
      Value v = integers ? row : shapes_.real(row);
      ValueId lo = shapes_.axes(v)[0].lo;
      for (int64_t j = 0; j < graph_.intValue(length); ++j)
        nodes.push_back(shapes_.element(v, {graph_.add(lo, graph_.integer(j))}));
    }
    if (nodes.empty())
      return error(Diag::WrongShape, range, "an array literal needs elements");
    shape = {count(elements.size()), shapes_.upTo(length)};
  } else {
    for (const Value &v : elements)
      nodes.push_back(integers ? v.node : graph_.toReal(v.node));
    if (l.rows.size() > 1)
      shape.push_back(count(l.rows.size()));
    shape.push_back(count(l.rows[0].size()));
  }
  graph_.setRange(range);
  return Value::array(graph_.list(nodes, graph_.shape(shape)));
}

//--- elements and slices ---------------------------------------------------------------

Value Elaborator::index(const syntax::Index &i, SourceRange range, Scope &scope) {
  auto *name = std::get_if<syntax::Name>(&i.base->node);
  Entity *entity = name ? scope.find(name->name) : nullptr;
  if (entity && entity->kind == Entity::Kind::Function && entity->fn)
    return error(Diag::WrongType, range,
                 fmt::format("'{}' is a function: call it with ( )", name->name),
                 fmt::format("write {}(...)", name->name));
  return elementsOf(expression(*i.base, scope), i, range, scope);
}

Value Elaborator::elementsOf(Value base, const syntax::Index &i, SourceRange range,
                             Scope &scope) {
  auto *name = std::get_if<syntax::Name>(&i.base->node);
  Entity *entity = name ? scope.find(name->name) : nullptr;
  struct Part {
    ValueId at, upper;
    bool all = false;
  };
  std::vector<Part> parts;
  bool failed = base.isError();
  for (const syntax::Subscript &s : i.subscripts) {
    Part part;
    part.all = s.all;
    if (!s.all) {
      part.at = integer(*s.index, scope, s.upper ? "the end of a slice" : "an index");
      failed |= !part.at.valid();
    }
    if (s.upper) {
      part.upper = integer(*s.upper, scope, "the end of a slice");
      failed |= !part.upper.valid();
    }
    parts.push_back(part);
  }
  if (failed)
    return Value::error();
  if (!base.isArray()) {
    if (base.isTuple() || base.form == Value::Form::Text)
      return error(Diag::WrongType, range,
                   fmt::format("'{}' is a tuple: take it apart with `let (a, b) = ...`",
                               textOf(i.base->range)));
    return error(Diag::WrongIndices, range,
                 fmt::format("'{}' is a number and has no elements", textOf(i.base->range)),
                 entity ? fmt::format("'{}' is the {} at {}", entity->name, entity->what,
                                      placeOf(entity->range))
                        : std::string());
  }
  std::vector<Axis> axes = shapes_.axes(base);
  if (parts.size() != axes.size())
    return error(Diag::WrongIndices, range,
                 fmt::format("'{}' has {} ind{} ({}), not {}", textOf(i.base->range), axes.size(),
                             axes.size() == 1 ? "ex" : "ices", shapes_.describe(axes),
                             parts.size()),
                 axes.size() == 2 && parts.size() == 1
                     ? fmt::format("a row is {}[i,..], a column {}[..,j]", textOf(i.base->range),
                                   textOf(i.base->range))
                     : std::string());

  graph_.setRange(range);
  std::vector<Axis> result;
  for (size_t k = 0; k < parts.size(); ++k) {
    SourceRange place = i.subscripts[k].range;
    if (parts[k].all) {
      result.push_back(shapes_.upTo(graph_.extent(axes[k])));
      continue;
    }
    bool slice = parts[k].upper.valid();
    // An empty slice reads nothing.
    bool check = true;
    if (slice) {
      ValueId length = graph_.extent({parts[k].at, parts[k].upper});
      result.push_back(shapes_.upTo(length));
      if (graph_.isConstant(length)) {
        check = graph_.intValue(length) > 0;
        if (graph_.intValue(length) < 0)
          return error(Diag::NegativeSize, place,
                       fmt::format("the slice {} ends before it begins", textOf(place)));
      }
    }
    if (!check)
      continue;
    if (slice ? !checkSlice(parts[k].at, parts[k].upper, axes[k], place, i.base->range, range)
              : !checkIndex(parts[k].at, axes[k], place, i.base->range, range))
      return Value::error();
  }
  graph_.setRange(range);
  if (result.empty()) {
    std::vector<ValueId> at;
    for (const Part &part : parts)
      at.push_back(part.at);
    if (!base.view && graph_.isSymbol(base.node) &&
        !earlierIndices(base.node, at, i.subscripts[0].range, i.base->range, range))
      return Value::error();
    return Value::scalar(shapes_.element(base, at));
  }

  struct Source {
    ValueId fixed, shift;
  };
  std::vector<Source> sources;
  for (size_t k = 0; k < parts.size(); ++k) {
    if (!parts[k].all && !parts[k].upper.valid()) {
      sources.push_back({parts[k].at, {}});
      continue;
    }
    ValueId first = parts[k].all ? axes[k].lo : parts[k].at;
    sources.push_back({{}, graph_.sub(first, graph_.integer(1))});
  }
  if (shapes_.depth(base) >= 64)
    base = shapes_.named(base);
  ArrayView view{shapes_.kind(base), result, {}, shapes_.depth(base) + 1};
  const bool growing = !base.view && graph_.isSymbol(base.node);
  const SourceRange place = i.subscripts[0].range, array = i.base->range;
  view.element = [this, base, sources, growing, place, array,
                  range](std::span<const ValueId> indices) {
    std::vector<ValueId> at;
    size_t next = 0;
    for (const Source &s : sources)
      at.push_back(s.fixed.valid() ? s.fixed : graph_.add(indices[next++], s.shift));
    if (growing)
      earlierIndices(base.node, at, place, array, range);
    return shapes_.element(base, at);
  };
  Value v = Value::array(std::move(view));
  v.row = base.row && axes.size() == 1;
  return v;
}

} // namespace gradus::semantics
