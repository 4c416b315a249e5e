//===- BoundValues.h - lower or upper bounds of all unknowns -----------------===//
#pragma once

#include <cstddef>
#include <vector>

namespace gradus::driver {

/// One bound for each unknown; where none has one, no memory for them.
class BoundValues {
public:
  explicit BoundValues(double none) : none_(none) {}
  double operator[](size_t k) const { return values_.empty() ? none_ : values_[k]; }
  /// Makes memory for n of them.
  void keep(size_t n) {
    if (values_.empty())
      values_.assign(n, none_);
  }
  /// Where there is memory.
  void set(size_t k, double value) { values_[k] = value; }
  std::vector<double> &values() { return values_; }
  double none() const { return none_; }

private:
  double none_;
  std::vector<double> values_;
};

} // namespace gradus::driver
