//===- Fix.cpp - parameters that become constants -------------------------------===//
#include "loops/Fix.h"

#include "ir/Scalar.h"
#include "loops/Operands.h"

#include <cassert>
#include <map>
#include <optional>

namespace gradus::loops {
namespace {

/// The whole numbers that are constants, by scalar.
using Constants = std::map<uint32_t, int64_t>;

void fold(Body &body, Constants &known) {
  for (Statement &s : body) {
    if (auto *let = std::get_if<Let>(&s.node)) {
      if (auto *c = std::get_if<ConstInt>(&let->operation))
        known[let->target.index] = c->value;
      auto *op = std::get_if<PrimOp>(&let->operation);
      if (!op)
        continue;
      std::vector<int64_t> numbers;
      for (ScalarId o : op->operands)
        if (auto it = known.find(o.index); it != known.end())
          numbers.push_back(it->second);
      const ir::Signature signature = ir::info(op->prim).signature;
      const bool whole = signature == ir::Signature::Numeric || signature == ir::Signature::Int;
      const bool divides = op->prim == ir::Prim::IntDiv || op->prim == ir::Prim::Mod;
      if (!whole || numbers.size() != op->operands.size() || (divides && numbers[1] == 0))
        continue;
      known[let->target.index] = ir::evaluateWhole(op->prim, numbers);
      let->operation = ConstInt{known[let->target.index]};
    } else if (auto *loop = std::get_if<For>(&s.node)) {
      fold(loop->body, known);
    } else if (auto *loop = std::get_if<While>(&s.node)) {
      fold(loop->head, known);
      fold(loop->body, known);
    } else if (auto *branch = std::get_if<If>(&s.node)) {
      fold(branch->then, known);
      fold(branch->otherwise, known);
    }
  }
}

void forEachCall(Body &body, const std::function<void(Call &)> &visit) {
  for (Statement &s : body) {
    if (auto *call = std::get_if<Call>(&s.node))
      visit(*call);
    else if (auto *loop = std::get_if<For>(&s.node))
      forEachCall(loop->body, visit);
    else if (auto *loop = std::get_if<While>(&s.node)) {
      forEachCall(loop->head, visit);
      forEachCall(loop->body, visit);
    } else if (auto *branch = std::get_if<If>(&s.node)) {
      forEachCall(branch->then, visit);
      forEachCall(branch->otherwise, visit);
    }
  }
}

/// Takes a parameter from a function and from all its calls.
void dropParameter(Module &module, FunctionId id, size_t parameter) {
  auto drop = [&](auto &list) { list.erase(list.begin() + static_cast<ptrdiff_t>(parameter)); };
  drop(module.functions[id.index].parameters);
  for (Function &caller : module.functions)
    forEachCall(caller.body, [&](Call &call) {
      if (call.callee == id)
        drop(call.arguments);
    });
}

/// What a parameter is in a call: a number, or a row of the module's tables.
struct Fixed {
  bool table;
  int64_t value;
  bool operator==(const Fixed &) const = default;
};

std::optional<Fixed> fixedArgument(const Function &caller, const Argument &a,
                                   const Constants &known) {
  if (auto *s = std::get_if<ScalarId>(&a.value))
    if (auto it = known.find(s->index); it != known.end())
      return Fixed{false, it->second};
  if (auto *b = std::get_if<BufferId>(&a.value))
    if (const Buffer &buffer = caller.buffers[b->index]; buffer.role == BufferRole::Constant)
      return Fixed{true, buffer.table};
  return std::nullopt;
}

} // namespace

void fixParameter(Module &module, FunctionId id, size_t parameter, int64_t value) {
  Function &f = module.functions[id.index];
  ScalarId s = std::get<ScalarId>(f.parameters[parameter].value);
  assert(f.scalars[s.index].kind == Kind::Int && "a size is whole");
  dropParameter(module, id, parameter);
  f.body.insert(f.body.begin(), Let{s, ConstInt{value}});
}

void fixArray(Module &module, FunctionId id, size_t parameter, uint32_t table) {
  Function &f = module.functions[id.index];
  Buffer &b = f.buffers[std::get<BufferId>(f.parameters[parameter].value).index];
  assert(b.kind == Kind::Int && b.role == BufferRole::In && "tables are whole and only read");
  dropParameter(module, id, parameter);
  b.role = BufferRole::Constant;
  b.table = table;
}

void propagateConstants(Module &module) {
  for (bool changed = true; changed;) {
    changed = false;
    // What each parameter is in all calls; nothing: it differs, or is not constant.
    std::map<std::pair<uint32_t, size_t>, std::optional<Fixed>> all;
    for (Function &f : module.functions) {
      Constants known;
      fold(f.body, known);
      forEachCall(f.body, [&](Call &call) {
        for (size_t k = 0; k < call.arguments.size(); ++k) {
          const std::optional<Fixed> value = fixedArgument(f, call.arguments[k], known);
          auto [at, first] = all.try_emplace({call.callee.index, k}, value);
          if (!first && at->second != value)
            at->second = std::nullopt;
        }
      });
    }
    // From the last parameter on, so that the numbers of the others stay.
    for (auto it = all.rbegin(); it != all.rend(); ++it) {
      const auto &[place, value] = *it;
      const Function &f = module.functions[place.first];
      if (!value || f.exported || !f.external.empty())
        continue;
      if (value->table)
        fixArray(module, {place.first}, place.second, static_cast<uint32_t>(value->value));
      else
        fixParameter(module, {place.first}, place.second, value->value);
      changed = true;
    }
  }
}

} // namespace gradus::loops
