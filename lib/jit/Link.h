//===- Link.h - an object file into memory -----------------------------------===//
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::jit {

/// Several object files as one string, which LinkedCode::link() takes apart. Each may
/// call what those before it export.
std::string packObjects(const std::vector<std::string> &objects);

/// The code of object files, ready to be called; it lives as long as this object.
class LinkedCode {
public:
  /// `objects`: one object file, or what packObjects() made. Null, with `error` set, for what is no object of this machine or needs a
  /// symbol that code must not use (jit/Symbols.h).
  static std::unique_ptr<LinkedCode> link(std::string_view objects, std::string &error);
  ~LinkedCode();
  LinkedCode(const LinkedCode &) = delete;
  LinkedCode &operator=(const LinkedCode &) = delete;

  /// The address of a function that an object exports, or null.
  void *find(std::string_view name) const;

private:
  LinkedCode() = default;
  bool add(std::string_view object, std::string &error);
  friend class Linking;
  struct Memory;
  std::vector<std::unique_ptr<Memory>> memory_; ///< one an object
  std::map<std::string, void *, std::less<>> exported_;
};

} // namespace gradus::jit
