//===- Mutation.h - one rule at a time is made wrong ---------------------------===//
//
// Part of the copy of the sources that mutate.py makes: the sites of mutations are
// numbered, and the environment variable GRADUS_MUTATION chooses one. The numbers of
// the sites that a process has come by are added to the file GRADUS_MUTATION_REACHED.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <cstdio>
#include <cstdlib>

namespace gradus::mutation {

inline int chosen() {
  static const int number = [] {
    const char *text = std::getenv("GRADUS_MUTATION");
    return text ? std::atoi(text) : -1;
  }();
  return number;
}

struct Reached {
  static constexpr int most = 4096;
  bool sites[most] = {};
  ~Reached() {
    const char *path = std::getenv("GRADUS_MUTATION_REACHED");
    std::FILE *file = path ? std::fopen(path, "w") : nullptr;
    if (!file)
      return;
    for (int k = 0; k < most; ++k)
      if (sites[k])
        std::fprintf(file, "%d\n", k);
    std::fclose(file);
  }
};
inline Reached reached;

inline bool on(int site) {
  reached.sites[site] = true;
  return site == chosen();
}
/// The condition of an `if`, or its opposite.
inline bool condition(int site, bool value) { return on(site) ? !value : value; }
inline double number(int site, double value) { return on(site) ? value + 1 : value; }

} // namespace gradus::mutation
