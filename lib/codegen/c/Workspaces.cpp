//===- Workspaces.cpp - how many bytes a function needs, as macros and functions ---===//
#include "codegen/c/Emitter.h"
#include "codegen/c/Texts.h"
#include "codegen/c/Unused.h"

#include <fmt/format.h>

namespace gradus::codegen::c {

using namespace loops;
using lower::ArgumentRole;
using lower::InterfaceArgument;
using lower::InterfaceFunction;

void Emitter::workspace(size_t row, const std::vector<std::string> &names, PublicShape &shape,
               const std::string &upperStem) {
  const InterfaceFunction &f = interface_.functions[row];
  const loops::Function &size = module_.functions[f.workspaceFunction.index];
  const std::string name = shape.name + "_workspace";
  const std::string macro = fmt::format("{}_{}_WORKSPACE", upper_, upperStem);
  // A number where no argument, or only options, decide.
  std::vector<int64_t> defaults;
  for (ir::ValueId input : f.workspaceInputs)
    for (const InterfaceArgument &a : f.arguments)
      if (a.input == input && a.role == ArgumentRole::Option)
        defaults.push_back(static_cast<int64_t>(a.initial));
  if (defaults.size() == f.workspaceInputs.size())
    workspaceText_ += fmt::format("\n/* Bytes of workspace for {}{}. */\n#define {} {}\n",
                                  shape.name, defaults.empty() ? "" : " with its default options",
                                  macro, evaluateWhole(size, defaults) * elementBytes_);
  if (f.workspaceInputs.empty()) {
    shape.workspaceCheck = macro;
    return;
  }
  std::string arguments;
  for (ir::ValueId input : f.workspaceInputs)
    for (size_t j = 0; j < f.arguments.size(); ++j) {
      const InterfaceArgument &a = f.arguments[j];
      if (a.input == input)
        arguments += (arguments.empty() ? "" : ", ") + names[j];
      for (size_t e = 0; e < a.elements.size(); ++e)
        if (a.elements[e] == input)
          arguments += fmt::format("{}{}[{}]", arguments.empty() ? "" : ", ", names[j], e);
    }
  sizeFunction(size, file_.facts[f.workspaceFunction.index], name,
               "Bytes of workspace for " + shape.name, elementBytes_);
  shape.workspaceCheck = name + "(" + arguments + ")";
}

void Emitter::room(const lower::InterfaceRoom &room, const PublicShape &shape,
          const std::string &upperStem) {
  const loops::Function &size = module_.functions[room.function.index];
  const std::string note = room.note + " of " + shape.name;
  if (room.inputs.empty())
    workspaceText_ += fmt::format("\n/* {}. */\n#define {}_{}_{} {}\n", note, upper_, upperStem,
                                  upperCase(room.suffix), evaluateWhole(size, {}));
  else
    sizeFunction(size, file_.facts[room.function.index], shape.name + "_" + room.suffix, note, 1);
}

void Emitter::sizeFunction(const loops::Function &size, const FunctionFacts &facts,
                  const std::string &name, const std::string &note, int64_t times) {
  FunctionWriter writer(file_, size, facts);
  Function fn;
  fn.name = name;
  fn.result = "size_t";
  for (const std::string &parameter : writer.parameterNames())
    if (fn.parameters.size() + 1 < writer.parameterNames().size()) // the last is the result
      fn.parameters.push_back({"int64_t", parameter});
  workspaceText_ += fmt::format("\n/* {}. */\n{};\n", note, formatHead(fn));
  fn.body = writer.wholeResult();
  Return &last = std::get<Return>(fn.body.back().node);
  last.value = Expression::prefix("(size_t)", last.value);
  if (times != 1)
    last.value = Expression::infix("*", Binding::Product, std::move(last.value),
                                   Expression::atom(std::to_string(times)));
  removeUnused(fn);
  workspaceBodies_ += formatFunction(fn) + "\n";
}

} // namespace gradus::codegen::c
