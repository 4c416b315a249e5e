//===- AllocationTest.cpp - descents take no memory once they run -------------------===//
//
// This program's own malloc counts the calls. A descent calls its host after every
// iteration; between two of these calls nothing may be allocated.
//
//===--------------------------------------------------------------------===//

#include "driver/Solve.h"
#include "methods/Library.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define COUNTS_ALLOCATIONS 0
#else
#define COUNTS_ALLOCATIONS 1
namespace {
std::atomic<long> allocations{0};
} // namespace

extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void *realloc(void *old, size_t size) {
  ++allocations;
  return __libc_realloc(old, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
void *memalign(size_t alignment, size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void **result, size_t alignment, size_t size) {
  ++allocations;
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : ENOMEM;
}
}
#endif

namespace gradus::driver {
namespace {

#if COUNTS_ALLOCATIONS
/// A sum over data and of squares, with a sparse Hessian and a bound: something for
/// every method.
std::string model(const std::string &method) {
  return "data t[12] = [1, 0.5, 2, 0.7, 1.2, 1.4, 0.3, 1.9, 0.8, 1.1, 0.6, 1]\n"
         "var x[i in 1..12] >= 0.1 start 0.5\n"
         "minimize (sum(i in 1..12) (x[i] - t[i])^2) + "
         "sum(i in 1..11) (10*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)\n"
         "solve with " +
         method + "\n";
}

/// Allocations between two calls of the host, and how often there were two.
struct Counted {
  long allocated = 0, intervals = 0;
  Solution solution;
};

Counted solve(const std::string &method) {
  Counted counted;
  Session session;
  EXPECT_TRUE(session.loadText("model.opt", model(method)) && session.bind())
      << session.diagnostics.renderAll();
  long before = -1;
  SolveOptions options;
  options.progress = [&](const TraceRow &row, const double *, size_t) {
    if (row.k != 0 && before >= 0) {
      counted.allocated += allocations - before;
      ++counted.intervals;
    }
    before = allocations;
    return true;
  };
  EXPECT_TRUE(solveProblem(session, session.module().problems.front(), options, nullptr,
                           counted.solution))
      << session.diagnostics.renderAll();
  return counted;
}

TEST(Allocation, TheCounterCounts) {
  const long before = allocations;
  std::free(std::malloc(100));
  delete new int(1);
  std::free(std::calloc(10, 10));
  EXPECT_GE(allocations - before, 2);
}

TEST(Allocation, NoneBetweenIterationsOfAnyShippedMethod) {
  for (const methods::MethodText &m : methods::shipped()) {
    const std::string name(m.name);
    const Counted counted = solve(name + "(steps = 200)");
    EXPECT_GE(counted.intervals, 1) << name;
    EXPECT_EQ(counted.allocated, 0) << name << ", " << counted.intervals << " iterations";
  }
}

TEST(Allocation, NoneInMethodsThatDrawRowsOrSolveSystems) {
  for (const char *call : {"adam(rate = 0.1, rows = 4, steps = 50)", "sgd(rows = 3, steps = 50)",
                           "own(steps = 50)"}) {
    const std::string text =
        std::string(call).starts_with("own")
            ? std::string(call) + "\nmethod own() {\n  let H = hess(x)\n"
                                  "  x = project(x - 0.5*solve(H'*H + 1e-3*H, H*grad(x)))\n}"
            : std::string(call);
    const Counted counted = solve(text);
    EXPECT_GE(counted.intervals, 2) << call;
    EXPECT_EQ(counted.allocated, 0) << call << ", " << counted.intervals << " iterations";
  }
}
#else
TEST(Allocation, IsNotCountedHere) { GTEST_SKIP() << "needs the malloc of glibc, without sanitizers"; }
#endif

} // namespace
} // namespace gradus::driver
