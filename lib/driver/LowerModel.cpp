//===- LowerModel.cpp - functions and problems to loop IR ------------------------------===//

#include "driver/LowerModel.h"

#include "differentiate/Differentiate.h"
#include "differentiate/Sparse.h"
#include "differentiate/SumOfSquares.h"
#include "driver/ChooseMethod.h"
#include "driver/ConstraintPattern.h"
#include "driver/HoistEmitted.h"
#include "driver/Ipopt.h"
#include "driver/Native.h"
#include "driver/SparseSolve.h"
#include "lower/Flat.h"
#include "lower/Method.h"
#include "lower/Plan.h"
#include "semantics/Elaborate.h"

#include <algorithm>
#include <limits>
#include <set>

namespace gradus::driver {

using namespace ir;

namespace {

/// Names of the language may be of any letters; those of symbols are plain.
std::string identifier(const std::string &name) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (unsigned char c : name) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    out += plain ? std::string(1, static_cast<char>(c))
                 : std::string("_") + digits[c >> 4] + digits[c & 15];
  }
  return out.empty() || (out[0] >= '0' && out[0] <= '9') ? "_" + out : out;
}

using differentiate::Storing;
using lower::ArgumentRole;
using lower::Callable;
using lower::FlatSpec;
using lower::FlatVector;
using lower::InterfaceFunction;
using lower::Purpose;

class ModelLowering {
public:
  ModelLowering(Session &session, const std::map<ValueId, int64_t> &sizes, loops::Module &module,
                lower::Interface &interface)
      : session(session), sizes(sizes), module(module), interface(interface), g(session.graph()) {}

  bool run() {
    for (const Subject &s : subjects(session))
      if (!s.problem)
        addFunction(s);
      else if (!addProblem(s))
        return false;
    return true;
  }

private:
  std::string unused(const std::string &name) {
    std::string made = identifier(name);
    while (!taken.insert(made).second)
      made += "_";
    return made;
  }

  /// The arguments as declared, then what else of the model the values read.
  std::vector<ValueId> inputsFor(const Subject &s, std::vector<ValueId> roots) {
    std::vector<ValueId> inputs = s.arguments;
    roots.insert(roots.end(), s.arguments.begin(), s.arguments.end());
    for (ValueId v : inputsOf(g, roots))
      if (std::find(inputs.begin(), inputs.end(), v) == inputs.end())
        inputs.push_back(v);
    return inputs;
  }

  Callable addKernel(std::string name, std::string what, std::vector<ValueId> inputs,
                     std::vector<ValueId> outputs, std::vector<std::string> names) {
    lower::KernelSpec spec{unused(name), std::move(what), std::move(inputs), std::move(outputs),
                           std::move(names)};
    lower::Kernel kernel = lower::lowerKernel(g, module, spec);
    return {std::move(spec), kernel};
  }
  Callable inner(Callable c) {
    module.functions[c.kernel.function.index].exported = false;
    return c;
  }

  /// Enters a function into the table.
  void offer(Purpose purpose, const Subject &s, const std::string &name, InterfaceFunction f) {
    f.purpose = purpose;
    f.name = name;
    f.subject = s.name;
    if (!g.isInt(f.workspace, 0)) {
      f.workspaceInputs = inputsOf(g, {&f.workspace, 1});
      const std::string own = module.functions[f.function.index].name + "_workspace";
      Callable size = addKernel(own, "elements of 8 bytes that it needs", f.workspaceInputs,
                                {f.workspace}, {"elements"});
      f.workspaceFunction = size.kernel.function;
    }
    for (lower::InterfaceRoom &room : f.rooms) {
      room.inputs = inputsOf(g, {&room.elements, 1});
      Callable size = addKernel(module.functions[f.function.index].name + "_" + room.suffix,
                                room.note, room.inputs, {room.elements}, {"elements"});
      room.function = size.kernel.function;
    }
    interface.functions.push_back(std::move(f));
  }
  void offer(Purpose purpose, const Subject &s, const std::string &name, const Callable &inner,
             FlatSpec spec) {
    spec.name = unused(name);
    offer(purpose, s, name, lower::addFlat(g, module, inner, spec));
  }
  /// A kernel whose parameters are what the user passes.
  void offer(Purpose purpose, const Subject &s, const std::string &name, const Callable &kernel) {
    InterfaceFunction f;
    f.function = kernel.kernel.function;
    f.workspace = kernel.kernel.workspace;
    f.note = kernel.spec.documentation;
    for (ValueId v : kernel.spec.inputs)
      f.arguments.push_back(lower::describeInput(g, v));
    for (size_t k = 0; k < kernel.spec.outputs.size(); ++k) {
      const Type t = g.type(kernel.spec.outputs[k]);
      f.arguments.push_back(
          {ArgumentRole::Result, kernel.spec.outputNames[k], {}, t.shape, t.kind});
    }
    offer(purpose, s, name, std::move(f));
  }

  /// The derivative of `roots` along directions of their own, which are appended
  /// to the inputs.
  Callable along(const std::string &name, const std::string &what, std::vector<ValueId> inputs,
                 const std::vector<ValueId> &roots, const std::vector<ValueId> &variables,
                 const char *prefix, std::vector<ValueId> &directions) {
    std::vector<std::string> names;
    for (ValueId v : variables) {
      directions.push_back(g.input({"v_" + g.inputOf(v).name, g.type(v), InputRole::Argument, {}}));
      inputs.push_back(directions.back());
    }
    for (size_t k = 0; k < roots.size(); ++k)
      names.push_back(prefix + (roots.size() == variables.size() ? g.inputOf(variables[k]).name
                                                                 : std::to_string(k + 1)));
    return addKernel(name, what, std::move(inputs),
                     differentiate::pushforward(g, roots, variables, directions), names);
  }

  /// The gradient whose derivative along a direction is the Hessian times that.
  std::vector<ValueId> forProduct(ValueId value, const std::vector<ValueId> &variables) {
    return differentiate::gradient(g, value, variables, Storing::Tangents);
  }

  void addFunction(const Subject &s) {
    const std::vector<ValueId> inputs = inputsFor(s, {s.value});
    offer(Purpose::Value, s, s.name,
          addKernel(s.name, "value of " + s.name, inputs, {s.value}, {"value"}));
    const std::vector<ValueId> variables = s.variables(g);
    if (!g.type(s.value).scalar() || variables.empty())
      return;
    std::vector<ValueId> outputs{g.toReal(s.value)};
    std::vector<std::string> names{"value"};
    const std::vector<ValueId> gradient =
        differentiate::gradient(g, outputs[0], variables, Storing::Dear);
    outputs.insert(outputs.end(), gradient.begin(), gradient.end());
    for (ValueId v : variables)
      names.push_back("d_" + g.inputOf(v).name);
    Callable both = addKernel(s.name + "_value_gradient", "value and gradient of " + s.name, inputs,
                              outputs, names);
    offer(Purpose::Gradient, s, s.name + "_gradient", both,
          {"", "gradient of " + s.name, {}, 1, gradient.size(), {}});
    offer(Purpose::ValueGradient, s, s.name + "_value_gradient", both);
    std::vector<ValueId> directions;
    Callable product = along(s.name + "_hessian_vector", "the Hessian of " + s.name + " times v",
                             inputs, forProduct(outputs[0], variables), variables, "h_",
                             directions);
    offer(Purpose::HessianVector, s, s.name + "_hessian_vector", product);
    for (lower::InterfaceArgument &a : interface.functions.back().arguments)
      if (std::find(directions.begin(), directions.end(), a.input) != directions.end())
        a.role = ArgumentRole::Direction;
    offer(Purpose::Hessian, s, s.name + "_hessian", product,
          {"", "the Hessian of " + s.name, {}, 0, 0, {{"hessian", 1}}, directions});
    if (auto matrix = differentiate::hessian(g, outputs[0], variables); matrix && isLarge(*matrix)) {
      offer(Purpose::Pattern, s, s.name + "_hessian_pattern",
            lower::addPattern(g, module, unused(s.name + "_hessian_pattern"),
                              places(s.name + "_hessian", *matrix), *matrix));
      offer(Purpose::SparseHessian, s, s.name + "_sparse_hessian",
            values(s.name + "_sparse_hessian", s.name, *matrix, inputs));
      describeValues();
    }
  }

  //--- sparse matrices --------------------------------------------------------------
  /// Whether the matrix is better given by its entries: not one that is small, nor one
  /// that has as many entries as a dense one.
  bool isLarge(const differentiate::SparseMatrix &m) const {
    constexpr int64_t small = 16;
    return !m.coupled && !(g.node(m.columns).op == Op::Constant && g.intValue(m.columns) <= small);
  }
  /// Where the entries of the slots are, from the sizes and data that say so.
  Callable places(const std::string &name, const differentiate::SparseMatrix &m) {
    std::vector<ValueId> outputs{differentiate::slotRows(g, m), differentiate::slotColumns(g, m)};
    std::vector<ValueId> roots = outputs;
    roots.insert(roots.end(), {m.rows, m.columns, differentiate::slots(g, m)});
    return inner(addKernel(name + "_places",
                           std::string("where the ") + (m.symmetric ? "Hessian" : "Jacobian") +
                               " has entries" + (m.symmetric ? ": its lower triangle" : "") +
                               ", in compressed columns",
                           inputsOf(g, roots), outputs, {"rows", "columns"}));
  }
  /// The values of the entries; `inputs` are what the model's own functions take.
  Callable values(const std::string &name, const std::string &subject,
                  const differentiate::SparseMatrix &m, const std::vector<ValueId> &inputs) {
    const ShapeId slots = g.shape({{g.integer(1), differentiate::slots(g, m)}});
    entries_ = g.input({"entries", {Kind::Int, 0}, InputRole::Size, {}});
    position_ = g.input({"position", {Kind::Int, slots}, InputRole::Local, {}});
    std::vector<ValueId> all = inputs;
    all.insert(all.end(), {entries_, position_});
    return addKernel(name,
                     (m.symmetric ? "the entries of the Hessian of " : "the entries of the Jacobian of ") +
                         subject + ", in the order of the pattern",
                     all, {differentiate::slotValues(g, m, position_, entries_)}, {"values"});
  }
  /// What the last function takes of a pattern.
  void describeValues() {
    for (lower::InterfaceArgument &a : interface.functions.back().arguments)
      if (a.input == entries_ || a.input == position_)
        a.role = a.input == entries_ ? ArgumentRole::Entries : ArgumentRole::Position;
  }
  void addSparse(const Subject &s, const std::string &prefix, const std::vector<ValueId> &inputs,
                 const char *what, const differentiate::SparseMatrix &m) {
    const std::string matrix = prefix + what;
    offer(Purpose::Pattern, s, matrix + "_pattern",
          lower::addPattern(g, module, unused(matrix + "_pattern"), places(matrix, m), m));
    offer(m.symmetric ? Purpose::SparseHessian : Purpose::SparseJacobian, s,
          prefix + "sparse_" + what,
          inner(values(matrix + "_values", m.symmetric ? "the objective" : "the residuals", m,
                       inputs)),
          {"",
           std::string("the entries of the ") + (m.symmetric ? "Hessian" : "Jacobian of the residuals") +
               ", in the order of the pattern",
           {{ArgumentRole::Unknowns, "x", s.arguments}},
           0,
           0,
           {{"values", 1}}});
    describeValues();
  }

  //--- problems -------------------------------------------------------------------
  bool addProblem(const Subject &s) {
    const Problem &problem = *s.problem;
    const std::string prefix = problem.name.empty() ? "" : problem.name + "_";
    std::vector<ValueId> inputs = inputsFor(s, {s.value});
    // As in the descent: what the model reads, then the unknowns.
    std::rotate(inputs.begin(), inputs.begin() + static_cast<ptrdiff_t>(s.arguments.size()),
                inputs.end());
    if (problem.unknowns.empty()) {
      offer(Purpose::Value, s, prefix + "value",
            addKernel(prefix + "value", "the objective", inputs, {s.value}, {"f"}));
      return true;
    }
    lower::InterfaceProblem described;
    described.name = problem.name;
    described.maximize = problem.maximize;
    described.objective = problem.objective;
    for (const Unknown &u : problem.unknowns)
      described.bounded = described.bounded || u.lower.valid() || u.upper.valid();
    described.unknowns = lower::placesOf(g, s.arguments, described.elements);
    addDerivatives(s, prefix, inputs);
    addStart(s, prefix, described.bounded);
    interface.problems.push_back(std::move(described));
    return addDescent(s, prefix);
  }

  void addDerivatives(const Subject &s, const std::string &prefix,
                      const std::vector<ValueId> &inputs) {
    const FlatVector x{ArgumentRole::Unknowns, "x", s.arguments};
    const ValueId objective = s.problem->objective;
    offer(Purpose::Value, s, prefix + "value",
          inner(addKernel(prefix + "objective", "the objective", inputs, {objective}, {"f"})),
          {"", "the objective", {x}, 0, 1, {}});
    const std::vector<ValueId> gradient =
        differentiate::gradient(g, objective, s.arguments, Storing::Dear);
    std::vector<ValueId> outputs{objective};
    outputs.insert(outputs.end(), gradient.begin(), gradient.end());
    std::vector<std::string> names{"f"};
    for (ValueId v : s.arguments)
      names.push_back("d_" + g.inputOf(v).name);
    Callable both = inner(addKernel(prefix + "objective_gradient", "the objective and its gradient",
                                    inputs, outputs, names));
    offer(Purpose::Gradient, s, prefix + "gradient", both,
          {"", "the gradient", {x}, 1, 0, {{"gradient", gradient.size()}}});
    offer(Purpose::ValueGradient, s, prefix + "value_gradient", both,
          {"", "the objective and its gradient", {x}, 0, 1, {{"gradient", gradient.size()}}});

    std::vector<ValueId> directions;
    Callable product = inner(along(prefix + "curvature", "the Hessian times a vector", inputs,
                                   forProduct(objective, s.arguments), s.arguments, "h_",
                                   directions));
    offer(Purpose::HessianVector, s, prefix + "hessian_vector", product,
          {"",
           "the Hessian times v",
           {x, {ArgumentRole::Direction, "v", directions}},
           0,
           0,
           {{"product", gradient.size()}}});
    offer(Purpose::Hessian, s, prefix + "hessian", product,
          {"", "the Hessian", {x}, 0, 0, {{"hessian", 1}}, directions});

    if (auto matrix = differentiate::hessian(g, objective, s.arguments); matrix && isLarge(*matrix))
      addSparse(s, prefix, inputs, "hessian", *matrix);
    auto residuals = differentiate::residuals(g, objective, s.arguments);
    if (!residuals)
      return;
    names.clear();
    for (size_t k = 0; k < residuals->size(); ++k)
      names.push_back("r" + std::to_string(k + 1));
    offer(Purpose::Residual, s, prefix + "residual",
          inner(addKernel(prefix + "residuals", "the residuals", inputs, *residuals, names)),
          {"", "the residuals: 1/2 times the sum of their squares is the objective, up to a "
               "constant", {x}, 0, 0, {{"residual", residuals->size()}}});
    directions.clear();
    Callable tangent = inner(along(prefix + "jacobian_vector",
                                   "derivatives of the residuals along v", inputs, *residuals,
                                   s.arguments, "d_", directions));
    offer(Purpose::Jacobian, s, prefix + "jacobian", tangent,
          {"", "the derivatives of the residuals, a row each", {x}, 0, 0, {{"jacobian", 1}},
           directions});
    if (auto matrix = differentiate::jacobian(g, *residuals, s.arguments); matrix && isLarge(*matrix))
      addSparse(s, prefix, inputs, "jacobian", *matrix);
  }

  /// `value` in the shape of the unknown; without one, the number everywhere.
  ValueId shaped(ValueId value, ValueId unknown, double otherwise) {
    const std::vector<Axis> axes = g.axesOf(unknown);
    if (!value.valid())
      value = g.real(otherwise);
    const std::vector<Axis> own = g.axesOf(value);
    std::vector<ValueId> symbols, indices;
    for (size_t k = 0; k < axes.size(); ++k) {
      symbols.push_back(g.newSymbol(axes[k].lo, axes[k].hi, "i" + std::to_string(k + 1)));
      if (!own.empty())
        indices.push_back(g.add(symbols[k], g.sub(own[k].lo, axes[k].lo)));
    }
    ValueId element = g.toReal(own.empty() ? value : g.at(value, indices));
    return axes.empty() ? element : g.build(symbols, axes, element);
  }

  void addStart(const Subject &s, const std::string &prefix, bool bounded) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    std::vector<ValueId> starts, lower, upper;
    std::vector<std::string> names;
    for (const Unknown &u : s.problem->unknowns) {
      const ValueId v = g.inputNode(u.input);
      starts.push_back(shaped(u.start, v, 0));
      lower.push_back(shaped(u.lower, v, -infinity));
      upper.push_back(shaped(u.upper, v, infinity));
    }
    const size_t count = starts.size();
    std::vector<lower::FlatResult> results{{"x", count, ArgumentRole::Unknowns}};
    if (bounded) {
      starts.insert(starts.end(), lower.begin(), lower.end());
      starts.insert(starts.end(), upper.begin(), upper.end());
      results.push_back({"lower", count, ArgumentRole::Lower});
      results.push_back({"upper", count, ArgumentRole::Upper});
    }
    for (size_t k = 0; k < starts.size(); ++k)
      names.push_back((k < count ? "start_" : k < 2 * count ? "lower_" : "upper_") +
                      g.inputOf(s.arguments[k % count]).name);
    std::vector<ValueId> roots = starts;
    roots.insert(roots.end(), s.arguments.begin(), s.arguments.end());
    std::vector<ValueId> inputs;
    for (ValueId v : inputsOf(g, roots))
      if (std::find(s.arguments.begin(), s.arguments.end(), v) == s.arguments.end())
        inputs.push_back(v);
    offer(Purpose::Start, s, prefix + "start",
          inner(addKernel(prefix + "start_values", "where the descent starts", inputs, starts,
                          names)),
          {"", bounded ? "start and bounds of the unknowns" : "the start of the unknowns", {}, 0, 0,
           results});
  }

  bool addDescent(const Subject &s, const std::string &prefix) {
    const Problem &problem = *s.problem;
    lower::InterfaceProblem &described = interface.problems.back();
    lower::DescentProblem descent;
    descent.unknowns = s.arguments;
    descent.objectiveRange = problem.objectiveRange;
    descent.objective = problem.maximize ? g.neg(problem.objective) : problem.objective;
    descent.bounded = described.bounded;
    described.method = !problem.method.name.empty()  ? problem.method.name
                       : problem.constraints.empty() ? usualMethod(descent)
                                                     : "interior_point";
    const syntax::MethodDecl *method = session.findMethod(described.method);
    if (!method && described.method == outsideMethod) {
      session.diagnostics.report(Diag::NotYet, problem.method.range,
                                 "ipopt is a library outside of this compiler, and cannot be "
                                 "compiled into a model",
                                 "choose interior_point, or solve it with gradus run");
      return false;
    }
    if (!method) {
      auto near = closest(described.method, session.methodNames());
      session.diagnostics.report(
          Diag::UnknownMethod, problem.method.range,
          "there is no method '" + described.method + "'",
          near ? "did you mean '" + *near + "'?" : "`gradus methods` lists them");
      return false;
    }
    const bool constrained = lower::asksConstraints(*method);
    if (constrained != !problem.constraints.empty()) {
      session.diagnostics.report(
          Diag::MethodText, problem.method.range,
          "the method " + described.method +
              (constrained ? " is for problems with constraints" : " does not know constraints"),
          constrained ? "choose another one, or leave the choice to the compiler"
                      : "choose interior_point, or leave the choice to the compiler");
      return false;
    }
    std::vector<ValueId> roots = s.arguments;
    roots.push_back(descent.objective);
    for (const Constraint &c : problem.constraints) {
      descent.constraints.push_back(c.value);
      roots.push_back(c.value);
    }
    descent.inputs = othersOf(s, roots);
    const std::vector<ValueId> given = descent.inputs;
    std::optional<transform::Hoisted> hoisted;
    if (!hoistEmitted(session, problem, *method, descent, hoisted))
      return false;
    Callable hoist;
    if (hoisted) {
      std::vector<std::string> names;
      for (ValueId v : hoisted->inputs)
        names.push_back(g.inputOf(v).name);
      hoist = inner(addKernel(prefix + "hoist", "what no unknown decides", given, hoisted->values,
                              std::move(names)));
      descent.inputs.insert(descent.inputs.end(), hoisted->inputs.begin(), hoisted->inputs.end());
    }
    Callable sides;
    if (constrained)
      sides = addSides(s, prefix, roots);
    if (!addSparseHessian(session, *method, descent))
      return false;
    if (descent.hessian)
      offer(Purpose::Plan, s, prefix + "plan",
            lower::addPlan(g, module, unused(prefix + "plan"),
                           places(prefix + "plan", descent.hessian->matrix), *descent.hessian));
    const size_t first = module.functions.size();
    const lower::DescentTexts texts{method,
                                    session.loopMethod(constrained ? "before_constrained" : "before_descent"),
                                    session.loopMethod(constrained ? "after_constrained_step" : "after_step"),
                                    [this](const std::string &name) { return session.findPiece(name); }};
    lower::Descent made = lower::lowerDescent(g, module, descent, texts, session.diagnostics);
    if (session.diagnostics.hasErrors() ||
        (constrained && !compilePattern(session, module, problem, descent, prefix + "kkt_", sizes, made)))
      return false;
    for (size_t k = first; k < module.functions.size(); ++k) {
      if (!module.functions[k].external.empty())
        continue;
      module.functions[k].name = unused(prefix + "descent_" + module.functions[k].name);
      module.functions[k].exported = false;
    }
    const std::vector<ValueId> parameters = constrained ? othersOf(s, roots) : given;
    lower::SolveSpec spec{unused(prefix + "solve"), made.solve, descent.inputs, s.arguments,
                          made.options, parameters, made.n, made.workspace, descent.bounded,
                          problem.maximize, descent.hessian ? &*descent.hessian : nullptr};
    if (constrained) {
      spec.sides = &sides;
      spec.constraints = made.constraints;
    }
    if (hoisted) {
      spec.hoisted = hoisted->inputs;
      spec.hoist = &hoist;
    }
    InterfaceFunction f = lower::addSolve(g, module, spec);
    for (size_t k = 0; k < made.options.size(); ++k)
      for (lower::InterfaceArgument &a : f.arguments)
        if (a.input == made.options[k] && !initialOf(*made.parameters[k], problem, a.initial))
          return false;
    offer(Purpose::Solve, s, prefix + "solve", std::move(f));
    return true;
  }

  /// What the roots read besides the unknowns.
  std::vector<ValueId> othersOf(const Subject &s, const std::vector<ValueId> &roots) {
    std::vector<ValueId> inputs = inputsOf(g, roots);
    std::erase_if(inputs, [&](ValueId v) {
      return std::find(s.arguments.begin(), s.arguments.end(), v) != s.arguments.end();
    });
    return inputs;
  }

  /// Where the constraints are to lie, and with it a function that tells how they
  /// stand at a point. Adds the sides to `roots`.
  Callable addSides(const Subject &s, const std::string &prefix, std::vector<ValueId> &roots) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    std::vector<ValueId> values, sides;
    std::vector<std::string> names, all;
    for (const Constraint &c : s.problem->constraints)
      values.push_back(c.value);
    for (bool upper : {false, true})
      for (const Constraint &c : s.problem->constraints)
        sides.push_back(shaped(upper ? c.upper : c.lower, c.value, upper ? infinity : -infinity));
    for (size_t k = 0; k < sides.size(); ++k)
      names.push_back((k < values.size() ? "lower" : "upper") + std::to_string(k % values.size() + 1));
    roots.insert(roots.end(), sides.begin(), sides.end());
    std::vector<ValueId> shapes = sides; // sizes of the arrays
    Callable kernel = inner(addKernel(prefix + "sides", "where the constraints are to lie",
                                      othersOf(s, shapes), sides, names));
    std::vector<ValueId> outputs = values;
    outputs.insert(outputs.end(), sides.begin(), sides.end());
    for (size_t k = 0; k < values.size(); ++k)
      all.push_back("c" + std::to_string(k + 1));
    all.insert(all.end(), names.begin(), names.end());
    offer(Purpose::Constraints, s, prefix + "constraints",
          inner(addKernel(prefix + "constraint_values", "the constraints", inputsFor(s, outputs),
                          outputs, all)),
          {"",
           "the constraints in their order, and the sides between which they are to lie",
           {{ArgumentRole::Unknowns, "x", s.arguments}},
           0,
           0,
           {{"c", values.size()}, {"lower", values.size()}, {"upper", values.size()}}});
    return kernel;
  }

  /// What `gradus run` chooses for as many unknowns as the defaults of parameters
  /// make, and little data. Where there is no such number, the method that needs least.
  std::string usualMethod(const lower::DescentProblem &p) {
    ValueId n = withDefaults(session, differentiate::flatSize(g, p.unknowns));
    if (!g.isConstant(n))
      return "lbfgs";
    const int64_t unknowns = static_cast<int64_t>(g.realValue(n));
    return chooseMethod(g, p, unknowns, unknowns, p.bounded, [] { return false; }).name;
  }

  /// An option's value: the model's, or the method's default. What parameters
  /// decide is a number only with their defaults.
  bool initialOf(const syntax::Parameter &p, const Problem &problem, double &value) {
    semantics::Elaborator elaborator(g, session.diagnostics);
    semantics::Scope scope;
    ValueId v = elaborator.number(*p.initial, scope);
    SourceRange range = p.initial->range;
    for (const OptionValue &o : problem.method.options)
      if (o.name == p.declarator.name.name) {
        v = withDefaults(session, o.value);
        range = o.range;
      }
    if (!v.valid() || !g.isConstant(v)) {
      session.diagnostics.report(Diag::OptionValue, range,
                                 "the value of '" + p.declarator.name.name + "' is not a number",
                                 "an emitted solver has options with numbers as defaults");
      return false;
    }
    value = g.realValue(v);
    return true;
  }

  Session &session;
  const std::map<ValueId, int64_t> &sizes;
  loops::Module &module;
  lower::Interface &interface;
  Graph &g;
  std::set<std::string> taken;
  ValueId entries_, position_; ///< inputs of the last values()
};

} // namespace

bool lowerModel(Session &session, const std::map<ValueId, int64_t> &sizes, loops::Module &module,
                lower::Interface &interface) {
  return ModelLowering(session, sizes, module, interface).run();
}

} // namespace gradus::driver
