//===- Signatures.cpp - what a header offers: names, heads, documents ----------===//
#include "codegen/c/Emitter.h"

#include "codegen/c/Texts.h"

#include <fmt/format.h>

#include <charconv>

namespace gradus::codegen::c {

using namespace loops;
using lower::ArgumentRole;
using lower::InterfaceArgument;
using lower::InterfaceFunction;
using lower::Purpose;

namespace {

/// Names of the header's own.
bool isOwn(const std::string &name) {
  return Helpers::isName(name) || name == "frame" || name == "error_text" ||
         name == "status_text" || name == "check_real" || name.rfind("packed_", 0) == 0 ||
         name.rfind("power_", 0) == 0;
}

std::string unknownList(const ProblemText &text) {
  std::string list;
  for (const std::string &u : text.unknowns)
    list += (list.empty() ? "" : ", then ") + u;
  return list;
}

} // namespace

void Emitter::namePublic() {
  shapes_.resize(interface_.functions.size());
  for (size_t k = 0; k < interface_.functions.size(); ++k) {
    const InterfaceFunction &f = interface_.functions[k];
    PublicShape &shape = shapes_[k];
    shape.isPublic = true;
    // The subject's own name may be cut, the purpose never is.
    std::string own = f.name, purpose;
    for (const char *ending : {"_hessian_pattern", "_sparse_hessian", "_value_gradient", "_hessian_vector",
                               "_gradient", "_hessian"})
      if (std::string_view(f.name).size() > std::string_view(ending).size() &&
          f.name.compare(f.name.size() - std::string_view(ending).size(), std::string::npos,
                         ending) == 0 && f.purpose != Purpose::Value) {
        purpose = ending;
        own = f.name.substr(0, f.name.size() - purpose.size());
        break;
      }
    std::string stem = plainName(own) + purpose;
    for (size_t at; (at = stem.find("__")) != std::string::npos;)
      stem.erase(at, 1);
    if (isOwn(stem))
      stem = "fn_" + stem;
    std::string made = stem;
    for (int n = 2; !publicNames_.insert(made).second; ++n)
      made = fmt::format("{}_{}", stem, n);
    shape.name = settings_.prefix + "_" + made;
    stems_.push_back(made);
  }
  // Static functions have other names than the extern ones.
  for (uint32_t k : order_) {
    if (!module_.functions[k].external.empty())
      continue;
    const std::string own = file_.facts[k].name.substr(settings_.prefix.size() + 1);
    if (publicNames_.count(own) || isOwn(own))
      file_.facts[k].name += "_i";
  }
}

std::string Emitter::typeDefault(const InterfaceArgument &a) {
  if (a.kind == ir::Kind::Int)
    return wholeText(static_cast<int64_t>(a.initial));
  char digits[64];
  auto end = settings_.single
                 ? std::to_chars(digits, digits + sizeof digits, static_cast<float>(a.initial))
                 : std::to_chars(digits, digits + sizeof digits, a.initial);
  std::string text(digits, end.ptr);
  if (text == "inf" || text == "-inf")
    return text == "inf" ? "INFINITY" : "(-INFINITY)";
  if (text.find_first_of(".e") == std::string::npos)
    text += ".0";
  return text + (settings_.single ? "f" : "");
}

void Emitter::describe(size_t row) {
  const InterfaceFunction &f = interface_.functions[row];
  PublicShape &shape = shapes_[row];
  const loops::Function &source = module_.functions[f.function.index];
  const std::string upperStem = upperCase(stems_[row]);
  if (f.purpose == Purpose::Solve)
    solveTypes(row, shape, upperStem);
  FunctionWriter writer(file_, source, file_.facts[f.function.index]);
  const std::vector<std::string> &names = writer.parameterNames();
  if (f.workspaceFunction.valid())
    workspace(row, names, shape, upperStem);
  for (const lower::InterfaceRoom &room : f.rooms)
    this->room(room, shape, upperStem);
  Function head = writer.writeHead(shape);
  const std::string text = documentation(row, names);
  publicText_ += "\n" + text + formatHead(head) + ";\n";
  const std::string wrapper = packed(row, head, names);
  objectText_ += "\n" + text + wrapper;
  wrapperText_ += "\n" + wrapper;
}

std::string Emitter::replaced(const PublicShape &shape, const std::vector<std::string> &names,
                            const std::string &options) {
  std::string text = shape.workspaceCheck.value_or("0");
  for (const auto &[k, field] : shape.optionFields)
    for (const char *before : {"(", ", "})
      for (const char *after : {")", ", "}) {
        const std::string from = before + names[k] + after;
        if (size_t at = text.find(from); at != std::string::npos)
          text.replace(at, from.size(), before + (options + "->" + field) + after);
      }
  return text;
}

void Emitter::solveTypes(size_t row, PublicShape &shape, const std::string &upperStem) {
  const InterfaceFunction &f = interface_.functions[row];
  const std::string real = file_.real();
  shape.options = settings_.prefix + "_" + stems_[row] + "_options";
  shape.result = settings_.prefix + "_" + stems_[row] + "_result";
  std::string macros, fields, initial, results;
  Names optionNames, resultNames;
  for (size_t k = 0; k < f.arguments.size(); ++k) {
    const InterfaceArgument &a = f.arguments[k];
    const bool wholeNumber = a.kind == ir::Kind::Int;
    if (a.role == ArgumentRole::Option) {
      std::string name = optionNames.unique(a.name, "option");
      std::string macro = fmt::format("{}_{}_{}_DEFAULT", upper_, upperStem, upperCase(name));
      macros += fmt::format("#define {} {}\n", macro, typeDefault(a));
      fields += fmt::format("  {} {};{}\n", wholeNumber ? "int64_t" : real, name,
                            a.note.empty() ? "" : " /* " + commentText(a.note) + " */");
      initial += (initial.empty() ? "" : ", ") + macro;
      shape.optionFields[k] = name;
    } else if (a.role >= ArgumentRole::Ending || a.role == ArgumentRole::Result) {
      std::string name = resultNames.unique(a.name, "result");
      results += fmt::format("  {} {};{}\n", wholeNumber ? "int64_t" : real, name,
                             a.note.empty() ? "" : " /* " + commentText(a.note) + " */");
      shape.resultFields[k] = name;
    }
  }
  const std::string defaults = fmt::format("{}_{}_OPTIONS", upper_, upperStem);
  optionTypes_ += fmt::format(
      "\n/* Options of {0}, and their defaults. */\n{1}typedef struct {2} {{\n{3}}} {2};\n"
      "/* {2} o = {4}; */\n#define {4} \\\n  {{ {5} }}\n",
      shape.name, macros, shape.options, fields, defaults, initial);
  optionTypes_ += fmt::format("\n/* What {0} found. */\ntypedef struct {1} {{\n{2}}} {1};\n",
                              shape.name, shape.result, results);
  optionDefaults_[row] = defaults;
}

std::string Emitter::documentation(size_t row, const std::vector<std::string> &names) {
  const InterfaceFunction &f = interface_.functions[row];
  const FunctionText &text = settings_.functions[row];
  const PublicShape &shape = shapes_[row];
  std::string out = commentText(f.note);
  for (const std::string &line : text.formulas)
    out += "\n    " + commentText(line);
  for (size_t k = 0; k < f.arguments.size(); ++k) {
    const InterfaceArgument &a = f.arguments[k];
    if (shape.optionFields.count(k) || shape.resultFields.count(k))
      continue;
    const bool result = a.role == ArgumentRole::Result ||
                        ((a.role == ArgumentRole::Lower || a.role == ArgumentRole::Upper ||
                          a.role == ArgumentRole::Unknowns) && f.purpose == Purpose::Start);
    std::string line = "\n  " + names[k];
    line += commentText(text.arguments[k].shape);
    std::string what = result ? "out" : roleText(a.role);
    if (f.purpose == Purpose::Solve && a.role == ArgumentRole::Unknowns)
      what = "start in, solution out";
    if (a.name != names[k] && a.input.valid())
      what += ": " + a.name + " of the model";
    if (!a.note.empty())
      what += "; " + a.note;
    out += line + "  " + commentText(what);
  }
  if (f.purpose == Purpose::Solve)
    out += fmt::format("\n  options  null: the defaults, {}", optionDefaults_[row]);
  if (f.workspaceFunction.valid())
    out += "\n  needs frame->workspace: " + *shape.workspaceCheck + " bytes";
  return formatComment(out);
}

std::string Emitter::head() {
  const std::string &p = settings_.prefix;
  std::string problems;
  for (size_t k = 0; k < interface_.problems.size(); ++k) {
    const lower::InterfaceProblem &problem = interface_.problems[k];
    const ProblemText &text = settings_.problems[k];
    problems += "\n" + formatComment(commentText(text.formula) +
                                     "\nThe vector of all unknowns: " +
                                     commentText(unknownList(text)) + ", row by row." +
                                     "\nSolved by " + commentText(problem.method) + ".");
  }
  return frameText(p, file_.real(), upper_) +
         (interface_.problems.empty() ? "" : statusMacros(upper_)) + problems;
}

} // namespace gradus::codegen::c
