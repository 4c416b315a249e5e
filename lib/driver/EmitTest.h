//===- EmitTest.h - a test that travels with emitted C ----------------------------===//
#pragma once

#include "driver/EmitModel.h"

namespace gradus::driver {

/// A C program that calls the emitted functions at some points and compares with
/// the interpreter in 50 digits; `headerName` has the implementation. The
/// session's data is read for it. Nothing after reporting.
std::optional<std::string> testProgram(Session &session, const EmitOptions &options,
                                       const lower::Interface &interface,
                                       const codegen::c::Settings &settings,
                                       const codegen::c::Emitted &emitted,
                                       const std::string &headerName);

} // namespace gradus::driver
