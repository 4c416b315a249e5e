//===- Eigen.h - eigenvalues of symmetric matrices --------------------------===//
#pragma once

#include <cstddef>
#include <vector>

namespace gradus::driver {

/// Eigenvalues in ascending order and orthonormal eigenvectors.
struct Eigensystem {
  std::vector<double> values;
  std::vector<double> vectors; ///< component i of vector j is vectors[i*n + j]
  std::vector<double> vector(size_t j) const;
};

/// Of a symmetric matrix given by rows. All nan where an element is not finite.
Eigensystem eigensystem(std::vector<double> matrix, size_t n);

} // namespace gradus::driver
