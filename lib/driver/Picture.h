//===- Picture.h - the pattern of a matrix as text and as an image ------------------===//
#pragma once

#include "driver/Pattern.h"

#include <string>

namespace gradus::driver {

/// The matrix as cells; one of them is many rows and columns when it is large.
struct Cells {
  int64_t rows = 0, columns = 0;
  int64_t scale = 1;        ///< rows and columns of the matrix in one cell
  std::vector<bool> filled; ///< row major
  bool at(int64_t i, int64_t j) const {
    return i < rows && j < columns && filled[static_cast<size_t>(i * columns + j)];
  }
};
/// At most `most` cells in each direction; both triangles of a symmetric matrix.
Cells cellsOf(const Pattern &pattern, int64_t most);

/// Lines of braille characters, each of two columns and four rows of cells.
std::string brailleText(const Cells &cells);
/// An image of about 640 by 640 points, with the title above.
std::string svgImage(const Cells &cells, const std::string &title);
/// Black and white, without a title.
std::string pngImage(const Cells &cells);

} // namespace gradus::driver
