//===- Mutation.h - one rule at a time is made wrong ---------------------------===//
//
// Part of the copy of the sources that mutate.py makes: the sites of mutations are
// numbered, and the environment variable GRADUS_MUTATION chooses one.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <cstdlib>

namespace gradus::mutation {

inline int chosen() {
  static const int number = [] {
    const char *text = std::getenv("GRADUS_MUTATION");
    return text ? std::atoi(text) : -1;
  }();
  return number;
}
inline bool on(int site) { return site == chosen(); }
/// The condition of an `if`, or its opposite.
inline bool condition(int site, bool value) { return on(site) ? !value : value; }
inline double number(int site, double value) { return on(site) ? value + 1 : value; }

} // namespace gradus::mutation
