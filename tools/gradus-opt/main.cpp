//===- main.cpp - the tool `gradus-opt`: passes over textual IR ---------------------===//
//
// Reads one expression in the text form of the expression IR (ir/TextForm.h), runs
// named passes over it, verifies the graph after each, and prints what is left.
// For tests: a pass is seen alone, text to text.
//
//===--------------------------------------------------------------------===//

#include "differentiate/Differentiate.h"
#include "ir/Module.h"
#include "lower/Kernel.h"
#include "print/Simplify.h"
#include "print/Text.h"
#include "support/Files.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <iterator>

namespace {

using namespace gradus;
using ir::Graph;
using ir::ValueId;

struct Pass {
  const char *name;
  const char *help;
  /// `argument` is what stands behind "=". An invalid id: `error` says why.
  ValueId (*run)(Graph &g, ValueId root, const std::string &argument, std::string &error);
};

ValueId inputNamed(const Graph &g, const std::string &name, std::string &error) {
  for (uint32_t k = 0; k < g.inputs().size(); ++k)
    if (g.inputs()[k].name == name)
      return g.inputNode(k);
  error = "no input '" + name + "'";
  return {};
}

bool isRealScalar(const Graph &g, ValueId v, std::string &error) {
  if (g.type(v) == ir::Type{ir::Kind::Real, 0})
    return true;
  error = "the expression is not a real scalar";
  return false;
}

ValueId gradientPass(Graph &g, ValueId root, const std::string &argument, std::string &error) {
  const ValueId input = inputNamed(g, argument, error);
  if (!input.valid() || !isRealScalar(g, root, error))
    return {};
  return differentiate::gradient(g, root, {&input, 1})[0];
}

ValueId tangentPass(Graph &g, ValueId root, const std::string &argument, std::string &error) {
  const ValueId input = inputNamed(g, argument, error);
  if (!input.valid())
    return {};
  const ir::Input like = g.inputOf(input);
  const ValueId direction = g.input({like.name + "'", like.type, ir::InputRole::Local, {}});
  return differentiate::pushforward(g, {&root, 1}, {&input, 1}, {&direction, 1})[0];
}

ValueId simplifyPass(Graph &g, ValueId root, const std::string &, std::string &) {
  return print::simplifyForPeople(g, root);
}

ValueId preparePass(Graph &g, ValueId root, const std::string &, std::string &) {
  return lower::prepare(g, root);
}

constexpr Pass passes[] = {
    {"gradient", "gradient=NAME: the derivative by an input, reverse mode", gradientPass},
    {"tangent", "tangent=NAME: the derivative along an input's direction NAME', forward mode",
     tangentPass},
    {"simplify", "the form for people: uses real algebra", simplifyPass},
    {"prepare", "writes out what no back end knows", preparePass},
};

/// Runs "name" or "name=argument" and verifies what it made.
bool runPass(Graph &g, ValueId &root, const std::string &text) {
  const size_t equals = std::min(text.find('='), text.size());
  const std::string name = text.substr(0, equals);
  const std::string argument = equals < text.size() ? text.substr(equals + 1) : "";
  for (const Pass &pass : passes) {
    if (name != pass.name)
      continue;
    std::string error;
    root = pass.run(g, root, argument, error);
    if (!root.valid()) {
      std::cerr << "gradus-opt: " << name << ": " << error << "\n";
      return false;
    }
    const std::vector<std::string> faults = ir::verify(g);
    for (const std::string &fault : faults)
      std::cerr << "gradus-opt: after " << name << ": " << fault << "\n";
    return faults.empty();
  }
  std::cerr << "gradus-opt: there is no pass '" << name << "'\n";
  return false;
}

/// The kernel of one output, with all inputs that the text declares.
std::string loopsOf(Graph &g, ValueId root) {
  loops::Module module;
  module.name = "kernel";
  lower::KernelSpec spec{"kernel", "", {}, {root}, {"result"}};
  for (uint32_t k = 0; k < g.inputs().size(); ++k)
    spec.inputs.push_back(g.inputNode(k));
  lower::lowerKernel(g, module, spec);
  for (const std::string &fault : loops::verify(module))
    std::cerr << "gradus-opt: after lowering: " << fault << "\n";
  return loops::print(module);
}

int run(const std::string &file, const std::vector<std::string> &chosen, const std::string &emit) {
  std::string text;
  if (file == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else if (auto fault = readFile(file, text, sourceSizeLimit)) {
    std::cerr << "gradus-opt: " << fault->message << "\n";
    return 1;
  }
  Graph g;
  std::string error;
  ValueId root = ir::parseText(g, text, error);
  if (!root.valid()) {
    std::cerr << "gradus-opt: " << file << ": " << error << "\n";
    return 2;
  }
  for (const std::string &pass : chosen)
    if (!runPass(g, root, pass))
      return 1;
  std::cout << (emit == "ir"      ? ir::printText(g, root)
                : emit == "loops" ? loopsOf(g, root)
                                  : print::toText(g, root) + "\n");
  return 0;
}

} // namespace

int main(int count, char **arguments) {
  CLI::App app("Runs passes over one expression in the text form of the expression IR.",
               "gradus-opt");
  std::string file = "-", emit = "ir";
  std::vector<std::string> chosen;
  app.add_option("FILE", file, "the text; - is standard input")->capture_default_str();
  app.add_option("--pass", chosen, "a pass, in the order given; repeatable")
      ->allow_extra_args(false);
  app.add_option("--emit", emit, "ir, text (.opt) or loops")
      ->check(CLI::IsMember({"ir", "text", "loops"}))
      ->capture_default_str();
  std::string list = "Passes:\n";
  for (const Pass &pass : passes)
    list += std::string("  ") + pass.name + std::string(10 - std::string(pass.name).size(), ' ') +
            pass.help + "\n";
  app.footer(list);
  CLI11_PARSE(app, count, arguments);
  return run(file, chosen, emit);
}
