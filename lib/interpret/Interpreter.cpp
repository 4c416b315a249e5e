//===- Interpreter.cpp - the interpreter in double -----------------------------===//

#include "interpret/InterpreterTemplate.h"

namespace gradus::interpret {

template class Interpreter<double>;

} // namespace gradus::interpret
