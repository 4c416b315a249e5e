//===- Tables.cpp - the tables of a module as C ---------------------------------===//
#include "codegen/c/Tables.h"

#include "loops/Operands.h"

#include <fmt/format.h>

#include <algorithm>

namespace gradus::codegen::c {

using namespace loops;

void findWideTables(const loops::Function &f, const Body &body,
                    std::vector<FileContext::TableFacts> &tables) {
  auto wide = [&](BufferId b) {
    while (f.buffers[b.index].role == BufferRole::View)
      b = f.buffers[b.index].base;
    if (f.buffers[b.index].role == BufferRole::Constant)
      tables[f.buffers[b.index].table].narrow = false;
  };
  for (size_t k = 0; k < f.buffers.size(); ++k)
    if (f.buffers[k].role == BufferRole::View)
      wide({static_cast<uint32_t>(k)});
  for (const loops::Statement &s : body) {
    if (auto *call = std::get_if<Call>(&s.node))
      for (const Argument &a : call->arguments)
        if (auto *b = std::get_if<BufferId>(&a.value))
          wide(*b);
    if (auto *copy = std::get_if<Copy>(&s.node))
      wide(copy->source);
    forEachBody(s, [&](const Body &nested) { findWideTables(f, nested, tables); });
  }
}

std::string tableText(const loops::Table &table, const std::string &name, bool narrow) {
  auto fits = [&](int64_t most) {
    return narrow && std::all_of(table.values.begin(), table.values.end(),
                                 [&](int64_t v) { return v >= -most && v <= most; });
  };
  const char *type = fits(INT16_MAX) ? "int16_t" : fits(INT32_MAX) ? "int32_t" : "int64_t";
  std::string text = fmt::format("static const {} {}[{}] = {{", type, name,
                                 std::max<size_t>(table.values.size(), 1));
  std::string line = "\n ";
  for (size_t k = 0; k < std::max<size_t>(table.values.size(), 1); ++k) {
    std::string one = " " + std::to_string(table.values.empty() ? 0 : table.values[k]) + ",";
    if (line.size() + one.size() > 98) {
      text += line;
      line = "\n ";
    }
    line += one;
  }
  return text + line + "\n};\n\n";
}

} // namespace gradus::codegen::c
