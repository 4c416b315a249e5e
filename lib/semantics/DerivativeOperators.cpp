//===- DerivativeOperators.cpp - diff, grad, hess, jac, directional -----------===//
//
// An operator is worked out where it stands, so of nested ones the innermost
// first. What varies is an input of the graph: an unknown, a parameter, an
// argument. The arguments of a call are formulas by then, so a function whose
// body differentiates is elaborated with variables in their place, and the
// formulas are put back into its value:
//
//     fn slope(x) = diff(x^2, x)      slope(3*y):   d v^2/dv = 2*v,  v = 3*y
//
//===--------------------------------------------------------------------===//

#include "differentiate/Differentiate.h"
#include "semantics/Builtins.h"
#include "semantics/Elaborate.h"

#include <cassert>
#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;
using ir::InputRole;
using ir::Kind;

/// What a derivative is taken by: an input or a part of one.
struct Elaborator::Variable {
  ValueId input;
  std::vector<Axis> axes; ///< of the part; none for a number
  /// For each axis of the input, its index as a function of those of the part.
  std::vector<Value> coordinates;
  /// The same part of an array that is shaped like the input.
  std::function<Value(Value)> part;

  std::vector<ValueId> position(const Shapes &shapes, std::span<const ValueId> indices) const {
    std::vector<ValueId> result;
    for (const Value &c : coordinates)
      result.push_back(c.isArray() ? shapes.element(c, indices) : c.node);
    return result;
  }
};

//--- which names a body differentiates by -------------------------------------------

namespace {

/// Calls fn for every expression below `root`, functions and lets in blocks included.
void eachExpression(const syntax::Expr &root, const std::function<void(const syntax::Expr &)> &fn) {
  std::vector<syntax::ExprPtr> work{&root};
  auto add = [&](syntax::ExprPtr e) {
    if (e)
      work.push_back(e);
  };
  struct Visitor {
    decltype(add) &push;
    void operator()(const syntax::Number &) {}
    void operator()(const syntax::String &) {}
    void operator()(const syntax::Name &) {}
    void operator()(const syntax::Unary &n) { push(n.operand); }
    void operator()(const syntax::Chain &n) {
      for (const auto &link : n.links)
        push(link.operand);
    }
    void operator()(const syntax::Power &n) {
      push(n.base);
      push(n.exponent);
    }
    void operator()(const syntax::Comparison &n) {
      for (syntax::ExprPtr e : n.operands)
        push(e);
    }
    void operator()(const syntax::Logical &n) {
      for (syntax::ExprPtr e : n.operands)
        push(e);
    }
    void operator()(const syntax::If &n) {
      push(n.condition);
      push(n.then);
      push(n.otherwise);
    }
    void operator()(const syntax::Call &n) {
      for (syntax::ExprPtr e : n.arguments)
        push(e);
    }
    void operator()(const syntax::Index &n) {
      push(n.base);
      for (const syntax::Subscript &s : n.subscripts) {
        push(s.index);
        push(s.upper);
      }
    }
    void operator()(const syntax::Member &n) { push(n.base); }
    void binders(const std::vector<syntax::Binder> &all) {
      for (const syntax::Binder &b : all) {
        push(b.lower);
        push(b.upper);
      }
    }
    void operator()(const syntax::Reduction &n) {
      binders(n.binders);
      push(n.where);
      push(n.body);
    }
    void operator()(const syntax::Comprehension &n) {
      binders(n.binders);
      push(n.body);
    }
    void operator()(const syntax::ArrayLiteral &n) {
      for (const auto &row : n.rows)
        for (syntax::ExprPtr e : row)
          push(e);
    }
    void operator()(const syntax::TupleExpr &n) {
      for (syntax::ExprPtr e : n.elements)
        push(e);
    }
    void operator()(const syntax::Block &n) {
      for (syntax::ItemPtr item : n.items)
        if (auto *let = std::get_if<syntax::LetDecl>(&item->node))
          push(let->value);
        else if (auto *inner = std::get_if<syntax::FnDecl>(&item->node))
          push(inner->body);
      push(n.value);
    }
    void operator()(const syntax::Recurrence &n) {
      push(n.start);
      push(n.binder.lower);
      push(n.binder.upper);
      push(n.until);
      push(n.maximum);
      push(n.step);
    }
  };
  while (!work.empty()) {
    syntax::ExprPtr e = work.back();
    work.pop_back();
    fn(*e);
    std::visit(Visitor{add}, e->node);
  }
}

/// One element of a sum of arrays that are zero but in one place: a sum of
/// conditions. Other arrays are read where they are.
ValueId elementOf(ir::Graph &g, ValueId array, std::span<const ValueId> indices) {
  ValueId sum;
  std::vector<ValueId> work{array};
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    const ir::Node n = g.node(v);
    if (n.op == ir::Op::Prim && n.prim() == ir::Prim::Add) {
      work.push_back(g.operand(v, 1));
      work.push_back(g.operand(v, 0));
      continue;
    }
    ValueId here = g.boolean(true), value;
    if (n.op == ir::Op::Put) {
      for (unsigned k = 0; k < indices.size(); ++k)
        here = g.logicalAnd(here, g.equal(g.operand(v, k + 1), indices[k]));
      value = g.operand(v, 0);
    } else {
      value = g.at(v, indices);
    }
    ValueId term = g.select(here, value, g.real(0));
    sum = sum.valid() ? g.add(sum, term) : term;
  }
  return sum;
}

const syntax::Name *variableName(const syntax::Expr &expr) {
  if (auto *index = std::get_if<syntax::Index>(&expr.node))
    return std::get_if<syntax::Name>(&index->base->node);
  return std::get_if<syntax::Name>(&expr.node);
}

} // namespace

/// The names by which derivative operators below `body` differentiate.
const std::set<std::string> &Elaborator::variablesIn(const syntax::Expr &body) {
  auto [known, fresh] = variables_.try_emplace(&body);
  if (fresh)
    eachExpression(body, [&, names = &known->second](const syntax::Expr &e) {
      auto *call = std::get_if<syntax::Call>(&e.node);
      if (call && call->arguments.size() >= 2 && isDerivative(call->callee.name))
        if (auto *name = variableName(*call->arguments[1]))
          names->insert(name->name);
    });
  return known->second;
}

/// A variable in place of `node`, until it is put back.
ValueId Elaborator::vary(ValueId node, const syntax::Ident &name, Varied &varied) {
  graph_.setRange(name.range);
  ValueId input = graph_.input({name.name, graph_.type(node), InputRole::Local, name.range});
  varied.originals.push_back({input, node});
  return input;
}

Elaborator::Varied Elaborator::varyArguments(const syntax::FnDecl &fn, Scope &frame) {
  const std::set<std::string> &names = variablesIn(*fn.body);
  Varied varied;
  for (const syntax::Parameter &p : fn.parameters) {
    const syntax::Ident &name = p.declarator.name;
    if (p.integer || p.function || !names.count(name.name))
      continue;
    Entity *entity = frame.findHere(name.name);
    ValueId node = entity ? entity->value.node : ValueId{};
    if (!node.valid() || graph_.node(node).op == ir::Op::Input)
      continue;
    entity->value.node = vary(node, name, varied);
    entity->value.view = nullptr;
  }
  return varied;
}

Value Elaborator::putBack(const Varied &varied, const Value &value) {
  if (varied.originals.empty())
    return value;
  ir::Substitution map;
  for (auto [input, original] : varied.originals)
    map[input] = original;
  Value result = value;
  if (result.node.valid())
    result.node = graph_.substitute(result.node, map);
  if (value.view) {
    ArrayView view = *value.view;
    view.element = [this, inner = value.view, map](std::span<const ValueId> indices) {
      return graph_.substitute(inner->element(indices), map);
    };
    result.view = std::make_shared<const ArrayView>(std::move(view));
  }
  for (Value &part : result.parts)
    part = putBack(varied, part);
  return result;
}

//--- the variable -----------------------------------------------------------------------

bool Elaborator::variable(const syntax::Expr &expr, Scope &scope, Variable &result) {
  auto refuse = [&](const std::string &why, const std::string &remedy) {
    error(Diag::NotAVariable, expr.range, why, remedy);
    return false;
  };
  const syntax::Name *name = variableName(expr);
  if (!name)
    return refuse(fmt::format("'{}' is a formula, not a variable", textOf(expr.range)),
                  "name what varies: an unknown, a real parameter or an argument, as in diff(f, x) "
                  "or diff(f, x[2])");
  Entity *entity = scope.find(name->name);
  if (!entity) {
    if (closest(name->name, scope.visible()))
      unknownName(name->name, expr.range, scope, false);
    else
      error(Diag::UnknownName, expr.range, fmt::format("'{}' is not declared", name->name),
            "the derivative is by an unknown, a real parameter or an argument of the function "
            "around");
    return false;
  }
  std::string what = fmt::format("'{}' is the {} at {}", entity->name, entity->what,
                                 placeOf(entity->range));
  if (entity->kind != Entity::Kind::Value)
    return refuse(what + ", which does not vary", "name an unknown, a parameter or an argument");
  Value value = read(*entity, expr.range);
  if (value.isError())
    return false;
  if (value.isTuple() || shapes_.kind(value) != Kind::Real)
    return refuse(fmt::format("{}, and {}", what,
                              value.isTuple() ? "a tuple is not one variable"
                                              : "whole numbers have no derivative"),
                  entity->what == "parameter" && !value.isTuple()
                      ? "declare the parameter without `int`"
                      : "name an unknown, a real parameter or an argument");
  if (!value.node.valid() && entity->what == "argument")
    return refuse(fmt::format("{}, and its length here changes with an index", what),
                  "pass an array of a fixed length");
  if (!value.node.valid() || graph_.node(value.node).op != ir::Op::Input)
    return refuse(fmt::format("{}: a name for a formula, not a variable", what),
                  "differentiate by what the formula is made of, or make it the argument of a "
                  "function: fn g(u) = diff(..., u)");
  if (graph_.inputOf(value.node).role == InputRole::Data)
    return refuse(what + ", and data do not vary", "declare it as `param` to differentiate by it");
  result.input = value.node;
  auto *index = std::get_if<syntax::Index>(&expr.node);
  if (index) {
    result.part = [this, index, range = expr.range, &scope](Value whole) {
      return elementsOf(std::move(whole), *index, range, scope);
    };
    Value part = result.part(value);
    if (part.isError())
      return false;
    if (part.isArray())
      result.axes = shapes_.axes(part);
  } else {
    result.part = [](Value whole) { return whole; };
    if (value.isArray())
      result.axes = shapes_.axes(value);
  }
  const std::vector<Axis> axes = graph_.axesOf(value.node);
  for (size_t k = 0; k < axes.size(); ++k) {
    ArrayView view{Kind::Int, axes, {}, 0};
    view.element = [k](std::span<const ValueId> indices) { return indices[k]; };
    result.coordinates.push_back(result.part(Value::array(std::move(view))));
  }
  for (const Axis &axis : result.axes)
    if (graph_.hasFree(axis.lo) || graph_.hasFree(axis.hi))
      return refuse(fmt::format("the length of '{}' changes with an index", textOf(expr.range)),
                    "differentiate by the whole array and take a slice of the result");
  return true;
}

//--- the operators ------------------------------------------------------------------------

Value Elaborator::hessian(ValueId value, const Variable &x) {
  ValueId gradient = differentiate::gradient(graph_, value, {&x.input, 1})[0];
  auto second = [&](ValueId i, ValueId j) {
    std::vector<ValueId> rows, columns;
    if (i.valid()) {
      rows = x.position(shapes_, {&i, 1});
      columns = x.position(shapes_, {&j, 1});
    } else {
      rows = columns = x.position(shapes_, {});
    }
    ValueId first = rows.empty() ? gradient : graph_.at(gradient, rows);
    ValueId again = differentiate::gradient(graph_, first, {&x.input, 1})[0];
    return columns.empty() ? again : elementOf(graph_, again, columns);
  };
  if (x.axes.empty())
    return Value::scalar(second({}, {}));
  const Axis axis = x.axes[0];
  ValueId symbols[] = {graph_.newSymbol(axis.lo, axis.hi, "i"),
                       graph_.newSymbol(axis.lo, axis.hi, "j")};
  const Axis axes[] = {axis, axis};
  return Value::array(graph_.build(symbols, axes, second(symbols[0], symbols[1])));
}

Value Elaborator::jacobian(const Value &value, const Variable &x) {
  const Axis rows = shapes_.axes(value)[0];
  auto rowAt = [&](ValueId element, std::span<const ValueId> position) {
    ValueId gradient = differentiate::gradient(graph_, element, {&x.input, 1})[0];
    return position.empty() ? gradient : elementOf(graph_, gradient, position);
  };
  std::vector<Axis> axes{rows};
  std::vector<ValueId> symbols{graph_.newSymbol(rows.lo, rows.hi, "i")};
  std::vector<ValueId> position;
  if (!x.axes.empty()) {
    axes.push_back(x.axes[0]);
    symbols.push_back(graph_.newSymbol(x.axes[0].lo, x.axes[0].hi, "j"));
    position = x.position(shapes_, {&symbols[1], 1});
  } else {
    position = x.position(shapes_, {});
  }
  ValueId node = value.node, body;
  if (node.valid() && graph_.node(node).op == ir::Op::List) {
    // Each row has a formula of its own.
    const std::vector<ValueId> elements(graph_.operands(node).begin(),
                                        graph_.operands(node).end());
    for (size_t k = elements.size(); k-- > 0;) {
      ValueId row = rowAt(elements[k], position);
      ValueId here = graph_.add(rows.lo, graph_.integer(static_cast<int64_t>(k)));
      body = body.valid() ? graph_.select(graph_.equal(symbols[0], here), row, body) : row;
    }
  } else {
    ValueId element = node.valid() && graph_.node(node).op == ir::Op::Build
                          ? graph_.openWith(node, {symbols.data(), 1}).body
                          : shapes_.element(value, {symbols[0]});
    body = rowAt(element, position);
  }
  return Value::array(graph_.build(symbols, axes, body));
}

Value Elaborator::derivativeOperator(const syntax::Call &c, SourceRange range, Scope &scope) {
  const std::string &name = c.callee.name;
  const bool along = name == "directional";
  if (!checkArity(name, along ? 3 : 2, c.arguments.size(), range,
                  along ? "directional(e, x, u) is the derivative of e by x along u"
                        : fmt::format("{}(e, x) is of e by x", name)))
    return Value::error();
  Variable x;
  const bool known = variable(*c.arguments[1], scope, x);
  Value value = expression(*c.arguments[0], scope);
  Value direction = along ? expression(*c.arguments[2], scope) : Value();
  if (!known || value.isError() || (along && direction.isError()))
    return Value::error();
  const SourceRange valueRange = c.arguments[0]->range, xRange = c.arguments[1]->range;
  auto shapeOf = [&](const Value &v) { return shapes_.describe(shapes_.axes(v)); };
  if (!value.isArray() && !number(value, valueRange).valid())
    return Value::error();
  if (value.isArray()) {
    if (name == "grad" || name == "hess")
      return error(Diag::WrongShape, valueRange,
                   fmt::format("{} is of a number, and '{}' is an array [{}]", name,
                               textOf(valueRange), shapeOf(value)),
                   "jac(r, x) is the matrix of the derivatives of an array");
    if (name == "jac" && shapes_.rank(value) != 1)
      return error(Diag::WrongShape, valueRange,
                   fmt::format("jac is of a vector, and '{}' is [{}]", textOf(valueRange),
                               shapeOf(value)));
    value = shapes_.named(shapes_.real(value));
    if (!value.node.valid() && name != "jac")
      return error(Diag::WrongShape, valueRange,
                   fmt::format("the length of '{}' changes with an index", textOf(valueRange)),
                   "give it a fixed length");
  } else if (name == "jac") {
    return error(Diag::WrongShape, valueRange,
                 fmt::format("jac is of a vector, and '{}' is a number", textOf(valueRange)),
                 "grad(e, x) is the derivative of a number by an array");
  } else {
    value = shapes_.real(value);
  }
  if (name == "diff" && !x.axes.empty())
    return error(Diag::WrongShape, xRange,
                 fmt::format("diff is by one number, and '{}' is [{}]", textOf(xRange),
                             shapes_.describe(x.axes)),
                 value.isArray() ? "jac(r, x) is the matrix of all derivatives"
                                 : "grad(e, x) is the array of all derivatives");
  if ((name == "hess" || name == "jac") && x.axes.size() > 1)
    return error(Diag::WrongShape, xRange,
                 fmt::format("{} is by a vector, and '{}' is [{}]", name, textOf(xRange),
                             shapes_.describe(x.axes)),
                 "differentiate by a row or column, such as A[1,..]");
  graph_.setRange(range);

  if (name == "jac")
    return jacobian(value, x);
  if (name == "hess")
    return hessian(value.node, x);
  if (name == "grad" || (name == "diff" && value.isScalar())) {
    ValueId gradient = differentiate::gradient(graph_, value.node, {&x.input, 1})[0];
    return x.part(shapes_.of(gradient));
  }

  // Along a direction, of which diff by a number is the case 1.
  ValueId seed;
  const ir::Type type = graph_.type(x.input);
  if (along) {
    if (direction.isArray() != !x.axes.empty() ||
        (direction.isArray() && shapes_.rank(direction) != x.axes.size()))
      return error(Diag::WrongShape, c.arguments[2]->range,
                   fmt::format("'{}' is {}, and the direction '{}' is {}", textOf(xRange),
                               x.axes.empty() ? std::string("a number")
                                              : "[" + shapes_.describe(x.axes) + "]",
                               textOf(c.arguments[2]->range),
                               direction.isArray() ? "[" + shapeOf(direction) + "]"
                                                   : std::string("a number")),
                   "a direction has the shape of what varies");
    if (direction.isArray()) {
      ArrayView shaped{Kind::Real, x.axes, {}, 0};
      Value both[] = {Value::array(std::move(shaped)), direction};
      SourceRange ranges[] = {xRange, c.arguments[2]->range};
      if (!sameShape(both, ranges, range))
        return Value::error();
      direction = shapes_.named(shapes_.reindexed(shapes_.real(direction), x.axes));
    } else if (!number(direction, c.arguments[2]->range).valid()) {
      return Value::error();
    } else {
      direction = shapes_.real(direction);
    }
  } else {
    direction = Value::scalar(graph_.real(1));
  }
  const bool whole = std::holds_alternative<syntax::Name>(c.arguments[1]->node);
  if (type.scalar() || whole) {
    seed = direction.node;
  } else {
    std::vector<ValueId> symbols;
    for (const Axis &axis : x.axes)
      symbols.push_back(graph_.newSymbol(axis.lo, axis.hi, "i"));
    ValueId amount = x.axes.empty() ? direction.node : shapes_.element(direction, symbols);
    seed = graph_.put(type.shape, x.position(shapes_, symbols), amount);
    for (size_t k = symbols.size(); k-- > 0;)
      seed = graph_.reduce(ir::ReduceOp::Sum, symbols[k], x.axes[k].lo, x.axes[k].hi,
                           graph_.boolean(true), seed);
  }
  ValueId root = value.node;
  return shapes_.of(
      differentiate::pushforward(graph_, {&root, 1}, {&x.input, 1}, {&seed, 1})[0]);
}

} // namespace gradus::semantics
