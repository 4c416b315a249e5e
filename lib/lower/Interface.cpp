//===- Interface.cpp - sizes that are known when a model is compiled ------------===//

#include "lower/Interface.h"

#include "loops/Fix.h"

namespace gradus::lower {

using namespace ir;

void fixInputs(Graph &g, loops::Module &module, Interface &interface,
               const std::map<ValueId, int64_t> &values) {
  Substitution map;
  for (const auto &[input, value] : values)
    map[input] = g.integer(value);
  for (InterfaceFunction &f : interface.functions) {
    for (size_t k = f.arguments.size(); k-- > 0;)
      if (auto it = values.find(f.arguments[k].input); it != values.end()) {
        loops::fixParameter(module, f.function, k, it->second);
        f.arguments.erase(f.arguments.begin() + static_cast<ptrdiff_t>(k));
      }
    for (size_t k = f.workspaceInputs.size(); k-- > 0;)
      if (auto it = values.find(f.workspaceInputs[k]); it != values.end()) {
        loops::fixParameter(module, f.workspaceFunction, k, it->second);
        f.workspaceInputs.erase(f.workspaceInputs.begin() + static_cast<ptrdiff_t>(k));
      }
    f.workspace = g.substitute(f.workspace, map);
    for (InterfaceRoom &room : f.rooms) {
      for (size_t k = room.inputs.size(); k-- > 0;)
        if (auto it = values.find(room.inputs[k]); it != values.end()) {
          loops::fixParameter(module, room.function, k, it->second);
          room.inputs.erase(room.inputs.begin() + static_cast<ptrdiff_t>(k));
        }
      room.elements = g.substitute(room.elements, map);
    }
  }
  loops::propagateConstants(module);
}

} // namespace gradus::lower
