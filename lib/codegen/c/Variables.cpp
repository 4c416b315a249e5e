//===- Variables.cpp - where variables of the loop IR live ----------------------===//
#include "codegen/c/Variables.h"

#include "loops/Operands.h"

#include <functional>

namespace gradus::codegen::c {

using namespace loops;

namespace {

/// The bodies around an access, and where in each it is. Head and body of a while
/// loop are one block of C.
using Path = std::vector<std::pair<const Body *, size_t>>;

enum class Access : uint8_t { Assign, OtherWrite, Read };

void accessesOf(const Statement &s, const std::function<void(VariableId, Access)> &visit) {
  if (auto *let = std::get_if<Let>(&s.node)) {
    if (auto *read = std::get_if<ReadOp>(&let->operation))
      visit(read->variable, Access::Read);
  } else if (auto *assign = std::get_if<Assign>(&s.node)) {
    visit(assign->variable, Access::Assign);
  } else if (auto *add = std::get_if<Accumulate>(&s.node)) {
    visit(add->variable, Access::OtherWrite);
  } else if (auto *call = std::get_if<Call>(&s.node)) {
    for (const Argument &a : call->arguments)
      if (auto *v = std::get_if<VariableId>(&a.value))
        visit(*v, Access::OtherWrite);
  } else if (auto *hook = std::get_if<Hook>(&s.node)) {
    visit(hook->target, Access::OtherWrite);
  }
}

class Finder {
public:
  explicit Finder(const Function &f) : uses(f.variables.size()), paths(f.variables.size()) {
    Path path{{&f.body, 0}};
    visit(f.body, path);
  }
  std::vector<VariableUse> uses;

private:
  void touch(VariableId v, Access access, const Path &path) {
    VariableUse &use = uses[v.index];
    Path &common = paths[v.index];
    use.assignments += access == Access::Assign;
    use.otherWrites += access == Access::OtherWrite;
    use.reads += access == Access::Read;
    if (!use.touched) {
      use.touched = true;
      common = path;
      use.declaredByAssignment = access == Access::Assign;
      use.topOnly = use.declaredByAssignment && path.size() == 1;
      return;
    }
    use.topOnly = false;
    size_t same = 0;
    while (same < common.size() && same < path.size() && common[same].first == path[same].first &&
           (same == 0 || common[same - 1].second == path[same - 1].second))
      ++same;
    if (same < common.size())
      use.declaredByAssignment = false;
    common.resize(same);
  }

  void visit(const Body &body, Path &path) {
    for (const Statement &s : body) {
      path.back().second += 1;
      accessesOf(s, [&](VariableId v, Access access) { touch(v, access, path); });
      if (auto *loop = std::get_if<While>(&s.node)) {
        path.push_back({&loop->head, 0});
        visit(loop->head, path);
        visit(loop->body, path);
        path.pop_back();
        continue;
      }
      forEachBody(s, [&](const Body &nested) {
        path.push_back({&nested, 0});
        visit(nested, path);
        path.pop_back();
      });
    }
  }

  std::vector<Path> paths;
};

class Forwarder {
public:
  Forwarder(Function &f, std::vector<bool> variables)
      : chosen(std::move(variables)), values(f.variables.size()), same(f.scalars.size()) {
    for (uint32_t k = 0; k < same.size(); ++k)
      same[k] = {k};
    rewrite(f.body);
  }

private:
  void map(ScalarId &s) const {
    if (s.valid())
      s = same[s.index];
  }
  void map(std::vector<ScalarId> &list) const {
    for (ScalarId &s : list)
      map(s);
  }
  void map(Operation &op) const {
    if (auto *o = std::get_if<PrimOp>(&op)) {
      map(o->operands);
    } else if (auto *o = std::get_if<SelectOp>(&op)) {
      map(o->condition);
      map(o->then);
      map(o->otherwise);
    } else if (auto *o = std::get_if<LoadOp>(&op)) {
      map(o->indices);
    }
  }

  void rewrite(Body &body) {
    Body kept;
    for (Statement &s : body) {
      if (auto *let = std::get_if<Let>(&s.node)) {
        auto *read = std::get_if<ReadOp>(&let->operation);
        if (read && chosen[read->variable.index]) {
          same[let->target.index] = values[read->variable.index];
          continue;
        }
        map(let->operation);
      } else if (auto *assign = std::get_if<Assign>(&s.node)) {
        map(assign->value);
        if (chosen[assign->variable.index]) {
          values[assign->variable.index] = assign->value;
          continue;
        }
      } else if (auto *store = std::get_if<Store>(&s.node)) {
        map(store->indices);
        map(store->value);
      } else if (auto *add = std::get_if<Accumulate>(&s.node)) {
        map(add->value);
      } else if (auto *loop = std::get_if<For>(&s.node)) {
        map(loop->lo);
        map(loop->hi);
        rewrite(loop->body);
      } else if (auto *loop = std::get_if<While>(&s.node)) {
        rewrite(loop->head);
        map(loop->condition);
        rewrite(loop->body);
      } else if (auto *branch = std::get_if<If>(&s.node)) {
        map(branch->condition);
        rewrite(branch->then);
        rewrite(branch->otherwise);
      } else if (auto *fill = std::get_if<Fill>(&s.node)) {
        map(fill->value);
      } else if (auto *call = std::get_if<Call>(&s.node)) {
        for (Argument &a : call->arguments)
          if (auto *scalar = std::get_if<ScalarId>(&a.value))
            map(*scalar);
      } else if (auto *check = std::get_if<Check>(&s.node)) {
        map(check->condition);
        map(check->values);
      } else if (auto *hook = std::get_if<Hook>(&s.node)) {
        map(hook->scalars);
      } else if (auto *leave = std::get_if<Return>(&s.node)) {
        map(leave->status);
      }
      kept.push_back(std::move(s));
    }
    body = std::move(kept);
  }

  std::vector<bool> chosen;
  std::vector<ScalarId> values, same;
};

} // namespace

std::vector<VariableUse> variableUses(const Function &function) { return Finder(function).uses; }

void forwardVariables(Function &f) {
  const std::vector<VariableUse> uses = variableUses(f);
  std::vector<bool> chosen(f.variables.size(), false);
  for (size_t k = 0; k < chosen.size(); ++k)
    chosen[k] = uses[k].declaredByAssignment && uses[k].assignments == 1 && uses[k].otherWrites == 0;
  for (const Parameter &p : f.parameters)
    if (auto *v = std::get_if<VariableId>(&p.value))
      chosen[v->index] = false;
  Forwarder(f, std::move(chosen));
  // Sizes are arithmetic on parameters: nothing there reads a variable.
}

} // namespace gradus::codegen::c
