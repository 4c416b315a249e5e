//===- CompilePattern.cpp - patterns that are part of a compiled model ------------===//
//
// The sparse systems of a problem with constraints have the same pattern in every
// step and in every call. For code that is to run elsewhere it is found when the
// model is compiled: sizes are numbers by then, and the tables of Pattern.h become
// constants. What parameters and data will be is open, so that the pattern holds for
// all of them.
//
//===--------------------------------------------------------------------===//

#include "driver/ConstraintPattern.h"

#include "differentiate/Differentiate.h"
#include "driver/Native.h"
#include "ir/Rows.h"
#include "loops/Fix.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gradus::driver {

using namespace ir;
using interpret::Dependence;

ValueId withDefaults(Session &session, ValueId v) {
  // A default may read other parameters: as many rounds as there are any.
  Graph &g = session.graph();
  const std::vector<Parameter> &parameters = session.module().parameters;
  for (size_t round = 0; round <= parameters.size() && !g.isConstant(v); ++round) {
    Substitution map;
    for (const Parameter &p : parameters)
      if (p.initial.valid() && g.type(p.initial).scalar())
        map[g.inputNode(p.input)] = p.initial;
    v = g.substitute(v, map);
  }
  return v;
}

namespace {

/// What the model itself says of a size: a parameter's default, or how long an array
/// is that it gives.
std::optional<int64_t> ownValue(Session &session, uint32_t input) {
  Graph &g = session.graph();
  const ir::Module &m = session.module();
  for (const Parameter &p : m.parameters) {
    if (p.input == input && p.initial.valid())
      if (ValueId v = withDefaults(session, p.initial); g.isConstant(v))
        return g.intValue(v);
    for (const SizeBinding &b : m.sizeBindings)
      if (b.size == input && b.array == p.input && p.initial.valid() &&
          b.axis < g.axesOf(p.initial).size()) {
        const Axis axis = g.axesOf(p.initial)[b.axis];
        if (ValueId v = withDefaults(session, g.extent(axis)); g.isConstant(v))
          return g.intValue(v);
      }
  }
  return std::nullopt;
}

std::optional<int64_t> given(const std::vector<std::string> &fix, const std::string &name) {
  for (const std::string &entry : fix) {
    const size_t equals = entry.find('=');
    int64_t value = 0;
    if (equals != std::string::npos && entry.substr(0, equals) == name &&
        std::from_chars(entry.data() + equals + 1, entry.data() + entry.size(), value).ec ==
            std::errc())
      return value;
  }
  return std::nullopt;
}

/// Which unknowns equations are matched with, by the sizes of derivatives at numbers
/// in general position.
class Matching {
public:
  Matching(Graph &g, const Problem &given, const lower::DescentProblem &problem,
           interpret::Environment<double> inputs,
           std::function<bool(ShapeId, std::vector<int64_t> &)> extents,
           std::function<double()> uniform)
      : g(g), given(given), problem(problem), inputs(std::move(inputs)),
        extents(std::move(extents)), uniform(std::move(uniform)) {
    for (const Constraint &c : given.constraints)
      equation.resize(equation.size() + elements(g.type(c.value).shape),
                      ir::rows(g, c).equality());
  }
  const std::vector<bool> &equations() const { return equation; } ///< of each constraint

  std::vector<int64_t> find(const KktPattern &pattern) {
    std::vector<ValueId> directions;
    for (ValueId v : problem.unknowns)
      directions.push_back(g.input({"v_" + g.inputOf(v).name, g.type(v), InputRole::Argument, {}}));
    const std::vector<ValueId> along =
        differentiate::pushforward(g, problem.constraints, problem.unknowns, directions);
    set(inputs, problem.unknowns, [this](size_t) { return uniform(); });
    const auto &first = pattern.tables[lower::FirstJ], &color = pattern.tables[lower::ColorJ];
    std::vector<double> sizes(pattern.tables[lower::RowJ].size(), 0.0);
    for (size_t q = 0; q + 1 < first.size(); ++q) {
      set(inputs, directions,
          [&](size_t i) { return color[i] == static_cast<int64_t>(q) + 1 ? 1.0 : 0.0; });
      const std::vector<double> column = values(along);
      for (auto k = static_cast<size_t>(first[q] - 1);
           column.size() == equation.size() && k < static_cast<size_t>(first[q + 1] - 1); ++k)
        if (double d = std::fabs(column[static_cast<size_t>(pattern.tables[lower::RowJ][k] - 1)]);
            std::isfinite(d))
          sizes[k] = d;
    }
    return matchEquations(pattern, sizes, movable(color.size()), equation);
  }

private:
  size_t elements(ShapeId shape) const {
    std::vector<int64_t> all;
    size_t count = 1;
    extents(shape, all);
    for (int64_t e : all)
      count *= static_cast<size_t>(e);
    return count;
  }
  void set(interpret::Environment<double> &env, const std::vector<ValueId> &list,
           const std::function<double(size_t)> &number) {
    size_t at = 0;
    for (ValueId v : list) {
      std::vector<double> all(elements(g.type(v).shape));
      for (double &x : all)
        x = number(at++);
      std::vector<int64_t> shape;
      extents(g.type(v).shape, shape);
      if (g.type(v).scalar())
        env.setReal(v, all[0]);
      else
        env.setArray(v, std::move(all), shape);
    }
  }
  std::vector<double> values(const std::vector<ValueId> &list) {
    interpret::Interpreter<double> interpreter(g, inputs);
    std::vector<double> all;
    for (ValueId v : list) {
      interpret::Result<double> out;
      interpret::EvalError error;
      if (!interpreter.evaluate(v, out, error))
        return {};
      if (out.type.scalar())
        all.push_back(out.real);
      all.insert(all.end(), out.array.data.begin(), out.array.data.end());
    }
    return all;
  }
  /// Not those whose bounds are one.
  std::vector<bool> movable(size_t n) {
    std::vector<bool> all;
    for (const Unknown &u : given.unknowns) {
      const size_t count = elements(g.type(g.inputNode(u.input)).shape);
      std::vector<double> lower, upper;
      if (u.lower.valid() && u.upper.valid()) {
        lower = values({u.lower});
        upper = values({u.upper});
      }
      for (size_t k = 0; k < count; ++k)
        all.push_back(lower.size() != count || upper.size() != count || lower[k] < upper[k]);
    }
    all.resize(n, true);
    return all;
  }

  Graph &g;
  const Problem &given;
  const lower::DescentProblem &problem;
  interpret::Environment<double> inputs;
  std::function<bool(ShapeId, std::vector<int64_t> &)> extents;
  std::function<double()> uniform;
  std::vector<bool> equation;
};

} // namespace

bool fixSizes(Session &session, const std::vector<std::string> &fix,
              std::map<ValueId, int64_t> &values) {
  Graph &g = session.graph();
  for (const Problem &p : session.module().problems) {
    if (p.constraints.empty())
      continue;
    std::vector<ValueId> roots{p.objective};
    for (const Unknown &u : p.unknowns) {
      roots.push_back(g.inputNode(u.input));
      for (ValueId v : {u.lower, u.upper, u.start})
        if (v.valid())
          roots.push_back(v);
    }
    for (const Constraint &c : p.constraints)
      for (ValueId v : {c.value, c.lower, c.upper})
        if (v.valid())
          roots.push_back(v);
    for (ValueId v : inputsOf(g, roots)) {
      if (!g.type(v).scalar() || g.type(v).kind != Kind::Int)
        continue;
      const std::string &name = g.inputOf(v).name;
      std::optional<int64_t> value = given(fix, name);
      if (!value)
        value = ownValue(session, g.inputIndex(v));
      if (!value) {
        session.diagnostics.report(Diag::Usage, p.range,
                                   "the solver of a problem with constraints has its pattern "
                                   "compiled in, and '" + name + "' has no number",
                                   "say it: --fix " + name + "=10");
        return false;
      }
      values[v] = *value;
    }
  }
  return true;
}

bool compilePattern(Session &session, loops::Module &module, const Problem &given,
                    const lower::DescentProblem &problem, const std::string &prefix,
                    const std::map<ValueId, int64_t> &sizes, lower::Descent &descent) {
  Graph &g = session.graph();
  Substitution numbers;
  for (const auto &[input, value] : sizes)
    numbers[input] = g.integer(value);
  auto extents = [&](ShapeId shape, std::vector<int64_t> &out) {
    out.clear();
    for (const Axis axis : std::vector<Axis>(g.axes(shape))) {
      const ValueId extent = g.substitute(g.extent(axis), numbers);
      if (!g.isConstant(extent))
        return false;
      out.push_back(std::max<int64_t>(0, g.intValue(extent)));
    }
    return true;
  };
  auto refuse = [&](const std::string &why) {
    session.diagnostics.report(Diag::NotYet, given.range,
                               "compiled models have the pattern of their constraints from the "
                               "start, and here " + why,
                               "solve it with gradus run");
    return false;
  };

  uint64_t random = 0xD1B54A32D192ED03ull;
  auto uniform = [&] {
    random = random * 6364136223846793005u + 1442695040888963407u;
    return 0.5 + static_cast<double>(random >> 11) * 0x1p-53;
  };
  interpret::Environment<double> numeric; // the same numbers
  DependenceTask task{g, {}, problem.unknowns, problem.constraints, descent, {}, extents,
                      [&](size_t, int) { return uniform(); }};
  // Bounds that are one do not let an unknown move: what they read counts too.
  std::vector<ValueId> inputs = problem.inputs, bounds;
  for (const Unknown &u : given.unknowns)
    for (ValueId v : {u.lower, u.upper})
      if (v.valid())
        bounds.push_back(v);
  for (ValueId v : inputsOf(g, bounds))
    if (std::find(inputs.begin(), inputs.end(), v) == inputs.end())
      inputs.push_back(v);
  for (ValueId v : inputs) {
    const Type t = g.type(v);
    if (t.kind == Kind::Int) {
      auto it = sizes.find(v);
      if (!t.scalar() || it == sizes.end())
        return refuse("it depends on '" + g.inputOf(v).name + "'");
      task.inputs.setInt(v, it->second);
      numeric.setInt(v, it->second);
      continue;
    }
    task.open.push_back(v);
    std::vector<int64_t> shape;
    if (!extents(t.shape, shape))
      return refuse("the size of '" + g.inputOf(v).name + "' is no number");
    size_t size = 1;
    for (int64_t e : shape)
      size *= static_cast<size_t>(e);
    std::vector<double> list(size);
    std::generate(list.begin(), list.end(), uniform);
    if (t.scalar()) {
      task.inputs.setReal(v, Dependence(list[0]));
      numeric.setReal(v, list[0]);
    } else {
      task.inputs.setArray(v, {list.begin(), list.end()}, shape);
      numeric.setArray(v, list, shape);
    }
  }
  interpret::EvalError error;
  std::optional<KktPattern> pattern = findPattern(std::move(task), error);
  if (!pattern)
    return refuse("it was not found: " + error.message);
  Matching matching{g, given, problem, std::move(numeric), extents, uniform};
  const std::vector<int64_t> partner = matching.find(*pattern);
  kktFactors(*pattern, partner.size(), matching.equations().size(), partner, matching.equations());

  // The sizes, in front of which stand inputs and n; then the tables, in front of
  // which four more vectors stand. From the last on, so that the places of others stay.
  const size_t firstSize = problem.inputs.size() + 1;
  const size_t firstTable = firstSize + lower::patternSizeCount + 4;
  for (size_t k = lower::patternTableCount; k-- > 0;) {
    module.tables.push_back({prefix + lower::patternTables[k].name, pattern->tables[k]});
    loops::fixArray(module, descent.solve, firstTable + k,
                    static_cast<uint32_t>(module.tables.size() - 1));
  }
  for (size_t k = lower::patternSizeCount; k-- > 0;) {
    loops::fixParameter(module, descent.solve, firstSize + k, pattern->sizes[k]);
    numbers[descent.patternSizes[k]] = g.integer(pattern->sizes[k]);
  }
  descent.workspace = g.substitute(descent.workspace, numbers);
  return true;
}

} // namespace gradus::driver
