//===- Accesses.cpp - what statements read and write ----------------------===//
#include "codegen/llvm/Accesses.h"

#include "loops/Operands.h"

namespace gradus::codegen {

using namespace loops;

void forEachStatement(const Body &body, const std::function<void(const Statement &)> &visit) {
  for (const Statement &s : body) {
    visit(s);
    forEachBody(s, [&](const Body &inner) { forEachStatement(inner, visit); });
  }
}

const LoadOp *loadOf(const Statement &s) {
  auto *let = std::get_if<Let>(&s.node);
  return let ? std::get_if<LoadOp>(&let->operation) : nullptr;
}

/// The variable and the buffers that a statement itself reads or writes.
void forEachAccess(const Statement &s, const std::function<void(VariableId)> &variable,
                   const std::function<void(BufferId)> &buffer) {
  if (auto *let = std::get_if<Let>(&s.node)) {
    if (auto *read = std::get_if<ReadOp>(&let->operation))
      variable(read->variable);
    if (auto *load = std::get_if<LoadOp>(&let->operation))
      buffer(load->buffer);
  } else if (auto *assign = std::get_if<Assign>(&s.node)) {
    variable(assign->variable);
  } else if (auto *accumulate = std::get_if<Accumulate>(&s.node)) {
    variable(accumulate->variable);
  } else if (auto *store = std::get_if<Store>(&s.node)) {
    buffer(store->buffer);
  } else if (auto *fill = std::get_if<Fill>(&s.node)) {
    buffer(fill->buffer);
  } else if (auto *copy = std::get_if<Copy>(&s.node)) {
    buffer(copy->target);
    buffer(copy->source);
  } else if (auto *call = std::get_if<Call>(&s.node)) {
    for (const Argument &a : call->arguments) {
      if (auto *v = std::get_if<VariableId>(&a.value))
        variable(*v);
      if (auto *b = std::get_if<BufferId>(&a.value))
        buffer(*b);
    }
  } else if (auto *hook = std::get_if<Hook>(&s.node)) {
    variable(hook->target);
    buffer(hook->x);
  }
}

std::optional<int64_t> constantOf(const AccessCounts &counts, ScalarId s) {
  if (const Operation *op = counts.definitions[s.index])
    if (auto *constant = std::get_if<ConstInt>(op))
      return constant->value;
  return std::nullopt;
}

/// The innermost list of statements with all accesses that `counts` finds.
const Body *home(const Body &body, unsigned total,
                 const std::function<unsigned(const Body &)> &count) {
  for (const Statement &s : body) {
    const Body *inner = nullptr;
    forEachBody(s, [&](const Body &b) {
      if (count(b) == total)
        inner = &b;
    });
    if (inner)
      return home(*inner, total, count);
  }
  return &body;
}

/// Whether each run of the body sets the variable before anything reads it.
bool setsFirst(const Body &body, VariableId v) {
  for (const Statement &s : body) {
    if (auto *assign = std::get_if<Assign>(&s.node); assign && assign->variable == v)
      return true;
    bool touched = false;
    forEachStatement({s}, [&](const Statement &t) {
      forEachAccess(
          t, [&](VariableId w) { touched = touched || w == v; }, [](BufferId) {});
    });
    if (!touched)
      continue;
    auto *branch = std::get_if<If>(&s.node);
    return branch && setsFirst(branch->then, v) && setsFirst(branch->otherwise, v);
  }
  return false;
}

/// Whether each run of the body writes the buffer before anything reads it.
bool writesFirst(const Body &body, BufferId b) {
  for (const Statement &s : body) {
    if (auto *fill = std::get_if<Fill>(&s.node); fill && fill->buffer == b)
      return true;
    if (auto *store = std::get_if<Store>(&s.node); store && store->buffer == b)
      return store->combine == Combine::Set;
    bool touched = false;
    forEachStatement({s}, [&](const Statement &t) {
      forEachAccess(
          t, [](VariableId) {}, [&](BufferId c) { touched = touched || c == b; });
    });
    if (!touched)
      continue;
    auto *inner = std::get_if<For>(&s.node);
    return inner && writesFirst(inner->body, b);
  }
  return false;
}

AccessCounts::AccessCounts(const loops::Function &function)
    : variables(function.variables.size()), buffers(function.buffers.size()),
      definitions(function.scalars.size()) {
  for (const Parameter &p : function.parameters)
    if (auto *v = std::get_if<VariableId>(&p.value))
      ++variables[v->index]; // the host reads it
  forEachStatement(function.body, [&](const Statement &s) {
    if (auto *let = std::get_if<Let>(&s.node))
      definitions[let->target.index] = &let->operation;
    forEachAccess(
        s, [&](VariableId v) { ++variables[v.index]; },
        [&](BufferId b) {
          for (;; b = function.buffers[b.index].base) {
            ++buffers[b.index];
            if (function.buffers[b.index].role != BufferRole::View)
              break;
          }
        });
  });
}

} // namespace gradus::codegen
