//===- Course.h - texts in, printed derivatives out ------------------------------===//
#pragma once

#include "differentiate/Differentiate.h"
#include "ir/Module.h"
#include "print/Latex.h"
#include "print/Simplify.h"
#include "print/Text.h"
#include "semantics/Analyze.h"
#include "syntax/Parser.h"

#include <gtest/gtest.h>

#include <string>

namespace gradus::print {

/// The functions of a text. Names of variables may have indices: "x[j]" reads
/// the element at a symbol j with the range of the axis, "x[2]" at 2.
class Course {
public:
  explicit Course(std::string text) : diagnostics(sources) {
    uint32_t file = sources.add("course.opt", std::move(text));
    tree = syntax::parse(file, diagnostics);
    if (diagnostics.hasErrors())
      return;
    semantics::Surroundings surroundings;
    surroundings.import = [](const std::string &, uint32_t, SourceRange) {
      return static_cast<const syntax::Tree *>(nullptr);
    };
    surroundings.header = [](const ir::Table &, uint32_t, std::vector<std::string> &) {
      return false;
    };
    analysis = semantics::analyze(tree, surroundings, diagnostics);
  }

  bool valid() const { return !diagnostics.hasErrors(); }
  std::string errors() const { return diagnostics.renderAll(); }
  ir::Graph &graph() { return analysis.module->graph; }
  const ir::Function &function(const std::string &name = {}) const {
    for (const ir::Function &f : analysis.module->functions)
      if (name.empty() || f.name == name)
        return f;
    ADD_FAILURE() << "no function " << name;
    return analysis.module->functions.at(0);
  }
  ir::ValueId argument(const std::string &name, const ir::Function &f) {
    for (uint32_t k : f.arguments)
      if (graph().inputs()[k].name == name)
        return graph().inputNode(k);
    ADD_FAILURE() << "no argument " << name;
    return {};
  }

  std::string value() { return toText(graph(), simplifyForPeople(graph(), function().value)); }
  /// d f / d variable, then d / d second when given.
  ir::ValueId derivativeNode(const std::string &variable, const std::string &second = {}) {
    ir::ValueId v = part(function().value, variable);
    return second.empty() ? v : part(v, second);
  }
  std::string derivative(const std::string &variable, const std::string &second = {}) {
    return toText(graph(), derivativeNode(variable, second));
  }
  std::string latex(const std::string &variable) {
    return toLatex(graph(), derivativeNode(variable));
  }

private:
  ir::ValueId part(ir::ValueId v, const std::string &variable) {
    ir::Graph &g = graph();
    size_t bracket = variable.find('[');
    ir::ValueId input = argument(variable.substr(0, bracket), function());
    ir::ValueId gradient = differentiate::gradient(g, g.toReal(v), std::span(&input, 1))[0];
    if (bracket == std::string::npos)
      return simplifyForPeople(g, gradient);
    std::vector<ir::ValueId> indices;
    std::vector<ir::Axis> axes = g.axesOf(input);
    std::string list = variable.substr(bracket + 1, variable.size() - bracket - 2) + ",";
    for (size_t begin = 0, end; (end = list.find(',', begin)) != std::string::npos;
         begin = end + 1) {
      std::string index = list.substr(begin, end - begin);
      const ir::Axis &axis = axes[indices.size()];
      if (index[0] >= '0' && index[0] <= '9')
        indices.push_back(g.integer(std::stoi(index)));
      else
        indices.push_back(g.newSymbol(axis.lo, axis.hi, index));
    }
    return elementForPeople(g, gradient, indices);
  }

  SourceManager sources;
  Diagnostics diagnostics;
  syntax::Tree tree;
  semantics::Analysis analysis;
};

/// The derivative of one function, given as "f(x) = ...".
inline std::string derivativeOf(const std::string &fn, const std::string &variable,
                                const std::string &second = {}) {
  Course course("fn " + fn);
  if (!course.valid())
    return course.errors();
  return course.derivative(variable, second);
}
/// The value of one function, simplified.
inline std::string simplified(const std::string &fn) {
  Course course("fn " + fn);
  return course.valid() ? course.value() : course.errors();
}

} // namespace gradus::print
