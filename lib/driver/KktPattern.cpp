//===- KktPattern.cpp - colors, elimination order, factors ---------------------===//

#include "driver/KktPattern.h"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace gradus::driver {

using namespace lower;

namespace {

using Rows = std::vector<std::vector<uint32_t>>;

/// Colors from 1; unknowns of one color share no row. Those in no row get 0.
std::vector<int64_t> columnColors(size_t n, const Rows &rows, int64_t &count) {
  Rows columns(n);
  for (uint32_t r = 0; r < rows.size(); ++r)
    for (uint32_t c : rows[r])
      columns[c].push_back(r);
  std::vector<int64_t> color(n, 0);
  std::vector<uint32_t> forbidden(2, 0); // color -> 1 + column that must not have it
  count = 0;
  for (uint32_t c = 0; c < n; ++c) {
    if (columns[c].empty())
      continue;
    for (uint32_t r : columns[c])
      for (uint32_t other : rows[r])
        if (color[other] != 0)
          forbidden[static_cast<size_t>(color[other])] = c + 1;
    int64_t k = 1;
    while (k <= count && forbidden[static_cast<size_t>(k)] == c + 1)
      ++k;
    color[c] = k;
    count = std::max(count, k);
    forbidden.resize(static_cast<size_t>(count) + 2, 0);
  }
  return color;
}

/// A star coloring of the graph of H: of each entry one of its two unknowns is
/// the only one of its color in the other's row.
std::vector<int64_t> starColors(const Rows &adjacent, int64_t &count) {
  size_t n = adjacent.size(), entries = 0;
  std::vector<int64_t> color(n, 0);
  for (const auto &row : adjacent)
    entries += row.size();
  count = 0;
  if (n <= 30 || entries > n * n / 5) { // nothing to be gained
    for (size_t i = 0; i < n; ++i)
      if (!adjacent[i].empty())
        color[i] = ++count;
    return color;
  }
  std::vector<uint32_t> order(n);
  for (uint32_t i = 0; i < n; ++i)
    order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return adjacent[a].size() > adjacent[b].size();
  });
  std::vector<std::unordered_map<int64_t, int>> seen(n); // colors among neighbours
  std::vector<uint32_t> forbidden(2, 0);
  for (uint32_t v : order) {
    if (adjacent[v].empty())
      continue;
    auto forbid = [&](int64_t c) { forbidden[static_cast<size_t>(c)] = v + 1; };
    for (uint32_t w : adjacent[v]) {
      if (w == v)
        continue;
      if (color[w] != 0)
        forbid(color[w]);
      for (uint32_t x : adjacent[w]) {
        if (x == v || x == w || color[x] == 0)
          continue;
        auto it = color[w] == 0 ? seen[x].end() : seen[x].find(color[w]);
        if (color[w] == 0 || (it != seen[x].end() && it->second > 1))
          forbid(color[x]);
      }
    }
    int64_t k = 1;
    while (k <= count && forbidden[static_cast<size_t>(k)] == v + 1)
      ++k;
    color[v] = k;
    count = std::max(count, k);
    forbidden.resize(static_cast<size_t>(count) + 2, 0);
    for (uint32_t w : adjacent[v])
      if (w != v)
        ++seen[w][k];
  }
  return color;
}

/// Minimum degree on the graph of K. A constraint waits until one of its unknowns
/// has gone: its own diagonal may be 0.
std::vector<uint32_t> eliminationOrder(Rows graph, size_t n) {
  size_t order = graph.size(), entries = 0;
  for (const auto &row : graph)
    entries += row.size();
  std::vector<uint32_t> result;
  if (entries > order * order / 2) {
    for (uint32_t i = 0; i < order; ++i)
      result.push_back(i);
    return result;
  }
  constexpr size_t waiting = size_t{1} << 40;
  std::vector<size_t> key(order);
  std::set<std::pair<size_t, uint32_t>> queue;
  std::vector<bool> ready(order);
  for (uint32_t i = 0; i < order; ++i) {
    ready[i] = i < n;
    key[i] = graph[i].size() + (ready[i] ? 0 : waiting);
    queue.insert({key[i], i});
  }
  std::vector<uint32_t> merged;
  while (!queue.empty()) {
    uint32_t v = queue.begin()->second;
    queue.erase(queue.begin());
    result.push_back(v);
    std::vector<uint32_t> clique = std::move(graph[v]);
    graph[v].clear();
    for (uint32_t u : clique) {
      merged.clear();
      std::set_union(graph[u].begin(), graph[u].end(), clique.begin(), clique.end(),
                     std::back_inserter(merged));
      merged.erase(std::remove_if(merged.begin(), merged.end(),
                                  [&](uint32_t w) { return w == u || w == v; }),
                   merged.end());
      graph[u] = merged;
      ready[u] = ready[u] || v < n;
      size_t now = graph[u].size() + (ready[u] ? 0 : waiting);
      if (now != key[u]) {
        queue.erase({key[u], u});
        key[u] = now;
        queue.insert({now, u});
      }
    }
  }
  return result;
}

} // namespace

KktPattern kktPattern(size_t n, const Rows &rowsOfJ, const Rows &rowsOfH) {
  KktPattern p;
  auto &t = p.tables;
  size_t m = rowsOfJ.size(), order = n + m;

  // J by colors.
  t[ColorJ] = columnColors(n, rowsOfJ, p.sizes[ColorsJ]);
  std::vector<std::vector<std::pair<int64_t, int64_t>>> byColor(static_cast<size_t>(p.sizes[ColorsJ]) + 1);
  for (size_t r = 0; r < m; ++r)
    for (uint32_t c : rowsOfJ[r])
      byColor[static_cast<size_t>(t[ColorJ][c])].push_back({r, c});
  for (size_t q = 1; q < byColor.size(); ++q) {
    t[FirstJ].push_back(static_cast<int64_t>(t[RowJ].size()) + 1);
    for (auto [r, c] : byColor[q]) {
      t[RowJ].push_back(r + 1);
      t[ColumnJ].push_back(c + 1);
    }
  }
  t[FirstJ].push_back(static_cast<int64_t>(t[RowJ].size()) + 1);
  p.sizes[SizeJ] = static_cast<int64_t>(t[RowJ].size());

  // One triangle of H by colors. The pattern is made symmetric first.
  Rows adjacent(n);
  for (uint32_t i = 0; i < n; ++i)
    for (uint32_t j : rowsOfH[i]) {
      adjacent[i].push_back(j);
      adjacent[j].push_back(i);
    }
  for (auto &row : adjacent) {
    std::sort(row.begin(), row.end());
    row.erase(std::unique(row.begin(), row.end()), row.end());
  }
  t[ColorH] = starColors(adjacent, p.sizes[ColorsH]);
  std::vector<std::vector<std::array<int64_t, 3>>> entries(static_cast<size_t>(p.sizes[ColorsH]) + 1);
  for (uint32_t r = 0; r < n; ++r) {
    std::unordered_map<int64_t, int> inRow;
    for (uint32_t c : adjacent[r])
      ++inRow[t[ColorH][c]];
    for (uint32_t c : adjacent[r]) {
      if (c > r)
        continue;
      bool alone = c == r || inRow[t[ColorH][c]] == 1;
      uint32_t read = alone ? r : c, along = alone ? c : r;
      entries[static_cast<size_t>(t[ColorH][along])].push_back({r, c, read});
    }
  }
  for (size_t q = 1; q < entries.size(); ++q) {
    t[FirstH].push_back(static_cast<int64_t>(t[RowH].size()) + 1);
    for (auto [r, c, read] : entries[q]) {
      t[RowH].push_back(r + 1);
      t[ColumnH].push_back(c + 1);
      t[ReadH].push_back(read + 1);
    }
  }
  t[FirstH].push_back(static_cast<int64_t>(t[RowH].size()) + 1);
  p.sizes[SizeH] = static_cast<int64_t>(t[RowH].size());

  // K, its elimination order, and its upper triangle by columns of that order.
  Rows graph(order);
  for (uint32_t i = 0; i < n; ++i)
    for (uint32_t j : adjacent[i])
      if (i != j)
        graph[i].push_back(j);
  for (uint32_t r = 0; r < m; ++r)
    for (uint32_t c : rowsOfJ[r]) {
      graph[c].push_back(static_cast<uint32_t>(n) + r);
      graph[n + r].push_back(c);
    }
  std::vector<uint32_t> sequence = eliminationOrder(graph, n);
  std::vector<uint32_t> place(order);
  for (uint32_t k = 0; k < order; ++k) {
    place[sequence[k]] = k;
    t[Permutation].push_back(sequence[k] + 1);
  }
  std::vector<std::vector<uint32_t>> above(order);
  for (uint32_t i = 0; i < order; ++i) {
    for (uint32_t j : graph[i])
      if (place[j] < place[i])
        above[place[i]].push_back(place[j]);
  }
  std::vector<std::unordered_map<uint32_t, int64_t>> whereIn(order);
  for (uint32_t k = 0; k < order; ++k) {
    std::sort(above[k].begin(), above[k].end());
    t[FirstK].push_back(static_cast<int64_t>(t[RowK].size()) + 1);
    above[k].push_back(k);
    for (uint32_t r : above[k]) {
      t[RowK].push_back(r + 1);
      whereIn[k][r] = static_cast<int64_t>(t[RowK].size());
    }
    above[k].pop_back();
  }
  t[FirstK].push_back(static_cast<int64_t>(t[RowK].size()) + 1);
  p.sizes[SizeK] = static_cast<int64_t>(t[RowK].size());
  auto placeOf = [&](size_t i, size_t j) {
    uint32_t a = place[i], b = place[j];
    return whereIn[std::max(a, b)].at(std::min(a, b));
  };
  for (size_t k = 0; k < t[RowJ].size(); ++k)
    t[PlaceJ].push_back(placeOf(n + static_cast<size_t>(t[RowJ][k]) - 1, static_cast<size_t>(t[ColumnJ][k]) - 1));
  for (size_t k = 0; k < t[RowH].size(); ++k)
    t[PlaceH].push_back(placeOf(static_cast<size_t>(t[RowH][k]) - 1, static_cast<size_t>(t[ColumnH][k]) - 1));
  for (size_t i = 0; i < order; ++i)
    t[PlaceD].push_back(placeOf(i, i));

  // The rows of L: what each reaches in the elimination tree (Liu, SIAM J. Matrix
  // Anal. Appl. 11, 1990).
  constexpr uint32_t none = UINT32_MAX;
  std::vector<uint32_t> parent(order, none), mark(order, none);
  std::vector<std::vector<uint32_t>> columns(order);
  for (uint32_t i = 0; i < order; ++i) {
    std::vector<uint32_t> row;
    mark[i] = i;
    for (uint32_t k : above[i])
      for (uint32_t j = k; mark[j] != i; j = parent[j]) {
        mark[j] = i;
        row.push_back(j);
        if (parent[j] == none)
          parent[j] = i;
      }
    std::sort(row.begin(), row.end());
    t[FirstR].push_back(static_cast<int64_t>(t[ColumnR].size()) + 1);
    for (uint32_t j : row) {
      t[ColumnR].push_back(j + 1);
      columns[j].push_back(i);
    }
  }
  t[FirstR].push_back(static_cast<int64_t>(t[ColumnR].size()) + 1);
  for (uint32_t j = 0; j < order; ++j) {
    t[FirstL].push_back(static_cast<int64_t>(t[RowL].size()) + 1);
    for (uint32_t i : columns[j])
      t[RowL].push_back(i + 1);
  }
  t[FirstL].push_back(static_cast<int64_t>(t[RowL].size()) + 1);
  p.sizes[SizeL] = static_cast<int64_t>(t[RowL].size());
  return p;
}

} // namespace gradus::driver
