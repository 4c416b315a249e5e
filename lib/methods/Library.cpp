//===- Library.cpp - texts made part of the program by the build ---------------===//

#include "methods/Library.h"

namespace gradus::methods {

namespace {

const std::vector<MethodText> &all() {
  static const std::vector<MethodText> texts = {
#include "Texts.inc"
  };
  return texts;
}

constexpr std::string_view loopName = "loop", lineSearchName = "line_search";

} // namespace

const std::vector<MethodText> &shipped() {
  static const std::vector<MethodText> methods = [] {
    std::vector<MethodText> result;
    for (const MethodText &m : all())
      if (m.name != loopName && m.name != lineSearchName)
        result.push_back(m);
    return result;
  }();
  return methods;
}

std::string_view find(std::string_view name) {
  for (const MethodText &m : shipped())
    if (m.name == name)
      return m.text;
  return {};
}

std::string_view lineSearches() {
  for (const MethodText &m : all())
    if (m.name == lineSearchName)
      return m.text;
  return {};
}

std::string_view loop() {
  for (const MethodText &m : all())
    if (m.name == loopName)
      return m.text;
  return {};
}

} // namespace gradus::methods
