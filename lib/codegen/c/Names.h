//===- Names.h - names of C for names of a model ------------------------------===//
//
// Names of a model may be of any letters and any length, and may be words or
// macros of C. Here they become identifiers of plain letters: Greek ones are
// spelled, others left out; what is lost, or too long, is told apart by a hash
// of the whole name; what C or its headers know gets an underscore.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <set>
#include <string>

namespace gradus::codegen::c {

/// At most so many letters of a model's name, its hash included.
constexpr size_t longestName = 24;

/// [A-Za-z0-9_]{1,24}; may begin with a digit or be a word of C.
std::string plainName(const std::string &name);
/// "α" to "alpha"; the text otherwise unchanged.
std::string spellGreek(const std::string &text);
std::string upperCase(std::string text);

/// The names of one scope.
class Names {
public:
  Names() = default;
  /// `outer` names are taken here too.
  explicit Names(const Names &outer, bool) : taken(outer.taken) {}
  /// An identifier that is no word of C and not taken yet.
  std::string unique(const std::string &name, const std::string &otherwise = "v");
  void take(const std::string &identifier) { taken.insert(identifier); }

private:
  std::set<std::string> taken;
};

} // namespace gradus::codegen::c
