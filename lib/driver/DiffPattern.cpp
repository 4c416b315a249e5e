//===- DiffPattern.cpp - the command `gradus diff --pattern` ----------------------===//

#include "driver/DiffPattern.h"

#include "driver/Picture.h"
#include "driver/Report.h"
#include "driver/SizedModel.h"
#include "support/Files.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

namespace gradus::driver {

using namespace ir;

namespace {

/// Cells of the picture in the terminal, and of images.
constexpr int64_t terminalCells = 96, imageCells = 320;

struct Drawn {
  const Subject *subject;
  std::vector<ValueId> variables, values;
  std::optional<differentiate::SparseMatrix> matrix;
  Pattern pattern;
};

std::string titleOf(Graph &g, const Drawn &d) {
  std::string title = std::string(d.pattern.symmetric ? "Hessian" : "Jacobian") + " of " +
                      d.subject->name + " by ";
  for (size_t k = 0; k < d.variables.size(); ++k)
    title += (k ? ", " : "") + g.inputOf(d.variables[k]).name;
  return title;
}

std::string sizeText(const Drawn &d) {
  const Pattern &p = d.pattern;
  std::string text = std::to_string(p.rows) + " by " + std::to_string(p.columns) + ", " +
                     std::to_string(p.allEntries()) + " entries";
  if (p.symmetric)
    text += " (" + std::to_string(p.entries()) + " in the lower triangle), bandwidth " +
            std::to_string(p.bandwidth);
  return text;
}

bool draw(Session &session, const Subject &s, Drawn &d) {
  Graph &g = session.graph();
  d.subject = &s;
  d.variables = s.variables(g);
  SourceRange where;
  if (g.type(s.value).scalar()) {
    d.matrix = differentiate::hessian(g, g.toReal(s.value), d.variables, &where);
    d.values = d.variables;
  } else {
    d.values = {s.value};
    d.matrix = differentiate::jacobian(g, d.values, d.variables, &where);
  }
  if (!d.matrix)
    return false;
  auto pattern = assemblePattern(session, *d.matrix);
  if (pattern)
    d.pattern = std::move(*pattern);
  return pattern.has_value();
}

Json jsonOf(Session &session, Drawn &d) {
  Graph &g = session.graph();
  Json j;
  j["name"] = d.subject->name;
  j["matrix"] = d.pattern.symmetric ? "hessian" : "jacobian";
  j["variables"] = Json::array();
  for (ValueId v : d.variables)
    j["variables"].push_back(g.inputOf(v).name);
  j["rows"] = d.pattern.rows;
  j["columns"] = d.pattern.columns;
  j["entries"] = d.pattern.allEntries();
  if (d.pattern.symmetric) {
    j["lower_entries"] = d.pattern.entries();
    j["bandwidth"] = d.pattern.bandwidth;
  }
  j["families"] = familyLines(g, *d.matrix, d.values, d.variables);
  return j;
}

std::string textOf(Session &session, Drawn &d, bool picture) {
  Graph &g = session.graph();
  std::string text = titleOf(g, d) + ": " + sizeText(d) + "\n";
  for (const std::string &line :
       brokenLines(familyLines(g, *d.matrix, d.values, d.variables), 96))
    text += "  " + line + "\n";
  if (!picture || d.pattern.entries() == 0)
    return text;
  const Cells cells = cellsOf(d.pattern, terminalCells);
  if (cells.scale > 1)
    text += "each dot: " + std::to_string(cells.scale) + " rows and columns\n";
  return text + brailleText(cells);
}

bool writeImage(Session &session, const PatternOptions &options, Drawn &d) {
  const std::string &path = options.output;
  auto endsWith = [&](const char *ending) {
    const std::string e = ending;
    return path.size() > e.size() && path.compare(path.size() - e.size(), e.size(), e) == 0;
  };
  if (!endsWith(".svg") && !endsWith(".png")) {
    session.diagnostics.report(Diag::Usage, {}, "'" + path + "' is neither .svg nor .png",
                               "write -o pattern.svg or -o pattern.png");
    return false;
  }
  const Cells cells = cellsOf(d.pattern, imageCells);
  const std::string title = titleOf(session.graph(), d) + ": " + sizeText(d);
  auto fault = writeFile(path, endsWith(".svg") ? svgImage(cells, title) : pngImage(cells));
  if (fault)
    session.diagnostics.report(fault->kind, {}, fault->message, fault->remedy);
  return !fault;
}

} // namespace

int diffPattern(const PatternOptions &options, std::ostream &out, std::ostream &err) {
  SizedModel model({options.file, options.name, options.set, options.data, options.allowPath});
  Session &session = model.session();
  auto fail = [&] { return finish(session, options.file, options.json, out, err); };
  if (!model.load())
    return fail();
  Json list = Json::array();
  bool first = true;
  for (const Subject &s : model.subjects) {
    if (s.variables(session.graph()).empty())
      continue;
    Drawn d;
    if (!model.bindSizes(s))
      return fail();
    if (!draw(session, s, d)) {
      if (session.diagnostics.hasErrors())
        return fail();
      if (options.json)
        list.push_back({{"name", s.name}, {"matrix", "dense"}});
      else
        out << (first ? "" : "\n") << s.name << ": dense; no rule for patterns fits\n";
      first = false;
      continue;
    }
    if (!options.output.empty() && !writeImage(session, options, d))
      return fail();
    if (options.json)
      list.push_back(jsonOf(session, d));
    else
      out << (first ? "" : "\n") << textOf(session, d, options.output.empty());
    first = false;
    if (!options.output.empty())
      break; // one image
  }
  if (options.json)
    out << Json{{"patterns", std::move(list)}}.dump(2) << "\n";
  else if (first)
    out << options.file << " has nothing to differentiate\n";
  return fail();
}

} // namespace gradus::driver
