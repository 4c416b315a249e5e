//===- SparseTest.cpp - assembly, orders and factors ----------------------------===//

#include "runtime/Sparse.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

namespace {

using Whole = std::vector<int64_t>;
using Reals = std::vector<double>;

/// A symmetric matrix: its lower triangle in compressed columns.
struct Matrix {
  int64_t n = 0;
  Whole start, row;
  Reals value;

  Matrix(int64_t size, const std::map<std::pair<int64_t, int64_t>, double> &lower) : n(size) {
    start.assign(static_cast<size_t>(n) + 1, 0);
    for (const auto &[place, v] : lower) { // by column, then row
      row.push_back(place.second);
      value.push_back(v);
      ++start[static_cast<size_t>(place.first) + 1];
    }
    std::partial_sum(start.begin(), start.end(), start.begin());
  }
  Reals times(const Reals &x) const {
    Reals y(x.size());
    for (size_t j = 0; j < x.size(); ++j)
      for (auto p = static_cast<size_t>(start[j]); p < static_cast<size_t>(start[j + 1]); ++p) {
        auto i = static_cast<size_t>(row[p]);
        y[i] += value[p] * x[j];
        if (i != j)
          y[j] += value[p] * x[i];
      }
    return y;
  }
  Whole order() const {
    Whole result(static_cast<size_t>(n));
    Whole work(static_cast<size_t>(gradus_sparse_order_room(n, start.back())));
    gradus_sparse_order(n, start.data(), row.data(), result.data(), work.data());
    return result;
  }
};

struct Factored {
  Whole plan;
  Reals factor;
  GradusInertia inertia{};

  Factored(const Matrix &a, const Whole &order, const double *sign = nullptr, double shift = 0,
           double least = 0, const double *held = nullptr) {
    Whole work(static_cast<size_t>(6 * a.n + 2 * a.start.back() + 2));
    const int64_t *given = order.empty() ? nullptr : order.data();
    int64_t size = 0;
    plan.resize(static_cast<size_t>(gradus_ldl_plan(a.n, a.start.data(), a.row.data(), given,
                                                    nullptr, &size, work.data())));
    gradus_ldl_plan(a.n, a.start.data(), a.row.data(), given, plan.data(), &size, work.data());
    factor.resize(static_cast<size_t>(size));
    gradus_ldl_factor(plan.data(), a.value.data(), held, sign, shift, least, factor.data(),
                      &inertia);
  }
  Reals solve(const Reals &b) {
    Reals x = b;
    gradus_ldl_solve(plan.data(), factor.data(), x.data(), x.data());
    return x;
  }
};

Reals randomVector(int64_t n, std::mt19937 &random) {
  std::uniform_real_distribution<double> number(-1, 1);
  Reals x;
  for (int64_t k = 0; k < n; ++k)
    x.push_back(number(random));
  return x;
}

double distance(const Reals &a, const Reals &b) {
  double most = 0;
  for (size_t k = 0; k < a.size(); ++k)
    most = std::max(most, std::abs(a[k] - b[k]));
  return most;
}

Matrix grid(int64_t side) {
  std::map<std::pair<int64_t, int64_t>, double> lower;
  for (int64_t i = 0; i < side; ++i)
    for (int64_t j = 0; j < side; ++j) {
      int64_t k = side * i + j;
      lower[{k, k}] = 4.5;
      if (j + 1 < side)
        lower[{k, k + 1}] = -1;
      if (i + 1 < side)
        lower[{k, k + side}] = -1;
    }
  return Matrix(side * side, lower);
}

TEST(SparseAssembly, SortsAndMergesSlots) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 200; ++trial) {
    int64_t m = 1 + random() % 7, n = 1 + random() % 7, slots = random() % 40;
    Whole rows, columns;
    std::map<std::pair<int64_t, int64_t>, int64_t> expected; // by column, then row
    for (int64_t s = 0; s < slots; ++s) {
      bool none = random() % 5 == 0;
      rows.push_back(none ? 0 : 1 + static_cast<int64_t>(random() % m));
      columns.push_back(none ? 0 : 1 + static_cast<int64_t>(random() % n));
      if (!none)
        expected[{columns.back() - 1, rows.back() - 1}];
    }
    int64_t next = 0;
    for (auto &[place, entry] : expected)
      entry = ++next;
    Whole start(n + 1), row(slots), position(slots), work(2 * slots + std::max(m, n) + 2);
    int64_t entries = gradus_sparse_assemble(slots, rows.data(), columns.data(), m, n, start.data(),
                                             row.data(), position.data(), work.data());
    ASSERT_EQ(entries, next);
    ASSERT_EQ(start[0], 0);
    ASSERT_EQ(start[n], entries);
    for (int64_t s = 0; s < slots; ++s) {
      if (rows[s] == 0) {
        ASSERT_EQ(position[s], 0);
        continue;
      }
      ASSERT_EQ(position[s], (expected[{columns[s] - 1, rows[s] - 1}]));
      ASSERT_EQ(row[position[s] - 1], rows[s] - 1);
      ASSERT_LE(start[columns[s] - 1], position[s] - 1);
      ASSERT_LT(position[s] - 1, start[columns[s]]);
    }
  }
}

TEST(SparseOrder, IsAPermutationForEveryPattern) {
  std::mt19937 random(11);
  for (int trial = 0; trial < 300; ++trial) {
    int64_t n = 1 + random() % 40, edges = random() % (3 * n);
    std::map<std::pair<int64_t, int64_t>, double> lower;
    for (int64_t k = 0; k < n; ++k)
      lower[{k, k}] = 2.0 * static_cast<double>(n);
    for (int64_t e = 0; e < edges; ++e) {
      int64_t i = random() % n, j = random() % n;
      if (i != j)
        lower[{std::min(i, j), std::max(i, j)}] = 1;
    }
    Matrix a(n, lower);
    Whole order = a.order(), sorted = order;
    std::sort(sorted.begin(), sorted.end());
    for (int64_t k = 0; k < n; ++k)
      ASSERT_EQ(sorted[k], k);
    Factored f(a, order);
    Reals x = randomVector(n, random);
    ASSERT_LE(distance(f.solve(a.times(x)), x), 1e-12);
    ASSERT_EQ(f.inertia.positive, n);
    ASSERT_EQ(f.inertia.raised, 0);
  }
}

TEST(SparseOrder, FillsAGridLittle) {
  Matrix a = grid(40);
  Factored given(a, {}), ordered(a, a.order());
  // In the given order the band of 40 fills.
  EXPECT_GT(gradus_ldl_fill(given.plan.data()), 60000);
  EXPECT_LT(gradus_ldl_fill(ordered.plan.data()), 24000);
  std::mt19937 random(3);
  Reals x = randomVector(a.n, random);
  EXPECT_LE(distance(ordered.solve(a.times(x)), x), 1e-12);
}

TEST(SparseOrder, AnArrowDoesNotFill) {
  std::map<std::pair<int64_t, int64_t>, double> lower;
  for (int64_t k = 0; k < 50; ++k) {
    lower[{k, k}] = 3;
    if (k > 0)
      lower[{0, k}] = 0.1;
  }
  Matrix a(50, lower);
  EXPECT_EQ(gradus_ldl_fill(Factored(a, {}).plan.data()), 49 * 50 / 2);
  EXPECT_EQ(gradus_ldl_fill(Factored(a, a.order()).plan.data()), 49);
}

TEST(SparseFactor, HasTheInertiaOfASaddle) {
  // [4 1; 1 -3] and [2 0 1; 0 2 1; 1 1 0]
  Matrix a(5, {{{0, 0}, 4}, {{0, 1}, 1}, {{1, 1}, -3}, {{2, 2}, 2}, {{3, 3}, 2}, {{2, 4}, 1}, {{3, 4}, 1}});
  Reals sign{1, -1, 1, 1, -1};
  Factored f(a, {}, sign.data());
  EXPECT_EQ(f.inertia.positive, 3);
  EXPECT_EQ(f.inertia.negative, 2);
  EXPECT_EQ(f.inertia.raised, 0);
  Reals x{1, 2, 3, 4, 5};
  EXPECT_LE(distance(f.solve(a.times(x)), x), 1e-14);
}

TEST(SparseFactor, RaisesPivotsOfTheWrongSign) {
  Matrix a(2, {{{0, 0}, -2}, {{1, 1}, 1e-12}});
  Factored f(a, {}, nullptr, 0, 1e-8);
  EXPECT_EQ(f.inertia.raised, 2);
  EXPECT_EQ(f.inertia.negative, 1);
  EXPECT_EQ(f.solve({2, 1}), (Reals{1, 1e8}));
}

TEST(SparseFactor, ShiftsAndHolds) {
  Matrix a(3, {{{0, 0}, 2}, {{0, 1}, 1}, {{1, 1}, 3}, {{1, 2}, 1}, {{2, 2}, 4}});
  Reals held{1, 0, 1};
  Factored f(a, a.order(), nullptr, 1, 0, held.data());
  // Without the second: 3 and 5 on the diagonal.
  EXPECT_EQ(f.solve({3, 7, 10}), (Reals{1, 7, 2}));
}

TEST(SparseFactor, HessSolveShiftsUntilItDescends) {
  // Indefinite: 1 and 3 on the diagonal, 2 beside it.
  Matrix a(2, {{{0, 0}, 1}, {{0, 1}, 2}, {{1, 1}, 3}});
  Factored plan(a, {});
  Reals right{1, -1}, x(2), factor(plan.factor.size());
  auto solve = [&](double shift) {
    return gradus_hess_solve(2, 3, static_cast<int64_t>(plan.plan.size()),
                             static_cast<int64_t>(factor.size()), shift, 1e-8, plan.plan.data(),
                             a.value.data(), right.data(), factor.data(), x.data());
  };
  EXPECT_GT(solve(0), 0);
  EXPECT_GT(x[0] * right[0] + x[1] * right[1], 0);
  // With enough of a shift there is nothing to raise: [3 2; 2 5].
  EXPECT_EQ(solve(2), 0);
  EXPECT_NEAR(x[0], 7.0 / 11, 1e-15);
  EXPECT_NEAR(x[1], -5.0 / 11, 1e-15);
  // What is 0 on the right rests.
  right = {0, 6};
  EXPECT_EQ(solve(0), 0);
  EXPECT_EQ(x, (Reals{0, 2}));
}

TEST(SparseFactor, OfNothing) {
  Matrix a(0, {});
  Factored f(a, a.order());
  EXPECT_EQ(f.solve({}), Reals{});
}

} // namespace
