//===- Helpers.cpp - small functions that emitted code calls --------------------===//
#include "codegen/c/Helpers.h"

#include <fmt/format.h>

#include <cctype>
#include <string_view>

namespace gradus::codegen::c {
namespace {

/// lib/runtime/Special.c
constexpr std::string_view special =
#include "SpecialText.inc"
    ;

struct Row {
  Helper helper;
  const char *name;
  /// @P the prefix, REAL the type of reals, @f the ending of its functions.
  const char *text;
};

const Row rows[] = {
    {Helper::Fail, "fail",
     R"(/* Remembers which check failed, and the values it looked at. */
static int32_t @P_fail(@P_frame *frame, int32_t site, int64_t a, int64_t b, int64_t c, int64_t d) {
  if (frame) {
    frame->error_site = site;
    frame->error_values[0] = a;
    frame->error_values[1] = b;
    frame->error_values[2] = c;
    frame->error_values[3] = d;
  }
  return 1;
}
)"},
    {Helper::Bits, "bits",
     R"(/* The bits of a double as a whole number. */
static int64_t @P_bits(double x) {
  union {
    double real;
    int64_t whole;
  } u;
  u.real = x;
  return u.whole;
}
)"},
    {Helper::Report, "report",
     R"(/* Asks the host's hook, if there is one, whether to go on: 0. */
static int64_t @P_report(@P_frame *frame, REAL k, REAL f, REAL gradient_norm, REAL step,
                         const REAL *x, int64_t n) {
  REAL scalars[4];
  if (!frame || !frame->hook)
    return 0;
  scalars[0] = k;
  scalars[1] = f;
  scalars[2] = gradient_norm;
  scalars[3] = step;
  return frame->hook(frame->hook_user, scalars, 4, x, n);
}
)"},
    {Helper::Fill, "fill",
     R"(static void @P_fill(REAL *to, int64_t count, REAL value) {
  for (int64_t i = 0; i < count; ++i)
    to[i] = value;
}
)"},
    {Helper::FillWhole, "fill_whole",
     R"(static void @P_fill_whole(int64_t *to, int64_t count, int64_t value) {
  for (int64_t i = 0; i < count; ++i)
    to[i] = value;
}
)"},
    {Helper::Copy, "copy",
     R"(static void @P_copy(REAL *to, const REAL *from, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    to[i] = from[i];
}
)"},
    {Helper::CopyWhole, "copy_whole",
     R"(static void @P_copy_whole(int64_t *to, const int64_t *from, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    to[i] = from[i];
}
)"},
    {Helper::Minimum, "minimum",
     R"(/* The smaller one; nan goes through, and -0 is smaller than 0. */
static REAL @P_minimum(REAL x, REAL y) {
  if (x < y)
    return x;
  if (y < x)
    return y;
  return x == y ? (signbit(x) ? x : y) : x + y;
}
)"},
    {Helper::Maximum, "maximum",
     R"(/* The larger one; nan goes through, and 0 is larger than -0. */
static REAL @P_maximum(REAL x, REAL y) {
  if (x > y)
    return x;
  if (y > x)
    return y;
  return x == y ? (signbit(x) ? y : x) : x + y;
}
)"},
    {Helper::Sign, "sign",
     R"(/* 1, -1, or x itself: 0 keeps its sign and nan stays nan. */
static REAL @P_sign(REAL x) {
  return x > 0 ? (REAL)1 : (x < 0 ? (REAL)-1 : x);
}
)"},
    {Helper::RealMod, "mod",
     R"(/* x - y*floor(x/y) */
static REAL @P_mod(REAL x, REAL y) {
  const REAL multiple = y*floor@f(x/y);
  return x - multiple;
}
)"},
    {Helper::FloorDiv, "floor_div",
     R"(/* The quotient rounded down; 0 by 0, and by -1 a negation that wraps around. */
static int64_t @P_floor_div(int64_t x, int64_t y) {
  int64_t quotient, remainder;
  if (y == 0)
    return 0;
  if (y == -1)
    return (int64_t)(0 - (uint64_t)x);
  quotient = x/y;
  remainder = x - quotient*y;
  return remainder != 0 && (remainder < 0) != (y < 0) ? quotient - 1 : quotient;
}
)"},
    {Helper::FloorMod, "floor_mod",
     R"(/* The remainder with the divisor's sign; 0 by 0. */
static int64_t @P_floor_mod(int64_t x, int64_t y) {
  int64_t remainder;
  if (y == 0 || y == -1)
    return 0;
  remainder = x % y;
  return remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder;
}
)"},
    {Helper::WholeMinimum, "whole_min",
     R"(static int64_t @P_whole_min(int64_t x, int64_t y) {
  return x < y ? x : y;
}
)"},
    {Helper::WholeMaximum, "whole_max",
     R"(static int64_t @P_whole_max(int64_t x, int64_t y) {
  return x < y ? y : x;
}
)"},
    {Helper::WholeMagnitude, "whole_abs",
     R"(static int64_t @P_whole_abs(int64_t x) {
  return x < 0 ? (int64_t)(0 - (uint64_t)x) : x;
}
)"},
    {Helper::WholeSign, "whole_sign",
     R"(static int64_t @P_whole_sign(int64_t x) {
  return (x > 0) - (x < 0);
}
)"},
    {Helper::Powi, "powi",
     R"(/* x^n: the products of the squares whose bit of n is set, lowest first. */
static REAL @P_powi(REAL x, int64_t n) {
  uint64_t bits = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
  REAL result = 1, square = x;
  while (bits != 0) {
    if (bits & 1)
      result *= square;
    bits >>= 1;
    if (bits != 0)
      square *= square;
  }
  return n < 0 ? 1/result : result;
}
)"},
    {Helper::Digamma, "digamma", ""},
    {Helper::Polygamma, "polygamma", ""},
};

/// The part of Special.c between two marks of its own.
std::string_view section(std::string_view from, std::string_view to) {
  size_t begin = special.find(from);
  begin = special.find('\n', begin) + 1;
  return special.substr(begin, special.find(to, begin) - begin);
}

bool isWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// What Special.c has at file scope: words before ( [ = in lines with `static`.
const std::set<std::string> &specialNames() {
  static const std::set<std::string> all = [] {
    std::set<std::string> names;
    for (size_t at = 0; (at = special.find("\nstatic ", at)) != std::string_view::npos; ++at) {
      size_t end = special.find_first_of("([=", at);
      while (end > at && !isWord(special[end - 1]))
        --end;
      size_t begin = end;
      while (isWord(special[begin - 1]))
        --begin;
      names.insert(std::string(special.substr(begin, end - begin)));
    }
    return names;
  }();
  return all;
}

/// Names of file scope get the header's prefix, and so do the functions of Runtime.h.
std::string renamed(std::string_view text, const std::string &prefix) {
  const std::set<std::string> &names = specialNames();
  std::string out;
  for (size_t k = 0; k < text.size();) {
    size_t end = k;
    while (end < text.size() && isWord(text[end]))
      ++end;
    std::string word(text.substr(k, std::max<size_t>(end - k, 1)));
    k += word.size();
    if (word.substr(0, 7) == "gradus_")
      word = prefix + word.substr(6);
    else if (names.count(word))
      word = prefix + "_" + word;
    // What the library exports is the header's own here.
    if (word == "double" && (out.empty() || out.back() == '\n'))
      out += "static ";
    out += word;
  }
  return out;
}

std::string powerName(int64_t n) {
  return n < 0 ? fmt::format("power_minus_{}", 0 - static_cast<uint64_t>(n))
               : fmt::format("power_{}", n);
}

} // namespace

bool Helpers::isName(const std::string &name) {
  for (const Row &row : rows)
    if (name == row.name)
      return true;
  return specialNames().count(name) != 0;
}

std::string Helpers::use(Helper h) {
  used.insert(h);
  if (h == Helper::Polygamma)
    used.insert(Helper::Digamma);
  for (const Row &row : rows)
    if (row.helper == h)
      return prefix + "_" + row.name;
  return "";
}

std::string Helpers::usePower(int64_t n) {
  powers.insert(n);
  return prefix + "_" + powerName(n);
}

std::string Helpers::filled(std::string_view text) const {
  std::string out;
  for (size_t k = 0; k < text.size(); ++k) {
    if (text.substr(k, 2) == "@P") {
      out += prefix;
      ++k;
    } else if (text.substr(k, 2) == "@f") {
      out += single ? "f" : "";
      ++k;
    } else if (text.substr(k, 4) == "REAL") {
      out += single ? "float" : "double";
      k += 3;
    } else {
      out += text[k];
    }
  }
  return out;
}

std::string Helpers::text() const {
  std::string out;
  for (const Row &row : rows)
    if (used.count(row.helper) && *row.text)
      out += filled(row.text) + "\n";
  for (int64_t n : powers) {
    uint64_t bits = n < 0 ? 0 - static_cast<uint64_t>(n) : static_cast<uint64_t>(n);
    std::string body, result, square = "x";
    for (uint64_t power = 1; bits != 0; bits >>= 1) {
      if (bits & 1) {
        if (result.empty()) {
          result = square;
        } else {
          std::string next = fmt::format("r{}", power);
          body += fmt::format("  const REAL {} = {}*{};\n", next, result, square);
          result = next;
        }
      }
      if (bits > 1) {
        power *= 2;
        std::string next = fmt::format("x{}", power);
        body += fmt::format("  const REAL {0} = {1}*{1};\n", next, square);
        square = next;
      }
    }
    out += filled(fmt::format("/* x^{} */\nstatic REAL @P_{}(REAL x) {{\n{}  return {};\n}}\n\n", n,
                              powerName(n), body, n < 0 ? "1/" + result : result));
  }
  if (used.count(Helper::Digamma))
    out += renamed(section("//--- digamma", "//--- polygamma"), prefix);
  if (used.count(Helper::Polygamma))
    out += renamed(section("//--- polygamma", "//--- other"), prefix);
  return out;
}

} // namespace gradus::codegen::c
