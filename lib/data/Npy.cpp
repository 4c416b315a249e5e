//===- Npy.cpp - arrays in NumPy's binary format ---------------------------===//
//
// Format 1.0 and 2.0 as in NumPy's documentation (numpy.lib.format): the six
// bytes \x93NUMPY, two of version, the length of the header (two bytes, or four
// in version 2), a Python dictionary as text, then the numbers.
//
//===--------------------------------------------------------------------===//
#include "data/Rows.h"
#include "data/Table.h"
#include "support/Files.h"
#include "support/Numbers.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

namespace gradus::data {

namespace {

constexpr uint64_t npySizeLimit = uint64_t{16} << 30;
constexpr size_t rankLimit = 8;

struct Header {
  std::string type;
  bool fortran = false;
  std::vector<size_t> shape;
};

/// What stands behind 'key': in the dictionary, up to the comma outside of brackets.
std::string_view entry(std::string_view text, std::string_view key) {
  for (char quote : {'\'', '"'}) {
    const size_t at = text.find(fmt::format("{0}{1}{0}", quote, key));
    if (at == std::string_view::npos)
      continue;
    size_t begin = text.find(':', at);
    if (begin == std::string_view::npos)
      return {};
    begin = text.find_first_not_of(' ', begin + 1);
    if (begin == std::string_view::npos)
      return {};
    int depth = 0;
    size_t end = begin;
    for (; end < text.size(); ++end) {
      depth += (text[end] == '(') - (text[end] == ')');
      if (depth < 0 || (depth == 0 && (text[end] == ',' || text[end] == '}')))
        break;
    }
    return text.substr(begin, end - begin);
  }
  return {};
}

bool parseHeader(std::string_view text, Header &out) {
  const std::string_view type = entry(text, "descr"), order = entry(text, "fortran_order"),
                         shape = entry(text, "shape");
  if (type.size() < 3 || shape.empty() || shape.front() != '(')
    return false;
  out.type = type.substr(1, type.find_last_of("'\"") - 1);
  out.fortran = order.starts_with("True");
  if (!out.fortran && !order.starts_with("False"))
    return false;
  size_t at = 1;
  while (at < shape.size()) {
    const size_t end = shape.find_first_of(",)", at);
    if (end == std::string_view::npos)
      return false;
    std::string_view piece = shape.substr(at, end - at);
    while (!piece.empty() && piece.front() == ' ')
      piece.remove_prefix(1);
    at = end + 1;
    if (piece.empty())
      continue;
    const auto length = parseInteger(std::string(piece));
    if (!length || *length < 0)
      return false;
    out.shape.push_back(static_cast<size_t>(*length));
  }
  return true;
}

template <typename T> double numberAt(const char *bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return static_cast<double>(value);
}

} // namespace

bool isNpy(std::string_view path) { return path.ends_with(".npy"); }

std::optional<Fault> readNpy(const std::string &path, NamedArray &out) {
  out = {};
  std::string bytes;
  if (auto error = readFile(path, bytes, npySizeLimit))
    return Fault{error->kind, {}, std::move(error->message), std::move(error->remedy)};
  auto refuse = [&](std::string message, std::string remedy = {}) {
    return Fault{Diag::DataNpy, path, std::move(message), std::move(remedy)};
  };
  if (bytes.size() < 10 || bytes.compare(0, 6, "\x93NUMPY") != 0)
    return refuse("this is not a file of NumPy's .npy format",
                  "numpy.save(\"a.npy\", a) writes one");
  const auto byteAt = [&](size_t k) { return static_cast<size_t>(static_cast<uint8_t>(bytes[k])); };
  const size_t version = byteAt(6);
  const size_t begin = version == 1 ? 10 : 12;
  if (version < 1 || version > 2 || bytes.size() < begin)
    return refuse(fmt::format("version {} of the .npy format is not read", version),
                  "versions 1 and 2 are");
  const size_t headerLength = version == 1 ? byteAt(8) | byteAt(9) << 8
                                           : byteAt(8) | byteAt(9) << 8 | byteAt(10) << 16 |
                                                 byteAt(11) << 24;
  Header header;
  if (bytes.size() - begin < headerLength ||
      !parseHeader(std::string_view(bytes).substr(begin, headerLength), header) ||
      header.shape.size() > rankLimit)
    return refuse("the header of this .npy file is damaged");
  const std::string &type = header.type;
  const bool known = type == "<f8" || type == "<f4" || type == "<i8" || type == "<i4";
  if (!known)
    return refuse(fmt::format("its numbers have the type '{}'", excerpt(type)),
                  "<f8, <f4, <i8 and <i4 are read: a.astype(\"<f8\") in NumPy converts");
  size_t count = 1;
  for (size_t length : header.shape)
    if (__builtin_mul_overflow(count, length, &count) || count > cellLimit)
      return Fault{Diag::DataTooLarge, path, "the file has more than 2^31 numbers", {}};
  const size_t width = type[2] == '8' ? 8 : 4;
  if (bytes.size() - begin - headerLength != count * width)
    return refuse(fmt::format("it should have {} bytes of numbers, and has {}", count * width,
                              bytes.size() - begin - headerLength));
  const char *first = bytes.data() + begin + headerLength;
  auto valueAt = [&](size_t k) {
    const char *at = first + k * width;
    return type == "<f8"   ? numberAt<double>(at)
           : type == "<f4" ? numberAt<float>(at)
           : type == "<i8" ? numberAt<int64_t>(at)
                           : numberAt<int32_t>(at);
  };
  // Row major here: the file's position of each element in that order.
  const size_t rank = header.shape.size();
  std::vector<size_t> strides(rank, 1), index(rank, 0);
  for (size_t k = 0; k + 1 < rank; ++k) {
    if (header.fortran)
      strides[k + 1] = strides[k] * header.shape[k];
    else
      strides[rank - 2 - k] = strides[rank - 1 - k] * header.shape[rank - 1 - k];
  }
  out.values.reserve(count);
  for (size_t k = 0; k < count; ++k) {
    size_t position = 0;
    for (size_t d = 0; d < rank; ++d)
      position += index[d] * strides[d];
    const double value = valueAt(position);
    if (!std::isfinite(value))
      return Fault{Diag::DataNumber, path,
                   fmt::format("element {} of the file is {}", position + 1, value),
                   "numbers of data are finite"};
    out.values.push_back(value);
    for (size_t d = rank; d-- > 0;) {
      if (++index[d] < header.shape[d])
        break;
      index[d] = 0;
    }
  }
  out.shape = std::move(header.shape);
  return std::nullopt;
}

} // namespace gradus::data
