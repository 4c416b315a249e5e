//===- Vocabulary.h - what a random program may say --------------------------===//
//
// The choices of the generator: chance, the names that can be used at a place,
// and pieces of text with holes.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "Generator.h"

#include <random>

namespace gradus::property {

inline const char *nameOf(Length l) { return l == Length::N ? "n" : l == Length::M ? "m" : "4"; }

class Vocabulary {
protected:
  explicit Vocabulary(uint32_t seed) : random(seed * 2654435761u + 12345u) { program.seed = seed; }

  struct Array {
    std::string name;
    Length length;
    bool fromZero; ///< 0..n, not 1..n
  };
  struct Index {
    std::string name;
    Length length; ///< it lies in 1..length
  };
  struct Function {
    std::string name;
    unsigned arguments;
    bool vector; ///< its last argument is v[p]
  };
  /// What an inner piece of text may name; restored at its end.
  struct Names {
    std::vector<std::string> reals, wholes;
    std::vector<Array> vectors, wholeVectors;
    std::vector<Index> indices;
    std::vector<Function> functions;
    bool matrices;
  };

  unsigned pick(unsigned choices) { return static_cast<unsigned>(random() % choices); }
  bool once(unsigned in) { return pick(in) == 0; }
  template <class T> const T &oneOf(const std::vector<T> &list) {
    return list[pick(static_cast<unsigned>(list.size()))];
  }
  std::string fresh(const char *stem) { return stem + std::to_string(++count); }

  static Phrase phrase(std::string text) { return {Sort::Text, Length::N, std::move(text), {}}; }
  static Phrase make(Sort sort, std::string form, std::vector<Phrase> parts = {},
                     Length length = Length::N) {
    return {sort, length, std::move(form), std::move(parts)};
  }
  static Phrase realOf(std::string text) { return make(Sort::Real, std::move(text)); }
  static Phrase wholeOf(std::string text) { return make(Sort::Whole, std::move(text)); }

  std::string number() {
    static const char *const numbers[] = {"0.5", "1.25", "2", "3", "0.1", "0.75", "1", "1e-2", "0"};
    return numbers[pick(9)];
  }
  Length length() {
    if (!sizes)
      return Length::Four;
    return once(3) ? (once(2) ? Length::M : Length::Four) : Length::N;
  }

  Names names() const {
    return {reals, wholes, vectors, wholeVectors, indices, functions, matrices};
  }
  void restore(Names n) {
    reals = std::move(n.reals);
    wholes = std::move(n.wholes);
    vectors = std::move(n.vectors);
    wholeVectors = std::move(n.wholeVectors);
    indices = std::move(n.indices);
    functions = std::move(n.functions);
    matrices = n.matrices;
  }

  std::mt19937 random;
  Program program;
  unsigned count = 0;
  int loops = 0;
  std::vector<std::string> reals, wholes;
  std::vector<Array> vectors, wholeVectors;
  std::vector<Index> indices;
  std::vector<Function> functions;
  bool matrices = false;
  bool sizes = false; ///< n and m are known here
  int derivatives = 0; ///< that we are inside of
};

} // namespace gradus::property
