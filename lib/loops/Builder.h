//===- Builder.h - writes functions of the loop IR ------------------------===//
//
// Appends statements to one function. Nested bodies are written by callbacks,
// so that the C++ text has the shape of the loops it makes:
//
//   FunctionBuilder f(module, "sum");
//   ScalarId n = f.parameter(Kind::Int, "n");
//   BufferId x = f.array(BufferRole::In, "x", {f.axis(n)});
//   VariableId s = f.output(Kind::Real, "s");
//   f.loop("i", f.integer(1), n, [&](ScalarId i) {
//     f.accumulate(s, Combine::Add, f.load(x, {i}));
//   });
//
//===--------------------------------------------------------------------===//
#pragma once

#include "loops/Loops.h"

#include <functional>
#include <optional>

namespace gradus::loops {

/// The kind of a primitive's result, given the kinds of its operands; nothing
/// when they do not fit the primitive's signature.
std::optional<Kind> resultKind(ir::Prim prim, const std::vector<Kind> &operands);

class FunctionBuilder {
public:
  /// Adds a function at the end of the module.
  FunctionBuilder(Module &module, std::string name);

  FunctionId id() const { return id_; }
  Function &function() { return *function_; }

  ScalarId parameter(Kind kind, std::string name);
  VariableId output(Kind kind, std::string name);
  BufferId array(BufferRole role, std::string name, std::vector<BufferAxis> axes,
                 Kind kind = Kind::Real);
  BufferId workspace(std::string name, std::vector<BufferAxis> axes, ScalarId offset,
                     Kind kind = Kind::Real);
  BufferId view(std::string name, BufferId base, std::vector<BufferAxis> axes, ScalarId offset);
  VariableId variable(Kind kind, std::string name);
  /// The axis 1..extent, or lo..lo+extent-1.
  BufferAxis axis(ScalarId extent) { return {integer(1), extent}; }
  BufferAxis axis(int64_t lo, ScalarId extent) { return {integer(lo), extent}; }

  ScalarId real(double value);
  ScalarId integer(int64_t value);
  ScalarId boolean(bool value);
  ScalarId apply(ir::Prim prim, std::vector<ScalarId> operands, std::string name = {});
  ScalarId select(ScalarId condition, ScalarId then, ScalarId otherwise);
  ScalarId load(BufferId buffer, std::vector<ScalarId> indices, std::string name = {});
  ScalarId read(VariableId variable, std::string name = {});

  void assign(VariableId variable, ScalarId value) { add(Assign{variable, value}); }
  void store(BufferId buffer, std::vector<ScalarId> indices, ScalarId value,
             Combine combine = Combine::Set) {
    add(Store{buffer, std::move(indices), value, combine});
  }
  void accumulate(VariableId variable, Combine combine, ScalarId value) {
    add(Accumulate{variable, combine, value});
  }
  void loop(std::string index, ScalarId lo, ScalarId hi, const std::function<void(ScalarId)> &body,
            bool independent = false);
  /// `head` returns the condition.
  void whileLoop(const std::function<ScalarId()> &head, const std::function<void()> &body);
  void branch(ScalarId condition, const std::function<void()> &then,
              const std::function<void()> &otherwise = {});
  /// Any other statement.
  void add(Statement statement) { bodies_.back()->push_back(std::move(statement)); }

private:
  ScalarId scalar(Kind kind, std::string name);
  ScalarId let(Kind kind, Operation operation, std::string name = {});
  Kind kind(ScalarId s) const { return function_->scalars[s.index].kind; }
  Body collect(const std::function<void()> &write);

  FunctionId id_;
  Function *function_;
  std::vector<Body *> bodies_;
};

} // namespace gradus::loops
