//===- Library.h - the shipped descent methods, as text ---------------------===//
#pragma once

#include <string_view>
#include <vector>

namespace gradus::methods {

struct MethodText {
  std::string_view name; ///< of the file, and of the method in it
  std::string_view text;
};
/// In alphabetical order; the loops around methods and line searches are not among them.
const std::vector<MethodText> &shipped();
/// The text with this name; empty when there is none.
std::string_view find(std::string_view name);
/// line_search.opt: methods that others call.
std::string_view lineSearches();
/// The texts of the loops: `before_descent` and `after_step`, and those of methods
/// with constraints.
const std::vector<MethodText> &loops();

} // namespace gradus::methods
