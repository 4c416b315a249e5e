//===- Objects.cpp - the object behind the same signatures ---------------------===//
#include "codegen/c/Emitter.h"

#include "codegen/c/Texts.h"

#include <fmt/format.h>

#include <algorithm>

namespace gradus::codegen::c {

using namespace loops;
using lower::InterfaceFunction;

std::string Emitter::marked(const std::string &text, const std::string &what) {
  std::string out;
  for (size_t k = 0; k < text.size(); ++k)
    out += text[k] == '@' && (k == 0 || text[k - 1] == '\n') ? what : std::string(1, text[k]);
  return out;
}

std::string Emitter::inlined(const std::string &functions) {
  std::string out;
  for (size_t at = 0; at < functions.size();) {
    size_t end = std::min(functions.find('\n', at), functions.size());
    const std::string line = functions.substr(at, end - at);
    const bool begins = line.rfind("const char *", 0) == 0 || line.rfind("size_t ", 0) == 0;
    out += (begins ? "static inline " : "") + line + "\n";
    at = end + 1;
  }
  return out;
}

std::string Emitter::packed(size_t row, Function head, const std::vector<std::string> &names) {
  const InterfaceFunction &f = interface_.functions[row];
  const PublicShape &shape = shapes_[row];
  const std::string symbol = objectSymbol(settings_, module_.functions[f.function.index]);
  std::string out =
      fmt::format("extern int32_t {}({}_frame *frame, void *const *arguments);\n", symbol,
                  settings_.prefix);
  head.internal = false;
  head.result = "@int32_t";
  out += formatHead(head) + " {\n";
  if (!shape.options.empty())
    out += fmt::format("  static const {} defaults = {};\n  const {} *o = options ? options : &defaults;\n",
                       shape.options, optionDefaults_[row], shape.options);
  out += fmt::format("  void *arguments[{}];\n", std::max<size_t>(names.size(), 1));
  if (file_.facts[f.function.index].work)
    out += fmt::format("  if (!frame || !frame->workspace || frame->workspace_bytes < {})\n"
                       "    return {}_NO_WORKSPACE;\n",
                       replaced(shape, names, "o"), upper_);
  for (size_t k = 0; k < names.size(); ++k) {
    std::string value;
    if (auto o = shape.optionFields.find(k); o != shape.optionFields.end())
      value = "&o->" + o->second;
    else if (auto r = shape.resultFields.find(k); r != shape.resultFields.end())
      value = "&result->" + r->second;
    else if (std::holds_alternative<ScalarId>(module_.functions[f.function.index].parameters[k].value))
      value = "&" + names[k];
    else
      value = names[k];
    out += fmt::format("  arguments[{}] = (void *){};\n", k, value);
  }
  const std::string frame = file_.facts[f.function.index].frame || file_.facts[f.function.index].work
                                ? "frame"
                                : "frame ? frame : &none";
  if (frame != "frame")
    out += fmt::format("  {{\n    {}_frame none = {{0}};\n    return {}({}, arguments);\n  }}\n}}\n",
                       settings_.prefix, symbol, frame);
  else
    out += fmt::format("  return {}(frame, arguments);\n}}\n", symbol);
  return out;
}

std::string Emitter::workspaceInline() const {
  std::string macros;
  for (size_t at = 0; at < workspaceText_.size();) {
    size_t end = std::min(workspaceText_.find('\n', at), workspaceText_.size());
    const std::string line = workspaceText_.substr(at, end - at);
    if (line.rfind("size_t ", 0) != 0)
      macros += line + "\n";
    at = end + 1;
  }
  return macros + "\n" + sizeHelpers() + inlined(workspaceBodies_);
}

std::string Emitter::sizeHelpers() const {
  Helpers only(settings_.prefix, settings_.single);
  for (Helper h : {Helper::FloorDiv, Helper::FloorMod, Helper::WholeMinimum, Helper::WholeMaximum,
                   Helper::WholeMagnitude, Helper::WholeSign})
    if (workspaceBodies_.find(Helpers(settings_.prefix, false).use(h) + "(") != std::string::npos)
      only.use(h);
  return only.text();
}

} // namespace gradus::codegen::c
