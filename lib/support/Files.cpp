//===- Files.cpp - reading and writing whole files -----------------------===//
#include "support/Files.h"

#include "support/Text.h"

#include <fmt/format.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace gradus {

namespace {

/// Closes what it holds; close() is called early where its result matters.
class Descriptor {
public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  int get() const { return fd_; }
  bool close() {
    const int fd = fd_;
    fd_ = -1;
    return fd < 0 || ::close(fd) == 0;
  }

private:
  int fd_;
};

FileError cannotRead(const std::string &path, std::string_view why, std::string remedy = {}) {
  return {Diag::FileUnreadable, fmt::format("cannot read '{}': {}", printable(path), why),
          std::move(remedy)};
}

FileError cannotWrite(const std::string &path, std::string_view why, std::string remedy = {}) {
  return {Diag::FileUnwritable, fmt::format("cannot write '{}': {}", printable(path), why),
          std::move(remedy)};
}

std::string_view kindOf(mode_t mode) {
  if (S_ISDIR(mode))
    return "it is a directory";
  if (S_ISFIFO(mode))
    return "it is a pipe";
  if (S_ISSOCK(mode))
    return "it is a socket";
  return "it is a device";
}

bool writeAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    content.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

} // namespace

InputFile::~InputFile() {
  if (fd_ >= 0)
    ::close(fd_);
}

std::optional<FileError> InputFile::open(const std::string &path) {
  assert(fd_ < 0 && "an InputFile opens one file");
  path_ = path;
  if (path.find('\0') != std::string::npos)
    return cannotRead(path, "its name holds a NUL character");
  // O_NONBLOCK: opening a pipe must not wait for somebody to write to it.
  fd_ = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd_ < 0 && errno == ENOENT)
    return FileError{Diag::FileMissing, fmt::format("there is no file '{}'", printable(path)), {}};
  struct stat status {};
  if (fd_ < 0 || ::fstat(fd_, &status) != 0)
    return cannotRead(path, std::strerror(errno));
  if (!S_ISREG(status.st_mode))
    return cannotRead(path, kindOf(status.st_mode), "name a regular file");
  size_ = static_cast<uint64_t>(status.st_size);
  seconds_ = status.st_mtim.tv_sec;
  nanoseconds_ = status.st_mtim.tv_nsec;
  return std::nullopt;
}

std::optional<FileError> InputFile::read(char *to, size_t count, size_t &got) {
  got = 0;
  while (got < count) {
    const ssize_t bytes = ::read(fd_, to + got, count - got);
    if (bytes < 0 && errno == EINTR)
      continue;
    if (bytes < 0)
      return cannotRead(path_, std::strerror(errno));
    if (bytes == 0)
      break;
    got += static_cast<size_t>(bytes);
  }
  return std::nullopt;
}

std::optional<FileError> InputFile::finish() {
  struct stat status {};
  if (::fstat(fd_, &status) != 0 || static_cast<uint64_t>(status.st_size) != size_ ||
      status.st_mtim.tv_sec != seconds_ || status.st_mtim.tv_nsec != nanoseconds_)
    return cannotRead(path_, "it changed while it was read", "run again when it is complete");
  return std::nullopt;
}

std::optional<FileError> readFile(const std::string &path, std::string &out, uint64_t limit) {
  out.clear();
  InputFile file;
  if (auto error = file.open(path))
    return error;
  if (file.size() > limit)
    return FileError{Diag::FileTooLarge, fmt::format("'{}' has {} bytes; the limit is {}",
                                                     printable(path), file.size(), limit),
                     {}};
  out.resize(file.size());
  size_t got = 0;
  auto error = file.read(out.data(), out.size(), got);
  if (!error)
    error = file.finish();
  if (!error && got != out.size())
    error = cannotRead(path, "it ends before its size");
  if (error)
    out.clear();
  return error;
}

std::optional<FileError> writeFile(const std::string &path, std::string_view content) {
  if (path.empty() || path.find('\0') != std::string::npos)
    return cannotWrite(path, "this is no file name");
  struct stat old {};
  if (::lstat(path.c_str(), &old) == 0 && !S_ISREG(old.st_mode) && !S_ISLNK(old.st_mode))
    return cannotWrite(path, kindOf(old.st_mode), "name a regular file or a new one");

  std::string temporary;
  int fd = -1;
  for (unsigned attempt = 0; fd < 0 && attempt < 100; ++attempt) {
    temporary = fmt::format("{}.{}.{}.tmp", path, ::getpid(), attempt);
    fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno != EEXIST)
      return cannotWrite(path, std::strerror(errno));
  }
  if (fd < 0)
    return cannotWrite(path, "no temporary name is free in its directory");
  Descriptor file(fd);
  const bool written = writeAll(fd, content) && ::fsync(fd) == 0 && file.close() &&
                       ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!written) {
    const int error = errno;
    ::unlink(temporary.c_str());
    return cannotWrite(path, std::strerror(error));
  }
  return std::nullopt;
}

bool isBelow(const std::string &path, const std::string &root) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path base = fs::canonical(root, error);
  if (error)
    return false;
  const fs::path full = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error)
    return false;
  auto inner = full.begin();
  for (const fs::path &part : base) {
    if (part.empty())
      break; // a trailing slash
    if (inner == full.end() || *inner != part)
      return false;
    ++inner;
  }
  return true;
}

std::string directoryOf(const std::string &path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

std::string stemOf(const std::string &path) { return std::filesystem::path(path).stem().string(); }

std::string besideFile(const std::string &from, const std::string &path) {
  if (std::filesystem::path(path).is_absolute())
    return path;
  return (std::filesystem::path(from).parent_path() / path).string();
}

} // namespace gradus
