//===- ShareOutputs.cpp - workspace that becomes an output -------------------===//
//
//     for i: t[i] = ..      ..       for i: out[i] = f(t[i])
// needs no array t where nothing else writes `out` or reads t later: it is stored in
// the output at once, and the last loop changes it in place.
//
//===--------------------------------------------------------------------===//
#include "lower/Scope.h"

#include "loops/Operands.h"

#include <functional>

namespace gradus::lower {

using namespace loops;

namespace {

void forEach(Body &body, const std::function<void(Statement &)> &visit) {
  for (Statement &s : body) {
    visit(s);
    forEachBody(s, [&](const Body &inner) { forEach(const_cast<Body &>(inner), visit); });
  }
}

LoadOp *loadOf(Statement &s) {
  auto *let = std::get_if<Let>(&s.node);
  return let ? std::get_if<LoadOp>(&let->operation) : nullptr;
}

bool touches(Statement &s, BufferId b) {
  if (LoadOp *load = loadOf(s))
    return load->buffer == b;
  if (auto *store = std::get_if<Store>(&s.node))
    return store->buffer == b;
  if (auto *fill = std::get_if<Fill>(&s.node))
    return fill->buffer == b;
  if (auto *copy = std::get_if<Copy>(&s.node))
    return copy->target == b || copy->source == b;
  return false;
}

/// Whether the last statement with `t` is a loop that sets out[i] from t[i] alone,
/// the only one with `out`.
bool fits(Body &body, BufferId t, BufferId out) {
  Statement *last = nullptr;
  for (Statement &s : body) {
    bool usesT = false, usesOut = false;
    Body one{s};
    forEach(one, [&](Statement &u) {
      usesT = usesT || touches(u, t);
      usesOut = usesOut || touches(u, out);
    });
    if (last && (usesT || usesOut))
      return false;
    if (usesOut)
      last = &s;
  }
  auto *loop = last ? std::get_if<For>(&last->node) : nullptr;
  if (!loop)
    return false;
  bool fine = true, stored = false;
  for (Statement &s : loop->body) {
    if (LoadOp *load = loadOf(s); load && load->buffer == t)
      fine = fine && !stored && load->indices == std::vector<ScalarId>{loop->index};
    else if (auto *store = std::get_if<Store>(&s.node); store && store->buffer == out) {
      fine = fine && !stored && store->combine == Combine::Set &&
             store->indices == std::vector<ScalarId>{loop->index};
      stored = true;
    } else if (touches(s, t) || touches(s, out)) {
      fine = false;
    }
    forEachBody(s, [&](const Body &inner) {
      forEach(const_cast<Body &>(inner),
              [&](Statement &u) { fine = fine && !touches(u, t) && !touches(u, out); });
    });
  }
  return fine && stored;
}

} // namespace

void shareOutputs(FunctionBuilder &b) {
  for (uint32_t k = 0; k < b.f.buffers.size(); ++k) {
    const Buffer &t = b.f.buffers[k];
    if (t.role != BufferRole::Workspace || t.ownRoom || t.axes.size() != 1)
      continue;
    for (uint32_t o = 0; o < b.f.buffers.size(); ++o) {
      const Buffer &out = b.f.buffers[o];
      if (out.role != BufferRole::Out || out.kind != t.kind || out.axes.size() != 1 ||
          out.axes[0].lo != t.axes[0].lo || out.axes[0].extent != t.axes[0].extent ||
          !fits(*b.body, {k}, {o}))
        continue;
      forEach(*b.body, [&](Statement &s) {
        if (LoadOp *load = loadOf(s); load && load->buffer.index == k)
          load->buffer = {o};
        if (auto *store = std::get_if<Store>(&s.node); store && store->buffer.index == k)
          store->buffer = {o};
        if (auto *fill = std::get_if<Fill>(&s.node); fill && fill->buffer.index == k)
          fill->buffer = {o};
      });
      break;
    }
  }
}

} // namespace gradus::lower
