//===- Tables.h - the tables of a module as C (private) ----------------------===//
#pragma once

#include "codegen/c/FunctionWriter.h"

namespace gradus::codegen::c {

/// Marks the tables that must have elements of int64_t: those that a function passes on.
void findWideTables(const loops::Function &function, const loops::Body &body,
                    std::vector<FileContext::TableFacts> &tables);
/// A table of whole numbers, in the narrowest type that holds them where `narrow`.
std::string tableText(const loops::Table &table, const std::string &name, bool narrow);

} // namespace gradus::codegen::c
