//===- Plot.h - the command `gradus plot` ---------------------------------------===//
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace gradus::driver {

struct PlotOptions {
  std::string file;
  std::vector<std::string> set, data, allowPath;
  std::string name;    ///< of a function or objective; empty: the only one
  std::string box;     ///< "x=[-2,2],y=[0,1]"
  std::string at;      ///< where a curve gets its tangent; empty: at the start
  std::string method;  ///< of the descent that is drawn; empty: the model's
  bool progress = false; ///< how objective and slope fall, whatever else could be drawn
  std::string picture; ///< .svg or .png; empty: in characters
};

/// Draws a function of one or two variables, its gradient, where constraints hold and
/// the way of the descent; in more unknowns paths over an index, or the progress of
/// the descent. Returns the exit code.
int plot(const PlotOptions &options, std::ostream &out, std::ostream &err);

} // namespace gradus::driver
