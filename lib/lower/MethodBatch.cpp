//===- MethodBatch.cpp - f and grad over rows drawn at random ----------------------===//
//
//   f(p) = c * sum (i in lo..hi) t(i) + rest
//   f(p, batch(m)) = c * N/m * sum (b in 1..m) t(row[b]) + rest,   N = hi - lo + 1
//
// with rows drawn anew by each batch(m), with replacement: the mean over all draws
// is f. The sum is the outermost one that reads data by its index, and those over
// the same range; an objective without any sum is one term.
//
//===--------------------------------------------------------------------===//

#include "differentiate/Differentiate.h"
#include "lower/MethodLowering.h"

#include <algorithm>

namespace gradus::lower {

using namespace ir;
using loops::BufferId;
using loops::ScalarId;
using semantics::Value;

namespace {

/// Replaces the sums over data in the terms of an objective.
class Sampler {
public:
  Sampler(Graph &graph, std::span<const ValueId> unknowns, ValueId objective, ValueId size,
          ValueId rows)
      : g(graph), unknowns(unknowns), size(size), rows(rows) {
    ValueId roots[1] = {objective};
    depends = g.dependsOnInputs(roots, unknowns);
    findSum(objective, true);
    if (!found)
      findSum(objective, false);
  }

  bool found = false;
  Axis range;

  ValueId sampled(ValueId v) {
    if (!found || !dependsOnUnknowns(v))
      return v;
    if (isSum(v)) {
      const Opened o = g.open(v);
      if (o.ranges[0].lo != range.lo || o.ranges[0].hi != range.hi)
        return v;
      ValueId b = g.newSymbol(g.integer(1), size, "b"), index[1] = {b};
      const Substitution row{{o.symbols[0], g.at(rows, index)}};
      ValueId sum = g.reduce(ReduceOp::Sum, b, g.integer(1), size, g.substitute(o.condition, row),
                             g.substitute(o.body, row));
      return g.mul(g.div(g.toReal(g.extent(range)), g.toReal(size)), sum);
    }
    std::vector<ValueId> operands = terms(v);
    if (operands.empty())
      return v;
    for (ValueId &o : operands)
      o = sampled(o);
    return g.prim(g.node(v).prim(), operands);
  }

private:
  bool dependsOnUnknowns(ValueId v) const { return v.index < depends.size() && depends[v.index]; }
  bool isSum(ValueId v) const {
    const Node &n = g.node(v);
    return n.op == Op::Reduce && n.reduceOp() == ReduceOp::Sum && n.binders == 1;
  }

  /// The operands of a node through which a sum is only scaled and added to others.
  std::vector<ValueId> terms(ValueId v) const {
    const Node &n = g.node(v);
    if (n.op != Op::Prim)
      return {};
    auto operands = g.operands(v);
    std::vector<ValueId> all(operands.begin(), operands.end());
    const auto factors = std::count_if(all.begin(), all.end(),
                                       [&](ValueId o) { return dependsOnUnknowns(o); });
    switch (n.prim()) {
    case Prim::Add:
    case Prim::Sub:
    case Prim::Neg:
      return all;
    case Prim::Mul:
      return factors == 1 ? all : std::vector<ValueId>{};
    case Prim::Div:
      return dependsOnUnknowns(all[1]) ? std::vector<ValueId>{} : all;
    default:
      return {};
    }
  }

  bool readsData(ValueId body, ValueId symbol) const {
    ValueId roots[1] = {body};
    for (ValueId v : g.reachable(roots)) {
      if (g.node(v).op != Op::At)
        continue;
      auto operands = g.operands(v);
      if (g.node(operands[0]).op == Op::Input &&
          std::find(unknowns.begin(), unknowns.end(), operands[0]) == unknowns.end() &&
          std::any_of(operands.begin() + 1, operands.end(),
                      [&](ValueId i) { return g.dependsOn(i, symbol); }))
        return true;
    }
    return false;
  }

  void findSum(ValueId v, bool overData) {
    if (found || !dependsOnUnknowns(v))
      return;
    if (isSum(v)) {
      const Opened o = g.open(v);
      ValueId ends[2] = {o.ranges[0].lo, o.ranges[0].hi};
      const auto moves = g.dependsOnInputs(ends, unknowns);
      found = !moves[ends[0].index] && !moves[ends[1].index] &&
              (!overData || readsData(o.body, o.symbols[0]));
      range = o.ranges[0];
      return;
    }
    for (ValueId o : terms(v))
      findSum(o, overData);
  }

  Graph &g;
  std::span<const ValueId> unknowns;
  ValueId size, rows;
  std::vector<bool> depends;
};

} // namespace

void MethodLowering::makeBatchKernel() {
  batchSize = g.input({"batch_size", {Kind::Int, 0}, InputRole::Size, {}});
  batchRows = g.input({"rows", {Kind::Int, g.shape({{g.integer(1), batchSize}})}, InputRole::Local, {}});
  Sampler sampler(g, problem.unknowns, problem.objective, batchSize, batchRows);
  batchRange = sampler.found ? sampler.range : Axis{g.integer(1), g.integer(1)};
  KernelSpec spec{"batch_gradient", "the objective over some rows, and its gradient", problem.inputs,
                  {sampler.sampled(problem.objective)}, {"f"}};
  spec.inputs.push_back(batchSize);
  spec.inputs.push_back(batchRows);
  spec.inputs.insert(spec.inputs.end(), problem.unknowns.begin(), problem.unknowns.end());
  for (ValueId v : differentiate::gradient(g, spec.outputs[0], problem.unknowns,
                                          differentiate::Storing::Dear))
    spec.outputs.push_back(v);
  for (ValueId v : problem.unknowns)
    spec.outputNames.push_back("d_" + g.inputOf(v).name);
  Kernel k = lowerKernel(g, module, spec);
  batchGradient = k.function;
  calleeWorkspace = g.prim(Prim::Max, {calleeWorkspace, k.workspace});
}

/// batch(m): rows drawn at random, for f and grad.
Value MethodLowering::callBatch(std::span<const Value> arguments, SourceRange range) {
  if (!checkPoint(arguments, 1, range, "batch"))
    return Value::error();
  ValueId size = converted(arguments[0], range, {Kind::Int, 0});
  if (!size.valid())
    return Value::error();
  ValueId roots[1] = {size};
  for (ValueId v : g.reachable(roots))
    if (g.node(v).op == Op::Input && g.inputOf(v).role == InputRole::Local)
      return elaborator->error(Diag::MethodText, range,
                               "the size of a batch is an option or a number",
                               "memory for it is taken before the first step");
  const Axis axis{g.integer(1), size};
  Type type{Kind::Int, g.shape({axis})};
  BufferId buffer = b->workspace(type, "rows" + std::to_string(++temporaries));
  MethodVariable *draws[2] = {byName.at("draw1"), byName.at("draw2")};
  loops::For loop;
  loop.lo = b->let(loops::Kind::Int, loops::ConstInt{1});
  loop.hi = evaluate(size);
  loop.index = b->scalar(loops::Kind::Int, "b");
  ValueId count = g.extent(batchRange);
  evaluate(count);
  loops::Body *saved = b->body;
  const size_t mark = b->mark();
  b->body = &loop.body;
  for (MethodVariable *v : draws)
    refresh(*v);
  // As nextUniform does, in whole numbers.
  const int64_t factors[2] = {40014, 40692}, moduli[2] = {2147483563, 2147483399};
  for (int k : {0, 1})
    assign(*draws[k], g.prim(Prim::Mod, {g.mul(g.integer(factors[k]), draws[k]->version),
                                         g.integer(moduli[k])}));
  ValueId drawn = g.prim(Prim::Mod, {g.sub(draws[0]->version, draws[1]->version), g.integer(2147483562)});
  ScalarId row = evaluate(g.add(batchRange.lo, g.prim(Prim::Mod, {drawn, count})));
  b->push(loops::Store{buffer, {loop.index}, row});
  b->body = saved;
  b->release(mark);
  b->push(std::move(loop));
  for (MethodVariable *v : draws)
    refresh(*v);
  ValueId made = g.input({"batch", type, InputRole::Local, {}});
  b->bindArray(made, buffer);
  drawnRows[made] = size;
  return elaborator->shapes().of(made);
}

/// f or grad at a point, over the rows of a batch.
Value MethodLowering::callOnBatch(std::span<const Value> arguments, SourceRange range,
                                  bool gradient) {
  const char *name = gradient ? "grad" : "f";
  BufferId x;
  if (!checkPoint(arguments, 2, range, name) || !pointOf(arguments, range, name, x))
    return Value::error();
  auto rows = drawnRows.find(arguments[1].node);
  if (rows == drawnRows.end())
    return elaborator->error(Diag::MethodText, range,
                             std::string("the second argument of ") + name + " is batch(m)");
  loops::Call call{flatBatch, {}};
  for (ValueId v : problem.inputs)
    call.arguments.push_back(g.type(v).scalar() ? loops::Argument{b->bound(v)}
                                                : loops::Argument{b->arrayOf(v)});
  call.arguments.push_back({evaluate(rows->second)});
  call.arguments.push_back({b->arrayOf(rows->first)});
  call.arguments.push_back({b->bound(n)});
  call.arguments.push_back({x});
  loops::VariableId value = b->variable(loops::Kind::Real, "f");
  BufferId d = b->workspace(vectorType, "g" + std::to_string(++temporaries));
  call.arguments.push_back({value});
  call.arguments.push_back({d});
  b->push(std::move(call));
  counted(gradient ? gradientCount : valueCount);
  ValueId made = gradient ? g.input({"grad", vectorType, InputRole::Local, {}})
                          : g.input({"f", {Kind::Real, 0}, InputRole::Local, {}});
  if (gradient)
    b->bindArray(made, d);
  else
    b->bind(made, b->read(value));
  return elaborator->shapes().of(made);
}

} // namespace gradus::lower
