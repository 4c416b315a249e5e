//===- Bind.cpp - data files and parameters ------------------------------------===//

#include "driver/Session.h"
#include "support/Files.h"
#include "support/Numbers.h"
#include "support/Timings.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

using namespace ir;

namespace {

constexpr int64_t mostElements = int64_t{1} << 31;

std::string trim(std::string s) {
  s.erase(0, s.find_first_not_of(" \t\n"));
  s.erase(s.find_last_not_of(" \t\n") + 1);
  return s;
}

/// A number, or a list of numbers (nested lists in order).
bool parseValue(const std::string &text, std::vector<double> &numbers, bool &list) {
  std::string t = trim(text);
  list = !t.empty() && t[0] == '[';
  int depth = 0;
  size_t at = 0;
  std::string piece;
  auto flush = [&]() {
    std::string p = trim(piece);
    piece.clear();
    if (p.empty())
      return true;
    if (auto value = parseNumber(p)) {
      numbers.push_back(*value);
      return true;
    }
    if (p == "inf" || p == "-inf") {
      numbers.push_back(p == "inf" ? INFINITY : -INFINITY);
      return true;
    }
    return false;
  };
  for (; at < t.size(); ++at) {
    char c = t[at];
    if (c == '[')
      ++depth;
    else if (c == ']' || c == ',') {
      if (!flush() || depth == 0)
        return false;
      depth -= c == ']';
    } else {
      piece += c;
    }
  }
  return flush() && depth == 0 && (list || numbers.size() == 1);
}

} // namespace

InputValue &Session::value(uint32_t input) {
  if (values.size() <= input)
    values.resize(std::max<size_t>(input + 1, graph().inputs().size()));
  return values[input];
}

interpret::Environment<double> Session::environment() const {
  interpret::Environment<double> env;
  const Graph &g = analysis.module->graph;
  for (uint32_t k = 0; k < values.size(); ++k) {
    const InputValue &v = values[k];
    if (!v.known)
      continue;
    ValueId node = g.inputNode(k);
    Type t = g.type(node);
    if (!t.scalar() && t.kind == Kind::Real)
      env.setArray(node, v.borrowed ? std::vector<double>(v.borrowed, v.borrowed + v.elements()) : v.reals,
                   v.extents);
    else if (!t.scalar())
      env.setIntArray(node, v.wholes, v.extents);
    else if (t.kind == Kind::Real)
      env.setReal(node, v.real);
    else
      env.setInt(node, v.whole);
  }
  return env;
}

std::optional<int64_t> Session::whole(ValueId v) {
  Graph &g = graph();
  if (g.isConstant(v))
    return g.intValue(v);
  // Sizes are few: an environment of whole numbers is enough, and cheap.
  interpret::Environment<double> env;
  for (uint32_t k = 0; k < values.size(); ++k)
    if (values[k].known && g.type(g.inputNode(k)) == Type{Kind::Int, 0})
      env.setInt(g.inputNode(k), values[k].whole);
  interpret::Interpreter<double> interpreter(g, std::move(env));
  interpret::Result<double> out;
  interpret::EvalError error;
  if (interpreter.evaluate(v, out, error))
    return out.whole;
  diagnostics.report(Diag::EvaluationFailed, error.range, error.message);
  return {};
}

bool Session::extents(ShapeId shape, std::vector<int64_t> &out) {
  out.clear();
  int64_t product = 1;
  const std::vector<Axis> axes = graph().axes(shape);
  for (const Axis &axis : axes) {
    auto lo = whole(axis.lo), hi = whole(axis.hi);
    if (!lo || !hi)
      return false;
    int64_t extent = 0;
    bool over = __builtin_sub_overflow(*hi, *lo, &extent) || extent == INT64_MAX;
    extent = over ? 0 : std::max<int64_t>(0, extent + 1);
    if (over || __builtin_mul_overflow(product, extent, &product) || product > mostElements) {
      diagnostics.report(Diag::SizeLimit, graph().range(axis.hi),
                         "an array over " + std::to_string(*lo) + ".." + std::to_string(*hi) +
                             " has more than 2^31 elements",
                         "check the size");
      return false;
    }
    out.push_back(extent);
  }
  return true;
}

bool Session::parseSettings() {
  auto split = [&](const std::string &text, const char *option, const char *form,
                   std::map<std::string, std::string> &into) {
    size_t at = text.find('=');
    if (at == std::string::npos || at == 0) {
      diagnostics.report(Diag::Usage, {}, std::string(option) + " " + text + " is not of the form " + form);
      return false;
    }
    into[trim(text.substr(0, at))] = trim(text.substr(at + 1));
    return true;
  };
  for (const std::string &s : options.set)
    if (!split(s, "--set", "NAME=VALUE", settings))
      return false;
  for (const std::string &d : options.data)
    if (!split(d, "--data", "NAME=FILE", replacements))
      return false;
  return true;
}

bool Session::bind() {
  ++bindings_;
  ++contents_;
  const Stage stage("data");
  const Module &m = module();
  std::vector<std::string> tables, parameters;
  for (const Table &t : m.tables) {
    tables.push_back(t.name);
    for (const std::string &name : t.names)
      if (name != t.name)
        tables.push_back(name);
  }
  for (const ir::Parameter &p : m.parameters)
    parameters.push_back(graph().inputs()[p.input].name);
  auto check = [&](const auto &given, const std::vector<std::string> &names, const char *option,
                   const char *what) {
    for (const auto &[name, value] : given)
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        std::string list;
        for (const std::string &n : names)
          list += (list.empty() ? "" : ", ") + n;
        auto near = closest(name, names);
        diagnostics.report(Diag::UnknownParameter, {},
                           std::string(option) + ": the model has no " + what + " '" + name + "'",
                           near ? "did you mean '" + *near + "'?"
                           : list.empty() ? std::string("it has none")
                                          : "it has: " + list);
      }
  };
  check(settings, parameters, "--set", "parameter");
  check(replacements, tables, "--data", "data");
  if (diagnostics.hasErrors())
    return false;
  return readTables() && setParameters();
}

//--- sizes ------------------------------------------------------------------------------

/// Sizes that the shape of an array binds get the lengths of its axes.
bool Session::bindSizes(uint32_t array, const std::vector<int64_t> &lengths) {
  for (const SizeBinding &b : module().sizeBindings) {
    if (b.array != array || b.axis >= lengths.size())
      continue;
    InputValue &size = value(b.size);
    if (size.known && size.whole != lengths[b.axis]) {
      diagnostics.report(Diag::DataShape, graph().inputs()[array].range,
                         graph().inputs()[array].name + " has " +
                             std::to_string(lengths[b.axis]) + " elements on axis " +
                             std::to_string(b.axis + 1) + ", but " +
                             graph().inputs()[b.size].name + " is " + std::to_string(size.whole));
      return false;
    }
    size.known = true;
    size.whole = lengths[b.axis];
  }
  return true;
}

//--- parameters -----------------------------------------------------------------------------

bool Session::setParameters() {
  // A default may read other parameters: go round until nothing is left.
  std::vector<const ir::Parameter *> waiting;
  for (const ir::Parameter &p : module().parameters)
    waiting.push_back(&p);
  bool fine = true;
  for (const ir::Parameter *p : waiting)
    if (settings.count(graph().inputs()[p->input].name))
      fine = setParameter(*p) && fine;
  if (!fine)
    return false;
  for (bool progress = true; progress && !waiting.empty();) {
    progress = false;
    std::vector<const ir::Parameter *> later;
    for (const ir::Parameter *p : waiting) {
      if (value(p->input).known)
        continue;
      if (!p->initial.valid()) {
        diagnostics.report(Diag::MissingValue, p->range,
                           "the parameter '" + graph().inputs()[p->input].name + "' has no value",
                           "give it with --set " + graph().inputs()[p->input].name + "=...");
        return false;
      }
      ValueId roots[1] = {p->initial};
      bool ready = true;
      for (ValueId v : graph().reachable(roots))
        if (graph().node(v).op == Op::Input)
          ready = ready && value(graph().inputIndex(v)).known;
      if (!ready) {
        later.push_back(p);
        continue;
      }
      if (!setParameter(*p))
        return false;
      progress = true;
    }
    waiting = std::move(later);
  }
  for (const ir::Parameter *p : waiting)
    diagnostics.report(Diag::MissingValue, p->range,
                       "the default of '" + graph().inputs()[p->input].name +
                           "' depends on a value that is not there");
  return waiting.empty();
}

bool Session::setParameter(const ir::Parameter &p) {
  const Input input = graph().inputs()[p.input];
  InputValue &v = value(p.input);
  auto given = settings.find(input.name);
  if (given == settings.end()) {
    interpret::Interpreter<double> interpreter(graph(), environment());
    interpret::Result<double> out;
    interpret::EvalError error;
    if (!interpreter.evaluate(p.initial, out, error)) {
      diagnostics.report(Diag::EvaluationFailed, error.range, error.message);
      return false;
    }
    v.real = out.type.kind == Kind::Int ? static_cast<double>(out.whole) : out.real;
    v.whole = out.whole;
    v.reals = std::move(out.array.data);
    v.wholes = std::move(out.array.whole);
    v.extents = std::move(out.array.extent);
    v.known = true;
    return input.type.scalar() || bindSizes(p.input, v.extents);
  }
  std::vector<double> numbers;
  bool list = false;
  auto bad = [&](const std::string &why, const std::string &remedy = {}) {
    diagnostics.report(Diag::BadValue, {}, "--set " + input.name + "=" + given->second + ": " + why,
                       remedy);
    return false;
  };
  if (!parseValue(given->second, numbers, list))
    return bad("not a number or a list of numbers", "write 0.5, or [1, 2, 3]");
  if (input.type.kind == Kind::Int)
    for (double x : numbers)
      if (x != std::floor(x) || std::fabs(x) > 9e15)
        return bad("'" + input.name + "' is a whole number");
  if (input.type.scalar()) {
    if (list || numbers.size() != 1)
      return bad("'" + input.name + "' is a single number");
    v.real = numbers[0];
    v.whole = input.type.kind == Kind::Int ? static_cast<int64_t>(numbers[0]) : 0;
    if (input.role == InputRole::Size && v.whole < 0)
      return bad("a size cannot be negative");
    v.known = true;
    return true;
  }
  unsigned rank = graph().rank(graph().inputNode(p.input));
  if (rank == 1 && !bindSizes(p.input, {static_cast<int64_t>(numbers.size())}))
    return false;
  std::vector<int64_t> shape;
  if (!extents(input.type.shape, shape))
    return false;
  int64_t size = 1;
  for (int64_t e : shape)
    size *= e;
  if (size != static_cast<int64_t>(numbers.size()))
    return bad("'" + input.name + "' has " + std::to_string(size) + " elements, not " +
               std::to_string(numbers.size()));
  if (input.type.kind == Kind::Int)
    v.wholes.assign(numbers.begin(), numbers.end());
  else
    v.reals = std::move(numbers);
  v.extents = shape;
  v.known = true;
  return true;
}

} // namespace gradus::driver
