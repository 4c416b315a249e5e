//===- Cache.h - compiled code that outlives the process ---------------------===//
//
// Object files in a directory of the user's own, $XDG_CACHE_HOME/gradus or
// ~/.cache/gradus, one file each, named by a hash of all that decided its
// content: the module, level and options, processor and its features, LLVM's
// version, and this very build of Gradus. Values bound at run time (data,
// parameters) are no part of it, so changing them never compiles again.
//
// What is executed must be what was stored: the directory belongs to the user
// and is open to nobody else, the same is asked of each file, links are not
// followed, and each file holds its key and a checksum over all of it. Whatever
// fails a test is as good as absent. Files appear complete or not at all.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gradus::jit {

using CacheKey = std::array<uint8_t, 32>;

struct CacheContents {
  uint64_t files = 0, bytes = 0;
};

class Cache {
public:
  static constexpr uint64_t usualLimit = uint64_t{256} << 20;

  /// The directory of this user: $GRADUS_CACHE if set, else below
  /// $XDG_CACHE_HOME or $HOME/.cache. Empty, which caches nothing: where
  /// GRADUS_CACHE is `off`, or none of these is an absolute path.
  static std::string usualDirectory();

  explicit Cache(std::string directory = usualDirectory(), uint64_t limit = usualLimit)
      : directory_(std::move(directory)), limit_(limit) {}

  const std::string &directory() const { return directory_; }
  uint64_t limit() const { return limit_; }

  /// The object stored under a key, or nothing.
  std::optional<std::string> load(const CacheKey &key) const;
  /// Best effort: an object that cannot be stored is compiled again next time.
  /// Now and then removes what was not used for longest, down to the limit.
  void store(const CacheKey &key, std::string_view object) const;
  /// What is there; nothing for a directory that is not trusted.
  CacheContents contents() const;
  /// Removes all entries; how many and how large they were.
  CacheContents clear() const;
  /// Removes what was not used for longest until the rest is within the limit.
  void evict() const;

private:
  std::string directory_;
  uint64_t limit_;
};

/// Hash of all that decides the machine code of a module's bytes on this machine.
CacheKey cacheKey(std::string_view moduleBytes, std::string_view options);

} // namespace gradus::jit
