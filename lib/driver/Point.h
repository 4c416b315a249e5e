//===- Point.h - values of arguments from the command line ------------------------===//
#pragma once

#include "driver/Subject.h"

#include <string>
#include <vector>

namespace gradus::driver {

/// NAME = a number or a list, flat with its shape.
struct PointEntry {
  std::string name;
  std::vector<double> numbers;
  std::vector<int64_t> shape; ///< empty: a number
  const double *borrowed = nullptr; ///< a real array that stays where it is, instead of `numbers`
};

/// Reads "x=[1,2],y=3", or the JSON object in the file after "@". `option` is
/// for messages. False after reporting.
bool parsePoint(Session &session, const std::string &option, const std::string &text,
                std::vector<PointEntry> &entries);

/// Gives the subject's arguments, and the unknowns it may read, their values.
/// Sizes follow from the lengths; unknowns without a value take their start.
bool bindPoint(Session &session, const Subject &subject, const std::vector<PointEntry> &entries);

/// The values of a vector along the subject's variables: 0 for what it does not
/// name. The point must be bound.
bool readDirection(Session &session, const Subject &subject, const std::vector<PointEntry> &entries,
                   std::vector<std::vector<double>> &direction);

/// Appends one number for each of the `size` elements of an unknown, from an expression
/// of its shape; `otherwise` without one. False after reporting.
bool fillElements(Session &session, const ir::Unknown &unknown, ir::ValueId value,
                  double otherwise, size_t size, std::vector<double> &numbers);

/// Gives an unknown its start, within its bounds.
bool bindStart(Session &session, const ir::Unknown &unknown);

/// The bounds of an unknown, one for each element; infinite where there are none.
bool boundsOf(Session &session, const ir::Unknown &unknown, std::vector<double> &lower,
              std::vector<double> &upper);

} // namespace gradus::driver
