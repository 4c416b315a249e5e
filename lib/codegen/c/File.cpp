//===- File.cpp - headers and sources around what was emitted -----------------===//
#include "codegen/c/EmitC.h"

#include "codegen/c/CTree.h"
#include "codegen/c/Helpers.h"
#include "codegen/c/Names.h"

#include <fmt/format.h>

namespace gradus::codegen::c {
namespace {

std::string guards(const Settings &s) {
  const std::string upper = upperCase(s.prefix);
  std::string out = fmt::format(R"(#include <math.h>
#include <stddef.h>
#include <stdint.h>

#if (defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)) && \
    !defined({0}_ALLOW_FAST_MATH)
#error "{1}: -ffast-math breaks the tests for nan and inf; to insist, define {0}_ALLOW_FAST_MATH"
#endif
#if defined(__cplusplus) || !defined(__STDC_VERSION__) || __STDC_VERSION__ < 199901L
#if defined(__GNUC__) || defined(__clang__) || defined(_MSC_VER)
#define {0}_RESTRICT __restrict
#else
#define {0}_RESTRICT
#endif
#else
#define {0}_RESTRICT restrict
#endif

/* Numbers are IEEE, of {2} bytes. */
typedef char {1}_check_real[sizeof({3}) == {2} ? 1 : -1];
)",
                                upper, s.prefix, s.single ? 4 : 8, s.single ? "float" : "double");
  return out;
}

std::string cppBegin() { return "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n"; }
std::string cppEnd() { return "\n#ifdef __cplusplus\n}\n#endif\n"; }

std::string notice(const Settings &s, const std::string &usage) {
  return formatComment(fmt::format("Written by gradus {} from {}: make changes there.\n{}",
                                   commentText(s.version), commentText(s.source), usage));
}

std::string bodyOf(const Emitted &parts, const Settings &s) {
  return std::string(s.strict ? "\n/* The same bits everywhere: gcc needs -ffp-contract=off for it. */\n"
                              "#if defined(__clang__)\n#pragma STDC FP_CONTRACT OFF\n#endif\n"
                            : "") +
         // clang warns where it cannot follow a mark of a loop.
         "\n#if defined(__clang__)\n#pragma clang diagnostic push\n"
         "#pragma clang diagnostic ignored \"-Wpass-failed\"\n#endif\n\n" +
         parts.implementation + "\n#if defined(__clang__)\n#pragma clang diagnostic pop\n#endif\n";
}

} // namespace

std::string singleHeader(const Emitted &parts, const Settings &s) {
  const std::string upper = upperCase(s.prefix);
  std::string usage = fmt::format("C99 and C++. In one source of the program, before the #include:\n"
                                  "    #define {}_IMPLEMENTATION",
                                  upper);
  return notice(s, usage) + fmt::format("#ifndef {0}_H\n#define {0}_H\n\n", upper) + guards(s) +
         cppBegin() + parts.declarations + cppEnd() + fmt::format("\n#endif /* {}_H */\n", upper) +
         fmt::format("\n#if defined({0}_IMPLEMENTATION) && !defined({0}_IMPLEMENTED)\n"
                     "#define {0}_IMPLEMENTED\n",
                     upper) +
         cppBegin() + bodyOf(parts, s) + cppEnd() + fmt::format("\n#endif /* {}_IMPLEMENTATION */\n", upper);
}

std::string headerText(const Emitted &parts, const Settings &s) {
  const std::string upper = upperCase(s.prefix);
  return notice(s, "Declarations, for C99 and C++.") +
         fmt::format("#ifndef {0}_H\n#define {0}_H\n\n", upper) + guards(s) + cppBegin() +
         parts.declarations + cppEnd() + fmt::format("\n#endif /* {}_H */\n", upper);
}

std::string objectHeader(const Emitted &parts, const Settings &s,
                         const std::vector<std::string> &runtime) {
  const std::string upper = upperCase(s.prefix), functions = Helpers::exportedText(s.prefix, runtime);
  std::string usage = "For the object of the same model, which has to be linked, and the C library's -lm.";
  if (!functions.empty())
    usage += fmt::format("\nIn one source of the program, before the #include:\n"
                         "    #define {}_IMPLEMENTATION",
                         upper);
  std::string text = notice(s, usage) + fmt::format("#ifndef {0}_H\n#define {0}_H\n\n", upper) +
                     guards(s) + cppBegin() + parts.objects + cppEnd() +
                     fmt::format("\n#endif /* {}_H */\n", upper);
  if (!functions.empty())
    text += fmt::format("\n#if defined({0}_IMPLEMENTATION) && !defined({0}_IMPLEMENTED)\n"
                        "#define {0}_IMPLEMENTED\n{1}\n{2}{3}\n#endif /* {0}_IMPLEMENTATION */\n",
                        upper, cppBegin(), functions, cppEnd());
  return text;
}

std::string wrapperText(const Emitted &parts, const Settings &s, const std::string &headerName,
                        const std::vector<std::string> &runtime) {
  return fmt::format("#include {}\n\n", stringLiteral(headerName)) +
         Helpers::exportedText(s.prefix, runtime) + parts.wrappers;
}

std::string sourceText(const Emitted &parts, const Settings &s, const std::string &headerName) {
  return notice(s, "C99.") + fmt::format("#include {}\n", stringLiteral(headerName)) + bodyOf(parts, s);
}

} // namespace gradus::codegen::c
