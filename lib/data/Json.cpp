//===- Json.cpp - arrays by name from a JSON object ------------------------===//
#include "data/Table.h"
#include "support/Files.h"
#include "support/Text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace gradus::data {

namespace {

constexpr size_t rankLimit = 8;
constexpr uint64_t jsonSizeLimit = uint64_t{256} << 20;

/// Appends the numbers of `value` and checks that all its rows have one shape.
/// An empty message means success; the recursion ends at rankLimit.
std::string flatten(const nlohmann::json &value, size_t depth, NamedArray &out) {
  if (value.is_number()) {
    if (depth != out.shape.size())
      return "its rows differ in depth";
    out.values.push_back(value.get<double>());
    return {};
  }
  if (!value.is_array())
    return fmt::format("it holds {} where a number is needed",
                       value.is_null()      ? "null"
                       : value.is_string()  ? "a text"
                       : value.is_boolean() ? "true or false"
                                            : "an object");
  if (depth >= out.shape.size())
    return "its rows differ in depth";
  if (value.size() != out.shape[depth])
    return "its rows differ in length";
  for (const nlohmann::json &element : value)
    if (std::string wrong = flatten(element, depth + 1, out); !wrong.empty())
      return wrong;
  return {};
}

} // namespace

bool isJson(std::string_view path) { return path.ends_with(".json"); }

std::optional<Fault> readJson(const std::string &path, std::vector<NamedArray> &out) {
  out.clear();
  std::string text;
  if (auto error = readFile(path, text, jsonSizeLimit))
    return Fault{error->kind, {}, std::move(error->message), std::move(error->remedy)};
  if (findInvalidUtf8(text) != std::string::npos)
    return Fault{Diag::DataEncoding, path, "the file is not UTF-8", "save it again as UTF-8"};
  nlohmann::json root;
  try {
    root = nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception &error) {
    const auto *where = dynamic_cast<const nlohmann::json::parse_error *>(&error);
    if (!where)
      return Fault{Diag::DataJson, path, "a number does not fit a double", {}};
    const size_t at = std::min(where->byte == 0 ? 0 : where->byte - 1, text.size());
    const auto line = std::count(text.begin(), text.begin() + static_cast<long>(at), '\n') + 1;
    const size_t start = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
    const size_t column = at - (start == std::string::npos ? 0 : start + 1) + 1;
    return Fault{Diag::DataJson, fmt::format("{}:{}:{}", path, line, column), "this is not JSON",
                 {}};
  }
  if (!root.is_object())
    return Fault{Diag::DataJson, path, "the file is not an object of arrays by name",
                 R"(write {"x": [1, 2, 3], "A": [[1, 2], [3, 4]]})"};
  for (const auto &[name, value] : root.items()) {
    NamedArray array{name, {}, {}};
    const nlohmann::json *level = &value;
    while (level->is_array() && array.shape.size() < rankLimit) {
      array.shape.push_back(level->size());
      if (level->empty())
        break;
      level = &level->front();
    }
    if (std::string wrong = flatten(value, 0, array); !wrong.empty())
      return Fault{Diag::DataJson, path, fmt::format("'{}' is no array of numbers: {}",
                                                     printable(name), wrong),
                   {}};
    out.push_back(std::move(array));
  }
  return std::nullopt;
}

} // namespace gradus::data
