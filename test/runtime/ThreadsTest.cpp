//===- ThreadsTest.cpp - chunks of loops on several threads ------------------------===//
#include "runtime/Threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

namespace {

constexpr int64_t much = 1'000'000'000; ///< operations: worth to wake anybody

struct Pool {
  explicit Pool(int64_t count) : threads(gradus_threads_create(count)) {}
  ~Pool() { gradus_threads_destroy(threads); }
  GradusThreads *threads;
};

TEST(Threads, EachChunkRunsOnce) {
  for (int64_t count : {1, 2, 3, 8}) {
    Pool pool(count);
    EXPECT_EQ(gradus_threads_count(pool.threads), count);
    GradusFrame frame{};
    frame.threads = pool.threads;
    for (int round = 0; round < 200; ++round) {
      std::vector<std::atomic<int>> runs(16);
      int32_t status = gradus_chunks_run(
          &frame,
          [](GradusFrame *, const void *context, int64_t chunk) -> int32_t {
            ++(*static_cast<std::vector<std::atomic<int>> *>(const_cast<void *>(context)))[chunk];
            return 0;
          },
          &runs, 16, much);
      EXPECT_EQ(status, 0);
      for (auto &r : runs)
        ASSERT_EQ(r, 1);
    }
  }
}

TEST(Threads, TwoChunksRunAtOnce) {
  Pool pool(2);
  GradusFrame frame{};
  frame.threads = pool.threads;
  std::atomic<int> here = 0;
  int32_t status = gradus_chunks_run(
      &frame,
      [](GradusFrame *, const void *context, int64_t) -> int32_t {
        auto &both = *static_cast<std::atomic<int> *>(const_cast<void *>(context));
        ++both;
        for (int wait = 0; wait < 20000 && both < 2; ++wait)
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return both == 2 ? 0 : 1;
      },
      &here, 2, much);
  EXPECT_EQ(status, 0);
}

TEST(Threads, TheFirstFailureCounts) {
  Pool pool(4);
  for (void *threads : {static_cast<void *>(nullptr), static_cast<void *>(pool.threads)})
    for (int round = 0; round < 100; ++round) {
      GradusFrame frame{};
      frame.threads = threads;
      int32_t status = gradus_chunks_run(
          &frame,
          [](GradusFrame *own, const void *, int64_t chunk) -> int32_t {
            if (chunk < 5)
              return 0;
            own->errorSite = static_cast<int32_t>(chunk);
            own->errorValues[0] = 10 * chunk;
            return 1;
          },
          nullptr, 16, much);
      ASSERT_EQ(status, 1);
      ASSERT_EQ(frame.errorSite, 5);
      ASSERT_EQ(frame.errorValues[0], 50);
    }
}

TEST(Threads, ChunksBeforeAFailureAreRun) {
  Pool pool(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::atomic<int>> runs(16);
    GradusFrame frame{};
    frame.threads = pool.threads;
    int32_t status = gradus_chunks_run(
        &frame,
        [](GradusFrame *, const void *context, int64_t chunk) -> int32_t {
          ++(*static_cast<std::vector<std::atomic<int>> *>(const_cast<void *>(context)))[chunk];
          return chunk == 6 || chunk == 13 ? static_cast<int32_t>(chunk) : 0;
        },
        &runs, 16, much);
    ASSERT_EQ(status, 6);
    for (size_t k = 0; k < 16; ++k) {
      if (k <= 6)
        ASSERT_EQ(runs[k], 1);
      else
        ASSERT_LE(runs[k], 1);
    }
  }
}

TEST(Threads, SleepersWakeAndEnd) {
  // Longer apart than a thread looks for work.
  Pool pool(2);
  std::atomic<int> runs = 0;
  for (int64_t work : {int64_t{0}, much, int64_t{1}, much}) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    GradusFrame frame{};
    frame.threads = pool.threads;
    gradus_chunks_run(
        &frame,
        [](GradusFrame *, const void *context, int64_t) -> int32_t {
          ++*static_cast<std::atomic<int> *>(const_cast<void *>(context));
          return 0;
        },
        &runs, 4, work);
  }
  EXPECT_EQ(runs, 16);
  std::this_thread::sleep_for(std::chrono::milliseconds(5)); // ends while they sleep
}

TEST(Threads, WhoFindsThemBusyWorksAlone) {
  Pool pool(2);
  auto work = [&] {
    for (int round = 0; round < 300; ++round) {
      GradusFrame frame{};
      frame.threads = pool.threads;
      std::vector<int64_t> squares(16);
      gradus_chunks_run(
          &frame,
          [](GradusFrame *, const void *context, int64_t chunk) -> int32_t {
            (*static_cast<std::vector<int64_t> *>(const_cast<void *>(context)))[chunk] =
                chunk * chunk;
            return 0;
          },
          &squares, 16, much);
      for (int64_t k = 0; k < 16; ++k)
        ASSERT_EQ(squares[static_cast<size_t>(k)], k * k);
    }
  };
  std::thread other(work);
  work();
  other.join();
}

TEST(Threads, RoomIsOnACacheLineAndOnesOwn) {
  void *mine = gradus_chunks_room(1000);
  ASSERT_NE(mine, nullptr);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(mine) % 64, 0u);
  std::memset(mine, 1, 1000);
  std::thread([&] { EXPECT_NE(gradus_chunks_room(1000), mine); }).join();
  EXPECT_EQ(gradus_chunks_room(8), mine) << "room that is there is used again";
  auto *more = static_cast<char *>(gradus_chunks_room(100'000));
  ASSERT_NE(more, nullptr);
  std::memset(more, 1, 100'000);
}

} // namespace
