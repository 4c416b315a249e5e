//===- PointText.cpp - reading points, as text and as JSON --------------------------===//

#include "driver/Point.h"
#include "support/Files.h"
#include "support/Numbers.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace gradus::driver {

namespace {

/// More dimensions than any array of a model needs.
constexpr size_t mostDimensions = 16;

/// Sizes of nested lists while they are read: all lists of one depth have the
/// same length.
class ShapeReader {
public:
  explicit ShapeReader(PointEntry &entry) : entry(entry) {}
  bool open() {
    counts.push_back(0);
    return counts.size() <= mostDimensions;
  }
  bool close() {
    const size_t depth = counts.size() - 1;
    if (lengths.size() <= depth)
      lengths.resize(depth + 1, -1);
    if (lengths[depth] >= 0 && lengths[depth] != counts[depth])
      return false;
    lengths[depth] = counts[depth];
    counts.pop_back();
    if (!counts.empty())
      ++counts.back();
    return true;
  }
  /// Numbers stand in the innermost lists only.
  bool number(double value) {
    if (leaf != SIZE_MAX && leaf != counts.size())
      return false;
    leaf = counts.size();
    entry.numbers.push_back(value);
    if (!counts.empty())
      ++counts.back();
    return true;
  }
  bool finish() {
    if (leaf != SIZE_MAX && leaf != lengths.size())
      return false;
    entry.shape = lengths;
    return counts.empty();
  }

private:
  PointEntry &entry;
  std::vector<int64_t> counts, lengths;
  size_t leaf = SIZE_MAX;
};

std::optional<double> numberOf(const std::string &text) {
  if (text == "inf" || text == "+inf")
    return INFINITY;
  if (text == "-inf")
    return -INFINITY;
  if (text == "nan")
    return NAN;
  return parseNumber(text);
}

class TextReader {
public:
  TextReader(const std::string &text, std::string &error) : text(text), error(error) {}

  bool run(std::vector<PointEntry> &entries) {
    for (;;) {
      PointEntry entry;
      entry.name = word("=");
      if (entry.name.empty() || !take('='))
        return fail("NAME=VALUE is wanted" + where());
      if (!value(entry))
        return false;
      entries.push_back(std::move(entry));
      if (done())
        return true;
      if (!take(','))
        return fail("a comma is wanted" + where());
    }
  }

private:
  void skip() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n'))
      ++at;
  }
  bool done() {
    skip();
    return at == text.size();
  }
  bool take(char c) {
    skip();
    if (at == text.size() || text[at] != c)
      return false;
    ++at;
    return true;
  }
  std::string word(const char *stops) {
    skip();
    const size_t end = std::min(text.find_first_of(stops, at), text.size());
    std::string w = text.substr(at, end - at);
    w.erase(w.find_last_not_of(" \t\n") + 1);
    at = end;
    return w;
  }
  bool fail(std::string why) {
    error = std::move(why);
    return false;
  }
  std::string where() const {
    return at == text.size() ? " at the end" : " before '" + text.substr(at, 20) + "'";
  }
  bool value(PointEntry &entry) {
    ShapeReader shape(entry);
    size_t depth = 0;
    do {
      if (take('[')) {
        ++depth;
        if (!shape.open())
          return fail("lists of '" + entry.name + "' are nested too deep");
        if (take(']')) {
          --depth;
          if (!shape.close())
            return uneven(entry);
        } else {
          continue;
        }
      } else {
        const std::string w = word(",]");
        auto number = numberOf(w);
        if (!number)
          return fail("'" + w + "' is not a number");
        if (!shape.number(*number))
          return uneven(entry);
      }
      while (depth > 0 && take(']')) {
        --depth;
        if (!shape.close())
          return uneven(entry);
      }
      if (depth > 0 && !take(','))
        return fail("a comma or ] is wanted" + where());
    } while (depth > 0);
    return shape.finish() || uneven(entry);
  }
  bool uneven(const PointEntry &entry) {
    return fail("the lists of '" + entry.name + "' have different lengths");
  }

  const std::string &text;
  std::string &error;
  size_t at = 0;
};

bool readJsonValue(const nlohmann::json &j, ShapeReader &shape) {
  if (j.is_number())
    return shape.number(j.get<double>());
  if (j.is_string()) {
    auto number = numberOf(j.get<std::string>());
    return number && shape.number(*number);
  }
  if (!j.is_array() || !shape.open())
    return false;
  for (const nlohmann::json &element : j)
    if (!readJsonValue(element, shape))
      return false;
  return shape.close();
}

bool readJson(const std::string &text, std::vector<PointEntry> &entries, std::string &error) {
  // Numbers and lists by name; nothing that the parser accepts nests deeper
  // than the text, which its own stack holds.
  const nlohmann::json j = nlohmann::json::parse(text, nullptr, false);
  if (!j.is_object()) {
    error = "it is not a JSON object of numbers and lists by name";
    return false;
  }
  for (const auto &[name, value] : j.items()) {
    PointEntry entry{name, {}, {}};
    ShapeReader shape(entry);
    if (!readJsonValue(value, shape) || !shape.finish()) {
      error = "'" + name + "' is neither a number nor a list of numbers, with rows of one length";
      return false;
    }
    entries.push_back(std::move(entry));
  }
  return true;
}

} // namespace

bool parsePoint(Session &session, const std::string &option, const std::string &text,
                std::vector<PointEntry> &entries) {
  std::string error;
  std::string shown = option + " " + text;
  if (!text.empty() && text[0] == '@') {
    std::string content;
    if (auto fault = readFile(text.substr(1), content)) {
      session.diagnostics.report(fault->kind, {}, option + ": " + fault->message, fault->remedy);
      return false;
    }
    if (!readJson(content, entries, error)) {
      session.diagnostics.report(Diag::BadValue, {}, shown + ": " + error,
                                 "for example {\"x\": [1, 2], \"y\": 3}");
      return false;
    }
  } else if (!TextReader(text, error).run(entries)) {
    session.diagnostics.report(Diag::BadValue, {}, shown + ": " + error, "for example x=[1,2],y=3");
    return false;
  }
  for (size_t k = 0; k < entries.size(); ++k)
    for (size_t m = 0; m < k; ++m)
      if (entries[m].name == entries[k].name) {
        session.diagnostics.report(Diag::BadValue, {},
                                   shown + ": '" + entries[k].name + "' is given twice");
        return false;
      }
  return true;
}

} // namespace gradus::driver
