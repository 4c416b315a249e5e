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

uint32_t folded(uint64_t hash) { return static_cast<uint32_t>(hash ^ hash >> 32); }

int64_t symbolPayload(size_t index) { return -static_cast<int64_t>(index) - 1; }

} // namespace

Graph::Graph() {
  shapes_.emplace_back();   // the scalar shape
  freeSets_.emplace_back(); // the empty set
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
  uint64_t hash = set.size();
  for (int32_t free : set)
    hash = mix(hash, static_cast<uint32_t>(free));
  const uint32_t known =
      freeSetTable_.find(folded(hash), [&](uint32_t k) { return freeSets_[k] == set; });
  if (known != InternTable::none)
    return known;
  freeSets_.push_back(std::move(set));
  const auto id = static_cast<uint32_t>(freeSets_.size() - 1);
  freeSetTable_.add(folded(hash), id);
  return id;
}

uint32_t Graph::freeSetOf(std::span<const ValueId> parts, int64_t firstBound, unsigned bound) {
  uint32_t only = 0;
  bool several = false;
  for (ValueId v : parts) {
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
  for (ValueId v : parts)
    for (int32_t f : freeSets_[node(v).freeSet])
      if (f < firstBound || f >= firstBound + static_cast<int64_t>(bound) || bound == 0)
        merged.push_back(f);
  std::sort(merged.begin(), merged.end());
  merged.erase(std::unique(merged.begin(), merged.end()), merged.end());
  return internFreeSet(std::move(merged));
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
  const uint32_t known = table_.find(folded(hash), [&](uint32_t id) {
    const Node &m = nodes_[id];
    return m.op == n.op && m.sub == n.sub && m.binders == n.binders && m.type == n.type &&
           m.payload == n.payload && m.operandCount == operands.size() &&
           std::equal(operands.begin(), operands.end(), pool_.begin() + m.operands);
  });
  if (known != InternTable::none)
    return {known};

  n.operands = static_cast<uint32_t>(pool_.size());
  n.operandCount = static_cast<uint32_t>(operands.size());
  pool_.insert(pool_.end(), operands.begin(), operands.end());
  // What its free indices come from: its operands, and where the node makes its own
  // shape the ends of the axes.
  std::span<const ValueId> parts = operands;
  std::vector<ValueId> withEnds;
  if (!n.type.scalar() && (n.op == Op::Put || n.op == Op::Zeros || n.op == Op::Index)) {
    withEnds.assign(operands.begin(), operands.end());
    for (const Axis &axis : shapes_[n.type.shape])
      withEnds.insert(withEnds.end(), {axis.lo, axis.hi});
    parts = withEnds;
  }
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
  table_.add(folded(hash), id);
  return {id};
}

//--- binders -------------------------------------------------------------------------

ValueId Graph::rename(ValueId root, const Renaming &indices) {
  auto renamed = [&](int64_t payload) {
    return std::find_if(indices.begin(), indices.end(),
                        [&](const auto &entry) { return entry.first == payload; });
  };
  auto touched = [&](ValueId v) {
    const auto &free = freeIndices(v);
    return std::any_of(free.begin(), free.end(),
                       [&](int32_t f) { return renamed(f) != indices.end(); });
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
  NodeMap<ValueId> done;
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    if (!done.emplace(v, ValueId{}).second)
      continue;
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
  std::vector<ValueId> ops;
  for (ValueId v : order) {
    Node n = node(v);
    if (auto it = renamed(n.payload); n.op == Op::Index && it != indices.end()) {
      done[v] = it->second;
      continue;
    }
    ops.clear();
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

const Opened &Graph::open(ValueId binder) {
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
  return openedCache_.emplace(binder.index, std::move(opened)).first->second;
}

Opened Graph::openWith(ValueId binder, std::span<const ValueId> symbols) {
  Node n = node(binder);
  assert(n.binders == symbols.size());
  // Nor does a renaming fold where an index is already read inside: max(i, j) at j = i.
  const bool fresh = std::none_of(symbols.begin(), symbols.end(),
                                  [&](ValueId s) { return dependsOn(binder, s); });
  if (!fresh || !allIndices(*this, symbols)) {
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
  Renaming map;
  for (unsigned k = 0; k < n.binders; ++k) {
    opened.symbols.push_back(symbols[k]);
    if (2 * k < n.rangeOperands())
      opened.ranges.push_back({operand(binder, 2 * k), operand(binder, 2 * k + 1)});
    map.emplace_back(n.payload + k, symbols[k]);
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
  const Renaming map{{payload, intern(index, {})}};
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
  Renaming map;
  std::vector<ValueId> ops;
  std::vector<std::string> names;
  for (unsigned k = 0; k < symbols.size(); ++k) {
    Node index{.op = Op::Index, .type = {Kind::Int, 0}};
    index.payload = number + k;
    const int64_t payload = node(symbols[k]).payload;
    map.emplace_back(payload, intern(index, {}));
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
  constexpr uint32_t bits = 64;
  std::vector<ValueId> work, found;
  uint32_t limit = 0; // operands have smaller ids
  for (ValueId v : roots)
    if (v.valid()) {
      work.push_back(v);
      limit = std::max(limit, v.index + 1);
    }
  std::vector<uint64_t> seen((limit + bits - 1) / bits), closed(seen.size());
  auto bit = [](ValueId v) { return uint64_t{1} << v.index % bits; };
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    if (seen[v.index / bits] & bit(v))
      continue;
    seen[v.index / bits] |= bit(v);
    if (!isOpenTerm(v)) {
      closed[v.index / bits] |= bit(v);
      if (stop && stop(v))
        continue;
    }
    for (ValueId o : operands(v))
      if (!(seen[o.index / bits] & bit(o)))
        work.push_back(o);
  }
  for (uint32_t k = 0; k < closed.size(); ++k)
    for (uint64_t rest = closed[k]; rest != 0; rest &= rest - 1)
      found.push_back({k * bits + static_cast<uint32_t>(std::countr_zero(rest))});
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
