//===- Graph.cpp - nodes, interning, binders --------------------------------===//

#include "ir/Graph.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace gradus::ir {

namespace {

uint64_t mix(uint64_t hash, uint64_t value) {
  hash ^= value + 0x9E3779B97F4A7C15ull + (hash << 12) + (hash >> 4);
  return hash * 0xBF58476D1CE4E5B9ull;
}

int64_t symbolPayload(size_t index) { return -static_cast<int64_t>(index) - 1; }

} // namespace

Graph::Graph() {
  shapes_.emplace_back();   // the scalar shape
  freeSets_.emplace_back(); // the empty set
}

std::span<const ValueId> Graph::operands(ValueId v) const {
  const Node &n = node(v);
  return {pool_.data() + n.operands, n.operandCount};
}

//--- leaves ------------------------------------------------------------------

ValueId Graph::real(double value) {
  Node n{.op = Op::Constant, .type = {Kind::Real, 0}};
  n.payload = std::bit_cast<int64_t>(value);
  return intern(n, {});
}

ValueId Graph::integer(int64_t value) {
  Node n{.op = Op::Constant, .type = {Kind::Int, 0}};
  n.payload = value;
  return intern(n, {});
}

ValueId Graph::boolean(bool value) {
  Node n{.op = Op::Constant, .type = {Kind::Bool, 0}};
  n.payload = value;
  return intern(n, {});
}

bool Graph::isReal(ValueId v, double value) const {
  const Node &n = node(v);
  if (n.op != Op::Constant)
    return false;
  if (n.type.kind == Kind::Int)
    return static_cast<double>(n.payload) == value;
  return n.type.kind == Kind::Real && n.payload == std::bit_cast<int64_t>(value);
}

bool Graph::isInt(ValueId v, int64_t value) const {
  const Node &n = node(v);
  return n.op == Op::Constant && n.type.kind == Kind::Int && n.payload == value;
}

double Graph::realValue(ValueId v) const {
  const Node &n = node(v);
  assert(n.op == Op::Constant && n.type.kind != Kind::Bool);
  return n.type.kind == Kind::Int ? static_cast<double>(n.payload)
                                  : std::bit_cast<double>(n.payload);
}

int64_t Graph::intValue(ValueId v) const {
  assert(isConstant(v) && node(v).type.kind == Kind::Int);
  return node(v).payload;
}

bool Graph::boolValue(ValueId v) const {
  assert(isConstant(v) && node(v).type.kind == Kind::Bool);
  return node(v).payload != 0;
}

ValueId Graph::input(Input input) {
  Node n{.op = Op::Input, .type = input.type};
  n.payload = static_cast<int64_t>(inputs_.size());
  inputs_.push_back(std::move(input));
  ValueId v = intern(n, {});
  inputNodes_.push_back(v);
  return v;
}

ShapeId Graph::shape(std::vector<Axis> axes) {
  // Models have a few dozen shapes; a scan is quicker than a table.
  for (size_t k = 0; k < shapes_.size(); ++k)
    if (shapes_[k] == axes)
      return static_cast<ShapeId>(k);
  shapes_.push_back(std::move(axes));
  return static_cast<ShapeId>(shapes_.size() - 1);
}

ValueId Graph::extent(const Axis &axis) { return add(sub(axis.hi, axis.lo), integer(1)); }

ValueId Graph::newSymbol(ValueId lo, ValueId hi, std::string name) {
  Node n{.op = Op::Index, .type = {Kind::Int, 0}};
  n.payload = symbolPayload(symbols_.size());
  symbols_.push_back({lo, hi, std::move(name)});
  ValueId v = intern(n, {});
  symbols_.back().node = v;
  return v;
}

ValueId Graph::newState(Type type, std::string name) {
  Node n{.op = Op::Index, .type = type};
  n.payload = symbolPayload(symbols_.size());
  symbols_.push_back({{}, {}, std::move(name)});
  ValueId v = intern(n, {});
  symbols_.back().node = v;
  return v;
}

void Graph::setSymbolRange(ValueId v, ValueId lo, ValueId hi) {
  Symbol &s = symbols_[static_cast<size_t>(-node(v).payload - 1)];
  s.lo = lo;
  s.hi = hi;
}

//--- free indices ---------------------------------------------------------------

uint32_t Graph::internFreeSet(std::vector<int32_t> set) {
  if (set.empty())
    return 0;
  uint64_t hash = 0;
  for (int32_t index : set)
    hash = mix(hash, static_cast<uint64_t>(index));
  auto [first, last] = freeSetTable_.equal_range(hash);
  for (auto it = first; it != last; ++it)
    if (freeSets_[it->second] == set)
      return it->second;
  freeSets_.push_back(std::move(set));
  auto id = static_cast<uint32_t>(freeSets_.size() - 1);
  freeSetTable_.emplace(hash, id);
  return id;
}

uint32_t Graph::freeSetOf(std::span<const ValueId> operands, int64_t firstBound, unsigned bound) {
  uint32_t only = 0;
  bool several = false;
  for (ValueId v : operands) {
    uint32_t s = node(v).freeSet;
    if (s == 0 || s == only)
      continue;
    if (only != 0)
      several = true;
    only = s;
  }
  if (!several && bound == 0)
    return only;
  std::vector<int32_t> merged;
  for (ValueId v : operands)
    for (int32_t f : freeSets_[node(v).freeSet])
      if (f < firstBound || f >= firstBound + static_cast<int64_t>(bound) || bound == 0)
        merged.push_back(f);
  std::sort(merged.begin(), merged.end());
  merged.erase(std::unique(merged.begin(), merged.end()), merged.end());
  return internFreeSet(std::move(merged));
}

bool Graph::isOpenTerm(ValueId v) const {
  const auto &set = freeIndices(v);
  return !set.empty() && set.back() > 0;
}

bool Graph::dependsOn(ValueId v, ValueId symbol) const {
  const auto &set = freeIndices(v);
  return std::binary_search(set.begin(), set.end(), static_cast<int32_t>(node(symbol).payload));
}

bool Graph::dependsOnAny(ValueId v, std::span<const ValueId> symbols) const {
  if (!hasFree(v))
    return false;
  return std::any_of(symbols.begin(), symbols.end(), [&](ValueId s) { return dependsOn(v, s); });
}

std::vector<ValueId> Graph::partsOf(const Node &n, std::span<const ValueId> operands) const {
  std::vector<ValueId> parts(operands.begin(), operands.end());
  if (n.op == Op::Put || n.op == Op::Zeros || n.op == Op::Index)
    for (const Axis &axis : shapes_[n.type.shape]) {
      parts.push_back(axis.lo);
      parts.push_back(axis.hi);
    }
  return parts;
}

//--- interning --------------------------------------------------------------------

ValueId Graph::intern(Node n, std::span<const ValueId> given) {
  // Operands may point into the pool, which can move: take a copy first.
  ValueId local[8];
  std::vector<ValueId> large;
  std::span<ValueId> operands;
  if (given.size() <= 8) {
    std::copy(given.begin(), given.end(), local);
    operands = {local, given.size()};
  } else {
    large.assign(given.begin(), given.end());
    operands = large;
  }
  // The order of a sum of arrays is the order in which its parts are added.
  if (n.op == Op::Prim && operands.size() == 2 && info(n.prim()).commutative &&
      n.type.scalar() && operands[1] < operands[0])
    std::swap(operands[0], operands[1]);

  uint64_t hash = mix(static_cast<uint64_t>(n.op) << 16 | n.sub << 8 | n.binders,
                      static_cast<uint64_t>(n.payload));
  hash = mix(hash, static_cast<uint64_t>(n.type.kind) << 32 | n.type.shape);
  for (ValueId v : operands)
    hash = mix(hash, v.index);
  auto [first, last] = table_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    const Node &m = nodes_[it->second];
    if (m.op == n.op && m.sub == n.sub && m.binders == n.binders && m.type == n.type &&
        m.payload == n.payload && m.operandCount == operands.size() &&
        std::equal(operands.begin(), operands.end(), pool_.begin() + m.operands))
      return {it->second};
  }

  n.operands = static_cast<uint32_t>(pool_.size());
  n.operandCount = static_cast<uint32_t>(operands.size());
  pool_.insert(pool_.end(), operands.begin(), operands.end());
  std::vector<ValueId> parts = partsOf(n, operands);
  if (n.op == Op::Index) {
    std::vector<int32_t> set{static_cast<int32_t>(n.payload)};
    for (ValueId v : parts)
      set.insert(set.end(), freeIndices(v).begin(), freeIndices(v).end());
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
    n.freeSet = internFreeSet(std::move(set));
    n.maxBinder = 0;
  } else {
    n.maxBinder = n.binders != 0 ? static_cast<uint32_t>(n.payload) + n.binders - 1 : 0;
    for (ValueId v : parts)
      n.maxBinder = std::max(n.maxBinder, node(v).maxBinder);
    n.freeSet = freeSetOf(parts, n.payload, n.binders);
  }
  nodes_.push_back(n);
  ranges_.push_back(currentRange_);
  auto id = static_cast<uint32_t>(nodes_.size() - 1);
  table_.emplace(hash, id);
  return {id};
}

//--- binders -------------------------------------------------------------------------

ValueId Graph::rename(ValueId root, const std::unordered_map<int64_t, ValueId> &indices) {
  auto touched = [&](ValueId v) {
    for (int32_t f : freeIndices(v))
      if (indices.count(f))
        return true;
    return false;
  };
  auto shapeTouched = [&](ShapeId shape) {
    for (const Axis &axis : shapes_[shape])
      if (touched(axis.lo) || touched(axis.hi))
        return true;
    return false;
  };
  if (!touched(root))
    return root;
  std::vector<ValueId> work{root}, order;
  std::unordered_map<ValueId, ValueId, ValueIdHash> done;
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    if (done.count(v))
      continue;
    done.emplace(v, ValueId{});
    order.push_back(v);
    for (ValueId o : operands(v))
      if (touched(o) && !done.count(o))
        work.push_back(o);
    if (node(v).type.shape != 0)
      for (const Axis &axis : shapes_[node(v).type.shape])
        for (ValueId o : {axis.lo, axis.hi})
          if (touched(o) && !done.count(o))
            work.push_back(o);
  }
  std::sort(order.begin(), order.end());
  auto mapped = [&](ValueId v) {
    auto it = done.find(v);
    return it == done.end() ? v : it->second;
  };
  SourceRange saved = currentRange_;
  for (ValueId v : order) {
    Node n = node(v);
    if (auto it = indices.find(n.payload); n.op == Op::Index && it != indices.end()) {
      done[v] = it->second;
      continue;
    }
    std::vector<ValueId> ops;
    ops.reserve(n.operandCount);
    for (ValueId o : operands(v))
      ops.push_back(mapped(o));
    if (n.type.shape != 0 && shapeTouched(n.type.shape)) {
      std::vector<Axis> axes = shapes_[n.type.shape];
      for (Axis &axis : axes)
        axis = {mapped(axis.lo), mapped(axis.hi)};
      n.type.shape = shape(std::move(axes));
    }
    currentRange_ = ranges_[v.index];
    ValueId made = intern(n, ops);
    if (n.binders != 0 && !indexNames_.count(made.index)) {
      auto it = indexNames_.find(v.index);
      if (it != indexNames_.end()) {
        auto names = it->second;
        indexNames_.emplace(made.index, std::move(names));
      }
    }
    done[v] = made;
  }
  currentRange_ = saved;
  return done[root];
}

namespace {
/// Indices, each once: a renaming folds nothing, and i == j folds where both become k.
template <class List> bool allIndices(const Graph &graph, const List &values) {
  for (auto it = values.begin(); it != values.end(); ++it)
    if (graph.node(*it).op != Op::Index || std::find(values.begin(), it, *it) != it)
      return false;
  return true;
}
} // namespace

const std::string &Graph::indexName(ValueId binder, unsigned k) const {
  static const std::string none;
  auto it = indexNames_.find(binder.index);
  return it == indexNames_.end() || k >= it->second.size() ? none : it->second[k];
}

Opened Graph::open(ValueId binder) {
  if (auto it = openedCache_.find(binder.index); it != openedCache_.end())
    return it->second;
  Node n = node(binder);
  assert(n.binders != 0 && !isOpenTerm(binder));
  std::vector<ValueId> symbols;
  for (unsigned k = 0; k < n.binders; ++k) {
    if (n.op == Op::Recur && k > 0) {
      symbols.push_back(newState(stateType(binder, k - 1), indexName(binder, k)));
      continue;
    }
    ValueId lo = operand(binder, 2 * k), hi = operand(binder, 2 * k + 1);
    symbols.push_back(newSymbol(lo, hi, indexName(binder, k)));
  }
  Opened opened = openWith(binder, symbols);
  openedCache_.emplace(binder.index, opened);
  return opened;
}

Opened Graph::openWith(ValueId binder, std::span<const ValueId> symbols) {
  Node n = node(binder);
  assert(n.binders == symbols.size());
  if (!allIndices(*this, symbols)) {
    Opened opened = open(binder);
    Substitution map;
    for (unsigned k = 0; k < n.binders; ++k)
      map.emplace(opened.symbols[k], symbols[k]);
    if (opened.body.valid())
      opened.body = substitute(opened.body, map);
    for (ValueId &next : opened.nexts)
      next = substitute(next, map);
    if (opened.condition.valid())
      opened.condition = substitute(opened.condition, map);
    opened.symbols.assign(symbols.begin(), symbols.end());
    return opened;
  }
  Opened opened;
  std::unordered_map<int64_t, ValueId> map;
  for (unsigned k = 0; k < n.binders; ++k) {
    opened.symbols.push_back(symbols[k]);
    if (2 * k < n.rangeOperands())
      opened.ranges.push_back({operand(binder, 2 * k), operand(binder, 2 * k + 1)});
    map.emplace(n.payload + k, symbols[k]);
  }
  if (n.op == Op::Recur) {
    const unsigned states = stateCount(binder);
    opened.remade = isRemade(binder);
    opened.condition = rename(operand(binder, 2), map);
    for (unsigned k = 0; k < states; ++k)
      opened.starts.push_back(operand(binder, 3 + k));
    for (unsigned k = 0; k < states; ++k)
      opened.nexts.push_back(rename(operand(binder, 3 + states + k), map));
    return opened;
  }
  if (n.op == Op::Reduce)
    opened.condition = rename(operand(binder, 2), map);
  opened.body = rename(operand(binder, n.operandCount - 1), map);
  return opened;
}

ValueId Graph::reduce(ReduceOp op, ValueId symbol, ValueId lo, ValueId hi, ValueId condition,
                      ValueId body) {
  assert(isSymbol(symbol) && type(condition).kind == Kind::Bool);
  auto identity = [&]() -> ValueId {
    Type t = type(body);
    if (!t.scalar())
      return zeros(t);
    bool one = op == ReduceOp::Prod;
    return t.kind == Kind::Int ? integer(one) : real(one ? 1.0 : 0.0);
  };
  bool neverRuns = (isConstant(condition) && !boolValue(condition)) ||
                   (isConstant(lo) && isConstant(hi) && intValue(lo) > intValue(hi));
  if (op == ReduceOp::Sum || op == ReduceOp::Prod) {
    if (neverRuns)
      return identity();
    if (op == ReduceOp::Sum &&
        (node(body).op == Op::Zeros || (isConstant(body) && node(body).payload == 0)))
      return body;
  }
  uint32_t inside = 0;
  for (ValueId v : {lo, hi, condition, body})
    inside = std::max(inside, node(v).maxBinder);
  int64_t number = inside + 1;
  Node index{.op = Op::Index, .type = {Kind::Int, 0}};
  index.payload = number;
  // The payload is copied: interning may move the nodes.
  const int64_t payload = node(symbol).payload;
  std::unordered_map<int64_t, ValueId> map{{payload, intern(index, {})}};
  ValueId ops[4] = {lo, hi, rename(condition, map), rename(body, map)};
  Node n{.op = Op::Reduce, .sub = static_cast<uint8_t>(op), .binders = 1, .type = type(ops[3])};
  n.payload = number;
  std::string name = this->symbol(symbol).name;
  ValueId made = intern(n, ops);
  if (!name.empty())
    indexNames_.try_emplace(made.index, std::vector<std::string>{name});
  return made;
}

ValueId Graph::build(std::span<const ValueId> symbols, std::span<const Axis> ranges, ValueId body) {
  assert(symbols.size() == ranges.size() && type(body).scalar());
  uint32_t inside = node(body).maxBinder;
  for (const Axis &r : ranges)
    inside = std::max({inside, node(r.lo).maxBinder, node(r.hi).maxBinder});
  int64_t number = inside + 1;
  std::unordered_map<int64_t, ValueId> map;
  std::vector<ValueId> ops;
  std::vector<std::string> names;
  for (unsigned k = 0; k < symbols.size(); ++k) {
    Node index{.op = Op::Index, .type = {Kind::Int, 0}};
    index.payload = number + k;
    const int64_t payload = node(symbols[k]).payload;
    map.emplace(payload, intern(index, {}));
    ops.push_back(ranges[k].lo);
    ops.push_back(ranges[k].hi);
    names.push_back(symbol(symbols[k]).name);
  }
  ops.push_back(rename(body, map));
  Node n{.op = Op::Build, .binders = static_cast<uint8_t>(symbols.size())};
  n.type = {type(body).kind, shape({ranges.begin(), ranges.end()})};
  n.payload = number;
  ValueId made = intern(n, ops);
  indexNames_.try_emplace(made.index, std::move(names));
  return made;
}

//--- traversal -----------------------------------------------------------------------

std::vector<ValueId> Graph::reachable(std::span<const ValueId> roots,
                                      const std::function<bool(ValueId)> &stop) const {
  std::vector<ValueId> work(roots.begin(), roots.end()), found;
  std::vector<bool> seen(nodes_.size());
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    if (!v.valid() || seen[v.index])
      continue;
    seen[v.index] = true;
    bool open = isOpenTerm(v);
    if (!open)
      found.push_back(v);
    if (!open && stop && stop(v))
      continue;
    for (ValueId o : operands(v))
      if (!seen[o.index])
        work.push_back(o);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<bool> Graph::dependsOnInputs(std::span<const ValueId> roots,
                                         std::span<const ValueId> inputs) const {
  uint32_t limit = 0;
  for (ValueId v : roots)
    limit = std::max(limit, v.index + 1);
  std::vector<bool> depends(nodes_.size());
  uint32_t first = limit; // operands have smaller ids
  for (ValueId v : inputs) {
    depends[v.index] = true;
    first = std::min(first, v.index);
  }
  for (uint32_t k = first; k < limit; ++k)
    if (!depends[k])
      for (ValueId o : operands({k}))
        if (depends[o.index]) {
          depends[k] = true;
          break;
        }
  return depends;
}

} // namespace gradus::ir
