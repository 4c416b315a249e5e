//===- Depfile.h - which files an output depends on ----------------------------===//
#pragma once

#include "driver/Session.h"

#include <string>

namespace gradus::driver {

/// Writes a rule of make, "output: model imports tables", for build systems that
/// make the output again when one of them changes. False after reporting.
bool writeDepfile(Session &session, const std::string &depfile, const std::string &output);

} // namespace gradus::driver
