//===- EmitC.cpp - a module and its table as C -----------------------===//
#include "codegen/c/EmitC.h"

#include "codegen/c/Emitter.h"
#include "codegen/c/Tables.h"
#include "codegen/c/Texts.h"
#include "codegen/c/Unused.h"

#include "loops/Operands.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <functional>

namespace gradus::codegen::c {

using namespace loops;
using lower::ArgumentRole;
using lower::InterfaceArgument;
using lower::InterfaceFunction;
using lower::Purpose;

namespace {

void visitCalls(const Body &body, const std::function<void(uint32_t)> &visit) {
  for (const loops::Statement &s : body) {
    if (auto *call = std::get_if<Call>(&s.node))
      visit(call->callee.index);
    forEachBody(s, [&](const Body &nested) { visitCalls(nested, visit); });
  }
}

/// Whether the text has the name as a word.
bool names(const std::string &text, const std::string &name) {
  auto isWord = [&](size_t k) {
    return k < text.size() && (std::isalnum(static_cast<unsigned char>(text[k])) || text[k] == '_');
  };
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1))
    if ((at == 0 || !isWord(at - 1)) && !isWord(at + name.size()))
      return true;
  return false;
}

/// Without functions that are called only where sizes and constants never lead.
std::string calledOf(const std::vector<WrittenFunction> &functions, const std::string &callers) {
  std::vector<const std::string *> kept;
  for (size_t k = functions.size(); k-- > 0;)
    if (names(callers, functions[k].name) ||
        std::any_of(kept.begin(), kept.end(),
                    [&](const std::string *text) { return names(*text, functions[k].name); }))
      kept.push_back(&functions[k].text);
  std::string out;
  for (size_t k = kept.size(); k-- > 0;)
    out += *kept[k];
  return out;
}

} // namespace

Emitted Emitter::emit() {
  findFacts();
  namePublic();
  for (size_t k = 0; k < interface_.functions.size(); ++k)
    describe(k);
  const std::vector<WrittenFunction> internal = internalFunctions();
  const std::string offered = publicBodies(), bodies = calledOf(internal, offered) + offered;
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

void Emitter::findFacts() {
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

std::string Emitter::tables() const {
  std::string text;
  for (size_t k = 0; k < file_.tables.size(); ++k)
    if (file_.tables[k].used)
      text += tableText(module_.tables[k], file_.tables[k].name, file_.tables[k].narrow);
  return text;
}

void Emitter::visitFacts(const Body &body, FunctionFacts &facts) {
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

std::vector<WrittenFunction> Emitter::internalFunctions() {
  std::vector<WrittenFunction> out;
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
    out.push_back({f.name, formatFunction(f) + "\n"});
  }
  return out;
}

std::string Emitter::costMacros() {
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

std::string Emitter::publicBodies() {
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

Function Emitter::forward(FunctionWriter &writer, const PublicShape &shape, uint32_t k) {
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

std::string objectSymbol(const Settings &settings, const loops::Function &function) {
  return settings.prefix + "_packed_" + function.name;
}

Emitted emit(const loops::Module &module, const lower::Interface &interface,
             const Settings &settings) {
  return Emitter(module, interface, settings).emit();
}

} // namespace gradus::codegen::c
