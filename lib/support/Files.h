//===- Files.h - reading and writing whole files -------------------------===//
//
// Every file Gradus opens goes through here: only regular files are read, never
// pipes or devices, and outputs appear whole or not at all.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "support/Diagnostics.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gradus {

/// Why a file could not be read or written; never holds any of its content.
struct FileError {
  Diag kind;
  std::string message;
  std::string remedy;
};

/// Limits of RELIABILITY's table: texts of models, and everything else.
constexpr uint64_t sourceSizeLimit = uint64_t{16} << 20;
constexpr uint64_t dataSizeLimit = uint64_t{64} << 30;

/// A regular file that is open for reading. Directories, pipes and devices are
/// refused without waiting for them.
class InputFile {
public:
  InputFile() = default;
  ~InputFile();
  InputFile(const InputFile &) = delete;
  InputFile &operator=(const InputFile &) = delete;

  std::optional<FileError> open(const std::string &path);
  uint64_t size() const { return size_; }
  /// Reads up to `count` bytes; `got` < `count` only at the end of the file.
  std::optional<FileError> read(char *to, size_t count, size_t &got);
  /// An error when the file was changed since it was opened.
  std::optional<FileError> finish();

private:
  std::string path_;
  int fd_ = -1;
  uint64_t size_ = 0;
  int64_t seconds_ = 0, nanoseconds_ = 0; ///< time of the last change
};

/// Reads a regular file whole into `out`.
std::optional<FileError> readFile(const std::string &path, std::string &out,
                                  uint64_t limit = dataSizeLimit);

/// Writes `content` to `path`: a new file in the same directory takes the place
/// of the old one only when it is complete and on the disk. A link at `path`
/// is replaced, not followed.
std::optional<FileError> writeFile(const std::string &path, std::string_view content);

/// Whether `path`, all links resolved, lies in or below the directory `root`.
/// What does not exist yet is judged by its directory.
bool isBelow(const std::string &path, const std::string &root);

/// The directory part of a path; "." when it has none.
std::string directoryOf(const std::string &path);
/// The name without directory and last extension: "a/b.opt" gives "b".
std::string stemOf(const std::string &path);
/// `path` as seen from the directory of the file `from`; absolute paths stay.
std::string besideFile(const std::string &from, const std::string &path);

} // namespace gradus
