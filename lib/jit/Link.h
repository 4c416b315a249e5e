//===- Link.h - an object file into memory -----------------------------------===//
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace gradus::jit {

/// The code of one object file, ready to be called; it lives as long as this object.
class LinkedCode {
public:
  /// Null, with `error` set, for what is no object of this machine or needs a
  /// symbol that code must not use (jit/Symbols.h).
  static std::unique_ptr<LinkedCode> link(std::string_view object, std::string &error);
  ~LinkedCode();
  LinkedCode(const LinkedCode &) = delete;
  LinkedCode &operator=(const LinkedCode &) = delete;

  /// The address of a function that the object exports, or null.
  void *find(std::string_view name) const;

private:
  LinkedCode() = default;
  friend class Linking;
  struct Memory;
  std::unique_ptr<Memory> memory_;
  std::map<std::string, void *, std::less<>> exported_;
};

} // namespace gradus::jit
