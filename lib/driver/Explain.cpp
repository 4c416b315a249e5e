//===- Explain.cpp - codes of messages, and the shipped methods -------------------===//

#include "driver/Explain.h"

#include "driver/Session.h"
#include "methods/Library.h"
#include "support/Diagnostics.h"
#include "syntax/Parser.h"

#include <fmt/format.h>

#include <ostream>

namespace gradus::driver {

namespace {

constexpr size_t lineWidth = 80;

/// Words in lines of at most `lineWidth` columns.
std::string wrapped(const std::string &text) {
  std::string out, line;
  size_t at = 0;
  while (at < text.size()) {
    size_t end = std::min(text.find(' ', at), text.size());
    if (!line.empty() && line.size() + 1 + end - at > lineWidth) {
      out += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + text.substr(at, end - at);
    at = end + 1;
  }
  return out + line + "\n";
}

/// "WrongArity" as words: "wrong arity".
std::string inWords(const char *name) {
  std::string words;
  for (const char *c = name; *c; ++c) {
    if (*c >= 'A' && *c <= 'Z')
      words += (words.empty() ? "" : " ") + std::string(1, static_cast<char>(*c - 'A' + 'a'));
    else
      words += *c;
  }
  return words;
}

int refuse(Diag kind, const std::string &message, const std::string &remedy, std::ostream &err) {
  SourceManager sources;
  Diagnostics diagnostics(sources);
  diagnostics.report(kind, {}, message, remedy);
  err << diagnostics.renderAll();
  return exitCode(Category::Usage);
}

/// The first sentence of a method's comment, without what stands in brackets.
std::string firstSentence(const std::string &text) {
  std::string line;
  int depth = 0;
  for (char c : text.substr(0, text.find("\n\n"))) {
    depth += c == '(';
    if (depth == 0)
      line += c == '\n' ? ' ' : c;
    depth -= c == ')';
    if (c == '.' && depth == 0)
      break;
    if (c == '(' && !line.empty() && line.back() == ' ')
      line.pop_back();
  }
  return line;
}

/// int memory = 10, c1 = 1e-4, as written.
std::string optionsOf(const Session &session, const syntax::MethodDecl &method) {
  std::string options;
  for (const syntax::Parameter &p : method.parameters) {
    options += (options.empty() ? "" : ", ") + std::string(p.integer ? "int " : "") +
               p.declarator.name.name;
    if (p.initial)
      options += " = " + std::string(session.sources.text(p.initial->range));
  }
  return options;
}

} // namespace

int explain(const std::string &code, std::ostream &out, std::ostream &err) {
  if (code.empty()) {
    for (Diag kind : allDiags())
      out << fmt::format("{}  {}\n", info(kind).code, inWords(info(kind).name));
    return 0;
  }
  if (auto kind = findDiag(code)) {
    const DiagInfo &row = info(*kind);
    const char *what = row.category == Category::Warning ? "warning" : "error";
    out << fmt::format("{}[{}]: {}\n\n{}", what, row.code, inWords(row.name),
                       wrapped(row.explanation));
    if (row.category != Category::Warning)
      out << fmt::format("\nExit code {}.\n", exitCode(row.category));
    return 0;
  }
  std::vector<std::string> codes;
  for (Diag kind : allDiags())
    codes.emplace_back(info(kind).code);
  auto near = closest(code, codes);
  return refuse(Diag::Usage, "there is no message with the code '" + code + "'",
                near ? "did you mean " + *near + "? `gradus explain` lists all"
                     : "`gradus explain` lists all",
                err);
}

int listMethods(const std::string &name, std::ostream &out, std::ostream &err) {
  if (!name.empty()) {
    if (std::string_view text = methods::find(name); !text.empty()) {
      out << text;
      return 0;
    }
    for (const methods::MethodText &file : methods::pieces())
      if (file.name == name) {
        out << file.text;
        return 0;
      }
    std::vector<std::string> names;
    for (const methods::MethodText &m : methods::shipped())
      names.emplace_back(m.name);
    auto near = closest(name, names);
    return refuse(Diag::Usage, "there is no shipped method '" + name + "'",
                  near ? "did you mean '" + *near + "'?" : "`gradus methods` lists them", err);
  }
  Session session;
  for (const methods::MethodText &m : methods::shipped()) {
    const syntax::MethodDecl *method = session.findMethod(std::string(m.name));
    if (!method)
      continue;
    out << fmt::format("{}({})\n    {}\n", m.name, optionsOf(session, *method),
                       firstSentence(method->documentation));
  }
  out << "ipopt(tol = 1e-8, steps = 3000, OPTION = NUMBER, ...)\n    An outside method for "
         "constraints: the library of IPOPT where it is installed, with its own options.\n";
  const syntax::MethodDecl *loop = session.loopMethod("before_descent");
  out << "\nEvery method: " << (loop ? optionsOf(session, *loop) : "")
      << ", max_time (seconds, no limit unless given)\n"
      << "The text of one: gradus methods NAME; of what methods call: line_search, linear_algebra,\n"
         "quadratic_program\n";
  return session.diagnostics.exitCode();
}

} // namespace gradus::driver
