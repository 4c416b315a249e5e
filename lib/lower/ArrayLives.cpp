//===- ArrayLives.cpp - when arrays of a method hold something -------------===//
#include "lower/ArrayLives.h"

#include "loops/Operands.h"

#include <algorithm>
#include <functional>
#include <optional>

namespace gradus::lower {

using namespace loops;

namespace {

using Visit = std::function<void(BufferId, bool written)>;

/// What a statement itself accesses. All arrays of a call count as written.
void forEachAccess(const Statement &s, const Visit &visit) {
  if (auto *let = std::get_if<Let>(&s.node)) {
    if (auto *load = std::get_if<LoadOp>(&let->operation))
      visit(load->buffer, false);
  } else if (auto *store = std::get_if<Store>(&s.node)) {
    visit(store->buffer, true);
  } else if (auto *fill = std::get_if<Fill>(&s.node)) {
    visit(fill->buffer, true);
  } else if (auto *copy = std::get_if<Copy>(&s.node)) {
    visit(copy->target, true);
    visit(copy->source, false);
  } else if (auto *call = std::get_if<Call>(&s.node)) {
    for (const Argument &a : call->arguments)
      if (auto *buffer = std::get_if<BufferId>(&a.value))
        visit(*buffer, true);
  } else if (auto *hook = std::get_if<Hook>(&s.node)) {
    if (hook->x.valid())
      visit(hook->x, false);
  }
}

uint32_t rootOf(const std::vector<Buffer> &buffers, BufferId b) {
  while (buffers[b.index].role == BufferRole::View)
    b = buffers[b.index].base;
  return b.index;
}

/// A statement with what it and all inside of it access.
struct Node {
  const Statement *statement;
  ArrayLife place;                 ///< of the first and the last statement inside
  std::vector<uint32_t> touched;   ///< sorted
  std::vector<std::vector<Node>> bodies;
  bool touches(uint32_t b) const { return std::binary_search(touched.begin(), touched.end(), b); }
};
using Nodes = std::vector<Node>; ///< of the statements of a body that access something

bool touches(const Nodes &nodes, uint32_t b) {
  return std::any_of(nodes.begin(), nodes.end(), [&](const Node &n) { return n.touches(b); });
}

class Lives {
public:
  Lives(const Module &module, const std::vector<Buffer> &buffers)
      : module_(module), buffers_(buffers) {}

  std::vector<ArrayLife> find(const Body &body) {
    const Nodes nodes = nodesOf(body);
    std::vector<ArrayLife> lives(buffers_.size());
    for (const Node &n : nodes)
      for (uint32_t b : n.touched)
        if (lives[b].first == SIZE_MAX)
          lives[b] = *lifeIn(nodes, b, true);
    return lives;
  }

private:
  uint32_t root(BufferId b) const { return rootOf(buffers_, b); }

  Nodes nodesOf(const Body &body) {
    Nodes nodes;
    for (const Statement &s : body) {
      Node n{&s, {count_++, 0}, {}, {}};
      forEachAccess(s, [&](BufferId b, bool) { n.touched.push_back(root(b)); });
      forEachBody(s, [&](const Body &inner) {
        n.bodies.push_back(nodesOf(inner));
        for (const Node &m : n.bodies.back())
          n.touched.insert(n.touched.end(), m.touched.begin(), m.touched.end());
      });
      n.place.last = count_++;
      std::sort(n.touched.begin(), n.touched.end());
      n.touched.erase(std::unique(n.touched.begin(), n.touched.end()), n.touched.end());
      if (!n.touched.empty())
        nodes.push_back(std::move(n));
    }
    return nodes;
  }

  /// In the innermost body with all accesses that writes all of the array first. In that
  /// of the function nothing is there before.
  std::optional<ArrayLife> lifeIn(const Nodes &nodes, uint32_t b, bool function) const {
    ArrayLife life;
    const Node *only = nullptr;
    size_t statements = 0;
    for (const Node &n : nodes)
      if (n.touches(b)) {
        life.first = std::min(life.first, n.place.first);
        life.last = std::max(life.last, n.place.last);
        only = &n;
        ++statements;
      }
    if (statements == 1 && !buffers_[b].ownRoom) {
      const Nodes *inner = nullptr;
      size_t bodies = 0;
      for (const Nodes &list : only->bodies)
        if (touches(list, b)) {
          inner = &list;
          ++bodies;
        }
      if (bodies == 1)
        if (auto deeper = lifeIn(*inner, b, false))
          return deeper;
    }
    if (function || writesFirst(nodes, b, {}))
      return life;
    return std::nullopt;
  }

  /// Whether each run writes all elements before anything reads one. `indices`: of the
  /// loops around, inside of where we began; a store at these fills the array.
  bool writesFirst(const Nodes &nodes, uint32_t b, std::vector<ScalarId> indices) const {
    for (const Node &n : nodes) {
      if (!n.touches(b))
        continue;
      const Statement &s = *n.statement;
      if (auto *fill = std::get_if<Fill>(&s.node))
        return fill->buffer.index == b;
      if (auto *copy = std::get_if<Copy>(&s.node))
        return copy->target.index == b && root(copy->source) != b;
      if (auto *store = std::get_if<Store>(&s.node))
        return store->buffer.index == b && store->combine == Combine::Set && !indices.empty() &&
               std::all_of(store->indices.begin(), store->indices.end(), [&](ScalarId k) {
                 return std::find(indices.begin(), indices.end(), k) != indices.end();
               });
      if (auto *call = std::get_if<Call>(&s.node))
        return onlyWrites(*call, b);
      if (auto *loop = std::get_if<For>(&s.node)) {
        indices.push_back(loop->index);
        return writesFirst(n.bodies[0], b, std::move(indices));
      }
      if (std::holds_alternative<While>(s.node)) // its head runs at least once
        return indices.empty() && touches(n.bodies[0], b) && writesFirst(n.bodies[0], b, {});
      return false;
    }
    return false;
  }

  bool onlyWrites(const Call &call, uint32_t b) const {
    const Function &callee = module_.functions[call.callee.index];
    for (size_t k = 0; k < call.arguments.size(); ++k) {
      auto *buffer = std::get_if<BufferId>(&call.arguments[k].value);
      if (!buffer || root(*buffer) != b)
        continue;
      auto *parameter = std::get_if<BufferId>(&callee.parameters[k].value);
      if (buffer->index != b || !parameter ||
          callee.buffers[parameter->index].role != BufferRole::Out)
        return false;
    }
    return true;
  }

  const Module &module_;
  const std::vector<Buffer> &buffers_;
  size_t count_ = 0;
};

void forEachInside(const Statement &s, const std::function<void(const Statement &)> &visit) {
  visit(s);
  forEachBody(s, [&](const Body &inner) {
    for (const Statement &t : inner)
      forEachInside(t, visit);
  });
}

} // namespace

void delayCopies(const std::vector<Buffer> &buffers, Body &body) {
  auto root = [&](BufferId b) { return rootOf(buffers, b); };
  for (size_t k = body.size(); k-- > 0;) {
    forEachBody(body[k], [&](const Body &inner) { delayCopies(buffers, const_cast<Body &>(inner)); });
    auto *copy = std::get_if<Copy>(&body[k].node);
    if (!copy || buffers[copy->target.index].role != BufferRole::Workspace)
      continue;
    const uint32_t target = copy->target.index, source = root(copy->source);
    auto waits = [&](const Statement &s) {
      bool fine = true;
      forEachInside(s, [&](const Statement &t) {
        fine = fine && !std::holds_alternative<Break>(t.node);
        forEachAccess(t, [&](BufferId b, bool written) {
          fine = fine && root(b) != target && !(written && root(b) == source);
        });
      });
      return fine;
    };
    size_t to = k;
    while (to + 1 < body.size() && waits(body[to + 1]))
      ++to;
    std::rotate(body.begin() + static_cast<ptrdiff_t>(k), body.begin() + static_cast<ptrdiff_t>(k) + 1,
                body.begin() + static_cast<ptrdiff_t>(to) + 1);
  }
}

std::vector<ArrayLife> livesOfArrays(const Module &module, const std::vector<Buffer> &buffers,
                                     const Body &body) {
  return Lives(module, buffers).find(body);
}

} // namespace gradus::lower
