//===- Problems.cpp - unknowns, objective and method of a problem -------------===//

#include "semantics/Declarations.h"
#include "semantics/HoistOption.h"

#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;
using ir::Kind;

Value ModuleBuilder::unknown(DeclaredUnknown &declared, Unit &unit) {
  const syntax::VarDecl &decl = *declared.decl;
  const syntax::Ident &name = decl.declarator.name;
  if (decl.integer)
    elaborator_.notYet(name.range, "an unknown of whole numbers (`var int`)");
  if (!elaborator_.axes(decl.declarator.axes, unit.scope, declared.axes))
    return Value::error();
  graph_.setRange(name.range);
  declared.input = graph_.input(
      {name.name,
       {Kind::Real, declared.axes.empty() ? 0 : graph_.shape(declared.axes)},
       ir::InputRole::Unknown,
       name.range});
  return elaborator_.shapes().of(declared.input);
}

/// A bound or start for every element of an unknown.
ValueId ModuleBuilder::perElement(syntax::ExprPtr expr, DeclaredUnknown &declared, Unit &unit) {
  if (!expr)
    return {};
  Value v = elaborator_.overAxes(*expr, declared.decl->declarator, declared.axes, unit.scope);
  if (v.isError())
    return {};
  graph_.setRange(expr->range);
  return elaborator_.shapes().named(elaborator_.shapes().real(v)).node;
}

namespace {
/// The one constant that all elements are.
const double *constantOf(const ir::Graph &g, ValueId v, double &value) {
  if (!v.valid())
    return nullptr;
  if (g.node(v).op == ir::Op::Build)
    v = g.operand(v, g.node(v).operandCount - 1);
  if (!g.isConstant(v))
    return nullptr;
  value = g.realValue(v);
  return &value;
}
} // namespace

void ModuleBuilder::checkConstants(const DeclaredUnknown &declared, const ir::Unknown &unknown) {
  const syntax::VarDecl &decl = *declared.decl;
  const std::string &name = decl.declarator.name.name;
  double l = 0, u = 0, s = 0;
  const double *lower = constantOf(graph_, unknown.lower, l);
  const double *upper = constantOf(graph_, unknown.upper, u);
  const double *start = constantOf(graph_, unknown.start, s);
  if (lower && upper && l > u) {
    elaborator_.error(Diag::EmptyBounds, join(decl.lower->range, decl.upper->range),
                      fmt::format("no value of {} lies between {} and {}", name, l, u),
                      l == -u || u < l ? "the lower bound comes first" : "");
    return;
  }
  if (start && ((lower && s < l) || (upper && s > u)))
    elaborator_.warn(Diag::StartOutside, decl.start->range,
                     fmt::format("the start {} of {} is outside of its bounds", s, name),
                     "the descent begins at the nearest point within them");
}

void ModuleBuilder::finishUnknown(DeclaredUnknown &declared, Unit &unit, ir::Problem &problem) {
  if (!declared.input.valid())
    return;
  const syntax::VarDecl &decl = *declared.decl;
  ir::Unknown unknown;
  unknown.input = graph_.inputIndex(declared.input);
  unknown.lower = perElement(decl.lower, declared, unit);
  unknown.upper = perElement(decl.upper, declared, unit);
  unknown.start = perElement(decl.start, declared, unit);
  unknown.range = declared.range;
  checkConstants(declared, unknown);
  problem.unknowns.push_back(unknown);
}

void ModuleBuilder::makeProblem(Unit &unit) {
  if (unit.kind == Unit::Kind::Main && !problems_.empty() &&
      (unit.objective || unit.solve || !unit.unknowns.empty() || !unit.constraints.empty())) {
    SourceRange place = unit.objective ? unit.objectiveRange
                        : unit.solve   ? unit.solveRange
                        : unit.unknowns.empty() ? unit.constraintsRange
                                                : unit.unknowns[0].range;
    elaborator_.error(Diag::SeveralProblems, place,
                      "this belongs to a problem, and the file has `problem` blocks",
                      "move it into one of the blocks");
    return;
  }
  ir::Problem problem;
  problem.name = unit.name;
  problem.range = unit.range;
  for (DeclaredUnknown &declared : unit.unknowns)
    finishUnknown(declared, unit, problem);
  makeConstraints(unit, problem);
  // Constraints alone ask for a point that holds them.
  bool feasibility = !unit.objective && !problem.constraints.empty();
  if (!unit.objective && !feasibility) {
    if (unit.solve)
      elaborator_.error(Diag::NothingToSolve, unit.solveRange,
                        "there is no objective to solve for",
                        "add `minimize ...` or `maximize ...`");
    else if (!unit.unknowns.empty())
      elaborator_.warn(Diag::NoObjective, unit.unknowns[0].range,
                       "there are unknowns but no objective",
                       "add `minimize ...` or `maximize ...`");
    else if (unit.kind == Unit::Kind::Problem)
      elaborator_.error(Diag::NothingToSolve, unit.range,
                        fmt::format("the problem '{}' has no objective", unit.name));
    return;
  }
  Value objective = Value::scalar(graph_.real(0));
  if (unit.objective) {
    bool used = unit.objectiveName->used;
    objective = elaborator_.read(*unit.objectiveName, unit.objectiveRange);
    unit.objectiveName->used = used;
    problem.maximize = unit.objective->maximize;
    problem.objectiveName = unit.objective->name ? unit.objective->name->name : "";
    problem.objectiveRange = unit.objective->value->range;
  } else {
    problem.objectiveRange = unit.constraintsRange;
  }
  problem.objective = objective.node;
  if (unit.kind == Unit::Kind::Main)
    problem.range = unit.objective ? unit.objectiveRange : unit.constraintsRange;

  if (unit.solve) {
    const syntax::MethodCall &call = unit.solve->call;
    problem.method.name = call.method.name;
    problem.method.range = call.range;
    for (const syntax::Option &option : call.options) {
      for (const ir::OptionValue &other : problem.method.options)
        if (other.name == option.name.name)
          elaborator_.error(Diag::DuplicateName, option.name.range,
                            fmt::format("the option '{}' is given twice", option.name.name));
      ContextSaver saver(elaborator_);
      if (option.name.name == hoistName) {
        if (auto h = hoistOption(option, elaborator_.diagnostics()))
          problem.method.options.push_back(
              {option.name.name, graph_.integer(static_cast<int64_t>(*h)), option.value->range});
        continue;
      }
      ValueId value = elaborator_.number(*option.value, unit.scope);
      if (value.valid())
        problem.method.options.push_back({option.name.name, value, option.value->range});
    }
  }
  if (objective.isError())
    return;
  checkDependence(unit, problem);
  module_.problems.push_back(std::move(problem));
}

/// What may not read unknowns, what should, and what hides them.
void ModuleBuilder::checkDependence(Unit &unit, const ir::Problem &problem) {
  std::vector<ValueId> unknowns, roots;
  for (const ir::Unknown &u : problem.unknowns)
    unknowns.push_back(graph_.inputNode(u.input));
  if (unknowns.empty())
    elaborator_.warn(Diag::NoUnknowns, unit.objective ? unit.objectiveRange : unit.constraintsRange,
                     "there is an objective but no unknown",
                     "declare what is to be chosen: var x start 0");

  struct Fixed {
    ValueId value;
    SourceRange range;
    const char *what;
  };
  std::vector<Fixed> fixed;
  auto add = [&](ValueId value, SourceRange range, const char *what) {
    if (value.valid())
      fixed.push_back({value, range, what});
  };
  size_t next = 0;
  for (const DeclaredUnknown &declared : unit.unknowns) {
    // The problem has those that could be declared, in the same order.
    if (!declared.input.valid())
      continue;
    const ir::Unknown &u = problem.unknowns[next++];
    const syntax::VarDecl &decl = *declared.decl;
    add(u.lower, decl.lower ? decl.lower->range : u.range, "a bound");
    add(u.upper, decl.upper ? decl.upper->range : u.range, "a bound");
    add(u.start, decl.start ? decl.start->range : u.range, "a starting point");
  }
  for (const ir::OptionValue &option : problem.method.options)
    add(option.value, option.range, "an option");
  for (const ir::Parameter &p : module_.parameters)
    add(p.initial, p.initial.valid() ? graph_.range(p.initial) : p.range, "an initial value");
  for (const Fixed &f : fixed)
    roots.push_back(f.value);
  for (const Elaborator::Flat &flat : elaborator_.flatUses())
    roots.push_back(flat.operand);
  std::vector<bool> depends = graph_.dependsOnInputs(roots, unknowns);
  for (const Fixed &f : fixed)
    if (depends[f.value.index])
      elaborator_.error(Diag::ReadsUnknown, f.range,
                        fmt::format("{} cannot depend on an unknown", f.what),
                        "it is needed before the descent begins");
  for (const Elaborator::Flat &flat : elaborator_.flatUses())
    if (depends[flat.operand.index])
      elaborator_.warn(Diag::NoDescent, flat.range,
                       fmt::format("{} has derivative zero: no descent information comes through "
                                   "it",
                                   ir::info(flat.prim).name));

  // What objective and constraints read, by one pass downwards.
  std::vector<bool> reads(problem.objective.index + 1);
  reads[problem.objective.index] = true;
  for (const ir::Constraint &c : problem.constraints) {
    if (reads.size() <= c.value.index)
      reads.resize(c.value.index + 1);
    reads[c.value.index] = true;
  }
  for (auto k = static_cast<uint32_t>(reads.size()); k-- > 0;)
    if (reads[k])
      for (ValueId operand : graph_.operands({k}))
        reads[operand.index] = true;
  for (const DeclaredUnknown &declared : unit.unknowns) {
    if (!declared.input.valid() ||
        (declared.input.index < reads.size() && reads[declared.input.index]))
      continue;
    const std::string &name = declared.decl->declarator.name.name;
    elaborator_.warn(Diag::UnusedUnknown, declared.decl->declarator.name.range,
                     declared.entity->used
                         ? fmt::format("the unknown '{}' has no effect on the objective{}", name,
                                       problem.constraints.empty() ? "" : " or a constraint")
                         : fmt::format("the unknown '{}' is never used", name));
  }
}

} // namespace gradus::semantics
