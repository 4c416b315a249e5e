//===- Extract.cpp - a part of a module -------------------------------------===//
#include "loops/Extract.h"

#include "loops/Operands.h"

#include <algorithm>
#include <cassert>

namespace gradus::loops {
namespace {

template <class Visit> void forEachCall(Body &body, Visit visit) {
  for (Statement &s : body) {
    if (auto *call = std::get_if<Call>(&s.node))
      visit(*call);
    forEachBody(s, [&](const Body &inner) { forEachCall(const_cast<Body &>(inner), visit); });
  }
}

uint32_t indexOf(const Module &module, std::string_view name) {
  for (uint32_t k = 0; k < module.functions.size(); ++k)
    if (module.functions[k].name == name)
      return k;
  return UINT32_MAX;
}

} // namespace

Module extract(const Module &module, std::string_view name) {
  const uint32_t root = indexOf(module, name);
  assert(root != UINT32_MAX && "the module has the function");
  std::vector<bool> wanted(module.functions.size());
  wanted[root] = true;
  // Whom a function calls, in whatever order they stand.
  std::vector<uint32_t> work{root};
  while (!work.empty()) {
    const uint32_t k = work.back();
    work.pop_back();
    forEachCall(const_cast<Body &>(module.functions[k].body), [&](const Call &call) {
      if (!wanted[call.callee.index]) {
        wanted[call.callee.index] = true;
        work.push_back(call.callee.index);
      }
    });
  }
  Module part;
  part.name = module.name;
  part.strict = module.strict;
  part.sites = module.sites;
  part.tables = module.tables;
  std::vector<uint32_t> moved(module.functions.size());
  for (uint32_t k = 0; k < module.functions.size(); ++k)
    if (wanted[k]) {
      moved[k] = static_cast<uint32_t>(part.functions.size());
      part.functions.push_back(module.functions[k]);
      part.functions.back().exported = k == root;
    }
  for (Function &f : part.functions)
    forEachCall(f.body, [&](Call &call) { call.callee.index = moved[call.callee.index]; });
  return part;
}

bool has(const Module &module, std::string_view name) {
  return indexOf(module, name) != UINT32_MAX;
}

} // namespace gradus::loops
