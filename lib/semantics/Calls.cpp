//===- Calls.cpp - calls of the functions of a file ---------------------------===//
//
// A call is expanded: the body is elaborated again with the arguments, in the
// scope of the definition. A list of arguments that was there before gives the
// same value, so chains of calls cost no more than their different calls.
//
//===--------------------------------------------------------------------===//

#include "semantics/Elaborate.h"

#include <algorithm>
#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;
using ir::Kind;

namespace {
std::string signatureOf(const syntax::FnDecl &fn) {
  std::string text = fn.name.name + "(";
  for (size_t k = 0; k < fn.parameters.size(); ++k)
    text += (k ? ", " : "") + std::string(fn.parameters[k].integer ? "int " : "") +
            fn.parameters[k].declarator.name.name +
            (fn.parameters[k].function                ? "(..)"
             : fn.parameters[k].declarator.axes.empty() ? ""
                                                        : "[..]");
  return text + ")";
}
} // namespace

bool Elaborator::checkArity(const std::string &name, size_t expected, size_t given,
                            SourceRange range, const std::string &signature) {
  if (expected == given)
    return true;
  error(Diag::WrongArity, range,
        fmt::format("{} takes {} argument{}, not {}", name, expected, expected == 1 ? "" : "s",
                    given),
        signature);
  return false;
}

Value Elaborator::call(const syntax::Call &c, SourceRange range, Scope &scope) {
  Entity *entity = scope.find(c.callee.name);
  std::vector<Value> arguments;
  std::vector<SourceRange> ranges;
  bool failed = false;
  auto elaborateArguments = [&] {
    for (size_t k = 0; k < c.arguments.size(); ++k) {
      syntax::ExprPtr e = c.arguments[k];
      const bool takesFunction = entity->kind == Entity::Kind::Function &&
                                 k < entity->fn->parameters.size() &&
                                 entity->fn->parameters[k].function;
      arguments.push_back(takesFunction
                              ? functionArgument(entity->fn->parameters[k], *e, scope)
                              : expression(*e, scope));
      ranges.push_back(e->range);
      failed |= arguments.back().isError();
    }
  };

  if (!entity) {
    if (c.callee.name == "rows" && c.arguments.size() == 1)
      if (auto *name = std::get_if<syntax::Name>(&c.arguments[0]->node))
        if (Entity *table = scope.find(name->name);
            table && table->kind == Entity::Kind::Table) {
          table->used = true;
          return table->rows();
        }
    return builtin(c, {}, {}, range, scope);
  }
  entity->used = true;
  switch (entity->kind) {
  case Entity::Kind::Function:
    elaborateArguments();
    if (!checkArity(entity->name, entity->fn->parameters.size(), arguments.size(), range,
                    fmt::format("it is declared as {} at {}", signatureOf(*entity->fn),
                                placeOf(entity->range))))
      return Value::error();
    return failed ? Value::error() : callFunction(*entity, std::move(arguments), ranges, range);
  case Entity::Kind::Special:
    elaborateArguments();
    if (failed)
      return Value::error();
    graph_.setRange(range);
    return entity->special(arguments, c, range);
  case Entity::Kind::Table:
    return error(Diag::NotAFunction, c.callee.range,
                 fmt::format("'{}' is a table and cannot be called", entity->name));
  case Entity::Kind::Value:
    break;
  }
  Value v = read(*entity, c.callee.range);
  elaborateArguments();
  if (v.isError())
    return v;
  return error(Diag::NotAFunction, c.callee.range,
               fmt::format("'{}' is {} and cannot be called", entity->name,
                           v.isArray() ? "an array" : "a number"),
               v.isArray()
                   ? fmt::format("its elements are {}[i]", entity->name)
                   : fmt::format("for a product write {}*(...); it is the {} at {}", entity->name,
                                 entity->what, placeOf(entity->range)));
}

/// Checks arguments against the parameters, declares parameters and sizes in
/// `frame`.
bool Elaborator::bindArguments(const Entity &function, const std::vector<Value> &arguments,
                               const std::vector<SourceRange> &ranges, SourceRange range,
                               Scope &frame, std::vector<Value> &bound) {
  const syntax::FnDecl &fn = *function.fn;
  bool ok = true;
  bound = arguments;
  auto parameterName = [&](size_t k) { return fn.parameters[k].declarator.name.name; };

  // Whole arguments first: shapes of the others may read them.
  for (size_t k = 0; k < arguments.size(); ++k) {
    const syntax::Parameter &p = fn.parameters[k];
    if (p.function) {
      bindFunction(p.declarator.name, *arguments[k].function, frame);
      continue;
    }
    if (!p.integer || !p.declarator.axes.empty())
      continue;
    ValueId whole = wholeOf(arguments[k]);
    if (!whole.valid() && arguments[k].isScalar())
      whole = wholeOfColumns(arguments[k].node);
    if (!whole.valid()) {
      if (number(arguments[k], ranges[k]).valid())
        error(Diag::WholeNeeded, ranges[k],
              fmt::format("the argument '{}' of {} is a whole number, and '{}' is real",
                          parameterName(k), fn.name.name, textOf(ranges[k])));
      ok = false;
      continue;
    }
    bound[k] = Value::scalar(whole);
    if (isFree(p.declarator.name, frame))
      frame.declareValue(p.declarator.name, "argument", bound[k]);
  }
  if (!ok)
    return false;

  // Then the names that shapes bind.
  for (size_t k = 0; k < arguments.size(); ++k) {
    const syntax::Parameter &p = fn.parameters[k];
    size_t rank = p.declarator.axes.size();
    if (p.function)
      continue;
    if (rank == 0) {
      if (arguments[k].isArray()) {
        error(Diag::WrongShape, ranges[k],
              fmt::format("the argument '{}' of {} is a number, and '{}' is an array [{}]",
                          parameterName(k), fn.name.name, textOf(ranges[k]),
                          shapes_.describe(shapes_.axes(arguments[k]))),
              fmt::format("[i in 1..n] {}(x[i]) applies it to every element", fn.name.name));
        ok = false;
      } else if (!number(arguments[k], ranges[k]).valid()) {
        ok = false;
      }
      continue;
    }
    if (!arguments[k].isArray() || shapes_.rank(arguments[k]) != rank) {
      std::string given = arguments[k].isArray()
                              ? fmt::format("has the shape [{}]",
                                            shapes_.describe(shapes_.axes(arguments[k])))
                              : std::string("is not an array");
      error(Diag::WrongShape, ranges[k],
            fmt::format("the argument '{}' of {} is an array with {} ind{}, and '{}' {}",
                        parameterName(k), fn.name.name, rank, rank == 1 ? "ex" : "ices",
                        textOf(ranges[k]), given),
            fmt::format("it is declared at {}", placeOf(p.declarator.name.range)));
      ok = false;
      continue;
    }
    std::vector<Axis> actual = shapes_.axes(arguments[k]);
    for (size_t d = 0; d < rank; ++d) {
      const syntax::AxisDecl &axis = p.declarator.axes[d];
      auto *name = std::get_if<syntax::Name>(&axis.upper->node);
      if (!name || frame.findHere(name->name))
        continue;
      ValueId lo = axis.lower ? integer(*axis.lower, frame, "the end of a range")
                              : graph_.integer(1);
      if (!lo.valid())
        return false;
      ValueId size = graph_.sub(graph_.add(graph_.extent(actual[d]), lo), graph_.integer(1));
      frame.declareValue({name->name, axis.upper->range}, "size", Value::scalar(size));
    }
  }
  if (!ok)
    return false;

  // Then everything has a declared shape to be compared and indexed with.
  for (size_t k = 0; k < arguments.size(); ++k) {
    const syntax::Parameter &p = fn.parameters[k];
    if (p.function)
      continue;
    if (p.declarator.axes.empty()) {
      if (!p.integer) {
        bound[k] = shapes_.real(arguments[k]);
        bound[k].whole = {};
        if (isFree(p.declarator.name, frame)) {
          Entity &e = frame.declareValue(p.declarator.name, "argument", bound[k]);
          e.wholeForm = "int " + e.name;
        }
      }
      continue;
    }
    std::vector<Axis> declared, actual = shapes_.axes(arguments[k]);
    bool closed = true;
    for (const syntax::AxisDecl &axis : p.declarator.axes) {
      ValueId lo = axis.lower ? integer(*axis.lower, frame, "the end of a range")
                              : graph_.integer(1);
      ValueId hi = integer(*axis.upper, frame, "a size");
      if (!lo.valid() || !hi.valid())
        return false;
      declared.push_back({lo, hi});
      closed = closed && !graph_.hasFree(lo) && !graph_.hasFree(hi);
    }
    for (size_t d = 0; d < declared.size(); ++d)
      if (shapes_.fit(graph_.extent(declared[d]), graph_.extent(actual[d])) == Fit::Different) {
        error(Diag::WrongShape, ranges[k],
              fmt::format("the argument '{}' of {} is declared as [{}], and '{}' is [{}]",
                          parameterName(k), fn.name.name, shapes_.describe(declared),
                          textOf(ranges[k]), shapes_.describe(actual)),
              fmt::format("{} is declared at {}", fn.name.name, placeOf(fn.name.range)));
        return false;
      }
    if (p.integer && shapes_.kind(arguments[k]) != Kind::Int) {
      error(Diag::WholeNeeded, ranges[k],
            fmt::format("the argument '{}' of {} is of whole numbers, and '{}' is real",
                        parameterName(k), fn.name.name, textOf(ranges[k])));
      return false;
    }
    graph_.setRange(ranges[k]);
    Value v = p.integer ? arguments[k] : shapes_.real(arguments[k]);
    v = shapes_.reindexed(v, declared);
    v.row = arguments[k].row;
    bound[k] = closed ? shapes_.named(v) : v;
    if (isFree(p.declarator.name, frame))
      frame.declareValue(p.declarator.name, "argument", bound[k]);
  }
  graph_.setRange(range);
  return ok;
}

Value Elaborator::callFunction(Entity &function, std::vector<Value> arguments,
                               const std::vector<SourceRange> &ranges, SourceRange range) {
  const syntax::FnDecl &fn = *function.fn;
  // A function that takes functions may well be passed to itself by another one.
  bool higher = std::any_of(fn.parameters.begin(), fn.parameters.end(),
                            [](const syntax::Parameter &p) { return p.function; });
  auto active = higher ? context_.calls.end()
                       : std::find(context_.calls.begin(), context_.calls.end(), &fn);
  if (active != context_.calls.end()) {
    std::string path;
    cyclic_.insert(active, context_.calls.end());
    for (; active != context_.calls.end(); ++active)
      path += (*active)->name.name + " -> ";
    return error(Diag::Recursion, range, fmt::format("'{}' calls itself", fn.name.name),
                 fmt::format("{}{}; repeated steps are written as sums, or with `fold`", path,
                             fn.name.name));
  }
  // One circle is one message.
  if (cyclic_.count(&fn))
    return Value::error();
  if (context_.calls.size() >= limits_.calls) {
    error(Diag::CallDepth, range, "calls are nested too deep here",
          fmt::format("the limit is {} calls within each other", limits_.calls));
    stopped_ = true;
    return Value::error();
  }
  Scope frame(function.home);
  std::vector<Value> bound;
  if (!bindArguments(function, arguments, ranges, range, frame, bound))
    return Value::error();

  // Under a condition less is reported: such a value must not stand for others.
  CallKey key{&fn, function.home->id() << 1 | uint64_t(context_.guards > 0), {}};
  bool remember = true;
  for (const Value &v : bound) {
    if (v.function) {
      std::get<2>(key).push_back(reinterpret_cast<uint64_t>(v.function->fn));
      std::get<2>(key).push_back(v.function->fn ? v.function->home->id()
                                                : reinterpret_cast<uint64_t>(v.function));
      continue;
    }
    remember = remember && !v.view && v.node.valid();
    std::get<2>(key).push_back(uint64_t(v.node.index) << 1 | uint64_t(v.row));
  }
  if (remember)
    if (auto it = memo_.find(key); it != memo_.end()) {
      riskyReads_ += it->second.riskyReads;
      return it->second.value;
    }
  size_t risky = riskyReads_;

  std::vector<Ended> ended;
  std::vector<Growing> growing; // a function is the same wherever it is called
  std::swap(ended, context_.ended);
  std::swap(growing, context_.growing);
  context_.calls.push_back(&fn);
  Varied varied = varyArguments(fn, frame);
  Value value = putBack(varied, shapes_.named(expression(*fn.body, frame)));
  context_.calls.pop_back();
  std::swap(growing, context_.growing);
  std::swap(ended, context_.ended);
  graph_.setRange(range);
  if (remember)
    memo_.emplace(std::move(key), Remembered{value, riskyReads_ - risky});
  return value;
}

} // namespace gradus::semantics
