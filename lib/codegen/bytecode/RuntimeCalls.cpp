//===- RuntimeCalls.cpp - the runtime's functions by their names --------------===//
#include "codegen/bytecode/RuntimeCalls.h"
#include "codegen/bytecode/Instructions.h"
#include "runtime/Kkt.h"
#include "runtime/Sparse.h"

#include <utility>

namespace gradus::bytecode {
namespace {

template <class T> T argument(const Slot &slot) {
  if constexpr (std::is_pointer_v<T>)
    return reinterpret_cast<T>(slot.array);
  else if constexpr (std::is_same_v<T, double>)
    return slot.real;
  else
    return slot.whole;
}

template <class R, class... A, size_t... k>
void callWith(R (*function)(A...), const Slot *arguments, Slot &result,
              std::index_sequence<k...>) {
  if constexpr (std::is_void_v<R>)
    function(argument<A>(arguments[k])...);
  else
    result.whole = function(argument<A>(arguments[k])...);
}
template <class R, class... A>
void callWith(R (*function)(A...), const Slot *arguments, Slot &result) {
  callWith(function, arguments, result, std::index_sequence_for<A...>());
}

} // namespace

RuntimeCall findRuntimeCall(std::string_view name) {
#define RUNTIME_FUNCTION(NAME)                                                                     \
  if (name == #NAME)                                                                               \
    return [](const Slot *arguments, Slot &result) { callWith(&NAME, arguments, result); };
#include "runtime/Functions.def"
  return nullptr;
}

} // namespace gradus::bytecode
