//===- Helpers.cpp - small functions that emitted code calls --------------------===//
#include "codegen/c/Helpers.h"

#include "codegen/c/Names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cctype>
#include <string_view>

namespace gradus::codegen::c {
namespace {

// Files of lib/runtime.
constexpr std::string_view elementary =
#include "Elementary_h.inc"
    ;
constexpr std::string_view special =
#include "Special_c.inc"
    ;
constexpr std::string_view sparseHeader =
#include "Sparse_h.inc"
    ;
constexpr std::string_view sparse =
#include "Sparse_c.inc"
    ;
constexpr std::string_view factor =
#include "Factor_c.inc"
    ;
constexpr std::string_view plan =
#include "Plan_c.inc"
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
    {Helper::ReportConstrained, "report_constrained",
     R"(/* The same with constraints: the hook gets violation, barrier and length of the step too. */
static int64_t @P_report_constrained(@P_frame *frame, REAL k, REAL f, REAL slope, REAL step,
                                     REAL violation, REAL barrier, REAL length, const REAL *x,
                                     int64_t n) {
  REAL scalars[7];
  if (!frame || !frame->hook)
    return 0;
  scalars[0] = k;
  scalars[1] = f;
  scalars[2] = slope;
  scalars[3] = step;
  scalars[4] = violation;
  scalars[5] = barrier;
  scalars[6] = length;
  return frame->hook(frame->hook_user, scalars, 7, x, n);
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
    {Helper::Lanes, "lanes",
     R"C(/* Sums are kept in so many parts and added up in one order, so that compilers can
 * put the terms into vectors: 1 or 32. */
#ifndef @U_LANES
#if !defined(__OPTIMIZE_SIZE__) && (defined(__x86_64__) || defined(_M_X64) || \
    defined(__aarch64__) || defined(__wasm_simd128__) || defined(__riscv_vector))
#define @U_LANES 32
#else
#define @U_LANES 1
#endif
#endif
#if defined(__clang__) && defined(__OPTIMIZE__) && @U_LANES > 1
#define @U_LANE_LOOP \
  _Pragma("clang loop unroll(disable) vectorize_width(8) interleave_count(4)")
#define @U_EIGHT_LOOP \
  _Pragma("clang loop unroll(disable) vectorize_width(8) interleave_count(1)")
#else
#define @U_LANE_LOOP
#define @U_EIGHT_LOOP
#endif
)C"},
    {Helper::Independent, "independent",
     R"C(/* No round of the loop reads or sets what another one sets. */
#if !defined(__OPTIMIZE__) || defined(__OPTIMIZE_SIZE__)
#define @U_INDEPENDENT
#elif defined(__clang__)
#define @U_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define @U_INDEPENDENT _Pragma("GCC ivdep")
#else
#define @U_INDEPENDENT
#endif
)C"},
    {Helper::Rounds, "rounds",
     R"(/* How often so many terms fit between two indices. */
static int64_t @P_rounds(int64_t first, int64_t last, int64_t many) {
  return last < first ? 0 : (last - first + 1)/many;
}
)"},
    {Helper::Total, "total",
     R"(static inline REAL @P_total(REAL *lanes) {
#if @U_LANES == 32
  int k;
  for (k = 0; k < 8; ++k)
    lanes[k] = (lanes[k] + lanes[k + 8]) + (lanes[k + 16] + lanes[k + 24]);
  for (k = 0; k < 4; ++k)
    lanes[k] += lanes[k + 4];
  lanes[0] += lanes[2];
  lanes[1] += lanes[3];
  lanes[0] += lanes[1];
#endif
  return lanes[0];
}
)"},
    {Helper::VectorExp, "vector_exp", ""},
    {Helper::VectorLog, "vector_log", ""},
    {Helper::VectorLog1p, "vector_log1p", ""},
    {Helper::Assemble, "sparse_assemble", ""},
    {Helper::HessPlan, "hess_plan", ""},
    {Helper::HessSolve, "hess_solve", ""},
};

/// Parts of the runtime between two of its marks, in an order that C accepts, and
/// what they are written for.
struct Part {
  std::string_view file;
  const char *from, *to;
  bool reals; ///< `double` is the header's type of reals
  std::set<Helper> helpers;
};
const Part parts[] = {
    {elementary, "//--- words", "//--- exponential", false,
     {Helper::VectorExp, Helper::VectorLog, Helper::VectorLog1p}},
    {elementary, "//--- exponential", "//--- logarithms", false, {Helper::VectorExp}},
    {elementary, "//--- logarithms", "//--- log", false, {Helper::VectorLog, Helper::VectorLog1p}},
    {elementary, "//--- log", "//--- log1p", false, {Helper::VectorLog}},
    {elementary, "//--- log1p", "//--- other", false, {Helper::VectorLog1p}},
    {special, "//--- digamma", "//--- polygamma", false, {Helper::Digamma, Helper::Polygamma}},
    {special, "//--- polygamma", "//--- other", false, {Helper::Polygamma}},
    {sparse, "//--- assembly", "//--- orders", false, {Helper::Assemble, Helper::HessPlan}},
    {sparse, "//--- orders", "//--- other", false, {Helper::HessPlan}},
    {factor, "//--- plans", "//--- factors", false, {Helper::HessPlan, Helper::HessSolve}},
    {plan, "//--- hessian plans", "//--- other", false, {Helper::HessPlan}},
    {sparseHeader, "//--- inertia", "//--- factors", false, {Helper::HessSolve}},
    {factor, "//--- factors", "//--- other", true, {Helper::HessSolve}},
};

bool isWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

std::string_view textOf(const Part &part) {
  // A mark ends with its line, or with what it says more.
  auto place = [&](std::string_view mark) {
    size_t at = part.file.find(mark);
    while (at != std::string_view::npos && isWord(part.file[at + mark.size()]))
      at = part.file.find(mark, at + 1);
    return at;
  };
  size_t begin = place(part.from);
  begin = part.file.find('\n', begin) + 1;
  return part.file.substr(begin, place(part.to) - begin);
}

/// What the runtime has at file scope: words before ( [ = in lines with `static`, types,
/// and names of constants.
const std::set<std::string> &runtimeNames() {
  static const std::set<std::string> all = [] {
    std::set<std::string> names;
    auto lastWord = [&](std::string_view text, size_t end) {
      while (end > 0 && !isWord(text[end - 1]))
        --end;
      size_t begin = end;
      while (begin > 0 && isWord(text[begin - 1]))
        --begin;
      names.insert(std::string(text.substr(begin, end - begin)));
    };
    for (const Part &part : parts) {
      const std::string_view text = textOf(part);
      for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        if (line.rfind("static ", 0) == 0)
          lastWord(line, line.find_first_of("([="));
        else if (line.rfind("typedef struct ", 0) == 0)
          lastWord(line, line.find('{'));
        else if (line.rfind("enum {", 0) == 0)
          for (size_t k = line.find('{'); k < line.size(); ++k)
            if (line[k] == ',' || line[k] == '}')
              lastWord(line, k);
        at = end + 1;
      }
    }
    return names;
  }();
  return all;
}

/// Names of file scope get the header's prefix, and so do the runtime's functions.
std::string renamed(std::string_view text, const std::string &prefix, const char *real) {
  const std::set<std::string> &names = runtimeNames();
  std::string out;
  for (size_t k = 0; k < text.size();) {
    if (text.substr(k, 2) == "//") {
      const size_t end = std::min(text.find('\n', k), text.size());
      out += text.substr(k, end - k);
      k = end;
      continue;
    }
    size_t end = k;
    while (end < text.size() && isWord(text[end]))
      ++end;
    std::string word(text.substr(k, std::max<size_t>(end - k, 1)));
    k += word.size();
    // What the library exports is the header's own here.
    if ((word == "double" || word == "int64_t" || word == "void") &&
        (out.empty() || out.back() == '\n'))
      out += "static ";
    if (word.substr(0, 7) == "gradus_")
      word = prefix + word.substr(6);
    else if (names.count(word))
      word = prefix + "_" + word;
    else if (word == "double")
      word = real;
    out += word;
  }
  return out;
}

bool isVector(Helper h) {
  return h == Helper::VectorExp || h == Helper::VectorLog || h == Helper::VectorLog1p;
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
  return runtimeNames().count(name) != 0;
}

std::string Helpers::use(Helper h) {
  used.insert(h);
  for (const Row &row : rows)
    if (row.helper == h)
      return prefix + "_" + row.name;
  return "";
}

std::string Helpers::useRuntime(const std::string &name) {
  for (const Row &row : rows)
    if (name == std::string("gradus_") + row.name)
      return use(row.helper);
  assert(false && "a function of the runtime that emitted C does not have");
  return "";
}

std::string Helpers::useVector(const std::string &name) {
  for (const Row &row : rows)
    if (isVector(row.helper) && "vector_" + name == row.name) {
      use(Helper::Lanes);
      return use(row.helper);
    }
  return "";
}

std::string Helpers::usePower(int64_t n) {
  powers.insert(n);
  return prefix + "_" + powerName(n);
}

std::string Helpers::exportedText(const std::string &prefix, const std::vector<std::string> &names) {
  struct Exported {
    std::string_view name;
    Helper helper;
    const char *parameters, *arguments, *result;
  };
  static const Exported all[] = {
      {"gradus_powi", Helper::Powi, "double x, int64_t n", "x, n", "double"},
      {"gradus_digamma", Helper::Digamma, "double x", "x", "double"},
      {"gradus_polygamma_r", Helper::Polygamma, "double x, int64_t order", "order, x", "double"},
      {"gradus_sparse_assemble", Helper::Assemble,
       "int64_t slots, const int64_t *rows, const int64_t *columns, int64_t m, int64_t n,\n    "
       "int64_t *start, int64_t *row, int64_t *position, int64_t *work",
       "slots, rows, columns, m, n, start, row, position, work", "int64_t"},
      {"gradus_hess_plan", Helper::HessPlan,
       "int64_t slots, int64_t n, int64_t room, int64_t work_room, const int64_t *rows,\n    "
       "const int64_t *columns, int64_t *plan, int64_t *work",
       "slots, n, room, work_room, rows, columns, plan, work", "int64_t"},
      {"gradus_hess_solve", Helper::HessSolve,
       "int64_t n, int64_t entries, int64_t plan_length, int64_t factor_length, double shift,\n    "
       "double pivot, const int64_t *plan, const double *values, const double *right,\n    "
       "double *factor, double *x",
       "n, entries, plan_length, factor_length, shift, pivot, plan, values, right, factor, x",
       "int64_t"},
  };
  Helpers helpers(prefix, false);
  std::string exported;
  for (const std::string &name : names)
    for (const Exported &e : all)
      if (e.name == name) {
        const std::string head =
            fmt::format("{} {}_rt_{}({})", e.result, prefix, name.substr(7), e.parameters);
        exported += fmt::format("{0};\n{0} {{\n  return {1}({2});\n}}\n\n", head,
                                helpers.use(e.helper), e.arguments);
      }
  return exported.empty() ? "" : helpers.text() + "/* What the object calls. */\n" + exported;
}

std::map<std::string, int64_t> Helpers::frames() const {
  // Of small functions; of the runtime's, with all that they call.
  constexpr int64_t small = 128, large = 1536;
  std::map<std::string, int64_t> bytes;
  for (const Row &row : rows)
    if (used.count(row.helper))
      bytes[prefix + "_" + row.name] = *row.text || isVector(row.helper) ? small : large;
  for (int64_t n : powers)
    bytes[prefix + "_" + powerName(n)] = 2 * small;
  return bytes;
}

std::string Helpers::filled(std::string_view text) const {
  std::string out;
  for (size_t k = 0; k < text.size(); ++k) {
    if (text.substr(k, 2) == "@P") {
      out += prefix;
      ++k;
    } else if (text.substr(k, 2) == "@U") {
      out += upperCase(prefix);
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
  std::string calls; // instead of what only vectors make quick
  for (const Row &row : rows)
    if (isVector(row.helper) && used.count(row.helper))
      calls += fmt::format("#define {0}_{1} {2}\n", prefix, row.name, row.name + 7);
  if (!calls.empty())
    out += filled("/* Without branches and calls, for lanes; errors are at most 1.5 units in the last place. */\n"
                  "#if @U_LANES > 1 && (defined(__AVX2__) || defined(__clang__) || !defined(__x86_64__))\n");
  for (const Part &part : parts) {
    if (part.file != elementary && !calls.empty()) {
      out += "#else\n" + calls + "#endif\n\n";
      calls.clear();
    }
    for (Helper h : part.helpers)
      if (used.count(h)) {
        out += renamed(textOf(part), prefix, part.reals && single ? "float" : "double");
        break;
      }
  }
  return out;
}

} // namespace gradus::codegen::c
