//===- Verdict.h - what is wrong with a program ----------------------------------===//
#pragma once

#include "Trial.h"

namespace gradus::property {

struct Tally {
  unsigned programs = 0, refused = 0, failed = 0, finite = 0, excused = 0, sharp = 0, points = 0;
};

/// O0, Fast or Full: most of the time what compiles quickest.
jit::Level levelOf(uint32_t seed);

/// One point where everything is compared, and one of an awkward size. Empty
/// when nothing is wrong.
std::string checkPoints(Trial &trial, const Modules &modules, uint32_t seed, Tally &tally);

/// What is wrong with one program on its own; empty when nothing is, or when
/// it does not compile.
std::string verdict(const std::string &text, uint32_t seed);
/// The same in a process of its own, since a broken compiler may end there.
std::string verdictApart(const std::string &text, uint32_t seed);

} // namespace gradus::property
