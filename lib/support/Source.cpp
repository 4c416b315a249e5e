//===- Source.cpp - source texts, places in them ------------------------===//
#include "support/Source.h"

#include "support/Text.h"

#include <algorithm>
#include <cassert>

namespace gradus {

SourceRange join(SourceRange a, SourceRange b) {
  if (!a.valid())
    return b;
  if (!b.valid() || a.file != b.file)
    return a;
  return {a.file, std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

uint32_t SourceManager::add(std::string path, std::string text) {
  assert(text.size() < UINT32_MAX && "offsets are 32 bits wide");
  auto file = std::make_shared<File>();
  file->path = std::move(path);
  file->text = std::move(text);
  file->lineStarts.push_back(0);
  for (size_t i = 0; i < file->text.size(); ++i)
    if (file->text[i] == '\n')
      file->lineStarts.push_back(static_cast<uint32_t>(i + 1));
  files_.push_back(std::move(file));
  return static_cast<uint32_t>(files_.size() - 1);
}

std::string_view SourceManager::text(SourceRange range) const {
  if (!range.valid())
    return {};
  std::string_view all = file(range.file).text;
  const size_t begin = std::min<size_t>(range.begin, all.size());
  const size_t end = std::clamp<size_t>(range.end, begin, all.size());
  return all.substr(begin, end - begin);
}

LineColumn SourceManager::lineColumn(uint32_t index, uint32_t offset) const {
  const File &f = file(index);
  offset = std::min<uint32_t>(offset, static_cast<uint32_t>(f.text.size()));
  auto it = std::upper_bound(f.lineStarts.begin(), f.lineStarts.end(), offset);
  const auto line = static_cast<uint32_t>(it - f.lineStarts.begin());
  const uint32_t start = *std::prev(it);
  const std::string_view before = std::string_view(f.text).substr(start, offset - start);
  return {line, static_cast<uint32_t>(countCodePoints(before)) + 1};
}

std::string_view SourceManager::line(uint32_t index, uint32_t number) const {
  const File &f = file(index);
  if (number == 0 || number > f.lineStarts.size())
    return {};
  const size_t begin = f.lineStarts[number - 1];
  const size_t end = number < f.lineStarts.size() ? f.lineStarts[number] : f.text.size();
  std::string_view line = std::string_view(f.text).substr(begin, end - begin);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
    line.remove_suffix(1);
  return line;
}

} // namespace gradus
