//===- Generating.h - the grammar of random programs (private) -----------------===//
#pragma once

#include "Vocabulary.h"

#include <algorithm>

namespace gradus::property {

/// Each member makes a piece of text of one sort. `depth` is how many levels of
/// expressions may still stand in each other.
class Generator : Vocabulary {
public:
  explicit Generator(uint32_t seed) : Vocabulary(seed) {}
  Program run();

private:
  // GenerateWholes.cpp
  /// A whole number in 1..l, nearly always.
  Phrase index(Length l);
  Phrase whole(int depth);
  Phrase condition(int depth);

  // GenerateNumbers.cpp
  Phrase element(const Array &a);
  Phrase leaf();
  Phrase unary(Phrase a);
  Phrase binary(int depth);
  /// Branches that read where the condition lets them.
  Phrase guarded();
  Phrase call(int depth);
  Phrase real(int depth);

  // GenerateLoops.cpp
  struct Range {
    std::string lo, hi;
    Length length;
    bool mayBeEmpty;
  };
  Range range();
  Phrase reduction(int depth);
  /// Steps that keep their states small.
  Phrase recurrence(int depth);

  // GenerateBlocks.cpp
  Phrase block(int depth);

  // GenerateArrays.cpp
  Phrase measure(int depth);
  Phrase vector(Length l, int depth);
  Phrase matrix(Length rows, Length columns, int depth);
  /// A number made of a matrix.
  Phrase ofMatrix(int depth);

  // GenerateDerivatives.cpp
  /// A number made of derivatives by what is named here.
  Phrase derivative(int depth);

  // Generator.cpp
  Phrase helper(unsigned k);
};

} // namespace gradus::property
