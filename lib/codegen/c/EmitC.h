//===- EmitC.h - loop IR to C99 ----------------------------------------------===//
//
// A module and the table of its functions become one header, or a header and a
// source. What is emitted reads like what was compiled: names of the model,
// expressions nested where a value is used once, its own formulas in comments.
//
// Shape of the code. A function of the loop IR becomes a static function with
// typed parameters; the ones of the table are extern, report failures by their
// result and take what they need from a frame: workspace, hook, the place of a
// failed check. There is no malloc, no static variable, no recursion, no array
// of variable length, and no header but math.h, stddef.h and stdint.h.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "loops/Loops.h"
#include "lower/Interface.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gradus::codegen::c {

/// Texts for people that the back end cannot know.
struct ArgumentText {
  std::string shape; ///< "[n]", "[0..N, 2]" as in the model; "" for a scalar
};
struct FunctionText {
  std::vector<std::string> formulas; ///< "f(x) = ..."; none when too long to help
  std::vector<ArgumentText> arguments;
};
struct ProblemText {
  std::string formula; ///< "minimize ..."
  std::vector<std::string> unknowns; ///< "θ[0..1]", in order
};

struct Settings {
  std::string prefix;      ///< of every name, plain
  bool single = false;     ///< float, not double
  bool strict = false;     ///< no contraction: a pragma for compilers that know it
  std::string source;      ///< the model's file name, for the first comment
  std::string version;     ///< of the compiler
  std::vector<FunctionText> functions; ///< one a row of the table
  std::vector<ProblemText> problems;
  std::vector<std::string> siteTexts;  ///< "model.opt:3:4: ...", one a site
};

struct Emitted {
  std::string declarations;   ///< body of the header, without guards
  std::string implementation; ///< body of the source
  std::string objects;        ///< body of a header for LLVM's object
  std::string wrappers;       ///< the same functions, extern, behind `declarations`
  std::vector<std::string> names; ///< of the functions, one a row of the table
};

/// The symbol that a function has in LLVM's object.
std::string objectSymbol(const Settings &settings, const loops::Function &function);

/// The parts; `headerText` and `sourceText` put guards and includes around them.
Emitted emit(const loops::Module &module, const lower::Interface &interface,
             const Settings &settings);
/// One header, its implementation where PREFIX_IMPLEMENTATION is defined.
std::string singleHeader(const Emitted &parts, const Settings &settings);
/// A header of declarations, and the source that includes it as `headerName`.
std::string headerText(const Emitted &parts, const Settings &settings);
/// The header of an object: types, and functions that call it. `runtime` names the
/// functions of the runtime that the object needs: the header has them.
std::string objectHeader(const Emitted &parts, const Settings &settings,
                         const std::vector<std::string> &runtime);
/// The source that makes a shared library of the object.
std::string wrapperText(const Emitted &parts, const Settings &settings,
                        const std::string &headerName, const std::vector<std::string> &runtime);
std::string sourceText(const Emitted &parts, const Settings &settings,
                       const std::string &headerName);

} // namespace gradus::codegen::c
