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

#include "driver/Native.h"
#include "loops/Fix.h"

#include <algorithm>
#include <charconv>

namespace gradus::driver {

using namespace ir;
using interpret::Dependence;

namespace {

/// With the defaults of parameters in place of them.
ValueId withDefaults(Session &session, ValueId v) {
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

bool compilePattern(Session &session, loops::Module &module, const lower::DescentProblem &problem,
                    const std::string &prefix, const std::map<ValueId, int64_t> &sizes,
                    SourceRange range, lower::Descent &descent) {
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
    session.diagnostics.report(Diag::NotYet, range,
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
  DependenceTask task{g, {}, problem.unknowns, problem.constraints, descent, {}, extents,
                      [&](size_t, int) { return uniform(); }};
  for (ValueId v : problem.inputs) {
    const Type t = g.type(v);
    if (t.kind == Kind::Int) {
      auto it = sizes.find(v);
      if (!t.scalar() || it == sizes.end())
        return refuse("it depends on '" + g.inputOf(v).name + "'");
      task.inputs.setInt(v, it->second);
      continue;
    }
    task.open.push_back(v);
    std::vector<int64_t> shape;
    if (!extents(t.shape, shape))
      return refuse("the size of '" + g.inputOf(v).name + "' is no number");
    size_t size = 1;
    for (int64_t e : shape)
      size *= static_cast<size_t>(e);
    std::vector<Dependence> list;
    for (size_t k = 0; k < size; ++k)
      list.emplace_back(uniform());
    if (t.scalar())
      task.inputs.setReal(v, list[0]);
    else
      task.inputs.setArray(v, std::move(list), shape);
  }
  interpret::EvalError error;
  const std::optional<KktPattern> pattern = findPattern(std::move(task), error);
  if (!pattern)
    return refuse("it was not found: " + error.message);

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
