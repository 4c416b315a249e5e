//===- Library.h - the shipped descent methods, as text ---------------------===//
#pragma once

#include <string_view>
#include <vector>

namespace gradus::methods {

struct MethodText {
  std::string_view name; ///< of the file, and of the method in it
  std::string_view text;
};
/// In alphabetical order; the loops around methods and what others call are not among them.
const std::vector<MethodText> &shipped();
/// The text with this name; empty when there is none.
std::string_view find(std::string_view name);
/// Files of methods that others call: line searches, linear algebra.
const std::vector<MethodText> &pieces();
/// The texts of the loops: `before_descent` and `after_step`, and those of methods
/// with constraints.
const std::vector<MethodText> &loops();

} // namespace gradus::methods
