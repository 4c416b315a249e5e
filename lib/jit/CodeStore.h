//===- CodeStore.h - compiled code that several modules share ----------------===//
#pragma once

#include "jit/Cache.h"

#include <map>
#include <memory>
#include <mutex>

namespace gradus::jit {

class LinkedCode;

/// Code in memory by its key, for any number of threads: what one has compiled
/// the others only call.
class CodeStore {
public:
  std::shared_ptr<const LinkedCode> find(const CacheKey &key) const {
    const std::lock_guard lock(mutex_);
    auto it = codes_.find(key);
    return it == codes_.end() ? nullptr : it->second;
  }
  /// The code to be used: where another thread was quicker, that one's.
  std::shared_ptr<const LinkedCode> add(const CacheKey &key,
                                        std::shared_ptr<const LinkedCode> code) {
    const std::lock_guard lock(mutex_);
    return codes_.emplace(key, std::move(code)).first->second;
  }

private:
  mutable std::mutex mutex_;
  std::map<CacheKey, std::shared_ptr<const LinkedCode>> codes_;
};

} // namespace gradus::jit
