//===- Checks.h - checks that need not be made, or not so often -------------------===//
#pragma once

#include "loops/Loops.h"

namespace gradus::loops {

/// Drops a check whose condition was checked (or tested by an `if`) on every way to
/// it, and makes one that is the same in all rounds of a loop, and comes before
/// anything that a round does, once before it.
///
/// Before: `check c; for i in 1..n { check c; check d; s += x[i] }`,
/// after: `check c; if 1 <= n { check d }; for i in 1..n { s += x[i] }`.
/// What fails, and with which values, stays the same.
void shortenChecks(Function &function);

} // namespace gradus::loops
