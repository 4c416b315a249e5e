//===- UnsetVariables.cpp - variables that are read before they are set ------===//
#include "codegen/llvm/UnsetVariables.h"

#include "loops/Operands.h"

namespace gradus::codegen {

using namespace loops;

namespace {

class Finder {
public:
  explicit Finder(const Function &f) : found(f.variables.size()) {
    for (const Parameter &p : f.parameters)
      if (auto *v = std::get_if<VariableId>(&p.value))
        found[v->index] = true;
    std::vector<bool> set(f.variables.size());
    visit(f.body, set);
  }
  std::vector<bool> found;

private:
  using Set = std::vector<bool>; ///< the variables that have been set on each way here

  void read(VariableId v, const Set &set) {
    if (!set[v.index])
      found[v.index] = true;
  }
  void visit(const Body &body, Set &set) {
    for (const Statement &s : body)
      std::visit([&](const auto &node) { visit(node, set); }, s.node);
  }
  void visit(const Let &s, Set &set) {
    if (auto *read_ = std::get_if<ReadOp>(&s.operation))
      read(read_->variable, set);
  }
  void visit(const Assign &s, Set &set) { set[s.variable.index] = true; }
  void visit(const Accumulate &s, Set &set) { read(s.variable, set); }
  void visit(const For &s, Set &set) {
    Set inside = set; // no round may run
    visit(s.body, inside);
  }
  void visit(const While &s, Set &set) {
    Set head = set;
    visit(s.head, head);
    Set inside = head;
    visit(s.body, inside);
    if (!leaves(s.head))
      set = std::move(head);
  }
  void visit(const If &s, Set &set) {
    Set then = set, otherwise = set;
    visit(s.then, then);
    visit(s.otherwise, otherwise);
    for (size_t k = 0; k < set.size(); ++k)
      set[k] = then[k] && otherwise[k];
  }
  void visit(const Call &s, Set &set) {
    for (const Argument &a : s.arguments)
      if (auto *v = std::get_if<VariableId>(&a.value))
        set[v->index] = true;
  }
  void visit(const Hook &s, Set &set) { set[s.target.index] = true; }
  void visit(const Store &, Set &) {}
  void visit(const Fill &, Set &) {}
  void visit(const Copy &, Set &) {}
  void visit(const Check &, Set &) {}
  void visit(const Break &, Set &) {}
  void visit(const Return &, Set &) {}

  static bool leaves(const Body &body) {
    for (const Statement &s : body) {
      if (std::holds_alternative<Break>(s.node))
        return true;
      if (auto *branch = std::get_if<If>(&s.node))
        if (leaves(branch->then) || leaves(branch->otherwise))
          return true;
    }
    return false;
  }
};

} // namespace

std::vector<bool> readBeforeSet(const Function &function) { return Finder(function).found; }

} // namespace gradus::codegen
