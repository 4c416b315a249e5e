//===- ExplainModel.cpp - the command `gradus explain-model` -----------------------===//

#include "driver/ExplainModel.h"

#include "differentiate/Differentiate.h"
#include "differentiate/Structure.h"
#include "driver/Native.h"
#include "driver/Pattern.h"
#include "driver/ProgramClass.h"
#include "driver/Report.h"
#include "driver/SizedModel.h"
#include "ir/Rows.h"
#include "loops/Operations.h"
#include "lower/Kernel.h"
#include "support/Numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

namespace gradus::driver {

using namespace ir;
using differentiate::Structure;

namespace {

struct Operations {
  double value = 0, gradient = 0, hessianVector = 0;
  double gradientRatio() const { return value > 0 ? gradient / value : 0; }
  double productRatio() const { return gradient > 0 ? hessianVector / gradient : 0; }
};

struct Explained {
  const Subject *subject;
  std::vector<ValueId> variables;
  Structure structure;
  Operations operations;
  int64_t unknowns = 0, residuals = 0;
  bool removable = false; ///< its kinks, by unknowns in their place
  bool definite = false; ///< the Hessian is constant and positive definite
  std::optional<Pattern> pattern;
  std::optional<ProgramClass> program; ///< with constraints
  int64_t rows = 0, equations = 0;     ///< of them, elements
};

class Explainer {
public:
  explicit Explainer(Session &session) : session(session), g(session.graph()) {}

  bool run(const Subject &s, Explained &e) {
    e.subject = &s;
    e.variables = s.variables(g);
    const ValueId value = g.toReal(s.value);
    e.structure = differentiate::analyze(g, value, e.variables, nonNegativeInputs(session, s.problem));
    for (const Unknown &u : s.problem ? s.problem->unknowns : std::vector<Unknown>{})
      e.structure.hasBounds = e.structure.hasBounds || u.lower.valid() || u.upper.valid();
    auto unknowns = session.whole(e.structure.unknowns);
    if (!unknowns)
      return false;
    e.unknowns = *unknowns;
    if (e.structure.residuals) {
      auto count = session.whole(differentiate::flatSize(g, *e.structure.residuals));
      if (!count)
        return false;
      e.residuals = *count;
    }
    // A coupled matrix is as large as a dense one.
    if (e.structure.hasSparseHessian()) {
      e.pattern = assemblePattern(session, *e.structure.hessian);
      if (!e.pattern)
        return false;
    }
    e.definite = e.structure.degree == 2 && e.pattern &&
                 isPositiveDefinite(session, *e.structure.hessian, *e.pattern);
    if (s.problem && !e.structure.isSmooth())
      e.removable = session.withoutKinks(*s.problem, nonNegativeInputs(session, s.problem));
    if (s.problem && !s.problem->constraints.empty() && !count(*s.problem, e))
      return false;
    return count(value, e);
  }

private:
  /// Operations of a kernel with the sizes that are bound.
  double countKernel(const std::vector<ValueId> &outputs) {
    loops::Module module;
    lower::KernelSpec spec{"kernel", "", inputsOf(g, outputs), outputs, {}};
    for (size_t k = 0; k < outputs.size(); ++k)
      spec.outputNames.push_back("out" + std::to_string(k + 1));
    const lower::Kernel kernel = lower::lowerKernel(g, module, spec);
    std::vector<int64_t> wholes;
    for (ValueId v : spec.inputs)
      if (g.type(v) == Type{Kind::Int, 0})
        wholes.push_back(session.value(g.inputIndex(v)).whole);
    return loops::operations(module, kernel.function, wholes);
  }

  /// The constraints.
  bool count(const Problem &problem, Explained &e) {
    e.program = programClass(session, problem);
    interpret::Interpreter<double> interpreter(g, session.environment());
    for (const Constraint &c : problem.constraints) {
      const Rows r = rows(g, c);
      // As many as there are: a sum of ones.
      ValueId present = g.select(r.present, g.real(1), g.real(0));
      for (size_t k = r.symbols.size(); k-- > 0;)
        present = g.reduce(ReduceOp::Sum, r.symbols[k], r.ranges[k].lo, r.ranges[k].hi,
                           g.boolean(true), present);
      interpret::Result<double> out;
      interpret::EvalError error;
      if (!interpreter.evaluate(present, out, error)) {
        session.diagnostics.report(Diag::EvaluationFailed, error.range, error.message);
        return false;
      }
      e.rows += static_cast<int64_t>(out.real);
      e.equations += r.equality() ? static_cast<int64_t>(out.real) : 0;
    }
    return true;
  }

  bool count(ValueId value, Explained &e) {
    using differentiate::Storing;
    const std::vector<ValueId> gradient =
        differentiate::gradient(g, value, e.variables, Storing::Dear);
    std::vector<ValueId> both = gradient;
    both.insert(both.begin(), value);
    std::vector<ValueId> directions;
    for (ValueId v : e.variables) {
      const Input like = g.inputOf(v);
      directions.push_back(
          g.input({like.name + " direction", like.type, InputRole::Local, like.range}));
    }
    e.operations.value = countKernel({value});
    e.operations.gradient = countKernel(both);
    e.operations.hessianVector =
        countKernel(differentiate::pushforward(
            g, differentiate::gradient(g, value, e.variables, Storing::Tangents), e.variables,
            directions));
    return true;
  }

  Session &session;
  Graph &g;
};

//--- output ------------------------------------------------------------------------------

const char *curvatureText(differentiate::Curvature c) {
  switch (c) {
  case differentiate::Curvature::Constant:
  case differentiate::Curvature::Affine:
    return "yes, and concave: it is linear";
  case differentiate::Curvature::Convex:
    return "yes, by the rules of composition";
  case differentiate::Curvature::Concave:
    return "no, it is concave";
  case differentiate::Curvature::Unknown:
    return "not shown";
  }
  return "";
}

std::string kindText(const Structure &s) {
  switch (s.degree) {
  case 0:
    return "constant";
  case 1:
    return "linear";
  case 2:
    return "quadratic: its Hessian is constant";
  default:
    return "nonlinear";
  }
}

std::string placeText(Session &session, SourceRange range) {
  if (range == SourceRange{})
    return "";
  const LineColumn at = session.sources.lineColumn(range.file, range.begin);
  return fmt::format(" (line {})", at.line);
}

std::string ratioText(double ratio, const char *of) {
  return fmt::format("{:.2g} times {}", ratio, of);
}

std::string linearText(Graph &g, const Explained &e) {
  std::string names;
  for (size_t k = 0; k < e.variables.size(); ++k)
    if (e.structure.linearIn[k])
      names += (names.empty() ? "" : ", ") + g.inputOf(e.variables[k]).name;
  return names;
}

std::string textOf(Session &session, const Explained &e) {
  Graph &g = session.graph();
  const Structure &s = e.structure;
  std::string text;
  auto row = [&](const char *name, const std::string &what) {
    text += fmt::format("{:<16}{}\n", name, what);
  };
  row(e.subject->problem ? "objective" : "function", e.subject->name);
  std::string count = std::to_string(e.unknowns) + (e.unknowns == 1 ? " number" : " numbers");
  row("unknowns", count + (e.subject->problem ? s.hasBounds ? ", with bounds" : ", no bounds" : ""));
  row("kind", kindText(s));
  row("smooth", s.isSmooth() ? "yes"
                             : "no: " + s.kink + placeText(session, s.kinkAt) +
                                   (e.removable ? "; unknowns can replace all kinks" : ""));
  row("convex", e.definite && !s.isConvex() ? "yes: its constant Hessian is positive definite"
                                            : curvatureText(s.curvature));
  if (e.program) {
    const ProgramClass &p = *e.program;
    row("constraints", fmt::format("{}, {} of them equations{}", e.rows, e.equations,
                                   p.constraints <= 1   ? "; all are linear"
                                   : p.constraints == 2 ? "; quadratic"
                                                        : ""));
    const std::string kind = p.text();
    row("problem", (kind.empty() ? "convexity is not shown" : kind) +
                       (p.convex ? ": no point is better than a minimum" : ""));
  }
  row("sum of squares", s.residuals ? "yes, of " + std::to_string(e.residuals) + " residuals"
                                    : std::string("not seen"));
  row("separable", !s.separableKnown ? "not known" : s.separable ? "yes" : "no");
  const std::string linear = linearText(g, e);
  if (s.degree > 1)
    row("linear in", linear.empty() ? "none" : linear);
  if (e.pattern) {
    const Pattern &p = *e.pattern;
    const double all = static_cast<double>(p.rows) * static_cast<double>(p.columns);
    std::string share = all > 0 ? fmt::format(" ({:.3g} %)", 100 * static_cast<double>(p.allEntries()) / all) : "";
    row("Hessian", fmt::format("{} of {} by {} entries{}, bandwidth {}", p.allEntries(), p.rows,
                               p.columns, share, p.bandwidth));
    for (const std::string &line :
         brokenLines(familyLines(g, *s.hessian, e.variables, e.variables), 80))
      row("", line);
  } else if (s.hessian) {
    row("Hessian", "dense: a sum couples every pair of indices" + placeText(session, s.hessian->coupledAt));
  } else {
    row("Hessian", "dense: no rule for patterns fits" + placeText(session, s.denseAt));
  }
  row("operations", formatNumber(e.operations.value) + " for the value");
  row("", formatNumber(e.operations.gradient) + " with the gradient, " +
              ratioText(e.operations.gradientRatio(), "the value"));
  row("", formatNumber(e.operations.hessianVector) + " for the Hessian times a vector, " +
              ratioText(e.operations.productRatio(), "value and gradient"));
  return text;
}

Json jsonOf(Session &session, const Explained &e) {
  Graph &g = session.graph();
  const Structure &s = e.structure;
  Json j;
  j["name"] = e.subject->name;
  j["unknowns"] = e.unknowns;
  j["bounds"] = s.hasBounds;
  j["linear"] = s.isLinear();
  j["quadratic"] = s.isQuadratic();
  j["smooth"] = s.isSmooth();
  if (!s.isSmooth())
    j["kink"] = s.kink, j["kinks_removable"] = e.removable;
  j["convex"] = s.isConvex() || e.definite ? Json(true) : s.curvature == differentiate::Curvature::Concave ? Json(false) : Json(nullptr);
  j["concave"] = s.curvature == differentiate::Curvature::Concave || s.isLinear() ? Json(true)
                 : s.curvature == differentiate::Curvature::Convex                ? Json(false)
                                                                   : Json(nullptr);
  if (e.program)
    j["constraints"] = {{"count", e.rows},
                        {"equations", e.equations},
                        {"linear", e.program->constraints <= 1},
                        {"linear_program", e.program->isLinear()},
                        {"quadratic_program", e.program->isQuadratic()},
                        {"convex", e.program->convex ? Json(true) : Json(nullptr)}};
  j["sum_of_squares"] = s.isSumOfSquares();
  if (s.residuals)
    j["residuals"] = e.residuals;
  j["separable"] = s.separableKnown ? Json(s.separable) : Json(nullptr);
  j["linear_in"] = Json::array();
  for (size_t k = 0; k < e.variables.size(); ++k)
    if (s.linearIn[k])
      j["linear_in"].push_back(g.inputOf(e.variables[k]).name);
  Json h;
  h["sparse"] = e.pattern.has_value();
  if (e.pattern) {
    h["rows"] = e.pattern->rows;
    h["entries"] = e.pattern->allEntries();
    h["lower_entries"] = e.pattern->entries();
    h["bandwidth"] = e.pattern->bandwidth;
    h["families"] = familyLines(g, *s.hessian, e.variables, e.variables);
  }
  j["hessian"] = std::move(h);
  j["operations"] = {{"value", e.operations.value},
                     {"gradient", e.operations.gradient},
                     {"hessian_vector", e.operations.hessianVector},
                     {"gradient_ratio", numberJson(e.operations.gradientRatio())},
                     {"hessian_vector_ratio", numberJson(e.operations.productRatio())}};
  return j;
}

} // namespace

int explainModel(const ExplainModelOptions &options, std::ostream &out, std::ostream &err) {
  SizedModel model({options.file, options.name, options.set, options.data, options.allowPath});
  Session &session = model.session();
  auto fail = [&] { return finish(session, options.file, options.json, out, err); };
  if (!model.load())
    return fail();
  Graph &g = session.graph();
  Json list = Json::array();
  bool first = true;
  for (const Subject &s : model.subjects) {
    if (!g.type(s.value).scalar() || s.variables(g).empty())
      continue;
    Explained e;
    if (!model.bindSizes(s) || !Explainer(session).run(s, e))
      return fail();
    if (options.json)
      list.push_back(jsonOf(session, e));
    else
      out << (first ? "" : "\n") << textOf(session, e);
    first = false;
  }
  if (options.json)
    out << Json{{"functions", std::move(list)}}.dump(2) << "\n";
  else if (first)
    out << options.file << " has no function or objective of real unknowns whose value is one number\n";
  return fail();
}

} // namespace gradus::driver
