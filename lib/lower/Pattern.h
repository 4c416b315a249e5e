//===- Pattern.h - the tables of a sparse problem ------------------------------===//
//
// A constrained method computes Jacobian, Hessian of the Lagrangian and the
// factors of the KKT matrix over patterns that are worked out before it runs.
// These are their tables, as the function `solve` takes them and as the text of
// a method names them. All places count from 1.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <array>
#include <cstddef>

namespace gradus::lower {

/// Lengths: entries of J and of one triangle of H, their colors, entries of the
/// upper triangle of K, entries of L below its diagonal.
enum PatternSize : size_t { SizeJ, SizeH, ColorsJ, ColorsH, SizeK, SizeL, patternSizeCount };
inline constexpr std::array<const char *, patternSizeCount> patternSizeNames = {
    "nj", "nh", "njc", "nhc", "nk", "nl"};

enum PatternTable : size_t {
  RowJ, ColumnJ, PlaceJ, ///< nj: of each entry of J, and its place in K
  RowH, ColumnH, PlaceH, ///< nh
  ReadH,                 ///< nh: the row in which the product with its color shows it
  ColorJ, ColorH,        ///< n: of each unknown; 0: none
  FirstJ, FirstH,        ///< njc+1, nhc+1: the entries of one color are together
  PlaceD,                ///< n+mc: of the diagonal in K
  FirstK,                ///< n+mc+1: columns of K, permuted
  RowK,                  ///< nk
  FirstR,                ///< n+mc+1: rows of L
  ColumnR,               ///< nl
  PlaceR,                ///< nl: where in the columns of L that entry is
  FirstL,                ///< n+mc+1: columns of L
  RowL,                  ///< nl
  Permutation,           ///< n+mc: what is eliminated at each place
  PivotBlock,            ///< n+mc: 1 and 2 the first and the second of a block of D, else 0
  patternTableCount
};
/// How long each table is: PatternSize, or one of these; `plus` more.
constexpr size_t unknownsLong = 100, orderLong = 101;
struct PatternTableInfo {
  const char *name;
  size_t length;
  int plus;
};
inline constexpr std::array<PatternTableInfo, patternTableCount> patternTables = {{
    {"jrow", SizeJ, 0},      {"jcol", SizeJ, 0},      {"jpos", SizeJ, 0},
    {"hrow", SizeH, 0},      {"hcol", SizeH, 0},      {"hpos", SizeH, 0},
    {"hread", SizeH, 0},     {"jcolor", unknownsLong, 0}, {"hcolor", unknownsLong, 0},
    {"jfirst", ColorsJ, 1},  {"hfirst", ColorsH, 1},  {"dpos", orderLong, 0},
    {"kfirst", orderLong, 1}, {"krow", SizeK, 0},     {"rfirst", orderLong, 1},
    {"rcol", SizeL, 0},      {"rpos", SizeL, 0},      {"lfirst", orderLong, 1},
    {"lrow", SizeL, 0},      {"perm", orderLong, 0},  {"kblock", orderLong, 0},
}};

} // namespace gradus::lower
