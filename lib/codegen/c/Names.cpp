//===- Names.cpp - names of C for names of a model -------------------------------===//
#include "codegen/c/Names.h"

#include "codegen/c/CTree.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace gradus::codegen::c {
namespace {

/// From U+03B1 on. Final sigma is its own letter.
constexpr std::string_view greek[] = {
    "alpha", "beta",    "gamma", "delta", "epsilon", "zeta", "eta",     "theta", "iota",
    "kappa", "lambda",  "mu",    "nu",    "xi",      "omicron", "pi",   "rho",   "sigmaf",
    "sigma", "tau",     "upsilon", "phi", "chi",     "psi",  "omega",
};

/// Words of C99, C11, C23 and C++, and what the headers that are included define
/// as macros, or functions that the code calls.
const std::set<std::string_view> &reserved() {
  static const std::set<std::string_view> words = {
      "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break",
      "case", "catch", "char", "char8_t", "char16_t", "char32_t", "class", "compl", "concept",
      "const", "consteval", "constexpr", "constinit", "const_cast", "continue", "co_await",
      "co_return", "co_yield", "decltype", "default", "delete", "do", "double", "dynamic_cast",
      "else", "enum", "explicit", "export", "extern", "false", "float", "for", "fortran", "friend",
      "goto", "if", "import", "inline", "int", "long", "module", "mutable", "namespace", "new",
      "noexcept", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected",
      "public", "register", "reinterpret_cast", "requires", "restrict", "return", "short", "signed",
      "sizeof", "static", "static_assert", "static_cast", "struct", "switch", "template", "this",
      "thread_local", "throw", "true", "try", "typedef", "typeid", "typename", "typeof",
      "typeof_unqual", "union", "unsigned", "using", "virtual", "void", "volatile", "wchar_t",
      "while", "xor", "xor_eq",
      // names of headers that a scope must not hide or that are macros
      "acos", "acosh", "asin", "asinh", "assert", "atan", "atan2", "atanh", "cbrt", "ceil", "complex",
      "copysign", "cos", "cosh", "errno", "erf", "erfc", "exp", "exp2", "expm1", "fabs", "far",
      "floor", "fma", "fmax", "fmin", "fmod", "fpclassify", "hypot", "imaginary", "int16_t",
      "int32_t", "int64_t", "int8_t", "intptr_t", "isfinite", "isgreater", "isgreaterequal",
      "isinf", "isless", "islessequal", "islessgreater", "isnan", "isnormal", "isunordered",
      "lgamma", "linux", "log", "log10", "log1p", "log2", "main", "memcpy", "memset", "near",
      "offsetof", "pow", "ptrdiff_t", "round", "signbit", "signgam", "sin", "sinh", "size_t",
      "small", "sqrt", "stderr", "stdin", "stdout", "tan", "tanh", "tgamma", "trunc", "uint16_t",
      "uint32_t", "uint64_t", "uint8_t", "uintptr_t", "unix", "I", "NULL", "NAN", "INFINITY",
      "HUGE_VAL", "EOF", "MAXFLOAT", "DOMAIN", "SING", "OVERFLOW", "UNDERFLOW", "PLOSS", "TLOSS",
      "min", "max", "frame", "work"};
  return words;
}

/// Also the functions of <math.h> with the endings f and l, and all-capital names,
/// which somebody's header may have made macros.
bool isReserved(const std::string &name) {
  if (reserved().count(name))
    return true;
  if (name[0] == '_' || name.find("__") != std::string::npos)
    return true;
  if ((name.back() == 'f' || name.back() == 'l') &&
      reserved().count(std::string_view(name).substr(0, name.size() - 1)))
    return true;
  if (name.size() >= 2 && (name[0] == 'j' || name[0] == 'y') && name.size() <= 3 &&
      (name[1] == '0' || name[1] == '1' || name[1] == 'n'))
    return true;
  return name.size() >= 2 && std::none_of(name.begin(), name.end(), [](unsigned char c) {
           return std::islower(c) != 0;
         });
}

std::string hashOf(const std::string &name) {
  uint32_t h = 2166136261u; // FNV-1a
  for (unsigned char c : name)
    h = (h ^ c) * 16777619u;
  return fmt::format("{:06x}", h & 0xffffffu);
}

bool isPlain(unsigned char c) { return c < 0x80 && (std::isalnum(c) || c == '_'); }

} // namespace

std::string spellGreek(const std::string &text) {
  std::string out;
  for (size_t k = 0; k < text.size(); ++k) {
    const auto a = static_cast<unsigned char>(text[k]);
    if ((a == 0xCE || a == 0xCF) && k + 1 < text.size()) {
      const unsigned code = (a & 0x1Fu) << 6 | (static_cast<unsigned char>(text[k + 1]) & 0x3Fu);
      const bool capital = code >= 0x391 && code <= 0x3A9 && code != 0x3A2;
      if (capital || (code >= 0x3B1 && code <= 0x3C9)) {
        std::string letter(greek[code - (capital ? 0x391 : 0x3B1)]);
        if (capital)
          letter[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(letter[0])));
        out += letter;
        ++k;
        continue;
      }
    }
    out += text[k];
  }
  return out;
}

std::string plainName(const std::string &name) {
  const std::string spelled = spellGreek(name);
  std::string out;
  bool lost = false;
  for (char c : spelled) {
    if (isPlain(static_cast<unsigned char>(c))) {
      out += c;
    } else {
      // Table columns and rows(t): one underscore for what stands between words.
      lost = lost || static_cast<unsigned char>(c) >= 0x80 || (c != '.' && c != '(' && c != ')');
      if (!out.empty() && out.back() != '_' && static_cast<unsigned char>(c) < 0x80)
        out += '_';
    }
  }
  while (!out.empty() && out.back() == '_' && name.back() != '_')
    out.pop_back();
  if (lost || out.empty() || out.size() > longestName) {
    out = out.substr(0, longestName - 7);
    while (!out.empty() && out.back() == '_')
      out.pop_back();
    out += (out.empty() ? "h" : "_") + hashOf(name);
  }
  return out;
}

std::string upperCase(std::string text) {
  for (char &c : text)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string Names::unique(const std::string &name, const std::string &otherwise) {
  std::string stem = name.empty() ? otherwise : plainName(name);
  // No scope has a name with two underscores in a row, or one in front.
  for (size_t at; (at = stem.find("__")) != std::string::npos;)
    stem.erase(at, 1);
  if (std::isdigit(static_cast<unsigned char>(stem[0])) || stem[0] == '_')
    stem = "v" + stem;
  if (isReserved(stem))
    stem += stem.back() == '_' ? "v" : "_";
  std::string made = stem;
  for (int count = 2; !taken.insert(made).second; ++count)
    made = fmt::format("{}{}{}", stem, stem.back() == '_' ? "" : "_", count);
  return made;
}

std::string commentText(const std::string &text) {
  std::string out;
  for (char c : spellGreek(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0xC2 || byte == 0xC3 || byte >= 0x80)
      c = (byte & 0xC0) == 0x80 ? '\0' : '?'; // one mark a letter
    else if (byte < 0x20 || byte == 0x7F)
      c = ' ';
    else if (c == '\\')
      c = '|';
    if (c == '\0')
      continue;
    const char last = out.empty() ? ' ' : out.back();
    if ((last == '*' && c == '/') || (last == '/' && c == '*') || (last == '?' && c == '?') ||
        (last == '/' && c == '/'))
      out += ' ';
    out += c;
  }
  return out;
}

std::string stringLiteral(const std::string &text) {
  std::string out = "\"";
  for (unsigned char c : text) {
    if (c == '"' || c == '\\' || c == '?')
      out += std::string("\\") + static_cast<char>(c);
    else if (c >= 0x20 && c < 0x7F && c != '%')
      out += static_cast<char>(c);
    else
      out += fmt::format("\\{:03o}", c);
  }
  return out + "\"";
}

} // namespace gradus::codegen::c
