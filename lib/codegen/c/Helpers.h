//===- Helpers.h - small functions that emitted code calls --------------------===//
//
// What C99 has no operator or function for. Each is written out, with the
// header's prefix, where the code calls it.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace gradus::codegen::c {

enum class Helper : uint8_t {
  Fail,
  Bits,
  Report,
  ReportConstrained,
  Fill,
  FillWhole,
  Copy,
  CopyWhole,
  Minimum,
  Maximum,
  Sign,
  RealMod,
  FloorDiv,
  FloorMod,
  WholeMinimum,
  WholeMaximum,
  WholeMagnitude,
  WholeSign,
  Powi,
  Digamma,
  Polygamma,
  Lanes,
  Independent,
  Rounds,
  Total,
  VectorExp,
  VectorLog,
  VectorLog1p,
  Assemble,
  HessPlan,
  HessSolve,
};

class Helpers {
public:
  Helpers(std::string prefix, bool single) : prefix(std::move(prefix)), single(single) {}
  /// The C name; the helper is written from now on.
  std::string use(Helper h);
  /// The C name of the form of exp, log or log1p for loops over lanes; "": there is none.
  std::string useVector(const std::string &name);
  /// x^n by products in the order of runtime/Special.c.
  std::string usePower(int64_t n);
  /// The C name of a function of the runtime, which is written from now on.
  std::string useRuntime(const std::string &name);
  /// The definitions, in an order that C accepts.
  std::string text() const;
  /// Functions that an object calls as PREFIX_rt_NAME, for those of the runtime.
  static std::string exportedText(const std::string &prefix, const std::vector<std::string> &names);
  /// Whether a helper, or something of runtime/Special.c, has this name behind the prefix.
  static bool isName(const std::string &name);
  /// The helpers that are used, each with a bound of the stack that it takes.
  std::map<std::string, int64_t> frames() const;
  bool uses(Helper h) const { return used.count(h) != 0; }

private:
  std::string filled(std::string_view text) const;
  std::string prefix;
  bool single;
  std::set<Helper> used;
  std::set<int64_t> powers;
};

} // namespace gradus::codegen::c
