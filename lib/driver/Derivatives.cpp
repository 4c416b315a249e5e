//===- Derivatives.cpp - symbolic derivatives of a subject ---------------------------===//

#include "driver/Derivatives.h"

#include "differentiate/Differentiate.h"
#include "print/Simplify.h"
#include "support/Numbers.h"

#include <algorithm>
#include <map>
#include <set>

namespace gradus::driver {

using namespace ir;

namespace {

/// The index tuples of an array with constant axes, row major.
std::vector<std::vector<int64_t>> positions(const Graph &g, ValueId array) {
  std::vector<std::vector<int64_t>> all{{}};
  for (const Axis &axis : g.axesOf(array)) {
    std::vector<std::vector<int64_t>> longer;
    for (const std::vector<int64_t> &prefix : all)
      for (int64_t k = g.intValue(axis.lo); k <= g.intValue(axis.hi); ++k) {
        longer.push_back(prefix);
        longer.back().push_back(k);
      }
    all = std::move(longer);
  }
  return all;
}

std::string elementName(const std::string &array, const std::vector<int64_t> &position) {
  std::string name = array + "[";
  for (size_t k = 0; k < position.size(); ++k)
    name += (k ? "," : "") + std::to_string(position[k]);
  return name + "]";
}

std::vector<ValueId> constants(Graph &g, const std::vector<int64_t> &position) {
  std::vector<ValueId> indices;
  for (int64_t k : position)
    indices.push_back(g.integer(k));
  return indices;
}

bool isSmall(const Graph &g, ValueId array) {
  auto elements = constantElements(g, g.type(array).shape);
  return elements && *elements <= mostElements;
}

void addVariables(Graph &g, ValueId input, std::vector<Variable> &variables) {
  const std::string name = g.inputOf(input).name;
  if (g.type(input).scalar() || !isSmall(g, input)) {
    variables.push_back({input, {}, name});
    return;
  }
  for (const std::vector<int64_t> &p : positions(g, input))
    variables.push_back({input, constants(g, p), elementName(name, p)});
}

/// Symbols with names that no input has: j, k, ... and i first for rows.
class IndexNames {
public:
  explicit IndexNames(const Graph &g) {
    for (const Input &input : g.inputs())
      taken.push_back(input.name);
  }
  std::string next(bool row) {
    for (const char *name : {"i", "j", "k", "l", "m", "p", "q", "r", "s"}) {
      if ((name[0] == 'i' && !row) || std::find(taken.begin(), taken.end(), name) != taken.end())
        continue;
      taken.push_back(name);
      return name;
    }
    return "j" + std::to_string(++count);
  }

private:
  std::vector<std::string> taken;
  unsigned count = 0;
};

std::string trim(std::string s) {
  s.erase(0, s.find_first_not_of(" \t"));
  s.erase(s.find_last_not_of(" \t") + 1);
  return s;
}

/// Pieces between the commas outside of brackets.
std::vector<std::string> pieces(const std::string &text) {
  std::vector<std::string> all(1);
  int depth = 0;
  for (char c : text) {
    depth += (c == '[') - (c == ']');
    if (c == ',' && depth <= 0)
      all.emplace_back();
    else
      all.back() += c;
  }
  for (std::string &p : all)
    p = trim(p);
  return all;
}

bool parseVariable(Session &session, const Subject &subject, const std::string &text,
                   std::vector<Variable> &variables) {
  Graph &g = session.graph();
  const size_t bracket = std::min(text.find('['), text.size());
  const std::string name = trim(text.substr(0, bracket));
  auto refuse = [&](const std::string &why, const std::string &remedy = {}) {
    session.diagnostics.report(Diag::UnknownVariable, {}, "--wrt " + text + ": " + why, remedy);
    return false;
  };
  // The subject's own first; then unknowns and parameters that it may read.
  std::vector<ValueId> candidates = subject.arguments;
  for (uint32_t k = 0; k < g.inputs().size(); ++k)
    if (g.inputs()[k].role == InputRole::Unknown || g.inputs()[k].role == InputRole::Parameter)
      candidates.push_back(g.inputNode(k));
  auto found = std::find_if(candidates.begin(), candidates.end(),
                            [&](ValueId v) { return g.inputOf(v).name == name; });
  if (found == candidates.end()) {
    std::vector<std::string> names;
    std::string list;
    for (ValueId v : candidates)
      if (g.type(v).kind == Kind::Real) {
        names.push_back(g.inputOf(v).name);
        list += (list.empty() ? "" : ", ") + names.back();
      }
    auto near = closest(name, names);
    return refuse("'" + subject.name + "' has no variable '" + name + "'",
                  near           ? "did you mean '" + *near + "'?"
                  : list.empty() ? "it has none"
                                 : "it has: " + list);
  }
  const ValueId input = *found;
  if (g.type(input).kind != Kind::Real)
    return refuse("'" + name + "' is a whole number, so there is no derivative by it");
  if (bracket == text.size()) {
    addVariables(g, input, variables);
    return true;
  }
  if (text.back() != ']')
    return refuse("an element is written as " + name + "[2]");
  std::vector<int64_t> position;
  for (const std::string &p : pieces(text.substr(bracket + 1, text.size() - bracket - 2))) {
    auto index = parseInteger(p);
    if (!index)
      return refuse("'" + p + "' is not a whole number", "an element is written as x[2] or A[1,2]");
    position.push_back(*index);
  }
  const std::vector<Axis> &axes = g.axesOf(input);
  if (position.size() != axes.size())
    return refuse("'" + name + "' has " + std::to_string(axes.size()) +
                  (axes.size() == 1 ? " index" : " indices"));
  for (size_t k = 0; k < axes.size(); ++k) {
    const bool below = g.isConstant(axes[k].lo) && position[k] < g.intValue(axes[k].lo);
    const bool above = g.isConstant(axes[k].hi) && position[k] > g.intValue(axes[k].hi);
    if (below || above)
      return refuse("the index " + std::to_string(position[k]) + " is outside the array's range");
  }
  variables.push_back({input, constants(g, position), elementName(name, position)});
  return true;
}

ValueId partial(Graph &g, ValueId value, ValueId input, std::span<const ValueId> indices) {
  ValueId gradient = differentiate::gradient(g, g.toReal(value), {&input, 1})[0];
  return indices.empty() ? print::simplifyForPeople(g, gradient)
                         : print::elementForPeople(g, gradient, indices);
}

} // namespace

std::vector<Variable> variablesOf(Graph &graph, const Subject &subject) {
  std::vector<Variable> variables;
  for (ValueId v : subject.variables(graph))
    addVariables(graph, v, variables);
  return variables;
}

bool hasVariables(const Graph &g, const Subject &subject, const std::string &text) {
  const std::vector<std::string> all = pieces(text);
  return std::all_of(all.begin(), all.end(), [&](const std::string &piece) {
    const std::string name = trim(piece.substr(0, piece.find('[')));
    return std::any_of(subject.arguments.begin(), subject.arguments.end(),
                       [&](ValueId v) { return g.inputOf(v).name == name; });
  });
}

bool parseVariables(Session &session, const Subject &subject, const std::string &text,
                    std::vector<std::vector<Variable>> &variables) {
  for (const std::string &piece : pieces(text)) {
    variables.emplace_back();
    if (!parseVariable(session, subject, piece, variables.back()))
      return false;
  }
  return true;
}

Substitution oneForEachName(Graph &g, std::span<const ValueId> roots) {
  // All inputs, those that are sizes of arrays included.
  std::set<uint32_t> inputs;
  std::vector<ValueId> work(roots.begin(), roots.end());
  std::set<ValueId> seen;
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    if (!seen.insert(v).second)
      continue;
    if (g.node(v).op == Op::Input)
      inputs.insert(g.inputIndex(v));
    work.insert(work.end(), g.operands(v).begin(), g.operands(v).end());
    for (const Axis &axis : g.axesOf(v)) {
      work.push_back(axis.lo);
      work.push_back(axis.hi);
    }
  }
  std::map<std::string, ValueId> sizes;
  Substitution same;
  for (uint32_t k : inputs)
    if (const Input &input = g.inputs()[k]; input.type == Type{Kind::Int, 0})
      if (auto [it, fresh] = sizes.emplace(input.name, g.inputNode(k)); !fresh)
        same.emplace(g.inputNode(k), it->second);
  if (same.empty())
    return same;
  const Substitution sizesOnly = same;
  for (uint32_t k : inputs) {
    Input input = g.inputs()[k];
    std::vector<Axis> axes = g.axes(input.type.shape);
    for (Axis &axis : axes)
      axis = {g.substitute(axis.lo, sizesOnly), g.substitute(axis.hi, sizesOnly)};
    if (axes == g.axes(input.type.shape))
      continue;
    input.type.shape = g.shape(axes);
    const ValueId before = g.inputNode(k);
    same.emplace(before, g.input(std::move(input)));
  }
  return same;
}

Derivative derivativeBy(Graph &g, const Subject &given, std::vector<Variable> wrt) {
  std::vector<ValueId> all{given.value};
  for (const Variable &v : wrt)
    all.push_back(v.input);
  const Substitution same = oneForEachName(g, all);
  Subject subject = given;
  subject.value = g.substitute(given.value, same);
  for (Variable &v : wrt)
    v.input = g.substitute(v.input, same);
  Derivative d;
  d.wrt = std::move(wrt);
  std::vector<Axis> ranges;
  IndexNames names(g);
  auto symbolsFor = [&](ValueId array, bool rows) {
    std::vector<ValueId> symbols;
    const std::vector<Axis> axes = g.axesOf(array);
    for (const Axis &axis : axes) {
      symbols.push_back(g.newSymbol(axis.lo, axis.hi, names.next(rows)));
      d.symbols.push_back(symbols.back());
      ranges.push_back(axis);
    }
    return symbols;
  };
  const bool whole = std::any_of(d.wrt.begin(), d.wrt.end(), [&](const Variable &v) {
    return v.indices.empty() && !g.type(v.input).scalar();
  });
  // The rows of a Jacobian: the elements of the value, one by one or all by an index.
  const Type type = g.type(subject.value);
  std::vector<ValueId> roots;
  const bool listed = !type.scalar() && !whole && isSmall(g, subject.value);
  if (type.scalar())
    roots = {subject.value};
  else if (listed)
    for (const std::vector<int64_t> &p : positions(g, subject.value))
      roots.push_back(g.at(subject.value, constants(g, p)));
  else
    roots = {g.at(subject.value, symbolsFor(subject.value, true))};
  std::vector<std::vector<ValueId>> indices;
  for (const Variable &v : d.wrt)
    indices.push_back(v.indices.empty() && !g.type(v.input).scalar() ? symbolsFor(v.input, false)
                                                                     : v.indices);
  for (ValueId &root : roots)
    for (size_t k = 0; k < d.wrt.size(); ++k)
      root = partial(g, root, d.wrt[k].input, indices[k]);
  d.body = roots.empty() ? g.zeros({Kind::Real, type.shape}) : roots[0];
  d.value = listed && !roots.empty() ? g.list(roots, type.shape)
            : d.symbols.empty()      ? d.body
                                     : g.build(d.symbols, ranges, d.body);
  return d;
}

} // namespace gradus::driver
