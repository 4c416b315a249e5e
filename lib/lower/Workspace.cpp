//===- Workspace.cpp - which workspace a function needs --------------------------===//
//
// Each array gets a buffer when it is planned. In the end some are not accessed at
// all: they are dropped. Two that look alike are one when the last statement with the
// first stands before the first statement with the second.
//
//===--------------------------------------------------------------------===//
#include "lower/ArrayLives.h"
#include "lower/Scope.h"

#include "loops/Operands.h"

#include <algorithm>

namespace gradus::lower {

using namespace loops;

namespace {

using Visit = std::function<void(BufferId &)>;

void forEachBuffer(Body &body, const Visit &visit);

void forEachBuffer(Statement &s, const Visit &visit) {
  if (auto *let = std::get_if<Let>(&s.node)) {
    if (auto *load = std::get_if<LoadOp>(&let->operation))
      visit(load->buffer);
  } else if (auto *store = std::get_if<Store>(&s.node)) {
    visit(store->buffer);
  } else if (auto *fill = std::get_if<Fill>(&s.node)) {
    visit(fill->buffer);
  } else if (auto *copy = std::get_if<Copy>(&s.node)) {
    visit(copy->target);
    visit(copy->source);
  } else if (auto *call = std::get_if<Call>(&s.node)) {
    for (Argument &a : call->arguments)
      if (auto *buffer = std::get_if<BufferId>(&a.value))
        visit(*buffer);
  } else if (auto *hook = std::get_if<Hook>(&s.node)) {
    if (hook->x.valid())
      visit(hook->x);
  }
  forEachBody(s, [&](const Body &inner) { forEachBuffer(const_cast<Body &>(inner), visit); });
}

void forEachBuffer(Body &body, const Visit &visit) {
  for (Statement &s : body)
    forEachBuffer(s, visit);
}

bool alike(const Buffer &a, const Buffer &b) {
  auto same = [](const BufferAxis &x, const BufferAxis &y) {
    return x.lo == y.lo && x.extent == y.extent;
  };
  return a.kind == b.kind && a.ownRoom == b.ownRoom &&
         std::equal(a.axes.begin(), a.axes.end(), b.axes.begin(), b.axes.end(), same);
}

} // namespace

void FunctionBuilder::planWorkspace() {
  std::vector<Buffer> &buffers = f.buffers;
  auto root = [&](BufferId at) {
    while (buffers[at.index].role == BufferRole::View)
      at = buffers[at.index].base;
    return at;
  };
  // Loops over whole arrays are those of methods.
  const bool loops = std::any_of(main.begin(), main.end(), [](const loops::Statement &s) {
    return std::holds_alternative<While>(s.node);
  });
  if (!loops && std::none_of(buffers.begin(), buffers.end(), [](const Buffer &b) {
        return b.role == BufferRole::Workspace;
      }))
    return;
  std::vector<ArrayLife> lives(buffers.size());
  if (loops) {
    delayCopies(buffers, main);
    lives = livesOfArrays(module, buffers, main);
  }
  std::vector<bool> used(buffers.size());
  size_t k = 0;
  const Visit mark = [&](BufferId &at) {
    used[at.index] = true;
    for (BufferId v = at; buffers[v.index].role == BufferRole::View; v = buffers[v.index].base)
      used[buffers[v.index].base.index] = true;
    if (loops)
      return;
    ArrayLife &life = lives[root(at).index];
    life.first = std::min(life.first, k);
    life.last = std::max(life.last, k);
  };
  for (; k < main.size(); ++k)
    forEachBuffer(main[k], mark);

  // In the order in which they begin, each takes the first place that is free: no order
  // needs fewer places.
  std::vector<uint32_t> order;
  for (uint32_t k = 0; k < buffers.size(); ++k)
    if (buffers[k].role == BufferRole::Workspace && used[k])
      order.push_back(k);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t x, uint32_t y) {
    return lives[x].first < lives[y].first;
  });
  struct Place {
    uint32_t buffer; ///< the first of its buffers
    size_t until;    ///< the last statement with one of them
  };
  std::vector<Place> places;
  std::vector<size_t> placeOf(buffers.size());
  for (uint32_t k : order) {
    auto free = std::find_if(places.begin(), places.end(), [&](const Place &p) {
      return p.until < lives[k].first && alike(buffers[p.buffer], buffers[k]);
    });
    placeOf[k] = static_cast<size_t>(free - places.begin());
    if (free == places.end()) {
      places.push_back({k, lives[k].last});
      continue;
    }
    free->buffer = std::min(free->buffer, k);
    free->until = lives[k].last;
  }

  std::vector<BufferId> becomes(buffers.size());
  std::vector<Buffer> kept;
  for (uint32_t k = 0; k < buffers.size(); ++k) {
    const bool workspace = buffers[k].role == BufferRole::Workspace;
    if (workspace && !used[k])
      continue;
    if (workspace) {
      if (const uint32_t first = places[placeOf[k]].buffer; first != k) {
        becomes[k] = becomes[first];
        continue;
      }
      buffers[k].offset = size(workspaceTotal);
      workspaceTotal = g.add(workspaceTotal, slices.at(k));
    }
    becomes[k] = {static_cast<uint32_t>(kept.size())};
    kept.push_back(std::move(buffers[k]));
  }
  auto rename = [&](BufferId &at) { at = becomes[at.index]; };
  forEachBuffer(main, rename);
  for (Buffer &b : kept)
    if (b.role == BufferRole::View)
      rename(b.base);
  for (Parameter &p : f.parameters)
    if (auto *buffer = std::get_if<BufferId>(&p.value))
      rename(*buffer);
  buffers = std::move(kept);
}

} // namespace gradus::lower
