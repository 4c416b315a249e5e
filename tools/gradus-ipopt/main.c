/*===- main.c - gradus-ipopt: IPOPT in a process of its own ----------------------===
 *
 * The command gradus is linked statically and cannot open libraries, and IPOPT's
 * memory and faults are better kept apart. This process opens the library, gets a
 * problem through the socket on descriptor 3 (driver/Ipopt.h says in which order),
 * and asks for values and derivatives there.
 *
 * The types of IPOPT's C interface are declared from its documentation: real numbers
 * are double, indices and truth values int. Later versions return truth values as
 * bool: only their lowest byte is read.
 *
 *===------------------------------------------------------------------------===*/

#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int Value(int n, double *x, int fresh, double *f, void *user);
typedef int Gradient(int n, double *x, int fresh, double *gradient, void *user);
typedef int Constraints(int n, double *x, int fresh, int m, double *c, void *user);
typedef int Jacobian(int n, double *x, int fresh, int m, int count, int *row, int *column,
                     double *values, void *user);
typedef int Hessian(int n, double *x, int fresh, double sigma, int m, double *y, int freshY,
                    int count, int *row, int *column, double *values, void *user);
typedef int Intermediate(int mode, int k, double f, double violation, double slope, double barrier,
                         double moved, double regularization, double dual_length, double length,
                         int trials, void *user);
typedef void *Create(int n, double *lower, double *upper, int m, double *clower, double *cupper,
                     int jacobian, int hessian, int from, Value *, Constraints *, Gradient *,
                     Jacobian *, Hessian *);
typedef int Text(void *problem, char *name, char *value);
typedef int Number(void *problem, char *name, double value);
typedef int Whole(void *problem, char *name, int value);
typedef int Callback(void *problem, Intermediate *);
typedef int Solve(void *problem, double *x, double *c, double *f, double *y, double *lower,
                  double *upper, void *user);

enum { channel = 3 };

static int n, m, nj, nh;
static int *jrow, *jcolumn, *hrow, *hcolumn;

static void out(const void *data, size_t size) {
  const char *at = data;
  while (size != 0) {
    const ssize_t done = write(channel, at, size);
    if (done <= 0)
      _exit(1);
    at += done;
    size -= (size_t)done;
  }
}
static void in(void *data, size_t size) {
  char *at = data;
  while (size != 0) {
    const ssize_t done = read(channel, at, size);
    if (done <= 0)
      _exit(1);
    at += done;
    size -= (size_t)done;
  }
}
static void ask(int32_t kind, const double *x) {
  out(&kind, sizeof kind);
  out(x, sizeof(double) * (size_t)n);
}
static int answer(double *values, int count) {
  int32_t ok = 0;
  in(&ok, sizeof ok);
  in(values, sizeof(double) * (size_t)count);
  return ok;
}
static void *room(int count, size_t size) {
  void *p = calloc((size_t)count + 1, size);
  if (p == NULL)
    _exit(1);
  return p;
}
static double *doubles(int count) {
  double *p = room(count, sizeof(double));
  in(p, sizeof(double) * (size_t)count);
  return p;
}
static int *indices(int count) {
  int *p = room(count, sizeof(int));
  in(p, sizeof(int) * (size_t)count);
  return p;
}

static int value(int size, double *x, int fresh, double *f, void *user) {
  (void)size, (void)fresh, (void)user;
  ask(1, x);
  return answer(f, 1);
}
static int gradient(int size, double *x, int fresh, double *g, void *user) {
  (void)size, (void)fresh, (void)user;
  ask(2, x);
  return answer(g, n);
}
static int constraints(int size, double *x, int fresh, int rows, double *c, void *user) {
  (void)size, (void)fresh, (void)rows, (void)user;
  ask(3, x);
  return answer(c, m);
}
static int jacobian(int size, double *x, int fresh, int rows, int count, int *row, int *column,
                    double *values, void *user) {
  (void)size, (void)fresh, (void)rows, (void)user;
  if (values == NULL) {
    memcpy(row, jrow, sizeof(int) * (size_t)count);
    memcpy(column, jcolumn, sizeof(int) * (size_t)count);
    return 1;
  }
  ask(4, x);
  return answer(values, nj);
}
static int hessian(int size, double *x, int fresh, double sigma, int rows, double *y, int fresh_y,
                   int count, int *row, int *column, double *values, void *user) {
  (void)size, (void)fresh, (void)rows, (void)fresh_y, (void)user;
  if (values == NULL) {
    memcpy(row, hrow, sizeof(int) * (size_t)count);
    memcpy(column, hcolumn, sizeof(int) * (size_t)count);
    return 1;
  }
  ask(5, x);
  out(&sigma, sizeof sigma);
  out(y, sizeof(double) * (size_t)m);
  return answer(values, nh);
}
static int intermediate(int mode, int k, double f, double violation, double slope, double barrier,
                        double moved, double regularization, double dual_length, double length,
                        int trials, void *user) {
  const int32_t kind = 6;
  const double row[7] = {k, f, slope, moved, violation, barrier, length};
  (void)mode, (void)regularization, (void)dual_length, (void)trials, (void)user;
  out(&kind, sizeof kind);
  out(row, sizeof row);
  return answer(NULL, 0);
}

int main(void) {
  static const char *const names[] = {"libipopt.so.3", "libipopt.so.1", "libipopt.so"};
  void *library = NULL, *problem;
  Create *create = NULL;
  Text *text = NULL;
  Number *number = NULL;
  Whole *whole = NULL;
  Callback *callback = NULL;
  Solve *solve = NULL;
  int32_t there, head[5], end = 7;
  double *lower, *upper, *clower, *cupper, *x, *y, *c, *below, *above, f = 0;
  int k;
  char quiet[] = "sb", truth[] = "yes", print[] = "print_level";

  signal(SIGINT, SIG_IGN); /* the other side decides what an interrupt means */
  for (k = 0; k < 3 && library == NULL; ++k)
    library = dlopen(names[k], RTLD_NOW | RTLD_LOCAL);
  if (library != NULL) {
    *(void **)&create = dlsym(library, "CreateIpoptProblem");
    *(void **)&text = dlsym(library, "AddIpoptStrOption");
    *(void **)&number = dlsym(library, "AddIpoptNumOption");
    *(void **)&whole = dlsym(library, "AddIpoptIntOption");
    *(void **)&callback = dlsym(library, "SetIntermediateCallback");
    *(void **)&solve = dlsym(library, "IpoptSolve");
  }
  there = create && text && number && whole && callback && solve;
  out(&there, sizeof there);
  if (!there)
    return 1;

  in(head, sizeof head);
  n = head[0], m = head[1], nj = head[2], nh = head[3];
  lower = doubles(n), upper = doubles(n), clower = doubles(m), cupper = doubles(m);
  jrow = indices(nj), jcolumn = indices(nj), hrow = indices(nh), hcolumn = indices(nh);
  x = doubles(n);
  y = room(m, sizeof(double)), c = room(m, sizeof(double));
  below = room(n, sizeof(double)), above = room(n, sizeof(double));
  problem = create(n, lower, upper, m, clower, cupper, nj, nh, 0, value, constraints, gradient,
                   jacobian, hessian);
  if (problem == NULL)
    return 1;
  text(problem, quiet, truth);
  whole(problem, print, 0);
  for (k = 0; k < head[4]; ++k) {
    int32_t length = 0, bad = 8;
    char *name;
    double v = 0;
    in(&length, sizeof length);
    name = room(length, 1);
    in(name, (size_t)length);
    in(&v, sizeof v);
    /* Whether an option is whole IPOPT says only by refusing. */
    if ((number(problem, name, v) & 0xff) == 0 &&
        (v < -1e9 || v > 1e9 || v != (int)v || (whole(problem, name, (int)v) & 0xff) == 0)) {
      out(&bad, sizeof bad);
      out(&k, sizeof k);
      return 1;
    }
    free(name);
  }
  callback(problem, intermediate);
  head[0] = solve(problem, x, c, &f, y, below, above, NULL);
  out(&end, sizeof end);
  out(head, sizeof head[0]);
  for (k = 0; k < n; ++k)
    below[k] -= above[k];
  out(x, sizeof(double) * (size_t)n);
  out(y, sizeof(double) * (size_t)m);
  out(below, sizeof(double) * (size_t)n);
  return 0;
}
