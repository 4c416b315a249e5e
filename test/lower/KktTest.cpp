//===- KktTest.cpp - factors of the KKT matrix, and the runtime's -------------===//

#include "../jit/Harness.h"

#include "driver/KktPattern.h"
#include "lower/KktFunctions.h"

#include <algorithm>
#include <cmath>
#include <random>

using namespace gradus;
using namespace gradus::lower;

namespace {

using Reals = std::vector<double>;

/// A chain of stages: n unknowns, and m constraints on neighbours, every other one an
/// equation.
struct Chain {
  int64_t n = 24, m = 9;
  driver::KktPattern pattern;
  Reals h, j, diagonal, right;

  explicit Chain(bool matched, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> number(-1, 1);
    std::vector<std::vector<uint32_t>> rowsOfJ, rowsOfH(static_cast<size_t>(n));
    for (uint32_t r = 0; r < m; ++r)
      rowsOfJ.push_back({2 * r, 2 * r + 1, 2 * r + 3});
    for (uint32_t i = 0; i < n; ++i) {
      rowsOfH[i].push_back(i);
      if (i % 3 != 0)
        rowsOfH[i].push_back(i - 1);
    }
    pattern = driver::kktEntries(static_cast<size_t>(n), rowsOfJ, rowsOfH);
    std::vector<bool> equation(static_cast<size_t>(m)), free(static_cast<size_t>(n), true);
    for (size_t k = 0; k < equation.size(); ++k)
      equation[k] = k % 2 == 0;
    auto fill = [&](Reals &list, size_t size) {
      while (list.size() < size)
        list.push_back(number(random));
    };
    fill(h, pattern.tables[RowH].size());
    fill(j, pattern.tables[RowJ].size());
    fill(right, static_cast<size_t>(n + m));
    diagonal.assign(static_cast<size_t>(n + m), -0.5);
    std::fill(diagonal.begin(), diagonal.begin() + n, 3.0);
    Reals sizes;
    for (double v : j)
      sizes.push_back(std::fabs(v));
    std::vector<int64_t> partner(static_cast<size_t>(n), -1);
    if (matched)
      partner = driver::matchEquations(pattern, sizes, free, equation);
    driver::kktFactors(pattern, static_cast<size_t>(n), static_cast<size_t>(m), partner, equation);
  }

  struct Found {
    int64_t positive = 0;
    Reals lx, d, e, x, y;
    bool operator==(const Found &) const = default;
  };

  /// K*x = right, and y = K*x.
  Found solve(bool hosted, bool strict = true, jit::Level level = jit::Level::O0) {
    loops::Module module;
    module.strict = strict;
    addKktFunctions(module, hosted);
    for (loops::Function &f : module.functions)
      f.exported = true;
    jit::Program program(module, level);
    int64_t order = n + m, nk = pattern.sizes[SizeK], nl = pattern.sizes[SizeL];
    int64_t nh = pattern.sizes[SizeH], nj = pattern.sizes[SizeJ];
    auto table = [&](PatternTable t) { return pattern.tables[t].data(); };
    Reals kx(static_cast<size_t>(nk), 0.0), w(static_cast<size_t>(order), 7.0);
    auto scatter = [&](PatternTable places, const Reals &from) {
      for (size_t k = 0; k < from.size(); ++k)
        kx[static_cast<size_t>(pattern.tables[places][k] - 1)] += from[k];
    };
    scatter(PlaceH, h);
    scatter(PlaceJ, j);
    scatter(PlaceD, diagonal);
    Found found;
    found.lx.resize(static_cast<size_t>(nl));
    for (Reals *list : {&found.d, &found.e, &found.x, &found.y})
      list->resize(static_cast<size_t>(order));
    program.call("kkt_factor", &order, &nk, &nl, table(FirstK), table(RowK), kx.data(),
                 table(FirstR), table(ColumnR), table(PlaceR), table(FirstL), table(RowL),
                 table(PivotBlock), found.lx.data(), found.d.data(), found.e.data(), w.data(),
                 &found.positive);
    program.call("kkt_solve", &order, &nl, table(Permutation), table(FirstL), table(RowL),
                 table(PivotBlock), found.lx.data(), found.d.data(), found.e.data(), right.data(),
                 w.data(), found.x.data());
    program.call("kkt_multiply", &n, &m, &nh, &nj, table(RowH), table(ColumnH), h.data(),
                 table(RowJ), table(ColumnJ), j.data(), diagonal.data(), found.x.data(),
                 found.y.data());
    return found;
  }
};

TEST(Kkt, SolvesWithBlocksAndWithout) {
  for (bool matched : {false, true})
    for (unsigned seed = 1; seed <= 5; ++seed) {
      Chain chain(matched, seed);
      const auto &blocks = chain.pattern.tables[PivotBlock];
      EXPECT_EQ(std::count(blocks.begin(), blocks.end(), 1) > 0, matched);
      const Chain::Found found = chain.solve(false);
      EXPECT_EQ(found.positive, chain.n);
      for (size_t k = 0; k < found.y.size(); ++k)
        EXPECT_NEAR(found.y[k], chain.right[k], 1e-12);
    }
}

TEST(Kkt, TheRuntimeGivesTheSameBits) {
  for (bool matched : {false, true})
    for (unsigned seed = 1; seed <= 5; ++seed) {
      Chain chain(matched, seed);
      for (bool strict : {false, true})
        EXPECT_EQ(chain.solve(true, strict), chain.solve(false, strict));
    }
}

TEST(Kkt, TheRuntimeSeesWhatIsSingular) {
  for (bool matched : {false, true}) {
    Chain chain(matched, 1);
    for (Reals *list : {&chain.h, &chain.j, &chain.diagonal})
      std::fill(list->begin(), list->end(), 0.0);
    const Chain::Found found = chain.solve(true);
    EXPECT_EQ(found.positive, -1);
    EXPECT_EQ(found.d, chain.solve(false).d);
  }
}

} // namespace
