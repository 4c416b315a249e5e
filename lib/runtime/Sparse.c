//===- Sparse.c - assembly of sparse matrices and orders of elimination -------===//

#include "runtime/Sparse.h"

int64_t gradus_sparse_order_room(int64_t n, int64_t entries) { return 2 * entries + 12 * n + 8; }

//--- assembly
int64_t gradus_sparse_assemble(int64_t slots, const int64_t *rows, const int64_t *columns,
                               int64_t m, int64_t n, int64_t *start, int64_t *row,
                               int64_t *position, int64_t *work) {
  int64_t *byRow = work, *byColumn = work + slots, *count = work + 2 * slots;
  int64_t k, entries = 0, used = 0;
  // Two stable counting sorts: by row, then by column.
  for (k = 0; k <= m + 1; ++k)
    count[k] = 0;
  for (k = 0; k < slots; ++k)
    ++count[rows[k] + 1];
  for (k = 0; k <= m; ++k)
    count[k + 1] += count[k];
  for (k = 0; k < slots; ++k)
    byRow[count[rows[k]]++] = k;
  for (k = 0; k <= n + 1; ++k)
    count[k] = 0;
  for (k = 0; k < slots; ++k)
    ++count[(rows[k] == 0 ? 0 : columns[k]) + 1];
  for (k = 0; k <= n; ++k)
    count[k + 1] += count[k];
  for (k = 0; k < slots; ++k) {
    int64_t s = byRow[k];
    byColumn[count[rows[s] == 0 ? 0 : columns[s]]++] = s;
  }
  // Slots without an entry come first, as column 0; equal places are neighbours.
  start[0] = 0;
  for (k = 0; k < slots; ++k) {
    int64_t s = byColumn[k];
    if (rows[s] == 0) {
      position[s] = 0;
      continue;
    }
    while (used < columns[s] - 1)
      start[++used] = entries;
    if (entries == start[used] || row[entries - 1] != rows[s] - 1)
      row[entries++] = rows[s] - 1;
    position[s] = entries;
  }
  while (used < n)
    start[++used] = entries;
  return entries;
}

//--- orders
// Approximate minimum degree.
// Amestoy, Davis and Duff, SIAM J. Matrix Anal. Appl. 17, 1996, without the
// detection of equal variables: the quotient graph, degrees bounded by the
// sizes of elements, elements that are covered by another one absorbed.

enum { Variable, Element, Gone };

typedef struct Quotient {
  int64_t n, free, room;
  int64_t *lists;                          // of elements, then variables; of an element: variables
  int64_t *at, *length, *elements, *state; // of each list; how many elements are in it
  int64_t *degree, *head, *next, *last;    // variables by degree
  int64_t *mark, *outside;
} Quotient;

static void unlist(Quotient *q, int64_t i) {
  if (q->last[i] >= 0)
    q->next[q->last[i]] = q->next[i];
  else
    q->head[q->degree[i]] = q->next[i];
  if (q->next[i] >= 0)
    q->last[q->next[i]] = q->last[i];
}

static void enlist(Quotient *q, int64_t i) {
  int64_t first = q->head[q->degree[i]];
  q->next[i] = first;
  q->last[i] = -1;
  if (first >= 0)
    q->last[first] = i;
  q->head[q->degree[i]] = i;
}

// Moves the lists of what is still there together. Each list's first element makes
// place for its owner while the lists are swept.
static void compact(Quotient *q) {
  int64_t i, from = 0, to = 0;
  for (i = 0; i < q->n; ++i)
    if (q->state[i] != Gone && q->length[i] > 0) {
      int64_t first = q->lists[q->at[i]];
      q->lists[q->at[i]] = -i - 1;
      q->at[i] = first;
    }
  while (from < q->free) {
    int64_t k, owner = -q->lists[from] - 1, first;
    if (owner < 0) {
      ++from;
      continue;
    }
    first = q->at[owner];
    q->at[owner] = to;
    q->lists[to++] = first;
    ++from;
    for (k = 1; k < q->length[owner]; ++k)
      q->lists[to++] = q->lists[from++];
  }
  q->free = to;
}

static void start_quotient(Quotient *q, int64_t n, const int64_t *start, const int64_t *row,
                           int64_t *work) {
  int64_t **arrays[10];
  int64_t k, j, p, total = 0;
  arrays[0] = &q->at, arrays[1] = &q->length, arrays[2] = &q->elements, arrays[3] = &q->state;
  arrays[4] = &q->degree, arrays[5] = &q->head, arrays[6] = &q->next, arrays[7] = &q->last;
  arrays[8] = &q->mark, arrays[9] = &q->outside;
  q->n = n;
  for (k = 0; k < 10; ++k)
    *arrays[k] = work + k * n;
  q->lists = work + 10 * n;
  q->room = 2 * start[n] + 2 * n + 8;
  for (j = 0; j < n; ++j) {
    q->length[j] = q->elements[j] = q->mark[j] = q->outside[j] = 0;
    q->state[j] = Variable;
    q->head[j] = -1;
  }
  for (j = 0; j < n; ++j)
    for (p = start[j]; p < start[j + 1]; ++p)
      if (row[p] != j) {
        ++q->length[j];
        ++q->length[row[p]];
      }
  for (j = 0; j < n; ++j) {
    q->at[j] = total;
    total += q->length[j];
    q->degree[j] = q->length[j];
    q->length[j] = 0;
  }
  q->free = total;
  for (j = 0; j < n; ++j)
    for (p = start[j]; p < start[j + 1]; ++p)
      if (row[p] != j) {
        q->lists[q->at[j] + q->length[j]++] = row[p];
        q->lists[q->at[row[p]] + q->length[row[p]]++] = j;
      }
  for (j = n; j-- > 0;)
    enlist(q, j);
}

// The variables that the elimination of `pivot` couples become its list.
static void make_element(Quotient *q, int64_t pivot, int64_t tag) {
  int64_t k, p, begin;
  if (q->free + q->degree[pivot] > q->room)
    compact(q);
  begin = q->free;
  q->mark[pivot] = tag;
  for (k = 0; k < q->length[pivot]; ++k) {
    int64_t other = q->lists[q->at[pivot] + k];
    if (q->state[other] == Gone)
      continue;
    if (k >= q->elements[pivot]) { // a variable
      if (q->state[other] == Variable && q->mark[other] != tag) {
        q->mark[other] = tag;
        q->lists[q->free++] = other;
      }
      continue;
    }
    for (p = 0; p < q->length[other]; ++p) {
      int64_t i = q->lists[q->at[other] + p];
      if (q->state[i] == Variable && q->mark[i] != tag) {
        q->mark[i] = tag;
        q->lists[q->free++] = i;
      }
    }
    q->state[other] = Gone;
  }
  q->at[pivot] = begin;
  q->length[pivot] = q->free - begin;
  q->elements[pivot] = 0;
  q->state[pivot] = Element;
}

// Rewrites the list of one variable of the new element; returns a bound of its degree
// without the element, -1 when there is nothing else.
static int64_t update(Quotient *q, int64_t i, int64_t pivot, int64_t tag, int64_t stamp) {
  int64_t *list = q->lists + q->at[i];
  int64_t k, kept = 0, elements, degree = 0, first;
  for (k = 0; k < q->elements[i]; ++k) {
    int64_t e = list[k], rest;
    if (q->state[e] != Element)
      continue;
    rest = q->outside[e] - stamp;
    if (rest == 0) {
      q->state[e] = Gone; // covered by the new one
      continue;
    }
    degree += rest;
    list[kept++] = e;
  }
  elements = kept;
  for (k = q->elements[i]; k < q->length[i]; ++k) {
    int64_t j = list[k];
    if (q->state[j] != Variable || q->mark[j] == tag)
      continue;
    ++degree;
    list[kept++] = j;
  }
  if (kept == 0)
    return -1;
  // The pivot was in the list, or an element that is gone: there is place for one more.
  first = list[elements];
  list[elements] = pivot;
  if (kept > elements)
    list[kept] = first;
  q->elements[i] = elements + 1;
  q->length[i] = kept + 1;
  return degree;
}

void gradus_sparse_order(int64_t n, const int64_t *start, const int64_t *row, int64_t *order,
                         int64_t *work) {
  Quotient q;
  int64_t done = 0, least = 0, tag = 0, stamp = 0;
  start_quotient(&q, n, start, row, work);
  while (done < n) {
    int64_t k, p, pivot, size, kept = 0;
    while (q.head[least] < 0)
      ++least;
    pivot = q.head[least];
    unlist(&q, pivot);
    order[done++] = pivot;
    make_element(&q, pivot, ++tag);
    size = q.length[pivot];
    // outside[e] - stamp: how many variables of e are not in the new element.
    stamp += n + 1;
    for (k = 0; k < size; ++k) {
      int64_t i = q.lists[q.at[pivot] + k];
      unlist(&q, i);
      for (p = 0; p < q.elements[i]; ++p) {
        int64_t e = q.lists[q.at[i] + p];
        if (q.state[e] != Element)
          continue;
        if (q.outside[e] < stamp)
          q.outside[e] = stamp + q.length[e];
        --q.outside[e];
      }
    }
    for (k = 0; k < size; ++k) {
      int64_t i = q.lists[q.at[pivot] + k], degree = update(&q, i, pivot, tag, stamp);
      if (degree < 0) { // coupled with nothing else: may go now
        q.state[i] = Gone;
        order[done++] = i;
        continue;
      }
      q.degree[i] = degree;
      q.lists[q.at[pivot] + kept++] = i;
    }
    q.free = q.at[pivot] + kept;
    q.length[pivot] = kept;
    if (kept == 0)
      q.state[pivot] = Gone;
    for (k = 0; k < kept; ++k) {
      int64_t i = q.lists[q.at[pivot] + k], degree = q.degree[i] + kept - 1;
      q.degree[i] = degree < n - done ? degree : n - done - 1;
      if (q.degree[i] < 0)
        q.degree[i] = 0;
      enlist(&q, i);
      if (q.degree[i] < least)
        least = q.degree[i];
    }
  }
}

//--- other
