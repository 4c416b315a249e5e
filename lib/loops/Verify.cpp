//===- Verify.cpp - what must hold of the loop IR ----------------------------===//
//
// Walks each function once in program order with the set of scalars that are in
// scope. A broken module is a bug of the pass that made it, so the messages are
// for its author; a function with a broken statement is still read to its end.
//
//===--------------------------------------------------------------------===//
#include "loops/Builder.h"
#include "loops/Operands.h"

#include <fmt/format.h>

#include <set>

namespace gradus::loops {
namespace {

class FunctionVerifier {
public:
  FunctionVerifier(const Module &module, const Function &function, std::vector<std::string> &errors)
      : module_(module), f_(function), errors_(errors) {}

  void verify() {
    state_.assign(f_.scalars.size(), Scope::Unassigned);
    if (f_.name.empty())
      error("a function has no name");
    buffers();
    if (!errors_.empty())
      return; // the rest walks chains of views
    parameters();
    body(f_.body, /*keep=*/true);
    bool needsWorkspace = false;
    for (const Buffer &b : f_.buffers)
      needsWorkspace = needsWorkspace || b.role == BufferRole::Workspace;
    if (f_.workspaceElements.valid())
      scalar(f_.workspaceElements, Kind::Int, "the size of the workspace");
    else if (needsWorkspace)
      error("has workspace buffers but no workspace size");
  }

private:
  enum class Scope : uint8_t { Unassigned, Visible, Left };

  void error(std::string text) { errors_.push_back("func " + f_.name + ": " + text); }

  //--- ids ----------------------------------------------------------------------
  bool valid(ScalarId s) const { return s.index < f_.scalars.size(); }
  bool valid(VariableId v) const { return v.index < f_.variables.size(); }
  bool valid(BufferId b) const { return b.index < f_.buffers.size(); }
  std::string text(ScalarId s) const {
    return fmt::format("scalar {} '{}'", s.index, valid(s) ? f_.scalars[s.index].name : "");
  }
  std::string text(BufferId b) const {
    return fmt::format("buffer {} '{}'", b.index, valid(b) ? f_.buffers[b.index].name : "");
  }
  Kind kind(ScalarId s) const { return f_.scalars[s.index].kind; }

  bool scalar(ScalarId s, std::string_view what) {
    if (!valid(s)) {
      error(fmt::format("{}: scalar {} does not exist", what, s.index));
      return false;
    }
    if (state_[s.index] == Scope::Unassigned)
      error(fmt::format("{}: {} is used before it is assigned", what, text(s)));
    if (state_[s.index] == Scope::Left)
      error(fmt::format("{}: {} is used outside the body that assigns it", what, text(s)));
    return state_[s.index] == Scope::Visible;
  }
  bool scalar(ScalarId s, Kind expected, std::string_view what) {
    if (!scalar(s, what))
      return false;
    if (kind(s) != expected)
      error(fmt::format("{}: {} has the wrong kind", what, text(s)));
    return kind(s) == expected;
  }
  void assign(ScalarId s, std::string_view what) {
    if (!valid(s)) {
      error(fmt::format("{}: scalar {} does not exist", what, s.index));
      return;
    }
    if (state_[s.index] != Scope::Unassigned)
      error(fmt::format("{}: {} is assigned twice", what, text(s)));
    state_[s.index] = Scope::Visible;
    assigned_.push_back(s);
  }
  bool variable(VariableId v, std::string_view what) {
    if (!valid(v))
      error(fmt::format("{}: variable {} does not exist", what, v.index));
    return valid(v);
  }
  BufferId root(BufferId b) const {
    while (f_.buffers[b.index].role == BufferRole::View)
      b = f_.buffers[b.index].base;
    return b;
  }
  /// A buffer that is accessed here: its place and shape must be known.
  bool buffer(BufferId b, std::string_view what, bool written = false) {
    if (!valid(b)) {
      error(fmt::format("{}: buffer {} does not exist", what, b.index));
      return false;
    }
    for (const BufferAxis &axis : f_.buffers[b.index].axes) {
      scalar(axis.lo, Kind::Int, "an axis of " + text(b));
      scalar(axis.extent, Kind::Int, "an axis of " + text(b));
    }
    for (BufferId at = b;; at = f_.buffers[at.index].base) {
      const Buffer &x = f_.buffers[at.index];
      if (x.role == BufferRole::View || x.role == BufferRole::Workspace)
        scalar(x.offset, Kind::Int, "the offset of " + text(at));
      if (x.role != BufferRole::View)
        break;
    }
    const BufferRole role = f_.buffers[root(b).index].role;
    if (written && (role == BufferRole::In || role == BufferRole::Constant))
      error(fmt::format("{}: {} is an input and must not be written", what, text(b)));
    return true;
  }
  void indices(BufferId b, const std::vector<ScalarId> &list, std::string_view what) {
    if (list.size() != f_.buffers[b.index].axes.size())
      error(fmt::format("{}: {} has {} axes but {} indices are given", what, text(b),
                        f_.buffers[b.index].axes.size(), list.size()));
    for (ScalarId s : list)
      scalar(s, Kind::Int, what);
  }

  //--- declarations -------------------------------------------------------------
  void buffers() {
    for (uint32_t i = 0; i < f_.buffers.size(); ++i) {
      const Buffer &b = f_.buffers[i];
      BufferId id{i};
      if (b.kind == Kind::Bool)
        error(text(id) + ": a buffer holds reals or ints");
      for (const BufferAxis &axis : b.axes)
        if (!valid(axis.lo) || !valid(axis.extent))
          error(text(id) + ": an axis is missing");
      if ((b.role == BufferRole::View || b.role == BufferRole::Workspace) && !valid(b.offset))
        error(text(id) + ": has no offset");
      if (b.role == BufferRole::Constant && (b.table >= module_.tables.size() || b.kind != Kind::Int))
        error(text(id) + ": its table does not exist, or it is not whole");
      // A base stands before its views, which also rules out circles.
      if (b.role == BufferRole::View && !(valid(b.base) && b.base.index < i))
        error(text(id) + ": the base of a view must be an earlier buffer");
      else if (b.role == BufferRole::View && f_.buffers[b.base.index].kind != b.kind)
        error(text(id) + ": a view has the kind of its base");
    }
  }
  void parameters() {
    std::set<uint32_t> variables, buffers;
    for (const Parameter &p : f_.parameters) {
      if (auto *s = std::get_if<ScalarId>(&p.value))
        assign(*s, "parameter");
      if (auto *v = std::get_if<VariableId>(&p.value))
        if (variable(*v, "parameter") && !variables.insert(v->index).second)
          error(fmt::format("variable {} is a parameter twice", v->index));
      if (auto *b = std::get_if<BufferId>(&p.value)) {
        if (!valid(*b))
          error(fmt::format("parameter: buffer {} does not exist", b->index));
        else if (!buffers.insert(b->index).second)
          error(text(*b) + " is a parameter twice");
      }
    }
    for (uint32_t i = 0; i < f_.buffers.size(); ++i) {
      BufferRole role = f_.buffers[i].role;
      bool local = role == BufferRole::View || role == BufferRole::Workspace ||
                   role == BufferRole::Constant;
      if (local && buffers.count(i))
        error(text(BufferId{i}) + ": views, workspace and tables are not parameters");
      if (!local && !buffers.count(i))
        error(text(BufferId{i}) + " is not in the list of parameters");
    }
  }

  //--- statements ---------------------------------------------------------------
  /// Scalars assigned in the body are left at its end, unless `keep`.
  void body(const Body &list, bool keep = false) {
    size_t before = assigned_.size();
    bool ended = false;
    for (const Statement &s : list) {
      if (ended)
        error("a statement follows break or return");
      std::visit([&](const auto &node) { statement(node); }, s.node);
      ended = std::holds_alternative<Break>(s.node) || std::holds_alternative<Return>(s.node);
    }
    if (!keep)
      leave(before);
  }
  void leave(size_t before) {
    for (size_t k = before; k < assigned_.size(); ++k)
      state_[assigned_[k].index] = Scope::Left;
    assigned_.resize(before);
  }
  void statement(const Let &s) {
    std::optional<Kind> result = operation(s.operation);
    assign(s.target, "let");
    if (result && valid(s.target) && kind(s.target) != *result)
      error(fmt::format("let: {} has another kind than its value", text(s.target)));
  }
  std::optional<Kind> operation(const Operation &op) {
    if (std::holds_alternative<ConstReal>(op))
      return Kind::Real;
    if (std::holds_alternative<ConstInt>(op))
      return Kind::Int;
    if (std::holds_alternative<ConstBool>(op))
      return Kind::Bool;
    if (auto *o = std::get_if<PrimOp>(&op)) {
      std::vector<Kind> kinds;
      bool sound = true;
      for (ScalarId s : o->operands) {
        sound = scalar(s, ir::info(o->prim).name) && sound;
        if (valid(s))
          kinds.push_back(kind(s));
      }
      std::optional<Kind> result = resultKind(o->prim, kinds);
      if (sound && !result)
        error(fmt::format("the operands do not fit '{}'", ir::info(o->prim).name));
      return result;
    }
    if (auto *o = std::get_if<SelectOp>(&op)) {
      scalar(o->condition, Kind::Bool, "select");
      if (!scalar(o->then, "select") || !scalar(o->otherwise, kind(o->then), "select"))
        return std::nullopt;
      return kind(o->then);
    }
    if (auto *o = std::get_if<LoadOp>(&op)) {
      if (!buffer(o->buffer, "load"))
        return std::nullopt;
      indices(o->buffer, o->indices, "load");
      return f_.buffers[o->buffer.index].kind;
    }
    const auto &read = std::get<ReadOp>(op);
    if (!variable(read.variable, "read"))
      return std::nullopt;
    return f_.variables[read.variable.index].kind;
  }
  void statement(const Assign &s) {
    if (variable(s.variable, "assign"))
      scalar(s.value, f_.variables[s.variable.index].kind, "assign");
  }
  void statement(const Store &s) {
    if (!buffer(s.buffer, "store", true))
      return;
    indices(s.buffer, s.indices, "store");
    scalar(s.value, f_.buffers[s.buffer.index].kind, "store");
  }
  void statement(const Accumulate &s) {
    if (!variable(s.variable, "accumulate"))
      return;
    Kind k = f_.variables[s.variable.index].kind;
    if (k == Kind::Bool)
      error("accumulate: a truth value cannot be accumulated");
    if (s.combine == Combine::Set)
      error("accumulate: 'set' depends on the order; use assign");
    scalar(s.value, k, "accumulate");
  }
  void statement(const For &s) {
    scalar(s.lo, Kind::Int, "for");
    scalar(s.hi, Kind::Int, "for");
    size_t before = assigned_.size();
    assign(s.index, "for");
    if (valid(s.index) && kind(s.index) != Kind::Int)
      error("for: the index must be an int");
    ++loops_;
    body(s.body);
    --loops_;
    leave(before);
  }
  void statement(const While &s) {
    size_t before = assigned_.size();
    ++loops_;
    body(s.head, true);
    scalar(s.condition, Kind::Bool, "while");
    body(s.body);
    --loops_;
    leave(before);
  }
  void statement(const If &s) {
    scalar(s.condition, Kind::Bool, "if");
    body(s.then);
    body(s.otherwise);
  }
  void statement(const Fill &s) {
    if (buffer(s.buffer, "fill", true))
      scalar(s.value, f_.buffers[s.buffer.index].kind, "fill");
  }
  void statement(const Copy &s) {
    if (!buffer(s.target, "copy", true) || !buffer(s.source, "copy"))
      return;
    const Buffer &target = f_.buffers[s.target.index], &source = f_.buffers[s.source.index];
    if (target.kind != source.kind || target.axes.size() != source.axes.size())
      error(fmt::format("copy: {} and {} differ in kind or rank", text(s.target), text(s.source)));
  }
  void statement(const Call &s) {
    if (s.callee.index >= module_.functions.size()) {
      error(fmt::format("call: function {} does not exist", s.callee.index));
      return;
    }
    const Function &callee = module_.functions[s.callee.index];
    if (callee.parameters.size() != s.arguments.size()) {
      error(fmt::format("call {}: {} parameters but {} arguments", callee.name,
                        callee.parameters.size(), s.arguments.size()));
      return;
    }
    if (f_.workspaceElements.valid())
      scalar(f_.workspaceElements, Kind::Int, "the size of the workspace at a call");
    std::set<uint32_t> outputs, written, read;
    for (size_t i = 0; i < s.arguments.size(); ++i) {
      const auto &parameter = callee.parameters[i].value;
      const auto &argument = s.arguments[i].value;
      if (parameter.index() != argument.index()) {
        error(fmt::format("call {}: argument {} is of the wrong sort", callee.name, i));
      } else if (auto *scalarId = std::get_if<ScalarId>(&argument)) {
        auto p = std::get<ScalarId>(parameter);
        if (p.index < callee.scalars.size())
          scalar(*scalarId, callee.scalars[p.index].kind, "call " + callee.name);
      } else if (auto *v = std::get_if<VariableId>(&argument)) {
        auto p = std::get<VariableId>(parameter);
        if (!variable(*v, "call " + callee.name) || p.index >= callee.variables.size())
          continue;
        if (f_.variables[v->index].kind != callee.variables[p.index].kind)
          error(fmt::format("call {}: argument {} has the wrong kind", callee.name, i));
        if (!outputs.insert(v->index).second)
          error(fmt::format("call {}: one variable receives two results", callee.name));
      } else if (auto *b = std::get_if<BufferId>(&argument)) {
        auto p = std::get<BufferId>(parameter);
        if (p.index >= callee.buffers.size())
          continue;
        const Buffer &target = callee.buffers[p.index];
        bool isWritten = target.role != BufferRole::In;
        if (!buffer(*b, "call " + callee.name, isWritten))
          continue;
        if (f_.buffers[b->index].kind != target.kind)
          error(fmt::format("call {}: argument {} has the wrong kind", callee.name, i));
        if (written.count(b->index) || (isWritten && read.count(b->index)))
          error(fmt::format("call {}: {} is passed twice and written", callee.name, text(*b)));
        (isWritten ? written : read).insert(b->index);
      }
    }
  }
  void statement(const Check &s) {
    scalar(s.condition, Kind::Bool, "check");
    if (s.site >= module_.sites.size())
      error(fmt::format("check: site {} does not exist", s.site));
    if (s.values.size() > 4)
      error("check: at most 4 values are kept");
    for (ScalarId v : s.values)
      scalar(v, "check");
  }
  void statement(const Hook &s) {
    if (variable(s.target, "hook") && f_.variables[s.target.index].kind != Kind::Int)
      error("hook: the result is an int");
    for (ScalarId v : s.scalars)
      scalar(v, Kind::Real, "hook");
    if (buffer(s.x, "hook") && f_.buffers[s.x.index].kind != Kind::Real)
      error("hook: x must be an array of reals");
  }
  void statement(const Break &) {
    if (loops_ == 0)
      error("break outside a loop");
  }
  void statement(const Return &s) { scalar(s.status, Kind::Int, "return"); }

  const Module &module_;
  const Function &f_;
  std::vector<std::string> &errors_;
  std::vector<Scope> state_;
  std::vector<ScalarId> assigned_; ///< those in scope, in order
  int loops_ = 0;
};

void collectCallees(const Body &body, std::set<uint32_t> &callees) {
  for (const Statement &s : body) {
    if (auto *call = std::get_if<Call>(&s.node))
      callees.insert(call->callee.index);
    forEachBody(s, [&](const Body &nested) { collectCallees(nested, callees); });
  }
}

/// Functions that call each other in a circle would need a growing workspace.
void verifyCallGraph(const Module &module, std::vector<std::string> &errors) {
  size_t count = module.functions.size();
  std::vector<std::set<uint32_t>> callees(count);
  for (size_t i = 0; i < count; ++i)
    collectCallees(module.functions[i].body, callees[i]);
  // Peel off functions that call only what is peeled off already.
  std::vector<bool> done(count, false);
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < count; ++i) {
      bool ready = !done[i];
      for (uint32_t callee : callees[i])
        ready = ready && (callee >= count || done[callee]);
      if (ready)
        done[i] = changed = true;
    }
  }
  for (size_t i = 0; i < count; ++i)
    if (!done[i])
      errors.push_back("func " + module.functions[i].name + ": calls itself, or one that does");
}

} // namespace

std::vector<std::string> verify(const Module &module) {
  std::vector<std::string> all;
  std::set<std::string> names;
  for (const Function &function : module.functions) {
    std::vector<std::string> errors;
    FunctionVerifier(module, function, errors).verify();
    if (!names.insert(function.name).second)
      errors.push_back("func " + function.name + ": a second function has this name");
    all.insert(all.end(), errors.begin(), errors.end());
  }
  verifyCallGraph(module, all);
  return all;
}

} // namespace gradus::loops
