//===- Library.cpp - texts made part of the program by the build ---------------===//

#include "methods/Library.h"

#include <algorithm>
#include <iterator>

namespace gradus::methods {

namespace {

const std::vector<MethodText> &all() {
  static const std::vector<MethodText> texts = {
#include "Texts.inc"
  };
  return texts;
}

enum class Part { Method, Loop, Piece };

/// Loops: loop.opt, loop_constrained.opt.
Part partOf(std::string_view name) {
  if (name == "line_search" || name == "linear_algebra" || name == "quadratic_program")
    return Part::Piece;
  return name.substr(0, 4) == "loop" ? Part::Loop : Part::Method;
}

std::vector<MethodText> chosen(Part part) {
  std::vector<MethodText> result;
  std::copy_if(all().begin(), all().end(), std::back_inserter(result),
               [&](const MethodText &m) { return partOf(m.name) == part; });
  return result;
}

} // namespace

const std::vector<MethodText> &shipped() {
  static const std::vector<MethodText> methods = chosen(Part::Method);
  return methods;
}

const std::vector<MethodText> &pieces() {
  static const std::vector<MethodText> texts = chosen(Part::Piece);
  return texts;
}

const std::vector<MethodText> &loops() {
  static const std::vector<MethodText> texts = chosen(Part::Loop);
  return texts;
}

std::string_view find(std::string_view name) {
  for (const MethodText &m : shipped())
    if (m.name == name)
      return m.text;
  return {};
}

} // namespace gradus::methods
