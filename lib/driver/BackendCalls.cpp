//===- BackendCalls.cpp - calls of a compiled model, with all their numbers --------===//

#include "driver/BackendCalls.h"

#include "differentiate/Differentiate.h"
#include "driver/Native.h"
#include "driver/TestPoints.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus::driver {

using namespace ir;
using lower::ArgumentRole;
using lower::InterfaceArgument;
using lower::InterfaceFunction;
using lower::Purpose;

namespace {
constexpr size_t mostElements = 20'000;
} // namespace

std::vector<double> BackendCall::results() const {
  std::vector<double> all;
  for (const CallValue &v : values)
    if (v.result || v.changed) {
      all.insert(all.end(), v.reals.begin(), v.reals.end());
      all.insert(all.end(), v.wholes.begin(), v.wholes.end());
    }
  return all;
}

double difference(const std::vector<double> &a, const std::vector<double> &b) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (a.size() != b.size())
    return infinity;
  double scale = 0, largest = 0;
  for (double x : b)
    if (std::isfinite(x))
      scale = std::max(scale, std::fabs(x));
  for (size_t k = 0; k < a.size(); ++k) {
    if (a[k] == b[k] || (std::isnan(a[k]) && std::isnan(b[k])))
      continue;
    const double d = std::fabs(a[k] - b[k]);
    largest = std::max(largest, std::isfinite(d) ? d / scale : infinity);
  }
  return largest;
}

double BackendCalls::random() {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<double>(state >> 11) / 9007199254740992.0 * 2 - 1;
}

/// The value of one argument; `known` becomes false where there is none to give.
bool BackendCalls::argument(const Subject &s, const InterfaceFunction &f, size_t k, CallValue &v,
                            bool &known) {
  Graph &g = session.graph();
  const InterfaceArgument &a = f.arguments[k];
  std::vector<int64_t> extents;
  if (!session.extents(a.shape, extents))
    return false;
  size_t count = 1;
  for (int64_t e : extents)
    count *= static_cast<size_t>(std::max<int64_t>(e, 0));
  v.array = a.shape != 0;
  v.whole = a.kind == Kind::Int;
  if (count > mostElements) {
    known = false;
    return true;
  }
  auto take = [&](const CallValue &from) {
    known = known && from.count() != 0;
    v.reals = from.reals;
    v.wholes = from.wholes;
  };
  auto bindWhole = [&](ValueId input, int64_t value) {
    InputValue &bound = session.value(g.inputIndex(input));
    bound.known = true;
    bound.whole = value;
  };
  const bool bounds = a.role == ArgumentRole::Lower || a.role == ArgumentRole::Upper;
  if (a.role == ArgumentRole::Result || a.role >= ArgumentRole::Ending ||
      (f.purpose == Purpose::Start && (bounds || a.role == ArgumentRole::Unknowns))) {
    v.result = true;
    (v.whole ? v.wholes.resize(count) : v.reals.resize(count));
  } else if (a.role == ArgumentRole::Unknowns && f.purpose == Purpose::Solve) {
    take(start);
    v.changed = true;
  } else if (a.role == ArgumentRole::Unknowns) {
    for (ValueId u : s.arguments) {
      const InputValue &value = session.value(g.inputIndex(u));
      if (g.type(u).scalar())
        v.reals.push_back(value.real);
      else
        v.reals.insert(v.reals.end(), value.reals.begin(), value.reals.end());
    }
  } else if (a.role == ArgumentRole::Multipliers || a.role == ArgumentRole::BoundMultipliers) {
    v.reals.assign(count, 0.0);
    v.changed = true;
  } else if (a.role == ArgumentRole::Direction) {
    for (size_t i = 0; i < count; ++i)
      v.reals.push_back(random());
  } else if (bounds) {
    take(a.role == ArgumentRole::Lower ? lower_ : upper_);
  } else if (a.role == ArgumentRole::Entries) {
    take(entries);
    if (known)
      bindWhole(a.input, v.wholes[0]);
  } else if (a.role == ArgumentRole::Position) {
    take(position);
  } else if (a.role == ArgumentRole::Plan) {
    take(plan);
    for (size_t e = 0; known && e < a.elements.size(); ++e)
      bindWhole(a.elements[e], v.wholes[e]);
  } else if (a.role == ArgumentRole::Option) {
    if (v.whole) {
      v.wholes.push_back(static_cast<int64_t>(a.initial));
      bindWhole(a.input, v.wholes[0]);
    } else {
      v.reals.push_back(a.initial);
    }
  } else {
    const InputValue &value = session.value(g.inputIndex(a.input));
    if (!v.array)
      (v.whole ? v.wholes.push_back(value.whole) : v.reals.push_back(value.real));
    else if (v.whole)
      v.wholes = value.wholes;
    else
      v.reals.assign(value.realData(), value.realData() + value.elements());
  }
  return true;
}

bool BackendCalls::run(const jit::CompiledModule &code, BackendCall &call) {
  const InterfaceFunction &f = interface.functions[call.row];
  GradusFrame frame{};
  Workspace workspace;
  if (!workspace.allocate(session, call.workspace, frame))
    return false;
  std::vector<void *> arguments;
  for (CallValue &v : call.values) {
    if (v.result)
      std::fill(v.reals.begin(), v.reals.end(), std::numeric_limits<double>::quiet_NaN());
    arguments.push_back(v.whole ? static_cast<void *>(v.wholes.data())
                                : static_cast<void *>(v.reals.data()));
  }
  const jit::EntryPoint entry = code.find(module.functions[f.function.index].name);
  call.status = entry(&frame, arguments.data());
  return true;
}

/// The interpreter's numbers take the place of the results, where it has them all.
void BackendCalls::interpret(const Subject &s, BackendCall &call) {
  Graph &g = session.graph();
  const Purpose purpose = interface.functions[call.row].purpose;
  std::vector<ValueId> roots;
  if (purpose == Purpose::Value || purpose == Purpose::ValueGradient)
    roots.push_back(s.value);
  if (purpose == Purpose::Gradient || purpose == Purpose::ValueGradient)
    for (ValueId v : differentiate::gradient(g, g.toReal(s.value), s.variables(g)))
      roots.push_back(v);
  interpret::Interpreter<double> interpreter(g, session.environment());
  std::vector<double> all;
  for (ValueId root : roots) {
    interpret::Result<double> out;
    interpret::EvalError error;
    if (!interpreter.evaluate(root, out, error))
      return;
    if (out.type.scalar())
      all.push_back(out.type.kind == Kind::Int ? double(out.whole) : out.real);
    all.insert(all.end(), out.array.data.begin(), out.array.data.end());
    all.insert(all.end(), out.array.whole.begin(), out.array.whole.end());
  }
  const std::vector<double> native = call.results();
  if (roots.empty() || all.size() != native.size() || call.status != 0)
    return;
  interpreted = std::max(interpreted, difference(native, all));
  interpretedNumbers += all.size();
  call.interpreted = true;
  size_t at = 0;
  for (CallValue &v : call.values)
    if (v.result)
      for (size_t k = 0; k < v.count(); ++k, ++at)
        (v.whole ? static_cast<void>(v.wholes[k] = static_cast<int64_t>(all[at]))
                 : static_cast<void>(v.reals[k] = all[at]));
}

bool BackendCalls::makeCall(const Subject &s, size_t row, int point) {
  const InterfaceFunction &f = interface.functions[row];
  BackendCall call{row, point, 0, {}, 0, false};
  bool known = true;
  for (size_t k = 0; k < f.arguments.size() && known; ++k) {
    call.values.emplace_back();
    if (!argument(s, f, k, call.values.back(), known))
      return false;
  }
  if (!known) {
    ++tooLarge;
    return true;
  }
  auto needed = session.whole(f.workspace);
  if (!needed)
    return false;
  call.workspace = *needed;
  if (!run(*plain, call))
    return false;
  auto keep = [&](const char *name, CallValue &to) {
    for (size_t k = 0; k < f.arguments.size(); ++k)
      if (f.arguments[k].name == name)
        to = call.values[k];
  };
  if (f.purpose == Purpose::Pattern) {
    keep("position", position);
    keep("entries", entries);
    // What is behind the entries is not set.
    for (size_t k = 0; k < f.arguments.size(); ++k)
      if (f.arguments[k].name == "row")
        call.values[k].wholes.resize(static_cast<size_t>(entries.wholes[0]));
  }
  if (f.purpose == Purpose::Plan)
    keep("plan", plan);
  if (f.purpose == Purpose::Start) {
    keep("x", start);
    keep("lower", lower_);
    keep("upper", upper_);
  }
  interpret(s, call);
  calls.push_back(std::move(call));
  return true;
}

bool BackendCalls::make() {
  std::string error;
  plain = jit::Jit::compile(module, jit::Level::O0, error);
  if (!plain) {
    session.diagnostics.report(Diag::Internal, {}, error);
    return false;
  }
  TestPoints points(session);
  if (!points.bindUnknowns())
    return false;
  for (const Subject &s : subjects(session))
    for (int point = 0; point < testPoints; ++point) {
      if (!points.bind(s, point))
        return false;
      for (size_t row = 0; row < interface.functions.size(); ++row) {
        const InterfaceFunction &f = interface.functions[row];
        const bool once = f.purpose == Purpose::Start || f.purpose == Purpose::Solve ||
                          f.purpose == Purpose::Plan;
        if (f.subject == s.name && !(once && point > 0) && !makeCall(s, row, point))
          return false;
      }
    }
  return true;
}

} // namespace gradus::driver
