//===- Statements.cpp - statements of the loop IR as C --------------------------===//
#include "codegen/c/FunctionWriter.h"

#include "loops/Operands.h"

#include <fmt/format.h>

#include <algorithm>


namespace gradus::codegen::c {

using namespace loops;

namespace {

constexpr unsigned heaviest = 30, deepest = 12;
constexpr size_t farthest = 200;

template <class... F> struct Overloaded : F... {
  using F::operator()...;
};
template <class... F> Overloaded(F...) -> Overloaded<F...>;

bool namesScalar(const loops::Statement &statement, ScalarId scalar) {
  bool found = false;
  forEachOperand(statement, [&](ScalarId s) { found = found || s == scalar; });
  return found;
}
bool writesMemory(const loops::Statement &statement) {
  return !std::holds_alternative<Let>(statement.node) &&
         !std::holds_alternative<Check>(statement.node);
}

} // namespace

void FunctionWriter::body(const Body &list, Block &out, ScalarId condition) {
  for (size_t k = 0; k < list.size(); ++k) {
    std::visit(Overloaded{[&](const Let &s) { define(list, k, s, out, condition); },
                          [&](const auto &s) { statement(s, out); }},
               list[k].node);
  }
}

/// Whether the scalar may stand in the later statement of the same body that uses
/// it, or in the condition that ends the body. A loop evaluates its last index
/// in every round, so that must not read what the round writes.
bool FunctionWriter::mayInline(const Body &where, size_t at, const Value &v, ScalarId condition) {
  ScalarId s = std::get<Let>(where[at].node).target;
  if (!f_.scalars[s.index].name.empty() || uses_[s.index] != 1 || v.e.weight > heaviest ||
      v.e.depth > deepest)
    return false;
  for (size_t k = at + 1; k < where.size() && k < at + farthest; ++k) {
    if (namesScalar(where[k], s))
      return !(v.readsMemory && std::holds_alternative<For>(where[k].node));
    if (v.readsMemory && writesMemory(where[k]))
      return false;
  }
  return s == condition;
}

void FunctionWriter::define(const Body &where, size_t at, const Let &let, Block &out,
                            ScalarId condition) {
  if (uses_[let.target.index] == 0)
    return;
  Value v = operation(let.operation);
  const bool escapes = escapes_[let.target.index];
  const bool always = v.inlined && (!escapes || v.constant || v.truth ||
                                     std::holds_alternative<ConstReal>(let.operation));
  forEachOperand(let.operation, [&](ScalarId s) {
    v.readsMemory = v.readsMemory || (values_[s.index].inlined && values_[s.index].readsMemory);
  });
  if (always || (!escapes && mayInline(where, at, v, condition))) {
    v.inlined = true;
    values_[let.target.index] = std::move(v);
  } else if (escapes) { // its name was declared before the loop
    out.push_back(Assign{plain(let.target), "=", std::move(v.e)});
  } else {
    const loops::Scalar &scalar = f_.scalars[let.target.index];
    Value named;
    named.e = Expression::atom(names_.unique(scalar.name, fmt::format("t{}", let.target.index)));
    named.base = named.e;
    out.push_back(Declare{"const " + typeName(scalar.kind), named.e.text, {std::move(v.e)}});
    values_[let.target.index] = std::move(named);
  }
  pointers(out, let.target);
}

void FunctionWriter::statement(const loops::Assign &s, Block &out) {
  const Place &p = places_[s.variable.index];
  Expression target = Expression::atom(p.name);
  if (p.home && !p.written) {
    places_[s.variable.index].written = true;
    out.push_back(Declare{typeName(f_.variables[s.variable.index].kind), p.name, {plain(s.value)}});
    return;
  }
  out.push_back(Assign{std::move(target), "=", plain(s.value)});
}

void FunctionWriter::combine(Block &out, Expression target, Combine how, ScalarId value, Kind kind) {
  Expression v = plain(value);
  switch (how) {
  case Combine::Set:
    out.push_back(Assign{std::move(target), "=", std::move(v)});
    return;
  case Combine::Add:
    if (v.form == Expression::Form::Prefix && v.text == "-") {
      out.push_back(Assign{std::move(target), "-=", v.parts[0]});
      return;
    }
    out.push_back(Assign{std::move(target), "+=", std::move(v)});
    return;
  case Combine::Multiply:
    out.push_back(Assign{std::move(target), "*=", std::move(v)});
    return;
  case Combine::Min:
  case Combine::Max: {
    const bool smaller = how == Combine::Min, real = kind == Kind::Real;
    std::string name = file_.helpers.use(real ? (smaller ? Helper::Minimum : Helper::Maximum)
                                              : (smaller ? Helper::WholeMinimum : Helper::WholeMaximum));
    Expression both = Expression::call(name, {target, std::move(v)});
    out.push_back(Assign{std::move(target), "=", std::move(both)});
    return;
  }
  }
}

void FunctionWriter::statement(const Store &s, Block &out) {
  combine(out, element(s.buffer, s.indices), s.combine, s.value, f_.buffers[s.buffer.index].kind);
}

/// Sets elements that no other round reads or sets.
static bool isMap(const For &s) {
  return s.independent && std::all_of(s.body.begin(), s.body.end(), [](const loops::Statement &t) {
           auto *store = std::get_if<Store>(&t.node);
           return store ? store->combine == Combine::Set : std::holds_alternative<Let>(t.node);
         });
}

void FunctionWriter::statement(const Accumulate &s, Block &out) {
  combine(out, Expression::atom(places_[s.variable.index].name), s.combine, s.value,
          f_.variables[s.variable.index].kind);
}

void FunctionWriter::statement(const For &s, Block &out) {
  if (auto plan = lanePlan(s))
    lanes(s, *plan, out);
  else
    plainLoop(s, out);
}

CountedLoop FunctionWriter::countedLoop(const For &s, Expression first, Expression last) {
  Value index;
  index.e = Expression::atom(names_.unique(f_.scalars[s.index.index].name, "i"));
  index.base = index.e;
  values_[s.index.index] = index;
  CountedLoop loop{index.e.text, std::move(first), std::move(last), {}};
  body(s.body, loop.body);
  return loop;
}

void FunctionWriter::plainLoop(const For &s, Block &out) {
  const bool map = isMap(s), before = inLanes_;
  inLanes_ = inLanes_ || map;
  CountedLoop loop = countedLoop(s, plain(s.lo), plain(s.hi));
  inLanes_ = before;
  if (map) {
    file_.helpers.use(Helper::Independent);
    loop.mark = upperCase(file_.prefix) + "_INDEPENDENT";
  }
  out.push_back(std::move(loop));
}

void FunctionWriter::statement(const While &s, Block &out) {
  for (const loops::Statement &inner : s.head) {
    auto *let = std::get_if<Let>(&inner.node);
    if (!let || !escapes_[let->target.index] || uses_[let->target.index] == 0)
      continue;
    const loops::Scalar &scalar = f_.scalars[let->target.index];
    Value named;
    named.e = Expression::atom(names_.unique(scalar.name, fmt::format("t{}", let->target.index)));
    named.base = named.e;
    out.push_back(Declare{typeName(scalar.kind), named.e.text,
                          {scalar.kind == Kind::Real ? realNumber(0) : Expression::atom("0")}});
    values_[let->target.index] = std::move(named);
  }
  EndlessLoop loop;
  body(s.head, loop.body, s.condition);
  loop.body.push_back(Branch{negated(s.condition), {Leave{}}, {}});
  body(s.body, loop.body);
  out.push_back(std::move(loop));
}

void FunctionWriter::statement(const If &s, Block &out) {
  if (auto known = values_[s.condition.index].truth) {
    // In a block of its own: declarations must not meet others of the same name.
    body(*known ? s.then : s.otherwise, out);
    return;
  }
  Branch branch{plain(s.condition), {}, {}};
  body(s.then, branch.then);
  body(s.otherwise, branch.otherwise);
  if (branch.then.empty() && branch.otherwise.empty())
    return;
  if (branch.then.empty()) {
    branch.condition = Expression::prefix("!", std::move(branch.condition));
    std::swap(branch.then, branch.otherwise);
  }
  out.push_back(std::move(branch));
}

void FunctionWriter::statement(const Fill &s, Block &out) {
  const bool real = f_.buffers[s.buffer.index].kind == Kind::Real;
  out.push_back(Evaluate{
      Expression::call(file_.helpers.use(real ? Helper::Fill : Helper::FillWhole),
                       {Expression::atom(buffers_[s.buffer.index]), count(s.buffer), plain(s.value)})});
}

void FunctionWriter::statement(const Copy &s, Block &out) {
  const bool real = f_.buffers[s.target.index].kind == Kind::Real;
  out.push_back(Evaluate{Expression::call(
      file_.helpers.use(real ? Helper::Copy : Helper::CopyWhole),
      {Expression::atom(buffers_[s.target.index]), Expression::atom(buffers_[s.source.index]),
       count(s.target)})});
}

void FunctionWriter::statement(const Call &s, Block &out) {
  const FunctionFacts &callee = file_.facts[s.callee.index];
  std::vector<Expression> arguments;
  if (callee.frame)
    arguments.push_back(Expression::atom("frame"));
  if (callee.work) {
    Expression work = Expression::atom("work");
    const bool own = f_.workspaceElements.valid() &&
                     values_[f_.workspaceElements.index].constant.value_or(1) != 0;
    if (own) {
      Expression size = plain(f_.workspaceElements);
      if (file_.wordsPerElement > 1)
        size = Expression::infix("*", Binding::Product,
                                 Expression::atom(std::to_string(file_.wordsPerElement)), size);
      work = Expression::infix("+", Binding::Sum, std::move(work), std::move(size));
    }
    arguments.push_back(std::move(work));
  }
  // A function of the runtime returns what is its one result.
  const bool runtime = !file_.module.functions[s.callee.index].external.empty();
  std::string result;
  for (const Argument &a : s.arguments) {
    if (auto *v = std::get_if<VariableId>(&a.value); v && runtime) {
      const Place &place = places_[v->index];
      result = place.read || place.parameter ? place.name : "";
      continue;
    }
    if (auto *scalar = std::get_if<ScalarId>(&a.value)) {
      arguments.push_back(plain(*scalar));
    } else if (auto *v = std::get_if<VariableId>(&a.value)) {
      arguments.push_back(Expression::prefix("&", Expression::atom(places_[v->index].name)));
    } else {
      arguments.push_back(Expression::atom(buffers_[std::get<BufferId>(a.value).index]));
    }
  }
  Expression call = Expression::call(callee.name, std::move(arguments));
  if (runtime && !result.empty())
    out.push_back(Assign{Expression::atom(result), "=", std::move(call)});
  else if (callee.fails)
    out.push_back(Branch{Expression::infix("!=", Binding::Equality, std::move(call),
                                           Expression::atom("0")),
                         {Return{Expression::atom("1")}},
                         {}});
  else
    out.push_back(Evaluate{std::move(call)});
}

void FunctionWriter::statement(const Check &s, Block &out) {
  if (values_[s.condition.index].truth.value_or(false))
    return;
  std::vector<Expression> arguments{Expression::atom("frame"),
                                    Expression::atom(std::to_string(s.site))};
  for (ScalarId v : s.values) {
    Expression e = plain(v);
    if (kind(v) == Kind::Real)
      e = Expression::call(file_.helpers.use(Helper::Bits),
                           {file_.single ? Expression::prefix("(double)", std::move(e)) : std::move(e)});
    arguments.push_back(std::move(e));
  }
  while (arguments.size() < 6)
    arguments.push_back(Expression::atom("0"));
  Expression condition = negated(s.condition);
  out.push_back(Branch{std::move(condition),
                       {Return{Expression::call(file_.helpers.use(Helper::Fail), std::move(arguments))}},
                       {}});
}

void FunctionWriter::statement(const Hook &s, Block &out) {
  std::vector<Expression> arguments{Expression::atom("frame")};
  for (ScalarId v : s.scalars)
    arguments.push_back(plain(v));
  // With constraints there are three numbers more.
  const bool constrained = s.scalars.size() > 4;
  while (arguments.size() < (constrained ? 8u : 5u))
    arguments.push_back(realNumber(0));
  arguments.push_back(Expression::atom(buffers_[s.x.index]));
  arguments.push_back(count(s.x));
  out.push_back(Assign{Expression::atom(places_[s.target.index].name), "=",
                       Expression::call(file_.helpers.use(constrained ? Helper::ReportConstrained : Helper::Report),
                                        std::move(arguments))});
}

void FunctionWriter::statement(const Break &, Block &out) { out.emplace_back(Leave{}); }

void FunctionWriter::statement(const loops::Return &s, Block &out) {
  results(out);
  out.push_back(Return{Expression::prefix("(int32_t)", plain(s.status))});
}

} // namespace gradus::codegen::c
