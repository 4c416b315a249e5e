//===- LowerModel.cpp - functions and problems to loop IR ------------------------------===//

#include "driver/LowerModel.h"

#include "differentiate/Differentiate.h"
#include "driver/Native.h"
#include "lower/Method.h"

#include <algorithm>
#include <set>

namespace gradus::driver {

using namespace ir;

namespace {

/// What problems without `solve` are solved with.
constexpr const char *usualMethod = "lbfgs";

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

class ModelLowering {
public:
  ModelLowering(Session &session, loops::Module &module)
      : session(session), module(module), g(session.graph()) {}

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

  /// The arguments as declared, then what of the model the outputs read.
  void addKernel(const Subject &s, const std::string &name, const std::string &what,
                 std::vector<ValueId> outputs, std::vector<std::string> names) {
    std::vector<ValueId> roots = outputs, inputs = s.arguments;
    roots.insert(roots.end(), s.arguments.begin(), s.arguments.end());
    for (ValueId v : inputsOf(g, roots))
      if (std::find(inputs.begin(), inputs.end(), v) == inputs.end())
        inputs.push_back(v);
    lower::lowerKernel(g, module,
                       {name, what, std::move(inputs), std::move(outputs), std::move(names)});
  }

  void addFunction(const Subject &s) {
    const std::string name = unused(s.name);
    addKernel(s, name, "value of " + s.name, {s.value}, {"value"});
    const std::vector<ValueId> variables = s.variables(g);
    if (!g.type(s.value).scalar() || variables.empty())
      return;
    std::vector<ValueId> outputs{g.toReal(s.value)};
    std::vector<std::string> names{"value"};
    for (ValueId v : differentiate::gradient(g, outputs[0], variables))
      outputs.push_back(v);
    for (ValueId v : variables)
      names.push_back("d_" + g.inputOf(v).name);
    addKernel(s, unused(s.name + "_gradient"), "value and gradient of " + s.name,
              std::move(outputs), std::move(names));
  }

  bool addProblem(const Subject &s) {
    const Problem &problem = *s.problem;
    const std::string prefix = problem.name.empty() ? "" : problem.name + "_";
    if (problem.unknowns.empty()) {
      addKernel(s, unused(prefix + "value"), "the objective", {s.value}, {"f"});
      return true;
    }
    const std::string name = problem.method.name.empty() ? usualMethod : problem.method.name;
    const syntax::MethodDecl *method = session.findMethod(name);
    if (!method) {
      auto near = closest(name, session.methodNames());
      session.diagnostics.report(
          Diag::UnknownMethod, problem.method.range, "there is no method '" + name + "'",
          near ? "did you mean '" + *near + "'?" : "`gradus methods` lists them");
      return false;
    }
    lower::DescentProblem descent;
    descent.unknowns = s.arguments;
    descent.objectiveRange = problem.objectiveRange;
    descent.objective = problem.maximize ? g.neg(problem.objective) : problem.objective;
    std::vector<ValueId> roots = s.arguments;
    roots.push_back(descent.objective);
    for (ValueId v : inputsOf(g, roots))
      if (std::find(s.arguments.begin(), s.arguments.end(), v) == s.arguments.end())
        descent.inputs.push_back(v);
    for (const Unknown &u : problem.unknowns)
      descent.bounded = descent.bounded || u.lower.valid() || u.upper.valid();
    const size_t first = module.functions.size();
    lower::lowerDescent(
        g, module, descent,
        {method, session.loopMethod("before_descent"), session.loopMethod("after_step")},
        session.diagnostics);
    for (size_t k = first; k < module.functions.size(); ++k)
      module.functions[k].name = unused(prefix + module.functions[k].name);
    return !session.diagnostics.hasErrors();
  }

  Session &session;
  loops::Module &module;
  Graph &g;
  std::set<std::string> taken;
};

} // namespace

bool lowerModel(Session &session, loops::Module &module) {
  return ModelLowering(session, module).run();
}

} // namespace gradus::driver
