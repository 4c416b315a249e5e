//===- Gnuplot.h - pictures through gnuplot --------------------------------------===//
#pragma once

#include "support/Diagnostics.h"

#include <string>

namespace gradus::driver {

/// Runs gnuplot on a script that sets neither terminal nor output, and writes the
/// picture to a file: SVG, or PNG where the name ends with .png. False after
/// reporting.
bool drawPicture(const std::string &script, const std::string &file, Diagnostics &diagnostics);

/// The picture in characters, for a terminal; empty where there is no gnuplot.
std::string drawInCharacters(const std::string &script, int columns, int rows);

/// A text between quotes of gnuplot.
std::string quoted(const std::string &text);

} // namespace gradus::driver
