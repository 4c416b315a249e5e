//===- Cache.cpp - compiled code that outlives the process -------------------===//
#include "jit/Cache.h"
#include "codegen/llvm/LLVMBackend.h"
#include "jit/BuildIdentity.h"

#include <llvm/Support/BLAKE3.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>
#include <vector>

namespace gradus::jit {
namespace {

/// The head of a file; the object follows.
struct Header {
  char magic[8];
  uint64_t size;       ///< of the object
  uint8_t key[32];     ///< again: a file under a wrong name is not the right one
  uint8_t checksum[32]; ///< of the three above and the object
};
constexpr char magic[8] = {'g', 'r', 'a', 'd', 'u', 's', 'o', '1'};
constexpr const char *ending = ".gro";
constexpr const char *temporary = ".tmp-";
constexpr uint64_t largestFile = uint64_t{64} << 20;
constexpr time_t hour = 3600;

class Descriptor {
public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0)
      close(fd_);
  }
  Descriptor(Descriptor &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

private:
  int fd_;
};

/// Nobody but this user can have written it.
bool isPrivate(const struct stat &s) { return s.st_uid == geteuid() && (s.st_mode & 077) == 0; }

Descriptor openTrusted(const std::string &directory) {
  if (directory.empty())
    return Descriptor(-1);
  Descriptor d(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat s {};
  if (!d.valid() || fstat(d.get(), &s) != 0 || !isPrivate(s))
    return Descriptor(-1);
  return d;
}

/// The directory and what is missing of those above it.
Descriptor makeTrusted(const std::string &directory) {
  for (size_t slash = directory.find('/', 1); slash != std::string::npos;
       slash = directory.find('/', slash + 1))
    mkdir(directory.substr(0, slash).c_str(), 0700);
  if (!directory.empty())
    mkdir(directory.c_str(), 0700);
  return openTrusted(directory);
}

std::string fileName(const CacheKey &key) {
  constexpr char digits[] = "0123456789abcdef";
  std::string name;
  for (uint8_t byte : key) {
    name += digits[byte >> 4];
    name += digits[byte & 15];
  }
  return name + ending;
}

void checksum(const Header &header, std::string_view object, uint8_t *result) {
  llvm::BLAKE3 hash;
  hash.update({reinterpret_cast<const uint8_t *>(&header), offsetof(Header, checksum)});
  hash.update(llvm::StringRef(object.data(), object.size()));
  const auto sum = hash.final<32>();
  std::copy(sum.begin(), sum.end(), result);
}

bool readAll(int fd, void *to, size_t size) {
  auto *at = static_cast<char *>(to);
  while (size > 0) {
    const ssize_t got = read(fd, at, size);
    if (got <= 0)
      return false;
    at += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

bool writeAll(int fd, const void *from, size_t size) {
  const auto *at = static_cast<const char *>(from);
  while (size > 0) {
    const ssize_t put = write(fd, at, size);
    if (put <= 0)
      return false;
    at += put;
    size -= static_cast<size_t>(put);
  }
  return true;
}

bool endsWith(std::string_view name, std::string_view end) {
  return name.size() >= end.size() && name.substr(name.size() - end.size()) == end;
}

struct Entry {
  std::string name;
  uint64_t bytes;
  time_t used;
};

/// Calls `visit` for each regular file of ours: entries, and what interrupted
/// processes left of them.
template <class Visit> void forEachFile(const Descriptor &directory, Visit visit) {
  const int copy = openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *stream = copy < 0 ? nullptr : fdopendir(copy);
  if (!stream)
    return;
  while (const dirent *item = readdir(stream)) {
    const std::string_view name = item->d_name;
    const bool left = name.substr(0, std::strlen(temporary)) == temporary;
    if (!left && !endsWith(name, ending))
      continue;
    struct stat s {};
    if (fstatat(directory.get(), item->d_name, &s, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(s.st_mode))
      visit(Entry{std::string(name), static_cast<uint64_t>(s.st_size), s.st_mtime}, left);
  }
  closedir(stream);
}

} // namespace

std::string Cache::usualDirectory() {
  // Not in programs that run with more rights than their user has.
  auto variable = [](const char *name) {
    const char *value = secure_getenv(name);
    return std::string(value ? value : "");
  };
  const std::string own = variable("GRADUS_CACHE");
  if (!own.empty())
    return own[0] == '/' ? own : "";
  const std::string shared = variable("XDG_CACHE_HOME");
  if (!shared.empty() && shared[0] == '/')
    return shared + "/gradus";
  const std::string home = variable("HOME");
  return !home.empty() && home[0] == '/' ? home + "/.cache/gradus" : "";
}

std::optional<std::string> Cache::load(const CacheKey &key) const {
  const Descriptor directory = openTrusted(directory_);
  if (!directory.valid())
    return {};
  const Descriptor file(
      openat(directory.get(), fileName(key).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat s {};
  if (!file.valid() || fstat(file.get(), &s) != 0 || !S_ISREG(s.st_mode) || !isPrivate(s))
    return {};
  const auto size = static_cast<uint64_t>(s.st_size);
  Header header{};
  if (size < sizeof header || size > largestFile || !readAll(file.get(), &header, sizeof header))
    return {};
  if (std::memcmp(header.magic, magic, sizeof magic) != 0 || header.size != size - sizeof header ||
      std::memcmp(header.key, key.data(), key.size()) != 0)
    return {};
  std::string object(header.size, '\0');
  uint8_t sum[32];
  if (!readAll(file.get(), object.data(), object.size()))
    return {};
  checksum(header, object, sum);
  if (std::memcmp(sum, header.checksum, sizeof sum) != 0)
    return {};
  // What is used stays; once an hour is often enough to know.
  if (time(nullptr) - s.st_mtime > hour)
    futimens(file.get(), nullptr);
  return object;
}

void Cache::store(const CacheKey &key, std::string_view object) const {
  if (object.size() + sizeof(Header) > std::min(largestFile, limit_))
    return;
  const Descriptor directory = makeTrusted(directory_);
  if (!directory.valid())
    return;
  static std::atomic<unsigned> count{0};
  const std::string name =
      temporary + std::to_string(getpid()) + "-" + std::to_string(count++) + "-" + fileName(key);
  Header header{};
  std::memcpy(header.magic, magic, sizeof magic);
  header.size = object.size();
  std::copy(key.begin(), key.end(), header.key);
  checksum(header, object, header.checksum);
  {
    const Descriptor file(openat(directory.get(), name.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.valid())
      return;
    if (!writeAll(file.get(), &header, sizeof header) ||
        !writeAll(file.get(), object.data(), object.size()) ||
        renameat(directory.get(), name.c_str(), directory.get(), fileName(key).c_str()) != 0)
      unlinkat(directory.get(), name.c_str(), 0);
  }
  // Looking at all files costs time: one in sixteen stores, by the key's chance.
  if (key[0] % 16 == 0)
    evict();
}

void Cache::evict() const {
  const Descriptor directory = openTrusted(directory_);
  if (!directory.valid())
    return;
  std::vector<Entry> entries;
  uint64_t total = 0;
  const time_t now = time(nullptr);
  forEachFile(directory, [&](Entry entry, bool left) {
    if (left) {
      if (now - entry.used > hour)
        unlinkat(directory.get(), entry.name.c_str(), 0);
      return;
    }
    total += entry.bytes;
    entries.push_back(std::move(entry));
  });
  if (total <= limit_)
    return;
  std::sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) {
    return std::tie(a.used, a.name) < std::tie(b.used, b.name);
  });
  for (const Entry &entry : entries) {
    if (total <= limit_ / 10 * 9)
      break;
    if (unlinkat(directory.get(), entry.name.c_str(), 0) == 0)
      total -= entry.bytes;
  }
}

CacheContents Cache::contents() const {
  CacheContents all;
  const Descriptor directory = openTrusted(directory_);
  if (directory.valid())
    forEachFile(directory, [&](const Entry &entry, bool) {
      ++all.files;
      all.bytes += entry.bytes;
    });
  return all;
}

CacheContents Cache::clear() const {
  CacheContents all;
  const Descriptor directory = openTrusted(directory_);
  if (directory.valid())
    forEachFile(directory, [&](const Entry &entry, bool) {
      if (unlinkat(directory.get(), entry.name.c_str(), 0) != 0)
        return;
      ++all.files;
      all.bytes += entry.bytes;
    });
  return all;
}

CacheKey cacheKey(std::string_view moduleBytes, std::string_view options) {
  llvm::BLAKE3 hash;
  // Each part behind its length: no two lists of parts are the same bytes.
  for (std::string_view part :
       {buildIdentity(), std::string_view(codegen::hostIdentity()), options, moduleBytes}) {
    const uint64_t size = part.size();
    hash.update({reinterpret_cast<const uint8_t *>(&size), sizeof size});
    hash.update(llvm::StringRef(part.data(), part.size()));
  }
  CacheKey key;
  const auto sum = hash.final<32>();
  std::copy(sum.begin(), sum.end(), key.begin());
  return key;
}

} // namespace gradus::jit
