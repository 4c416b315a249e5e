//===- EmitC.cpp - a module and its table as C --------------------------------===//
#include "codegen/c/EmitC.h"

#include "codegen/c/Costs.h"
#include "codegen/c/FunctionWriter.h"
#include "codegen/c/Tables.h"
#include "codegen/c/Texts.h"
#include "codegen/c/Unused.h"

#include "loops/Operands.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace gradus::codegen::c {

using namespace loops;
using lower::ArgumentRole;
using lower::InterfaceArgument;
using lower::InterfaceFunction;
using lower::Purpose;

namespace {

class Emitter {
public:
  Emitter(const loops::Module &module, const lower::Interface &interface, const Settings &settings)
      : module_(module), interface_(interface), settings_(settings),
        upper_(upperCase(settings.prefix)),
        file_{module,
              settings.prefix,
              upper_ + "_RESTRICT",
              settings.single,
              1,
              Helpers(settings.prefix, settings.single),
              {}} {}

  Emitted emit() {
    findFacts();
    namePublic();
    for (size_t k = 0; k < interface_.functions.size(); ++k)
      describe(k);
    const std::string bodies = internalFunctions() + publicBodies();
    const std::string costs = costMacros();
    Emitted made;
    made.declarations = head() + optionTypes_ + workspaceText_ + costs + publicText_ + "\n";
    const std::string texts = textFunctions(settings_, !interface_.problems.empty());
    made.objects = head() + optionTypes_ + workspaceInline() + marked(objectText_, "static inline ") +
                   "\n" + inlined(texts);
    made.wrappers = sizeHelpers() + workspaceBodies_ + marked(wrapperText_, "") + "\n" + texts;
    made.declarations += fmt::format(
        "/* What a check that failed looked for; site: frame->error_site. {{0}} .. {{3}} stand for\n"
        " * frame->error_values. */\nconst char *{0}_error_text(int32_t site);\n",
        settings_.prefix);
    if (!interface_.problems.empty())
      made.declarations +=
          fmt::format("/* Why a descent ended, for people. */\nconst char *{}_status_text(int64_t status);\n",
                      settings_.prefix);
    for (const PublicShape &shape : shapes_)
      made.names.push_back(shape.name);
    made.implementation = file_.helpers.text() + tables() + bodies +
                          textFunctions(settings_, !interface_.problems.empty());
    return made;
  }

private:
  //--- what each function needs
  void findFacts() {
    const size_t count = module_.functions.size();
    file_.facts.resize(count);
    wanted_.assign(count, false);
    called_.assign(count, false);
    std::vector<uint32_t> work;
    for (const InterfaceFunction &f : interface_.functions)
      work.push_back(f.function.index);
    while (!work.empty()) {
      const uint32_t k = work.back();
      work.pop_back();
      if (wanted_[k])
        continue;
      wanted_[k] = true;
      order_.push_back(k);
      visitCalls(module_.functions[k].body, [&](uint32_t callee) {
        called_[callee] = true;
        work.push_back(callee);
      });
    }
    std::sort(order_.begin(), order_.end());
    bool wholeWorkspace = false;
    for (bool changed = true; changed;) {
      changed = false;
      for (uint32_t k : order_) {
        FunctionFacts before = file_.facts[k];
        FunctionFacts &facts = file_.facts[k];
        const loops::Function &f = module_.functions[k];
        for (const Buffer &b : f.buffers)
          if (b.role == BufferRole::Workspace) {
            facts.work = true;
            wholeWorkspace = wholeWorkspace || b.kind == Kind::Int;
          }
        visitFacts(f.body, facts);
        changed = changed || before.fails != facts.fails || before.frame != facts.frame ||
                  before.work != facts.work;
      }
    }
    // Elements are of 8 bytes, or as wide as a float where only floats are kept.
    file_.wordsPerElement = settings_.single && wholeWorkspace ? 2 : 1;
    elementBytes_ = settings_.single && !wholeWorkspace ? 4 : 8;
    Names names;
    for (uint32_t k : order_)
      if (const loops::Function &f = module_.functions[k]; f.external.empty())
        file_.facts[k].name = settings_.prefix + "_" + internal_.unique(f.name, "f");
      else
        file_.facts[k].name = file_.helpers.useRuntime(f.external);
    for (const loops::Table &table : module_.tables)
      file_.tables.push_back(
          {settings_.prefix + "_" + internal_.unique(table.name, "table"), true, false});
    for (uint32_t k : order_)
      findWideTables(module_.functions[k], module_.functions[k].body, file_.tables);
  }
  std::string tables() const {
    std::string text;
    for (size_t k = 0; k < file_.tables.size(); ++k)
      if (file_.tables[k].used)
        text += tableText(module_.tables[k], file_.tables[k].name, file_.tables[k].narrow);
    return text;
  }
  static void visitCalls(const Body &body, const std::function<void(uint32_t)> &visit) {
    for (const loops::Statement &s : body) {
      if (auto *call = std::get_if<Call>(&s.node))
        visit(call->callee.index);
      forEachBody(s, [&](const Body &nested) { visitCalls(nested, visit); });
    }
  }
  void visitFacts(const Body &body, FunctionFacts &facts) {
    for (const loops::Statement &s : body) {
      if (std::holds_alternative<Check>(s.node))
        facts.fails = facts.frame = true;
      if (std::holds_alternative<loops::Return>(s.node))
        facts.fails = true;
      if (std::holds_alternative<Hook>(s.node))
        facts.frame = true;
      if (auto *call = std::get_if<Call>(&s.node)) {
        const FunctionFacts &callee = file_.facts[call->callee.index];
        facts.fails = facts.fails || callee.fails;
        facts.frame = facts.frame || callee.frame;
        facts.work = facts.work || callee.work;
      }
      forEachBody(s, [&](const Body &nested) { visitFacts(nested, facts); });
    }
  }

  //--- public names and shapes
  /// Names of the header's own.
  static bool isOwn(const std::string &name) {
    return Helpers::isName(name) || name == "frame" || name == "error_text" ||
           name == "status_text" || name == "check_real" || name.rfind("packed_", 0) == 0 ||
           name.rfind("power_", 0) == 0;
  }

  void namePublic() {
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

  //--- one row of the table
  std::string typeDefault(const InterfaceArgument &a) {
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

  void describe(size_t row) {
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

  /// The function of an object, whose arguments are an array of pointers, behind
  /// the signature of the emitted C.
  std::string packed(size_t row, Function head, const std::vector<std::string> &names) {
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
  /// The check of the workspace with options that are fields.
  static std::string replaced(const PublicShape &shape, const std::vector<std::string> &names,
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

  void solveTypes(size_t row, PublicShape &shape, const std::string &upperStem) {
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

  void workspace(size_t row, const std::vector<std::string> &names, PublicShape &shape,
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

  /// The length of an array: a number, or a function of sizes.
  void room(const lower::InterfaceRoom &room, const PublicShape &shape,
            const std::string &upperStem) {
    const loops::Function &size = module_.functions[room.function.index];
    const std::string note = room.note + " of " + shape.name;
    if (room.inputs.empty())
      workspaceText_ += fmt::format("\n/* {}. */\n#define {}_{}_{} {}\n", note, upper_, upperStem,
                                    upperCase(room.suffix), evaluateWhole(size, {}));
    else
      sizeFunction(size, file_.facts[room.function.index], shape.name + "_" + room.suffix, note, 1);
  }

  void sizeFunction(const loops::Function &size, const FunctionFacts &facts,
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

  //--- texts
  std::string documentation(size_t row, const std::vector<std::string> &names) {
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
  std::string head() {
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
  static std::string unknownList(const ProblemText &text) {
    std::string list;
    for (const std::string &u : text.unknowns)
      list += (list.empty() ? "" : ", then ") + u;
    return list;
  }

  //--- objects
  /// The mark before functions becomes what is to stand there.
  static std::string marked(const std::string &text, const std::string &what) {
    std::string out;
    for (size_t k = 0; k < text.size(); ++k)
      out += text[k] == '@' && (k == 0 || text[k - 1] == '\n') ? what : std::string(1, text[k]);
    return out;
  }
  /// Functions of a header that has no source.
  static std::string inlined(const std::string &functions) {
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
  std::string workspaceInline() const {
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
  /// What the sizes of workspace call.
  std::string sizeHelpers() const {
    Helpers only(settings_.prefix, settings_.single);
    for (Helper h : {Helper::FloorDiv, Helper::FloorMod, Helper::WholeMinimum, Helper::WholeMaximum,
                     Helper::WholeMagnitude, Helper::WholeSign})
      if (workspaceBodies_.find(Helpers(settings_.prefix, false).use(h) + "(") != std::string::npos)
        only.use(h);
    return only.text();
  }

  //--- bodies
  std::string internalFunctions() {
    std::string out;
    for (uint32_t k : order_) {
      const bool offered = std::any_of(
          interface_.functions.begin(), interface_.functions.end(),
          [&](const InterfaceFunction &f) { return f.function.index == k; });
      if (offered && !called_[k])
        continue; // written as the extern function
      if (!module_.functions[k].external.empty())
        continue; // one of the helpers
      Function f = FunctionWriter(file_, module_.functions[k], file_.facts[k]).write({});
      removeUnused(f);
      stack_.add(f);
      out += formatFunction(f) + "\n";
    }
    return out;
  }

  /// Stack and arithmetic of each function.
  std::string costMacros() {
    for (const auto &[name, bytes] : file_.helpers.frames())
      stack_.addText(name, bytes);
    std::string out = "\n/* The most stack that a call takes, in bytes, where sums have one lane: code for size,\n"
                      " * and machines without vectors. The C library's functions and the hook come on top. */\n";
    for (size_t row = 0; row < interface_.functions.size(); ++row)
      out += fmt::format("#define {}_{}_STACK {}\n", upper_, upperCase(stems_[row]),
                         (stack_.of(shapes_[row].name) + 7) / 8 * 8);
    std::string counts;
    for (size_t row = 0; row < interface_.functions.size(); ++row) {
      const InterfaceFunction &f = interface_.functions[row];
      if (f.purpose > Purpose::Jacobian)
        continue; // moves, and descents
      std::vector<std::string> names;
      Names unique;
      for (const InterfaceArgument &a : f.arguments)
        if (a.kind == ir::Kind::Int && a.shape == 0 && a.role != ArgumentRole::Result)
          names.push_back(unique.unique(a.name, "n"));
      const std::string text = operationsText(module_, f.function, names);
      std::string list;
      for (const std::string &name : names)
        list += (list.empty() ? "" : ", ") + name;
      if (!text.empty())
        counts += fmt::format("#define {}_{}_OPERATIONS{} ({})\n", upper_, upperCase(stems_[row]),
                              list.empty() ? "" : "(" + list + ")", text);
    }
    if (!counts.empty())
      out += "\n/* Arithmetic of a call in units of an addition; exp and its like count 20 and more. */\n" +
             counts;
    return out;
  }

  std::string publicBodies() {
    std::string out = workspaceBodies_;
    for (size_t row = 0; row < interface_.functions.size(); ++row) {
      const InterfaceFunction &f = interface_.functions[row];
      const uint32_t k = f.function.index;
      PublicShape shape = shapes_[row];
      Function made;
      FunctionWriter writer(file_, module_.functions[k], file_.facts[k]);
      if (shape.workspaceCheck)
        shape.workspaceCheck = replaced(shape, writer.parameterNames(), "options");
      if (!called_[k])
        made = writer.write(shape);
      else
        made = forward(writer, shape, k);
      if (!shape.options.empty()) {
        Block first{Declare{"static const " + shape.options, "defaults",
                            {Expression::atom(optionDefaults_[row])}},
                    Branch{Expression::atom("!options"),
                           {Assign{Expression::atom("options"), "=", Expression::atom("&defaults")}},
                           {}}};
        made.body.insert(made.body.begin(), first.begin(), first.end());
      }
      removeUnused(made);
      stack_.add(made);
      out += formatFunction(made) + "\n";
    }
    return out;
  }

  /// The extern function of a static one that others call too.
  Function forward(FunctionWriter &writer, const PublicShape &shape, uint32_t k) {
    const FunctionFacts &facts = file_.facts[k];
    Function f = writer.writeHead(shape);
    std::vector<Expression> arguments;
    if (facts.frame)
      arguments.push_back(Expression::atom("frame"));
    if (facts.work) {
      f.body.push_back(Branch{
          Expression::atom("!frame || !frame->workspace || frame->workspace_bytes < " +
                           shape.workspaceCheck.value_or("0")),
          {Return{Expression::atom(upper_ + "_NO_WORKSPACE")}},
          {}});
      arguments.push_back(Expression::prefix(fmt::format("({} *)", file_.real()),
                                             Expression::atom("frame->workspace")));
    }
    for (const std::string &name : writer.parameterNames())
      arguments.push_back(Expression::atom(name));
    Expression call = Expression::call(facts.name, std::move(arguments));
    if (facts.fails) {
      f.body.push_back(Return{std::move(call)});
    } else {
      f.body.push_back(Evaluate{std::move(call)});
      f.body.push_back(Return{Expression::atom("0")});
    }
    return f;
  }

  const loops::Module &module_;
  const lower::Interface &interface_;
  const Settings &settings_;
  std::string upper_;
  FileContext file_;
  Names internal_;
  std::set<std::string> publicNames_;
  std::vector<bool> wanted_, called_;
  std::vector<uint32_t> order_;
  std::vector<PublicShape> shapes_;
  std::vector<std::string> stems_;
  std::map<size_t, std::string> optionDefaults_;
  int64_t elementBytes_ = 8;
  StackBounds stack_{1};
  std::string optionTypes_, workspaceText_, publicText_, objectText_, wrapperText_,
      workspaceBodies_;
};

} // namespace

std::string objectSymbol(const Settings &settings, const loops::Function &function) {
  return settings.prefix + "_packed_" + function.name;
}

Emitted emit(const loops::Module &module, const lower::Interface &interface,
             const Settings &settings) {
  return Emitter(module, interface, settings).emit();
}

} // namespace gradus::codegen::c
