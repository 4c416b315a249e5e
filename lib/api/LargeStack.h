//===- LargeStack.h - deep trees on any thread --------------------------------===//
#pragma once

#include <functional>

namespace gradus::api {

/// Runs `work` on a thread of its own with room for the deepest tree that is
/// allowed, and waits for it: hosts call from threads with small stacks.
/// Exceptions come back to the caller.
void onLargeStack(const std::function<void()> &work);

} // namespace gradus::api
