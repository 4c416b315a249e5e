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

} // namespace

void fixParameter(Module &module, FunctionId id, size_t parameter, int64_t value) {
  Function &f = module.functions[id.index];
  ScalarId s = std::get<ScalarId>(f.parameters[parameter].value);
  assert(f.scalars[s.index].kind == Kind::Int && "a size is whole");
  f.parameters.erase(f.parameters.begin() + static_cast<ptrdiff_t>(parameter));
  f.body.insert(f.body.begin(), Let{s, ConstInt{value}});
  for (Function &caller : module.functions)
    forEachCall(caller.body, [&](Call &call) {
      if (call.callee == id)
        call.arguments.erase(call.arguments.begin() + static_cast<ptrdiff_t>(parameter));
    });
}

void propagateConstants(Module &module) {
  for (bool changed = true; changed;) {
    changed = false;
    // What each parameter is in all calls; nothing: it differs, or is not constant.
    std::map<std::pair<uint32_t, size_t>, std::optional<int64_t>> all;
    for (Function &f : module.functions) {
      Constants known;
      fold(f.body, known);
      forEachCall(f.body, [&](Call &call) {
        for (size_t k = 0; k < call.arguments.size(); ++k) {
          auto *s = std::get_if<ScalarId>(&call.arguments[k].value);
          if (!s || f.scalars[s->index].kind != Kind::Int)
            continue;
          auto it = known.find(s->index);
          std::optional<int64_t> value =
              it == known.end() ? std::nullopt : std::optional(it->second);
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
      fixParameter(module, {place.first}, place.second, *value);
      changed = true;
    }
  }
}

} // namespace gradus::loops
