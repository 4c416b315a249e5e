//===- Checks.cpp - checks that need not be made, or not so often -----------------===//
#include "loops/Checks.h"

#include "loops/Operands.h"

#include <algorithm>
#include <map>
#include <set>

namespace gradus::loops {
namespace {

/// One number for scalars that surely have the same value: those made by the same
/// operation of the same operands. What is read from memory has a number of its own.
class Numbering {
public:
  uint32_t operator()(ScalarId s) {
    auto it = numbers.find(s.index);
    return it == numbers.end() ? s.index : it->second;
  }
  void add(const Let &let) {
    Key key;
    if (auto *c = std::get_if<ConstInt>(&let.operation)) {
      key = {-1, {c->value}};
    } else if (auto *c = std::get_if<ConstBool>(&let.operation)) {
      key = {-2, {c->value}};
    } else if (auto *p = std::get_if<PrimOp>(&let.operation)) {
      key.first = static_cast<int>(p->prim);
      for (ScalarId o : p->operands)
        key.second.push_back((*this)(o));
    } else if (auto *s = std::get_if<SelectOp>(&let.operation)) {
      key = {-3, {(*this)(s->condition), (*this)(s->then), (*this)(s->otherwise)}};
    } else {
      return;
    }
    numbers[let.target.index] = known.emplace(std::move(key), let.target.index).first->second;
  }

private:
  using Key = std::pair<int, std::vector<int64_t>>;
  std::map<Key, uint32_t> known;
  std::map<uint32_t, uint32_t> numbers;
};

class Shortener {
public:
  explicit Shortener(Function &function) : f(function), uses(f.scalars.size()) {
    count(f.body);
    for (const Buffer &b : f.buffers) {
      use(b.offset);
      for (const BufferAxis &axis : b.axes) {
        use(axis.lo);
        use(axis.extent);
      }
    }
    use(f.workspaceElements);
    for (const Parameter &p : f.parameters)
      if (auto *s = std::get_if<ScalarId>(&p.value))
        use(*s);
  }

  void run() {
    if (checks > 0) {
      drop(f.body);
      hoist(f.body);
    }
    sweep(f.body);
  }

private:
  void use(ScalarId s) {
    if (s.valid())
      ++uses[s.index];
  }
  void count(const Body &body) {
    for (const Statement &s : body) {
      forEachOperand(s, [&](ScalarId o) { use(o); });
      checks += std::holds_alternative<Check>(s.node);
      if (auto *loop = std::get_if<While>(&s.node))
        use(loop->condition);
      forEachBody(s, [&](const Body &inner) { count(inner); });
    }
  }
  void forget(ScalarId s) { --uses[s.index]; }

  //--- checks that were made before ---------------------------------------------
  void hold(ScalarId condition) {
    if (holds.insert(number(condition)).second)
      trail.push_back(number(condition));
    auto it = definitions.find(condition.index);
    auto *op = it == definitions.end() ? nullptr : std::get_if<PrimOp>(it->second);
    if (op && op->prim == ir::Prim::And)
      for (ScalarId o : op->operands)
        hold(o);
  }
  bool certain(ScalarId condition) {
    if (holds.count(number(condition)))
      return true;
    auto it = definitions.find(condition.index);
    auto *op = it == definitions.end() ? nullptr : std::get_if<PrimOp>(it->second);
    return op && op->prim == ir::Prim::And &&
           std::all_of(op->operands.begin(), op->operands.end(),
                       [&](ScalarId o) { return certain(o); });
  }
  void within(Body &body, ScalarId condition = {}) {
    const size_t before = trail.size();
    if (condition.valid())
      hold(condition);
    drop(body);
    for (; trail.size() > before; trail.pop_back())
      holds.erase(trail.back());
  }
  void drop(Body &body) {
    size_t kept = 0;
    for (size_t k = 0; k < body.size(); ++k) {
      Statement &s = body[k];
      if (auto *let = std::get_if<Let>(&s.node)) {
        // Checks are about whole numbers: reals need no numbers of their own.
        if (f.scalars[let->target.index].kind != Kind::Real) {
          number.add(*let);
          if (std::holds_alternative<PrimOp>(let->operation))
            definitions[let->target.index] = &stable.emplace_back(let->operation);
        }
      } else if (auto *check = std::get_if<Check>(&s.node)) {
        if (certain(check->condition)) {
          forEachOperand(s, [&](ScalarId o) { forget(o); });
          continue;
        }
        hold(check->condition);
      } else if (auto *loop = std::get_if<For>(&s.node)) {
        within(loop->body);
      } else if (auto *loop = std::get_if<While>(&s.node)) {
        const size_t before = trail.size();
        drop(loop->head);
        within(loop->body, loop->condition);
        for (; trail.size() > before; trail.pop_back())
          holds.erase(trail.back());
      } else if (auto *branch = std::get_if<If>(&s.node)) {
        within(branch->then, branch->condition);
        within(branch->otherwise);
      }
      if (kept != k)
        body[kept] = std::move(s);
      ++kept;
    }
    body.erase(body.begin() + static_cast<ptrdiff_t>(kept), body.end());
  }

  //--- checks that are the same in all rounds -------------------------------------
  void hoist(Body &body) {
    Body made;
    made.reserve(body.size());
    for (Statement &s : body) {
      if (auto *loop = std::get_if<For>(&s.node)) {
        hoist(loop->body);
        hoist(*loop, made);
      } else if (auto *loop = std::get_if<While>(&s.node)) {
        hoist(loop->head);
        hoist(loop->body);
      } else if (auto *branch = std::get_if<If>(&s.node)) {
        hoist(branch->then);
        hoist(branch->otherwise);
      }
      made.push_back(std::move(s));
    }
    body = std::move(made);
  }
  void hoist(For &loop, Body &before) {
    if (std::none_of(loop.body.begin(), loop.body.end(), [](const Statement &s) {
          return std::holds_alternative<Check>(s.node);
        }))
      return;
    std::set<uint32_t> differ{loop.index.index};
    auto same = [&](ScalarId s) { return !differ.count(s.index); };
    std::map<uint32_t, const Operation *> invariant; // lets of the body
    Body kept, checks;
    copies.clear();
    bool first = true; // nothing but lets, and checks that move, came before
    for (Statement &s : loop.body) {
      if (auto *let = std::get_if<Let>(&s.node)) {
        bool moves = !std::holds_alternative<LoadOp>(let->operation) &&
                     !std::holds_alternative<ReadOp>(let->operation);
        forEachOperand(let->operation, [&](ScalarId o) { moves = moves && same(o); });
        if (moves)
          invariant[let->target.index] = &stable.emplace_back(let->operation);
        else
          differ.insert(let->target.index);
      } else if (auto *check = std::get_if<Check>(&s.node); check && first) {
        bool moves = same(check->condition);
        for (ScalarId v : check->values)
          moves = moves && same(v);
        if (moves) {
          forEachOperand(s, [&](ScalarId o) { forget(o); });
          check->condition = copyOf(check->condition, invariant, checks);
          for (ScalarId &v : check->values)
            v = copyOf(v, invariant, checks);
          forEachOperand(s, [&](ScalarId o) { use(o); });
          checks.push_back(std::move(s));
          continue;
        }
        first = false;
      } else {
        first = false;
      }
      kept.push_back(std::move(s));
    }
    loop.body = std::move(kept);
    if (checks.empty())
      return;
    ScalarId runs = scalar(Kind::Bool);
    Let let{runs, PrimOp{ir::Prim::LessEqual, {loop.lo, loop.hi}}};
    for (ScalarId s : {loop.lo, loop.hi, runs})
      use(s);
    before.push_back(std::move(let));
    before.push_back(If{runs, std::move(checks), {}});
  }
  /// The scalar with its definition written again before the loop.
  ScalarId copyOf(ScalarId s, const std::map<uint32_t, const Operation *> &lets, Body &into) {
    auto it = lets.find(s.index);
    if (it == lets.end())
      return s; // from outside
    if (auto copy = copies.find(s.index); copy != copies.end())
      return copy->second;
    Operation operation = *it->second;
    if (auto *prim = std::get_if<PrimOp>(&operation)) {
      for (ScalarId &o : prim->operands)
        o = copyOf(o, lets, into);
    } else if (auto *select = std::get_if<SelectOp>(&operation)) {
      for (ScalarId *o : {&select->condition, &select->then, &select->otherwise})
        *o = copyOf(*o, lets, into);
    }
    forEachOperand(operation, [&](ScalarId o) { use(o); });
    ScalarId made = scalar(f.scalars[s.index].kind);
    into.push_back(Let{made, std::move(operation)});
    copies[s.index] = made;
    return made;
  }
  ScalarId scalar(Kind kind) {
    f.scalars.push_back({kind, "", {}});
    uses.push_back(0);
    return {static_cast<uint32_t>(f.scalars.size() - 1)};
  }

  //--- what only dropped checks needed ---------------------------------------------
  void sweep(Body &body) {
    bool unread = false;
    for (size_t k = body.size(); k-- > 0;) {
      Statement &s = body[k];
      if (auto *let = std::get_if<Let>(&s.node)) {
        if (uses[let->target.index] == 0) {
          forEachOperand(s, [&](ScalarId o) { forget(o); });
          unread = true;
        }
      } else if (auto *loop = std::get_if<For>(&s.node)) {
        sweep(loop->body);
      } else if (auto *loop = std::get_if<While>(&s.node)) {
        sweep(loop->body);
        sweep(loop->head);
      } else if (auto *branch = std::get_if<If>(&s.node)) {
        sweep(branch->then);
        sweep(branch->otherwise);
      }
    }
    if (unread)
      std::erase_if(body, [&](const Statement &s) {
        auto *let = std::get_if<Let>(&s.node);
        return let && uses[let->target.index] == 0;
      });
  }

  Function &f;
  std::vector<int64_t> uses;
  size_t checks = 0; ///< in the whole function
  Numbering number;
  std::map<uint32_t, const Operation *> definitions;
  std::deque<Operation> stable;
  std::set<uint32_t> holds;
  std::vector<uint32_t> trail;
  std::map<uint32_t, ScalarId> copies;
};

} // namespace

void shortenChecks(Function &function) { Shortener(function).run(); }

} // namespace gradus::loops
