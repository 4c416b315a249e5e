//===- Explain.h - the commands `gradus explain` and `gradus methods` -------------===//
#pragma once

#include <iosfwd>
#include <string>

namespace gradus::driver {

/// What the message with this code means; all codes when it is empty.
int explain(const std::string &code, std::ostream &out, std::ostream &err);

/// The shipped methods with their options, or the text of the named one.
int listMethods(const std::string &name, std::ostream &out, std::ostream &err);

} // namespace gradus::driver
