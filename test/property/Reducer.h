//===- Reducer.h - a small program that still fails ------------------------------===//
#pragma once

#include "Generator.h"

#include <functional>

namespace gradus::property {

/// Puts parts in the place of wholes, and constants in the place of parts, as long as
/// `fails` holds; at most `budget` tries.
Phrase reduce(Phrase program, const std::function<bool(const std::string &text)> &fails,
              unsigned budget = 600);

} // namespace gradus::property
