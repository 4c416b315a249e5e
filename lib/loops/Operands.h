//===- Operands.h - the scalars that operations and statements read ------------===//
#pragma once

#include "loops/Loops.h"

#include <functional>

namespace gradus::loops {

using VisitScalar = std::function<void(ScalarId)>;

/// Calls `visit` for each operand, as often as it occurs.
void forEachOperand(const Operation &operation, const VisitScalar &visit);
/// The scalars that the statement itself reads, not those of nested bodies.
void forEachOperand(const Statement &statement, const VisitScalar &visit);
/// Calls `visit` for each body nested directly in the statement.
void forEachBody(const Statement &statement, const std::function<void(const Body &)> &visit);

} // namespace gradus::loops
