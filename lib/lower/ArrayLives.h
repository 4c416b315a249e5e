//===- ArrayLives.h - when arrays of a method hold something (private) -----===//
//
// A method is one loop with all its statements inside. Workspace that each round of it
// writes before it reads is free in the rest of the round.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "loops/Loops.h"

#include <vector>

namespace gradus::lower {

/// From the first statement with a buffer to the last, by their places in the text.
struct ArrayLife {
  size_t first = SIZE_MAX, last = 0;
};

/// Copies of whole arrays are made as late as possible: `save = x` where x changes.
void delayCopies(const std::vector<loops::Buffer> &buffers, loops::Body &body);

/// By buffer; views live in the buffer they are part of.
std::vector<ArrayLife> livesOfArrays(const loops::Module &module,
                                     const std::vector<loops::Buffer> &buffers,
                                     const loops::Body &body);

} // namespace gradus::lower
