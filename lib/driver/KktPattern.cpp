//===- KktPattern.cpp - colors, elimination order, factors ---------------------===//

#include "driver/KktPattern.h"

#include <algorithm>
#include <cmath>
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

/// What is eliminated together: an unknown, an equation, or both as a block of D.
struct Nodes {
  std::vector<std::vector<uint32_t>> scalars; ///< places in (x, y)
  std::vector<uint32_t> of;                   ///< of each place
};

struct Order {
  std::vector<uint32_t> nodes;
  double work = 0; ///< multiply-adds of the factorization, about
};

/// Minimum degree on the graph of K. A constraint that is matched with no unknown waits
/// until one of its own has gone, since its own diagonal may be 0; one that `may` go first
/// does not.
Order eliminationOrder(Rows graph, const Nodes &nodes, size_t n, const std::vector<bool> &may) {
  const size_t count = graph.size();
  size_t entries = 0;
  for (const auto &row : graph)
    entries += row.size();
  Order result;
  if (may.empty() && entries > count * count / 2) {
    for (uint32_t i = 0; i < count; ++i)
      result.nodes.push_back(i);
    result.work = std::pow(static_cast<double>(count), 3) / 3;
    return result;
  }
  constexpr size_t waiting = size_t{1} << 40;
  auto degree = [&](uint32_t v) {
    size_t sum = 0;
    for (uint32_t u : graph[v])
      sum += nodes.scalars[u].size();
    return sum;
  };
  std::vector<size_t> key(count);
  std::set<std::pair<size_t, uint32_t>> queue;
  std::vector<bool> ready(count), holds(count); // an unknown alone
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t scalar = nodes.scalars[i][0];
    ready[i] = scalar < n || (!may.empty() && may[scalar - n]);
    holds[i] = scalar < n && nodes.scalars[i].size() == 1;
    key[i] = degree(i) + (ready[i] ? 0 : waiting);
    queue.insert({key[i], i});
  }
  std::vector<uint32_t> merged;
  while (!queue.empty()) {
    uint32_t v = queue.begin()->second;
    queue.erase(queue.begin());
    result.nodes.push_back(v);
    result.work += static_cast<double>(nodes.scalars[v].size()) *
                   std::pow(static_cast<double>(degree(v)), 2);
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
      ready[u] = ready[u] || holds[v];
      size_t now = degree(u) + (ready[u] ? 0 : waiting);
      if (now != key[u]) {
        queue.erase({key[u], u});
        key[u] = now;
        queue.insert({now, u});
      }
    }
  }
  return result;
}

/// The rows of L: what each node reaches in the elimination tree (Liu, SIAM J. Matrix
/// Anal. Appl. 11, 1990). `before`: of each place in the order, its neighbours before.
Rows rowsOfL(const Rows &before) {
  constexpr uint32_t none = UINT32_MAX;
  std::vector<uint32_t> parent(before.size(), none), mark(before.size(), none);
  Rows rows(before.size());
  for (uint32_t i = 0; i < before.size(); ++i) {
    mark[i] = i;
    for (uint32_t k : before[i])
      for (uint32_t j = k; mark[j] != i; j = parent[j]) {
        mark[j] = i;
        rows[i].push_back(j);
        if (parent[j] == none)
          parent[j] = i;
      }
    std::sort(rows[i].begin(), rows[i].end());
  }
  return rows;
}

} // namespace

KktPattern kktEntries(size_t n, const Rows &rowsOfJ, const Rows &rowsOfH) {
  KktPattern p;
  auto &t = p.tables;
  size_t m = rowsOfJ.size();

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
  std::vector<uint32_t> inRow(static_cast<size_t>(p.sizes[ColorsH]) + 1, 0);
  for (uint32_t r = 0; r < n; ++r) {
    for (uint32_t c : adjacent[r])
      inRow[static_cast<size_t>(t[ColorH][c])] = 0;
    for (uint32_t c : adjacent[r])
      ++inRow[static_cast<size_t>(t[ColorH][c])];
    for (uint32_t c : adjacent[r]) {
      if (c > r)
        continue;
      bool alone = c == r || inRow[static_cast<size_t>(t[ColorH][c])] == 1;
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

  return p;
}

std::vector<int64_t> matchEquations(const KktPattern &p, const std::vector<double> &sizes,
                                    const std::vector<bool> &free,
                                    const std::vector<bool> &equation) {
  constexpr double enough = 0.1; // of the largest entry of the row
  constexpr double alike = 0.8;  // entries that differ by less count as equals
  const auto &row = p.tables[RowJ], &column = p.tables[ColumnJ];
  std::vector<double> ofRow(equation.size(), 0.0), ofColumn(free.size(), 0.0);
  std::vector<std::vector<size_t>> entries(equation.size());
  for (size_t k = 0; k < row.size(); ++k) {
    const auto r = static_cast<size_t>(row[k] - 1), c = static_cast<size_t>(column[k] - 1);
    if (!free[c])
      continue;
    ofRow[r] = std::max(ofRow[r], sizes[k]);
    ofColumn[c] = std::max(ofColumn[c], sizes[k]);
    entries[r].push_back(k);
  }
  std::vector<int64_t> partner(free.size(), -1);
  for (size_t r = 0; r < equation.size(); ++r) {
    if (!equation[r])
      continue;
    double best = 0;
    size_t chosen = 0;
    for (size_t k : entries[r]) {
      const auto c = static_cast<size_t>(column[k] - 1);
      if (partner[c] >= 0 || !(sizes[k] > 0) || sizes[k] < enough * ofRow[r])
        continue;
      const double worth = sizes[k] / ofRow[r] * (sizes[k] / ofColumn[c]);
      // Of equals the last: the state that an equation leads to.
      if (worth > best / alike || (worth > alike * best && c > chosen)) {
        best = std::max(best, worth);
        chosen = c;
      }
    }
    if (best > 0)
      partner[chosen] = static_cast<int64_t>(r);
  }
  return partner;
}

void kktFactors(KktPattern &p, size_t n, size_t m, const std::vector<int64_t> &partner,
                const std::vector<bool> &equation) {
  auto &t = p.tables;
  const size_t order = n + m;
  Nodes nodes;
  nodes.of.resize(order);
  auto add = [&](std::vector<uint32_t> scalars) {
    for (uint32_t s : scalars)
      nodes.of[s] = static_cast<uint32_t>(nodes.scalars.size());
    nodes.scalars.push_back(std::move(scalars));
  };
  std::vector<bool> matched(m, false);
  for (uint32_t i = 0; i < n; ++i)
    if (partner[i] < 0) {
      add({i});
    } else {
      add({i, static_cast<uint32_t>(n + static_cast<size_t>(partner[i]))});
      matched[static_cast<size_t>(partner[i])] = true;
    }
  for (uint32_t r = 0; r < m; ++r)
    if (!matched[r])
      add({static_cast<uint32_t>(n) + r});

  // The graphs of K, of single places and of nodes.
  Rows graph(order), coarse(nodes.scalars.size());
  auto edge = [&](size_t i, size_t j) {
    graph[i].push_back(static_cast<uint32_t>(j));
    graph[j].push_back(static_cast<uint32_t>(i));
    if (uint32_t a = nodes.of[i], b = nodes.of[j]; a != b) {
      coarse[a].push_back(b);
      coarse[b].push_back(a);
    }
  };
  for (size_t k = 0; k < t[RowH].size(); ++k)
    if (t[RowH][k] != t[ColumnH][k])
      edge(static_cast<size_t>(t[RowH][k] - 1), static_cast<size_t>(t[ColumnH][k] - 1));
  for (size_t k = 0; k < t[RowJ].size(); ++k)
    edge(n + static_cast<size_t>(t[RowJ][k] - 1), static_cast<size_t>(t[ColumnJ][k] - 1));
  for (auto &row : coarse) {
    std::sort(row.begin(), row.end());
    row.erase(std::unique(row.begin(), row.end()), row.end());
  }

  // The order, and the upper triangle of K by its columns.
  for (PatternTable table : {Permutation, PivotBlock, FirstK, RowK, PlaceJ, PlaceH, PlaceD, FirstR,
                             ColumnR, PlaceR, FirstL, RowL})
    t[table].clear();
  Order chosen = eliminationOrder(coarse, nodes, n, {});
  // The diagonal of an inequality is never 0, but tiny where it is active: then it is
  // better eliminated late, unless there are so many that this costs much.
  constexpr double muchWork = 1e5, muchMore = 5;
  if (chosen.work > muchWork) {
    std::vector<bool> inequality(equation);
    inequality.flip();
    if (Order early = eliminationOrder(coarse, nodes, n, inequality);
        chosen.work > muchMore * early.work)
      chosen = std::move(early);
  }
  p.work = chosen.work;
  const std::vector<uint32_t> &sequence = chosen.nodes;
  std::vector<uint32_t> place(order), first(sequence.size()), placeOfNode(sequence.size());
  for (uint32_t q = 0; q < sequence.size(); ++q) {
    const std::vector<uint32_t> &scalars = nodes.scalars[sequence[q]];
    placeOfNode[sequence[q]] = q;
    first[q] = static_cast<uint32_t>(t[Permutation].size());
    for (size_t k = 0; k < scalars.size(); ++k) {
      place[scalars[k]] = static_cast<uint32_t>(t[Permutation].size());
      t[Permutation].push_back(scalars[k] + 1);
      t[PivotBlock].push_back(scalars.size() == 1 ? 0 : static_cast<int64_t>(k) + 1);
    }
  }
  std::vector<std::vector<uint32_t>> above(order);
  for (uint32_t i = 0; i < order; ++i)
    for (uint32_t j : graph[i])
      if (place[j] < place[i])
        above[place[i]].push_back(place[j]);
  for (uint32_t k = 0; k < order; ++k) {
    std::sort(above[k].begin(), above[k].end());
    t[FirstK].push_back(static_cast<int64_t>(t[RowK].size()) + 1);
    above[k].push_back(k);
    for (uint32_t r : above[k])
      t[RowK].push_back(r + 1);
  }
  t[FirstK].push_back(static_cast<int64_t>(t[RowK].size()) + 1);
  p.sizes[SizeK] = static_cast<int64_t>(t[RowK].size());
  auto placeOf = [&](size_t i, size_t j) {
    const auto [r, k] = std::minmax(place[i], place[j]);
    const auto it = std::lower_bound(above[k].begin(), above[k].end(), r);
    return t[FirstK][k] + (it - above[k].begin());
  };
  for (size_t k = 0; k < t[RowJ].size(); ++k)
    t[PlaceJ].push_back(placeOf(n + static_cast<size_t>(t[RowJ][k]) - 1, static_cast<size_t>(t[ColumnJ][k]) - 1));
  for (size_t k = 0; k < t[RowH].size(); ++k)
    t[PlaceH].push_back(placeOf(static_cast<size_t>(t[RowH][k]) - 1, static_cast<size_t>(t[ColumnH][k]) - 1));
  for (size_t i = 0; i < order; ++i)
    t[PlaceD].push_back(placeOf(i, i));

  // The rows of L. What is eliminated together has the same.
  Rows before(sequence.size());
  for (uint32_t v = 0; v < coarse.size(); ++v)
    for (uint32_t u : coarse[v])
      if (placeOfNode[u] < placeOfNode[v])
        before[placeOfNode[v]].push_back(placeOfNode[u]);
  for (auto &row : before)
    std::sort(row.begin(), row.end());
  std::vector<std::vector<uint32_t>> columns(order);
  const Rows rows = rowsOfL(before);
  for (uint32_t q = 0; q < sequence.size(); ++q)
    for (uint32_t k = 0; k < nodes.scalars[sequence[q]].size(); ++k) {
      t[FirstR].push_back(static_cast<int64_t>(t[ColumnR].size()) + 1);
      for (uint32_t c : rows[q])
        for (uint32_t l = 0; l < nodes.scalars[sequence[c]].size(); ++l) {
          const uint32_t j = first[c] + l;
          t[ColumnR].push_back(j + 1);
          columns[j].push_back(first[q] + k);
          t[PlaceR].push_back(static_cast<int64_t>(columns[j].size())); // in its column
        }
    }
  t[FirstR].push_back(static_cast<int64_t>(t[ColumnR].size()) + 1);
  for (uint32_t j = 0; j < order; ++j) {
    t[FirstL].push_back(static_cast<int64_t>(t[RowL].size()) + 1);
    for (uint32_t i : columns[j])
      t[RowL].push_back(i + 1);
  }
  t[FirstL].push_back(static_cast<int64_t>(t[RowL].size()) + 1);
  for (size_t k = 0; k < t[PlaceR].size(); ++k)
    t[PlaceR][k] += t[FirstL][static_cast<size_t>(t[ColumnR][k] - 1)] - 1;
  p.sizes[SizeL] = static_cast<int64_t>(t[RowL].size());
}

} // namespace gradus::driver
