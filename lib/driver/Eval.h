//===- Eval.h - the command `gradus eval` -------------------------------------===//
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace gradus::driver {

struct EvalOptions {
  std::string file;
  std::vector<std::string> set, data, allowPath;
  std::string name;      ///< of a function or an objective
  std::string at;        ///< "x=[1,2],y=3" or "@point.json"
  std::string direction; ///< the same; empty: none
  bool hessian = false;
  bool sparse = false; ///< the Hessian as its entries
  bool json = false;
  bool cache = true; ///< of compiled code
};

/// Prints value and derivatives at a point; returns the exit code.
int eval(const EvalOptions &options, std::ostream &out, std::ostream &err);

} // namespace gradus::driver
