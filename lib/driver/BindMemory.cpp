//===- BindMemory.cpp - parameters and data from a host's memory ----------------===//

#include "driver/Session.h"

#include <cmath>

namespace gradus::driver {

using namespace ir;

bool Session::setFromMemory(uint32_t input, const std::string &name, const MemoryValue &memory) {
  const Input what = graph().inputs()[input];
  InputValue &v = value(input);
  auto refuse = [&](const std::string &why) {
    diagnostics.report(Diag::BadValue, {}, "'" + name + "' " + why);
    return false;
  };
  auto whole = [](double x) { return x == std::floor(x) && std::fabs(x) <= 9e15; };
  if (what.type.scalar()) {
    if (!memory.single && memory.count != 1)
      return refuse("is a single number");
    v.real = memory.single ? memory.value : memory.numbers[0];
    if (what.type.kind == Kind::Int && !whole(v.real))
      return refuse("is a whole number");
    if (what.role == InputRole::Size && v.real < 0)
      return refuse("is a size, which cannot be negative");
    v.whole = what.type.kind == Kind::Int ? static_cast<int64_t>(v.real) : 0;
    v.known = true;
    return true;
  }
  if (memory.single)
    return refuse("is an array");
  std::vector<int64_t> given = memory.extents;
  const unsigned rank = graph().rank(graph().inputNode(input));
  if (given.empty() && rank == 1)
    given = {static_cast<int64_t>(memory.count)};
  if (!given.empty() && given.size() != rank)
    return refuse("has " + std::to_string(rank) + " axes, not " + std::to_string(given.size()));
  std::vector<int64_t> shape;
  if ((!given.empty() && !bindSizes(input, given)) || !extents(what.type.shape, shape))
    return false;
  size_t size = 1;
  for (int64_t e : shape)
    size *= static_cast<size_t>(e);
  if (size != memory.count || (!given.empty() && given != shape))
    return refuse("has " + std::to_string(size) + " elements, not " + std::to_string(memory.count));
  v.extents = shape;
  v.known = true;
  if (what.type.kind == Kind::Real) {
    v.borrowed = memory.numbers;
    return true;
  }
  v.wholes.clear();
  for (size_t k = 0; k < size; ++k) {
    if (!whole(memory.numbers[k]))
      return refuse("holds whole numbers");
    v.wholes.push_back(static_cast<int64_t>(memory.numbers[k]));
  }
  return true;
}

bool Session::bindMemory(const std::map<std::string, MemoryValue> &given) {
  ++bindings_;
  ++contents_;
  // What was read from files stays; everything else is found anew.
  std::map<std::string, uint32_t> inputs;
  std::vector<uint32_t> fromFiles;
  for (const ir::Parameter &p : module().parameters) {
    inputs[graph().inputs()[p.input].name] = p.input;
    value(p.input) = {};
  }
  for (const SizeBinding &b : module().sizeBindings)
    value(b.size) = {};
  for (const DataInput &d : module().data) {
    const std::string &name = graph().inputs()[d.input].name;
    inputs[name] = d.input;
    InputValue &v = value(d.input);
    if (v.borrowed || given.count(name))
      v = {};
    else if (v.known && !v.extents.empty())
      fromFiles.push_back(d.input);
  }
  for (uint32_t input : fromFiles)
    if (!bindSizes(input, value(input).extents))
      return false;
  // Scalars first: shapes may read them.
  for (bool scalars : {true, false})
    for (const auto &[name, memory] : given) {
      auto it = inputs.find(name);
      if (it == inputs.end()) {
        diagnostics.report(Diag::UnknownParameter, {},
                           "the model has no parameter or data '" + name + "'");
        return false;
      }
      if (graph().inputs()[it->second].type.scalar() == scalars &&
          !setFromMemory(it->second, name, memory))
        return false;
    }
  return readTables() && setParameters();
}

} // namespace gradus::driver
