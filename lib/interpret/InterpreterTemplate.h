//===- InterpreterTemplate.h - what an explicit instantiation needs -------------===//
#pragma once

#include "interpret/MachineExplain.h"

namespace gradus::interpret {

template <class T>
Interpreter<T>::Interpreter(ir::Graph &graph, Environment<T> environment)
    : machine(std::make_unique<Machine<T>>(graph, std::move(environment))) {}

template <class T> Interpreter<T>::~Interpreter() = default;

template <class T>
bool Interpreter<T>::evaluate(ir::ValueId root, Result<T> &out, EvalError &error) {
  if (!machine->run(root, error))
    return false;
  out = machine->result(root);
  return true;
}

template <class T> std::optional<NonFinite> Interpreter<T>::explainNonFinite(ir::ValueId root) {
  return machine->explain(root);
}

} // namespace gradus::interpret
