//===- Trajectories.h - indexed unknowns over their index ----------------------===//
#pragma once

#include "driver/Session.h"

#include <string>

namespace gradus::driver {

/// Unknowns that run over an index, such as the states and controls of a path.
bool hasTrajectories(Session &session, const ir::Problem &problem);
/// Adds to a gnuplot script one picture for each of them, below each other, with
/// their bounds; x: all unknowns one after the other. Returns the number of pictures.
int drawTrajectories(Session &session, const ir::Problem &problem, const std::vector<double> &x,
                     const std::string &title, std::string &script);

} // namespace gradus::driver
