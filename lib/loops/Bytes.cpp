//===- Bytes.cpp - what decides the code of a module, as bytes --------------===//
//
// Every struct is taken apart by a structured binding, so that a new member is
// an error here until somebody has decided whether code depends on it. Every
// list begins with its length and every variant with its alternative: no two
// different modules have the same bytes.
//
//===--------------------------------------------------------------------===//
#include "loops/Bytes.h"

#include <bit>

namespace gradus::loops {
namespace {

class Writer {
public:
  std::string take() { return std::move(out_); }

  void add(uint64_t value) {
    // Small numbers are the rule: seven bits at a time.
    for (; value >= 128; value >>= 7)
      out_ += static_cast<char>(value | 128);
    out_ += static_cast<char>(value);
  }
  void add(int64_t value) { add(static_cast<uint64_t>(value)); }
  void add(uint32_t value) { add(uint64_t{value}); }
  void add(bool value) { out_ += static_cast<char>(value); }
  void add(double value) { add(std::bit_cast<uint64_t>(value)); }
  void add(const std::string &text) {
    add(text.size());
    out_ += text;
  }
  template <class E>
    requires std::is_enum_v<E>
  void add(E value) {
    add(static_cast<uint64_t>(value));
  }
  template <class Tag> void add(Id<Tag> id) { add((uint64_t{id.index} + 1) & UINT32_MAX); }
  template <class List>
    requires requires(const List &list) { list.begin(); list.size(); }
  void add(const List &list) {
    add(uint64_t{list.size()});
    for (const auto &element : list)
      add(element);
  }
  template <class... T> void add(const std::variant<T...> &value) {
    add(uint64_t{value.index()});
    std::visit([this](const auto &alternative) { add(alternative); }, value);
  }

  void add(const Scalar &s) {
    const auto &[kind, name, range] = s;
    add(kind);
  }
  void add(const Variable &v) {
    const auto &[kind, name] = v;
    add(kind);
  }
  void add(const BufferAxis &a) {
    const auto &[lo, extent] = a;
    all(lo, extent);
  }
  void add(const Buffer &b) {
    const auto &[name, kind, role, axes, base, offset, ownRoom, table] = b;
    all(kind, role, axes, base, offset, ownRoom, table);
  }

  void add(const ConstReal &o) {
    const auto &[value] = o;
    add(value);
  }
  void add(const ConstInt &o) {
    const auto &[value] = o;
    add(value);
  }
  void add(const ConstBool &o) {
    const auto &[value] = o;
    add(value);
  }
  void add(const PrimOp &o) {
    const auto &[prim, operands] = o;
    all(prim, operands);
  }
  void add(const SelectOp &o) {
    const auto &[condition, then, otherwise] = o;
    all(condition, then, otherwise);
  }
  void add(const LoadOp &o) {
    const auto &[buffer, indices] = o;
    all(buffer, indices);
  }
  void add(const ReadOp &o) {
    const auto &[variable] = o;
    add(variable);
  }

  void add(const Statement &s) { add(s.node); }
  void add(const Let &s) {
    const auto &[target, operation] = s;
    all(target, operation);
  }
  void add(const Assign &s) {
    const auto &[variable, value] = s;
    all(variable, value);
  }
  void add(const Store &s) {
    const auto &[buffer, indices, value, combine] = s;
    all(buffer, indices, value, combine);
  }
  void add(const Accumulate &s) {
    const auto &[variable, combine, value] = s;
    all(variable, combine, value);
  }
  void add(const For &s) {
    const auto &[index, lo, hi, body, independent] = s;
    all(index, lo, hi, body, independent);
  }
  void add(const While &s) {
    const auto &[head, condition, body] = s;
    all(head, condition, body);
  }
  void add(const If &s) {
    const auto &[condition, then, otherwise] = s;
    all(condition, then, otherwise);
  }
  void add(const Fill &s) {
    const auto &[buffer, value] = s;
    all(buffer, value);
  }
  void add(const Copy &s) {
    const auto &[target, source] = s;
    all(target, source);
  }
  void add(const Argument &a) {
    const auto &[value] = a;
    add(value);
  }
  void add(const Call &s) {
    const auto &[callee, arguments] = s;
    all(callee, arguments);
  }
  void add(const Check &s) {
    const auto &[condition, site, values] = s;
    all(condition, site, values);
  }
  void add(const Hook &s) {
    const auto &[target, scalars, x] = s;
    all(target, scalars, x);
  }
  void add(const Break &) {}
  void add(const Return &s) {
    const auto &[status] = s;
    add(status);
  }

  void add(const Parameter &p) {
    const auto &[value] = p;
    add(value);
  }
  void add(const Function &f) {
    const auto &[name, documentation, exported, usesHook, external, workspaceElements, parameters,
                 scalars, variables, buffers, body] = f;
    all(name, exported, usesHook, external, workspaceElements, parameters, scalars, variables,
        buffers, body);
  }
  void add(const Table &t) {
    const auto &[name, values] = t;
    add(values);
  }
  void add(const Module &m) {
    const auto &[name, strict, functions, sites, tables] = m;
    all(strict, functions, tables);
  }

private:
  template <class... T> void all(const T &...members) { (add(members), ...); }

  std::string out_;
};

} // namespace

std::string bytesOf(const Module &module) {
  Writer writer;
  writer.add(module);
  return writer.take();
}

} // namespace gradus::loops
