//===- Pattern.cpp - assembling patterns and values of sparse matrices -------------===//

#include "driver/Pattern.h"

#include "driver/Native.h"
#include "print/Text.h"
#include "runtime/Sparse.h"
#include "support/Numbers.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace gradus::driver {

using namespace ir;
using differentiate::Family;
using differentiate::Place;
using differentiate::SparseMatrix;

namespace {

/// Slots of 8 bytes, in a few arrays.
constexpr int64_t mostSlots = 100'000'000;

std::vector<int64_t> wholes(const std::vector<double> &numbers) {
  return {numbers.begin(), numbers.end()};
}

} // namespace

int64_t Pattern::allEntries() const {
  if (!symmetric)
    return entries();
  int64_t diagonal = 0;
  for (int64_t j = 0; j < columns; ++j)
    for (int64_t p = start[static_cast<size_t>(j)]; p < start[static_cast<size_t>(j) + 1]; ++p)
      diagonal += row[static_cast<size_t>(p)] == j;
  return 2 * entries() - diagonal;
}

std::optional<Pattern> assemblePattern(Session &session, const SparseMatrix &matrix) {
  Graph &g = session.graph();
  const ValueId slotCount = differentiate::slots(g, matrix);
  auto m = session.whole(matrix.rows), n = session.whole(matrix.columns),
       count = session.whole(slotCount);
  if (!m || !n || !count)
    return {};
  if (*count > mostSlots) {
    session.diagnostics.report(Diag::SizeLimit, matrix.coupledAt,
                               "a matrix of " + std::to_string(*m) + " by " + std::to_string(*n) +
                                   " numbers with " + std::to_string(*count) +
                                   " entries is too large to store",
                               "products of the Hessian with vectors need no matrix");
    return {};
  }
  Pattern p;
  p.rows = *m;
  p.columns = *n;
  p.symmetric = matrix.symmetric;
  const auto slots = static_cast<size_t>(*count);
  std::vector<int64_t> rows, columns;
  if (slots > 0) {
    auto kernel = NativeKernel::compile(
        session, {differentiate::slotRows(g, matrix), differentiate::slotColumns(g, matrix)});
    std::vector<std::vector<double>> results;
    if (!kernel || !kernel->run(results))
      return {};
    rows = wholes(results[0]);
    columns = wholes(results[1]);
  }
  p.start.resize(static_cast<size_t>(p.columns) + 1);
  p.row.resize(slots);
  p.position.resize(slots);
  std::vector<int64_t> work(2 * slots + static_cast<size_t>(std::max(p.rows, p.columns)) + 2);
  const int64_t entries =
      gradus_sparse_assemble(*count, rows.data(), columns.data(), p.rows, p.columns,
                             p.start.data(), p.row.data(), p.position.data(), work.data());
  p.row.resize(static_cast<size_t>(entries));
  for (size_t j = 0; j < static_cast<size_t>(p.columns); ++j)
    for (int64_t k = p.start[j]; k < p.start[j + 1]; ++k)
      p.bandwidth = std::max(p.bandwidth, std::abs(p.row[static_cast<size_t>(k)] -
                                                   static_cast<int64_t>(j)));
  return p;
}

bool assembleValues(Session &session, const SparseMatrix &matrix, const Pattern &pattern,
                    std::vector<double> &values) {
  values.assign(pattern.row.size(), 0.0);
  if (values.empty())
    return true;
  Graph &g = session.graph();
  const ShapeId slots = g.shape({{g.integer(1), differentiate::slots(g, matrix)}});
  const ValueId entries = g.input({"entries", {Kind::Int, 0}, InputRole::Size, {}});
  const ValueId positions = g.input({"positions", {Kind::Int, slots}, InputRole::Local, {}});
  const ValueId root = differentiate::slotValues(g, matrix, positions, entries);
  InputValue &count = session.value(g.inputIndex(entries));
  count.known = true;
  count.whole = pattern.entries();
  InputValue &places = session.value(g.inputIndex(positions));
  places.known = true;
  places.wholes = pattern.position;
  places.extents = {static_cast<int64_t>(pattern.position.size())};
  auto kernel = NativeKernel::compile(session, {root});
  std::vector<std::vector<double>> results;
  if (!kernel || !kernel->run(results))
    return false;
  values = std::move(results[0]);
  return true;
}

double smallestPivot(const Pattern &pattern, const std::vector<double> &values) {
  const int64_t n = pattern.columns, entries = pattern.entries();
  std::vector<int64_t> order(static_cast<size_t>(n));
  {
    std::vector<int64_t> work(static_cast<size_t>(gradus_sparse_order_room(n, entries)));
    gradus_sparse_order(n, pattern.start.data(), pattern.row.data(), order.data(), work.data());
  }
  std::vector<int64_t> work(static_cast<size_t>(6 * n + 2 * entries + 2)), plan;
  int64_t room = 0;
  auto make = [&](int64_t *into) {
    return gradus_ldl_plan(n, pattern.start.data(), pattern.row.data(), order.data(), into, &room,
                           work.data());
  };
  plan.resize(static_cast<size_t>(make(nullptr)));
  make(plan.data());
  std::vector<double> factor(static_cast<size_t>(room));
  GradusInertia inertia{};
  gradus_ldl_factor(plan.data(), values.data(), nullptr, nullptr, 0, 0, factor.data(), &inertia);
  double largest = 0, least = inertia.raised > 0 ? 0 : HUGE_VAL;
  for (size_t j = 0; j < static_cast<size_t>(n); ++j)
    for (int64_t k = pattern.start[j]; k < pattern.start[j + 1]; ++k)
      if (pattern.row[static_cast<size_t>(k)] == static_cast<int64_t>(j))
        largest = std::max(largest, std::abs(values[static_cast<size_t>(k)]));
  const double *diagonal = factor.data() + gradus_ldl_fill(plan.data());
  for (int64_t k = 0; k < n; ++k)
    least = std::min(least, diagonal[k]);
  return n > 0 && largest > 0 ? least / largest : 0;
}

//--- families in words -------------------------------------------------------------------

namespace {

/// i+1, as in ranges.
std::string indexText(Graph &g, ValueId v) {
  std::string text = print::toText(g, v);
  std::erase(text, ' ');
  return text;
}

/// x[i,j], or only i for the one vector of unknowns that there is.
std::string placeText(Graph &g, const Place &place, ValueId flat, std::span<const ValueId> values) {
  if (values.size() == 1 && g.rank(values[0]) == 1)
    return indexText(g, flat);
  const ValueId v = values[place.which];
  std::string text = g.node(v).op == Op::Input ? g.inputOf(v).name : indexText(g, flat);
  if (g.node(v).op != Op::Input)
    return text;
  for (size_t k = 0; k < place.indices.size(); ++k)
    text += (k ? "," : "[") + indexText(g, place.indices[k]);
  return text + (place.indices.empty() ? "" : "]");
}

} // namespace

std::vector<std::string> familyLines(Graph &g, const SparseMatrix &matrix,
                                     std::span<const ValueId> rows,
                                     std::span<const ValueId> columns) {
  std::vector<std::string> heads, lines;
  for (const Family &f : matrix.families) {
    std::string head;
    for (size_t k = 0; k < f.symbols.size(); ++k)
      head += (k ? ", " : "for ") + g.symbol(f.symbols[k]).name + " in " +
              indexText(g, f.ranges[k].lo) + ".." + indexText(g, f.ranges[k].hi);
    if (!g.isConstant(f.guard))
      head += (head.empty() ? "where " : " where ") + print::toText(g, f.guard);
    const std::string entry = "(" + placeText(g, f.rowPlace, f.row, rows) + ", " +
                              placeText(g, f.columnPlace, f.column, columns) + ")";
    auto same = std::find(heads.begin(), heads.end(), head);
    if (same == heads.end()) {
      heads.push_back(head);
      lines.push_back(head + (head.empty() ? "" : ": ") + entry);
    } else {
      lines[static_cast<size_t>(same - heads.begin())] += ", " + entry;
    }
  }
  return lines;
}

std::vector<std::string> brokenLines(const std::vector<std::string> &lines, size_t width) {
  std::vector<std::string> broken;
  for (std::string line : lines) {
    while (line.size() > width) {
      const std::string between = "), (";
      size_t at = line.rfind(between, width);
      if (at == std::string::npos)
        at = line.find(between);
      if (at == std::string::npos)
        break;
      broken.push_back(line.substr(0, at + 2)); // with the comma
      line = "  " + line.substr(at + 3);
    }
    broken.push_back(line);
  }
  return broken;
}

} // namespace gradus::driver
