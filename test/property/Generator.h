//===- Generator.h - random programs as text ----------------------------------===//
//
// A program is a tree of phrases: each has the sort of what it stands for and
// a text with @ where its parts go. The tree is for the reducer, which puts a
// part in the place of a whole of the same sort.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gradus::property {

enum class Sort : uint8_t { Real, Whole, Condition, Vector, Text };

/// How far an axis or a range goes: 1..n, 1..m, 1..4.
enum class Length : uint8_t { N, M, Four };

struct Phrase {
  Sort sort;
  Length length; ///< Vector
  std::string form;
  std::vector<Phrase> parts;

  std::string text() const;
};

/// Parameters, functions and `fn f(s, t, x[n], y[0..n], A[m,n], int c[n], int k)`.
struct Program {
  uint32_t seed = 0;
  Phrase phrase;
  bool risky = false; ///< may read out of range, divide a whole number by 0, ...
};

/// Programs of every other ten have recurrences, beyond the first 2,000.
inline bool hasRecurrences(uint32_t seed) { return seed >= 2000 && seed / 10 % 2 == 1; }

/// Of the others beyond the first 2,000, every second ten have derivatives and more of
/// matrices.
inline bool hasDerivatives(uint32_t seed) { return seed >= 2000 && seed / 10 % 4 == 0; }

/// Most programs have a value for all n, m >= 1, and one that is finite.
Program generate(uint32_t seed);

} // namespace gradus::property
