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

constexpr std::string_view lineSearchName = "line_search";

/// The texts around the methods: loop.opt, loop_constrained.opt.
bool isLoop(std::string_view name) { return name.substr(0, 4) == "loop"; }

std::vector<MethodText> chosen(bool loops) {
  std::vector<MethodText> result;
  for (const MethodText &m : all())
    if (isLoop(m.name) == loops && m.name != lineSearchName)
      result.push_back(m);
  return result;
}

} // namespace

const std::vector<MethodText> &shipped() {
  static const std::vector<MethodText> methods = chosen(false);
  return methods;
}

const std::vector<MethodText> &loops() {
  static const std::vector<MethodText> texts = chosen(true);
  return texts;
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

} // namespace gradus::methods
