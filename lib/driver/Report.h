//===- Report.h - a solution as text and as JSON --------------------------------===//
#pragma once

#include "driver/Solve.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace gradus::driver {

using Json = nlohmann::ordered_json;

struct ProblemReport {
  std::string name; ///< the problem's, or the file's stem
  const ir::Problem *problem;
  const Solution *solution;
};

/// The object of one problem in the output of `gradus run --json`.
Json problemJson(Session &session, const ProblemReport &report, bool trace);
/// What a person reads.
std::string problemText(Session &session, const ProblemReport &report, bool trace);

/// What constraints add to either. (ReportConstraints.cpp)
void addConstraintsJson(Json &problem, const Solution &solution);
std::string constraintsText(const Solution &solution);

/// Numbers that JSON has not are the strings "nan", "inf", "-inf".
Json numberJson(double value);
/// {"file", "errors": [...]}
Json errorsJson(const std::string &file, const Diagnostics &diagnostics);

} // namespace gradus::driver
