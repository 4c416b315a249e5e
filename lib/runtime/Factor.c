//===- Factor.c - L*D*L' of sparse symmetric matrices ---------------------------===//
//
// Row by row, with the elimination tree found once: Davis, Algorithm 849, ACM
// Trans. Math. Software 31, 2005; Direct Methods for Sparse Linear Systems, SIAM
// 2006, chapter 4. A pivot of the wrong sign or too small is replaced, which
// factors A + E with a diagonal E: enough for a descent direction, and for
// quasidefinite systems with their signs known.
//
// Emitted C takes the parts between marks as they are, with `double` as wide as
// its reals: constants that are no whole numbers are cast to it.
//
//===--------------------------------------------------------------------===//

#include "runtime/Sparse.h"

int64_t gradus_ldl_fill(const int64_t *plan) { return plan[2]; }

//--- plans
/// The head of a plan; arrays of n, n+1 or `entries` elements follow.
enum { PlanSize, PlanEntries, PlanFill, PlanHead };

/// Where the parts of a plan are.
typedef struct Plan {
  int64_t n, entries, fill;
  int64_t *order;     // n: row k of the permuted matrix was row order[k]
  int64_t *parent;    // n: in the elimination tree, -1: a root
  int64_t *columns;   // n+1: where the columns of L begin
  int64_t *start;     // n+1: of the upper triangle of the permuted matrix, by columns
  int64_t *row;       // entries
  int64_t *value;     // entries: which entry of the given matrix it is
} Plan;

static Plan view(const int64_t *plan) {
  Plan p;
  int64_t *at = (int64_t *)plan + PlanHead;
  p.n = plan[PlanSize];
  p.entries = plan[PlanEntries];
  p.fill = plan[PlanFill];
  p.order = at;
  p.parent = p.order + p.n;
  p.columns = p.parent + p.n;
  p.start = p.columns + p.n + 1;
  p.row = p.start + p.n + 1;
  p.value = p.row + p.entries;
  return p;
}

int64_t gradus_ldl_plan(int64_t n, const int64_t *start, const int64_t *row, const int64_t *order,
                        int64_t *plan, int64_t *factor, int64_t *work) {
  int64_t entries = start[n], fill = 0, j, k, p;
  int64_t *place = work, *parent = place + n, *flag = parent + n, *count = flag + n;
  int64_t *begin = count + n, *upper = begin + n + 1, *which = upper + entries;
  for (k = 0; k < n; ++k)
    place[order ? order[k] : k] = k;
  // The lower triangle by columns is the upper triangle by rows; of the permuted matrix
  // entry (i, j) goes to column max and row min.
  for (k = 0; k <= n; ++k)
    begin[k] = 0;
  for (j = 0; j < n; ++j)
    for (p = start[j]; p < start[j + 1]; ++p) {
      int64_t a = place[j], b = place[row[p]];
      ++begin[(a > b ? a : b) + 1];
    }
  for (k = 0; k < n; ++k) {
    begin[k + 1] += begin[k];
    count[k] = begin[k];
  }
  for (j = 0; j < n; ++j)
    for (p = start[j]; p < start[j + 1]; ++p) {
      int64_t a = place[j], b = place[row[p]], column = a > b ? a : b;
      upper[count[column]] = a > b ? b : a;
      which[count[column]++] = p;
    }
  for (k = 0; k < n; ++k) {
    parent[k] = -1;
    count[k] = 0;
    flag[k] = k;
    for (p = begin[k]; p < begin[k + 1]; ++p) {
      int64_t i = upper[p];
      for (; flag[i] != k; i = parent[i]) {
        if (parent[i] < 0)
          parent[i] = k;
        ++count[i];
        flag[i] = k;
      }
    }
  }
  for (k = 0; k < n; ++k)
    fill += count[k];
  *factor = 2 * fill + 7 * n;
  if (plan) {
    Plan made;
    plan[PlanSize] = n;
    plan[PlanEntries] = entries;
    plan[PlanFill] = fill;
    made = view(plan);
    made.columns[0] = 0;
    for (k = 0; k < n; ++k) {
      made.order[k] = order ? order[k] : k;
      made.parent[k] = parent[k];
      made.columns[k + 1] = made.columns[k] + count[k];
      made.start[k] = begin[k];
    }
    made.start[n] = entries;
    for (p = 0; p < entries; ++p) {
      made.row[p] = upper[p];
      made.value[p] = which[p];
    }
  }
  return PlanHead + 4 * n + 2 + 2 * entries;
}

//--- factors
/// Where the parts of a factor are: whole numbers share the array of reals, and start
/// on a whole number of pairs.
typedef struct Factor {
  double *value, *diagonal, *y, *x; // fill, n, n, n
  int64_t *row;                     // fill
  int64_t *used, *pattern, *flag;   // n each
} Factor;

static Factor parts(const Plan *p, double *factor) {
  Factor f;
  f.value = factor;
  f.diagonal = f.value + p->fill;
  f.y = f.diagonal + p->n;
  f.x = f.y + p->n;
  f.row = (int64_t *)(void *)(f.x + p->n + (p->fill + p->n) % 2);
  f.used = f.row + p->fill;
  f.pattern = f.used + p->n;
  f.flag = f.pattern + p->n;
  return f;
}

static double pivot_of(double pivot, double sign, double least, GradusInertia *inertia) {
  double size = pivot < 0 ? -pivot : pivot;
  if (pivot > 0)
    ++inertia->positive;
  if (pivot < 0)
    ++inertia->negative;
  if (sign * pivot >= least)
    return pivot;
  ++inertia->raised;
  return sign * (size > least ? size : least);
}

void gradus_ldl_factor(const int64_t *plan, const double *values, const double *held,
                       const double *sign, double shift, double least, double *factor,
                       GradusInertia *inertia) {
  Plan p = view(plan);
  Factor f = parts(&p, factor);
  int64_t k, q;
  inertia->positive = inertia->negative = inertia->raised = 0;
  for (k = 0; k < p.n; ++k) {
    f.y[k] = 0;
    f.flag[k] = -1;
    f.used[k] = 0;
  }
  for (k = 0; k < p.n; ++k) {
    int64_t top = p.n, own = p.order[k];
    double pivot = held && held[own] == 0 ? (double)1 : shift;
    f.flag[k] = k;
    // Row k of L: the values, and its pattern along the paths to k in the tree.
    for (q = p.start[k]; q < p.start[k + 1]; ++q) {
      int64_t i = p.row[q], length = 0;
      if (held && (held[own] == 0 || held[p.order[i]] == 0))
        continue;
      if (i == k) {
        pivot += values[p.value[q]];
        continue;
      }
      f.y[i] += values[p.value[q]];
      for (; f.flag[i] != k; i = p.parent[i]) {
        f.pattern[length++] = i;
        f.flag[i] = k;
      }
      while (length > 0)
        f.pattern[--top] = f.pattern[--length];
    }
    for (; top < p.n; ++top) {
      int64_t i = f.pattern[top], begin = p.columns[i], end = begin + f.used[i];
      double y = f.y[i], l = y / f.diagonal[i];
      f.y[i] = 0;
      for (q = begin; q < end; ++q)
        f.y[f.row[q]] -= f.value[q] * y;
      pivot -= l * y;
      f.row[end] = k;
      f.value[end] = l;
      ++f.used[i];
    }
    if (held && held[own] == 0)
      f.diagonal[k] = 1;
    else
      f.diagonal[k] = pivot_of(pivot, sign ? sign[own] : (double)1, least, inertia);
  }
}

void gradus_ldl_solve(const int64_t *plan, double *factor, const double *right, double *x) {
  Plan p = view(plan);
  Factor f = parts(&p, factor);
  int64_t k, q;
  for (k = 0; k < p.n; ++k)
    f.x[k] = right[p.order[k]];
  for (k = 0; k < p.n; ++k)
    for (q = p.columns[k]; q < p.columns[k] + f.used[k]; ++q)
      f.x[f.row[q]] -= f.value[q] * f.x[k];
  for (k = p.n; k-- > 0;) {
    f.x[k] /= f.diagonal[k];
    for (q = p.columns[k]; q < p.columns[k] + f.used[k]; ++q)
      f.x[k] -= f.value[q] * f.x[f.row[q]];
  }
  for (k = 0; k < p.n; ++k)
    x[p.order[k]] = f.x[k];
}

int64_t gradus_hess_solve(int64_t n, int64_t entries, int64_t plan_length, int64_t factor_length,
                          double shift, double pivot, const int64_t *plan, const double *values,
                          const double *right, double *factor, double *x) {
  Plan p = view(plan);
  GradusInertia inertia;
  double largest = 0, least;
  int64_t k, q;
  (void)n, (void)entries, (void)plan_length, (void)factor_length;
  for (k = 0; k < p.n; ++k)
    for (q = p.start[k]; q < p.start[k + 1]; ++q)
      if (p.row[q] == k) {
        double size = values[p.value[q]] < 0 ? -values[p.value[q]] : values[p.value[q]];
        if (size > largest)
          largest = size;
      }
  least = (double)1e-300 > 0 ? (double)1e-300 : (double)1e-36;
  if (pivot * largest > least)
    least = pivot * largest;
  for (k = 0; k < 40; ++k) {
    double more = k == 0 ? (double)0 : (double)1e-3 * largest;
    for (q = 1; q < k; ++q)
      more *= 4;
    gradus_ldl_factor(plan, values, right, NULL, shift + more, least, factor, &inertia);
    if (inertia.raised == 0)
      break;
  }
  gradus_ldl_solve(plan, factor, right, x);
  return k;
}

//--- other
