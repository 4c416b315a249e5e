//===- Point.cpp - binding arguments and unknowns ------------------------------------===//

#include "driver/Point.h"

#include "driver/Native.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus::driver {

using namespace ir;

namespace {

int64_t product(const std::vector<int64_t> &extents) {
  int64_t p = 1;
  for (int64_t e : extents)
    p *= e;
  return p;
}

std::string shapeText(const std::vector<int64_t> &extents) {
  std::string text;
  for (int64_t e : extents)
    text += (text.empty() ? "" : " by ") + std::to_string(e);
  return text;
}

class Binder {
public:
  Binder(Session &session, const Subject &subject)
      : session(session), subject(subject), g(session.graph()) {}

  bool run(const std::vector<PointEntry> &entries) {
    if (!checkNames(entries))
      return false;
    std::vector<ValueId> given;
    for (const PointEntry &e : entries) {
      ValueId input = target(e.name);
      given.push_back(input);
      if (!inferSizes(input, e))
        return false;
    }
    if (!missing(given))
      return false;
    for (size_t k = 0; k < entries.size(); ++k)
      if (!set(given[k], entries[k]))
        return false;
    for (const Problem &p : session.module().problems)
      for (const Unknown &u : p.unknowns)
        if (!session.value(u.input).known && !bindStart(session, u))
          return false;
    return true;
  }

  /// The extents that the entry must have, into `shape`.
  bool matches(ValueId input, const PointEntry &e, std::vector<int64_t> &shape) {
    if (g.type(input).scalar())
      return e.shape.empty() || refuse(Diag::BadValue, "'" + e.name + "' is a single number");
    if (!session.extents(g.type(input).shape, shape))
      return false;
    // A flat list is fine where the sizes are known.
    const bool flat = e.shape.size() == 1 && e.shape[0] == product(shape);
    if (e.shape == shape || flat)
      return true;
    return refuse(Diag::BadValue, "'" + e.name + "' has " + shapeText(shape) + " elements, not " +
                                      (e.shape.empty() ? "a single number" : shapeText(e.shape)));
  }

private:
  bool refuse(Diag kind, const std::string &message, const std::string &remedy = {}) {
    session.diagnostics.report(kind, {}, message, remedy);
    return false;
  }

  ValueId target(const std::string &name) {
    for (ValueId v : subject.arguments)
      if (g.inputOf(v).name == name)
        return v;
    for (const Problem &p : session.module().problems)
      for (const Unknown &u : p.unknowns)
        if (g.inputs()[u.input].name == name)
          return g.inputNode(u.input);
    return {};
  }

  bool checkNames(const std::vector<PointEntry> &entries) {
    std::vector<std::string> names;
    std::string list;
    for (ValueId v : subject.arguments) {
      names.push_back(g.inputOf(v).name);
      list += (list.empty() ? "" : ", ") + names.back();
    }
    for (const PointEntry &e : entries)
      if (!target(e.name).valid()) {
        auto near = closest(e.name, names);
        refuse(Diag::UnknownVariable, "'" + subject.name + "' has no argument '" + e.name + "'",
               near           ? "did you mean '" + *near + "'?"
               : list.empty() ? "it has none"
                              : "its arguments: " + list);
      }
    return !session.diagnostics.hasErrors();
  }

  bool missing(const std::vector<ValueId> &given) {
    if (subject.problem)
      return true;
    std::string list;
    for (ValueId v : subject.arguments)
      if (std::find(given.begin(), given.end(), v) == given.end())
        list += (list.empty() ? "" : ", ") + g.inputOf(v).name;
    return list.empty() || refuse(Diag::MissingArgument,
                                  "--at gives no value to " + list + " of '" + subject.name + "'",
                                  "for example --at '" + list.substr(0, list.find(',')) + "=...'");
  }

  /// A size that is still free follows from the length of the axis that reads it.
  bool inferSizes(ValueId input, const PointEntry &e) {
    const std::vector<Axis> axes = g.axesOf(input);
    if (e.shape.size() != axes.size())
      return true; // matches() says what is wrong
    for (size_t k = 0; k < axes.size(); ++k) {
      const ValueId ends[] = {axes[k].lo, axes[k].hi};
      std::vector<uint32_t> open;
      for (ValueId v : g.reachable(ends))
        if (g.node(v).op == Op::Input && !session.value(g.inputIndex(v)).known &&
            std::find(subject.sizes.begin(), subject.sizes.end(), g.inputIndex(v)) !=
                subject.sizes.end())
          open.push_back(g.inputIndex(v));
      if (open.size() != 1)
        continue;
      InputValue &size = session.value(open[0]);
      size.known = true;
      size.whole = 0;
      auto lo = session.whole(axes[k].lo), hi = session.whole(axes[k].hi);
      if (!lo || !hi)
        return false;
      size.whole = e.shape[k] - (*hi - *lo + 1);
    }
    return true;
  }

  bool set(ValueId input, const PointEntry &e) {
    const Type type = g.type(input);
    InputValue &v = session.value(g.inputIndex(input));
    std::vector<int64_t> shape;
    if (!matches(input, e, shape))
      return false;
    if (e.borrowed && !type.scalar() && type.kind == Kind::Real) {
      v.known = true;
      v.extents = shape;
      v.reals.clear();
      v.borrowed = e.borrowed;
      return true;
    }
    v.borrowed = nullptr;
    if (type.kind == Kind::Int)
      for (double x : e.numbers)
        if (x != std::floor(x) || std::fabs(x) > 9e15)
          return refuse(Diag::BadValue, "'" + e.name + "' is a whole number");
    v.known = true;
    v.extents = shape;
    if (type.scalar()) {
      v.real = e.numbers.at(0);
      v.whole = type.kind == Kind::Int ? static_cast<int64_t>(v.real) : 0;
    } else if (type.kind == Kind::Int) {
      v.wholes.assign(e.numbers.begin(), e.numbers.end());
    } else {
      v.reals = e.numbers;
    }
    return true;
  }

  Session &session;
  const Subject &subject;
  Graph &g;
};

bool sizeOf(Session &session, const Unknown &u, std::vector<int64_t> &extents, size_t &size) {
  Graph &g = session.graph();
  if (!session.extents(g.inputs()[u.input].type.shape, extents))
    return false;
  size = static_cast<size_t>(product(extents));
  return true;
}

} // namespace

bool fillElements(Session &session, const Unknown &u, ValueId value, double otherwise, size_t size,
                  std::vector<double> &numbers) {
  constexpr size_t fewElements = 1000; // more are worth compiling the expression
  Graph &g = session.graph();
  if (!value.valid()) {
    numbers.insert(numbers.end(), size, otherwise);
    return true;
  }
  // The same number everywhere needs no evaluation.
  const Node n = g.node(value);
  const ValueId body = n.op == Op::Build ? g.operand(value, n.operandCount - 1) : value;
  if (g.isConstant(body)) {
    numbers.insert(numbers.end(), size, g.realValue(body));
    return true;
  }
  if (size > fewElements) {
    auto kernel = NativeKernel::compile(session, {value}, {}, true);
    std::vector<std::vector<double>> out;
    if (!kernel || !kernel->run(out))
      return false;
    if (out[0].size() == size) {
      numbers.insert(numbers.end(), out[0].begin(), out[0].end());
      return true;
    }
  }
  interpret::Interpreter<double> interpreter(g, session.environment());
  interpret::Result<double> out;
  interpret::EvalError error;
  if (!interpreter.evaluate(value, out, error)) {
    session.diagnostics.report(Diag::EvaluationFailed, error.range, error.message);
    return false;
  }
  const bool whole = out.type.kind == Kind::Int;
  if (out.type.scalar()) {
    numbers.insert(numbers.end(), size, whole ? static_cast<double>(out.whole) : out.real);
    return true;
  }
  if ((whole ? out.array.whole.size() : out.array.data.size()) != size) {
    session.diagnostics.report(Diag::WrongShape, u.range,
                               "bounds or start have another length than the unknown");
    return false;
  }
  if (whole)
    numbers.insert(numbers.end(), out.array.whole.begin(), out.array.whole.end());
  else
    numbers.insert(numbers.end(), out.array.data.begin(), out.array.data.end());
  return true;
}

bool boundsOf(Session &session, const Unknown &u, std::vector<double> &lower,
              std::vector<double> &upper) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<int64_t> extents;
  size_t size = 0;
  return sizeOf(session, u, extents, size) &&
         fillElements(session, u, u.lower, -infinity, size, lower) &&
         fillElements(session, u, u.upper, infinity, size, upper);
}

bool bindStart(Session &session, const Unknown &u) {
  std::vector<int64_t> extents;
  size_t size = 0;
  std::vector<double> start, lower, upper;
  if (!sizeOf(session, u, extents, size) ||
      !fillElements(session, u, u.start, 0.0, size, start))
    return false;
  if (u.lower.valid() || u.upper.valid()) {
    if (!boundsOf(session, u, lower, upper))
      return false;
    for (size_t k = 0; k < size; ++k)
      if (lower[k] <= upper[k])
        start[k] = std::clamp(start[k], lower[k], upper[k]);
  }
  InputValue &v = session.value(u.input);
  v.known = true;
  v.extents = extents;
  if (session.graph().inputs()[u.input].type.scalar())
    v.real = start[0];
  else
    v.reals = std::move(start);
  return true;
}

bool bindPoint(Session &session, const Subject &subject, const std::vector<PointEntry> &entries) {
  return Binder(session, subject).run(entries);
}

bool readDirection(Session &session, const Subject &subject, const std::vector<PointEntry> &entries,
                   std::vector<std::vector<double>> &direction) {
  Graph &g = session.graph();
  Binder binder(session, subject);
  std::vector<bool> used(entries.size());
  std::vector<std::string> names;
  for (ValueId v : subject.variables(g)) {
    std::vector<int64_t> shape;
    if (!session.extents(g.type(v).shape, shape))
      return false;
    names.push_back(g.inputOf(v).name);
    direction.emplace_back(static_cast<size_t>(product(shape)), 0.0);
    for (size_t k = 0; k < entries.size(); ++k)
      if (entries[k].name == names.back()) {
        used[k] = true;
        if (!binder.matches(v, entries[k], shape))
          return false;
        direction.back() = entries[k].numbers;
      }
  }
  for (size_t k = 0; k < entries.size(); ++k)
    if (!used[k]) {
      auto near = closest(entries[k].name, names);
      session.diagnostics.report(Diag::UnknownVariable, {},
                                 "--direction: '" + subject.name + "' has no real argument '" +
                                     entries[k].name + "'",
                                 near ? "did you mean '" + *near + "'?" : "");
    }
  return !session.diagnostics.hasErrors();
}

} // namespace gradus::driver
