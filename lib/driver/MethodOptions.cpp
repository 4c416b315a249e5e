//===- MethodOptions.cpp - the method of a descent and its options ----------------===//

#include "driver/ChooseMethod.h"
#include "driver/Solve.h"
#include "driver/SparseSolve.h"
#include "semantics/Elaborate.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

using namespace ir;

bool Solver::setOption(const std::string &name, SourceRange range, double value) {
  if (name == lower::hostTime) {
    options_.maxTime = value;
    return true;
  }
  if (name == semantics::hoistName) {
    hoist_ = static_cast<semantics::Hoist>(value);
    hoistRange_ = range;
    choice_.options.push_back({name, value});
    return true;
  }
  std::vector<std::string> names{lower::hostTime, semantics::hoistName};
  for (const syntax::MethodDecl *m : {session_.loopMethod("before_descent"), method_})
    for (const syntax::Parameter &p : m->parameters) {
      if (p.declarator.name.name == lower::hostTime)
        continue;
      names.push_back(p.declarator.name.name);
      if (names.back() != name)
        continue;
      if (p.integer && (value != std::floor(value) || value < 0 || value > 9e15)) {
        session_.diagnostics.report(Diag::OptionValue, range,
                                    "'" + name + "' is a whole number that is not negative");
        return false;
      }
      given_.push_back({name, value});
      return true;
    }
  auto near = closest(name, names);
  std::string list;
  for (const std::string &n : names)
    list += (list.empty() ? "" : ", ") + n;
  session_.diagnostics.report(Diag::UnknownOption, range,
                              method_->name.name + " has no option '" + name + "'",
                              "options: " + list +
                                  (near ? "        did you mean '" + *near + "'?" : ""));
  return false;
}

bool Solver::chooseMethod(const syntax::MethodCall *call) {
  std::string name = call ? call->method.name : problem_.method.name;
  SourceRange range = call ? call->method.range : problem_.method.range;
  if (attempt_) {
    name = attempt_->method;
    choice_.why = attempt_->why;
  } else if (name.empty()) {
    Choice c = driver::chooseMethod(session_.graph(), described_,
                                    static_cast<int64_t>(start_.size()), elements_, bounded_,
                                    [&] { return addIfSparse(session_, described_); });
    name = c.name;
    choice_.why = c.why;
  }
  method_ = session_.findMethod(name);
  if (!method_) {
    auto near = closest(name, session_.methodNames());
    std::string list;
    for (const std::string &n : session_.methodNames())
      list += (list.empty() ? "" : ", ") + n;
    session_.diagnostics.report(Diag::UnknownMethod, range, "there is no method '" + name + "'",
                                "methods: " + list +
                                    (near ? "        did you mean '" + *near + "'?" : ""));
    return false;
  }
  choice_.name = name;
  described_.chosen = !choice_.why.empty();
  if (attempt_) {
    for (const auto &[option, value] : attempt_->options)
      if (!setOption(option, range, value))
        return false;
    return true;
  }
  return eachOption(call, [&](const std::string &option, SourceRange at, double value) {
    return setOption(option, at, value);
  });
}

bool Solver::eachOption(const syntax::MethodCall *call, const TakeOption &take) {
  Graph &g = session_.graph();
  if (call) {
    semantics::Elaborator elaborator(g, session_.diagnostics);
    semantics::Scope scope;
    for (const syntax::Option &o : call->options) {
      if (o.name.name == semantics::hoistName) {
        auto h = semantics::hoistOption(o, session_.diagnostics);
        if (!h || !take(o.name.name, o.name.range, static_cast<double>(*h)))
          return false;
        continue;
      }
      ValueId v = elaborator.number(*o.value, scope);
      if (!v.valid())
        return false;
      if (!g.isConstant(v)) {
        session_.diagnostics.report(Diag::OptionValue, o.value->range,
                                    "the value of '" + o.name.name + "' is not a number");
        return false;
      }
      if (!take(o.name.name, o.name.range, g.realValue(v)))
        return false;
    }
    return true;
  }
  for (const OptionValue &o : problem_.method.options) {
    interpret::Interpreter<double> interpreter(g, session_.environment());
    interpret::Result<double> out;
    interpret::EvalError error;
    if (!interpreter.evaluate(o.value, out, error)) {
      session_.diagnostics.report(Diag::OptionValue, o.range, error.message);
      return false;
    }
    if (!take(o.name, o.range, out.type.kind == Kind::Int ? double(out.whole) : out.real))
      return false;
  }
  return true;
}

/// The time that the method declares, where no other is given.
bool Solver::setOwnTime() {
  for (const syntax::Parameter &p : method_->parameters) {
    if (p.declarator.name.name != lower::hostTime || !p.initial)
      continue;
    semantics::Elaborator elaborator(session_.graph(), session_.diagnostics);
    semantics::Scope scope;
    const ValueId v = elaborator.number(*p.initial, scope);
    if (!v.valid() || !session_.graph().isConstant(v)) {
      session_.diagnostics.report(Diag::MethodText, p.initial->range,
                                  "the default of an option is a number");
      return false;
    }
    ownTime_ = true;
    if (options_.maxTime <= 0)
      options_.maxTime = session_.graph().realValue(v);
  }
  return true;
}

double Solver::optionValue(const char *name) {
  Graph &g = session_.graph();
  for (ValueId option : descent_.options)
    if (g.inputOf(option).name == name) {
      const InputValue &v = session_.value(g.inputIndex(option));
      return g.type(option).kind == Kind::Int ? static_cast<double>(v.whole) : v.real;
    }
  return 0;
}

void Solver::setOptionValue(const char *name, double value) {
  Graph &g = session_.graph();
  for (ValueId option : descent_.options)
    if (g.inputOf(option).name == name) {
      InputValue &v = session_.value(g.inputIndex(option));
      v.real = value;
      v.whole = static_cast<int64_t>(value);
      return;
    }
}

} // namespace gradus::driver
