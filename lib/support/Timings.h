//===- Timings.h - where the time of a process goes ------------------------===//
//
// A Stage on the stack counts the time until its end under its name, without
// that of stages within it. Nothing is counted until somebody asks for it.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <string>

namespace gradus {

class Stage {
public:
  /// `name` is a literal: "parse".
  explicit Stage(const char *name) {
    if (counting)
      enter(name);
  }
  ~Stage() {
    if (name_)
      leave();
  }
  Stage(const Stage &) = delete;
  Stage &operator=(const Stage &) = delete;

  /// Counts from now on; `before` is what the process has taken so far.
  static void startCounting(const char *before);
  /// A table of what was counted, one line for each name; stages that run on count
  /// up to now.
  static std::string report();

private:
  void enter(const char *name);
  void leave();

  static bool counting;
  const char *name_ = nullptr;
  Stage *outer_ = nullptr;
  double begin_ = 0, inner_ = 0;
};

} // namespace gradus
