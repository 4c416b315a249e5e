//===- Source.h - source texts, places in them --------------------------===//
//
// A model may span several files (`import`). A SourceRange names bytes of one
// of them; SourceManager turns it into line and column for people.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

/// Half-open range of byte offsets in one file of a SourceManager.
struct SourceRange {
  static constexpr uint32_t noFile = UINT32_MAX;
  uint32_t file = noFile;
  uint32_t begin = 0;
  uint32_t end = 0;

  bool valid() const { return file != noFile; }
  bool operator==(const SourceRange &) const = default;
};

/// The smallest range that covers both.
SourceRange join(SourceRange a, SourceRange b);

/// Line and column count from 1; a column counts code points, not bytes.
struct LineColumn {
  uint32_t line = 0;
  uint32_t column = 0;
};

class SourceManager {
public:
  struct File {
    std::string path; ///< as the user named it; shown in messages
    std::string text;
    std::vector<uint32_t> lineStarts;
  };

  /// Adds a text and returns its number. Pointers into earlier texts stay valid.
  uint32_t add(std::string path, std::string text);

  const File &file(uint32_t index) const { return *files_[index]; }
  size_t size() const { return files_.size(); }
  std::string_view text(SourceRange range) const;
  LineColumn lineColumn(uint32_t file, uint32_t offset) const;
  /// The text of a line (from 1) without its line end.
  std::string_view line(uint32_t file, uint32_t line) const;

private:
  std::vector<std::shared_ptr<File>> files_;
};

} // namespace gradus
