//===- Threads.cpp - loops in chunks, on several threads -------------------===//
#include "runtime/Threads.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace {

/// Operations for which threads are woken that sleep. Waking costs the caller up to 10
/// microseconds, in which a processor does some 200,000 of them at most.
constexpr int64_t workToWake = 500'000;
/// How long a thread looks for work, or for the end of it, before it sleeps: it takes up
/// to 50 microseconds to wake, most where a processor was halted, above all a virtual one.
/// Within a solve the next loop comes sooner, after sums over vectors that stay on one.
constexpr std::chrono::microseconds patience{1000}, patienceOfCaller{20};

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

/// Looks until there is something to see, but not for long.
template <class See> bool watch(std::chrono::microseconds longest, bool yield, See see) {
  constexpr int looks = 64; // a microsecond or two
  const auto end = std::chrono::steady_clock::now() + longest;
  do {
    for (int k = 0; k < looks; ++k) {
      if (see())
        return true;
      pause();
    }
    if (yield)
      std::this_thread::yield();
  } while (std::chrono::steady_clock::now() < end);
  return see();
}

/// The chunks of one loop. The caller takes them from the front and helpers from the
/// back, so that in the next loop over the same data most meet those that are still in
/// the cache of their processor.
struct Job {
  GradusFrame *frame;
  GradusChunk body;
  const void *context;
  std::atomic<uint64_t> left; ///< first in the upper half, end in the lower
  std::mutex failing{};
  int64_t failed = INT64_MAX; ///< the first chunk that has failed
  int32_t status = 0;
  GradusFrame failure{};

  static uint64_t range(uint64_t first, uint64_t end) { return first << 32 | end; }

  /// The next chunk, or -1.
  int64_t take(bool front) {
    uint64_t now = left.load(std::memory_order_relaxed);
    for (;;) {
      const uint64_t first = now >> 32, end = now & UINT32_MAX;
      if (first >= end)
        return -1;
      const uint64_t then = front ? range(first + 1, end) : range(first, end - 1);
      if (left.compare_exchange_weak(now, then, std::memory_order_relaxed))
        return static_cast<int64_t>(front ? first : end - 1);
    }
  }
  /// Chunks from this one on need not be run; those before it may fail as well.
  void leaveOut(int64_t chunk) {
    const auto limit = static_cast<uint64_t>(chunk);
    uint64_t now = left.load(std::memory_order_relaxed);
    while ((now & UINT32_MAX) > limit &&
           !left.compare_exchange_weak(now, range(now >> 32, limit), std::memory_order_relaxed))
      ;
  }
  void work(bool front) {
    for (int64_t chunk; (chunk = take(front)) >= 0;) {
      GradusFrame own = *frame;
      int32_t result = body(&own, context, chunk);
      if (result == 0)
        continue;
      leaveOut(chunk);
      std::lock_guard lock(failing);
      if (chunk < failed) {
        failed = chunk;
        status = result;
        failure = own;
      }
    }
  }
  int32_t finish() {
    if (status != 0) {
      frame->errorSite = failure.errorSite;
      std::copy(std::begin(failure.errorValues), std::end(failure.errorValues),
                frame->errorValues);
    }
    return status;
  }
};

} // namespace

/// Who changes one of the atomic members and then reads another relies on their order,
/// which is one for all threads: either the one sees the change or the other does.
struct GradusThreads {
  std::vector<std::thread> helpers;
  std::mutex asking; ///< held by the thread whose job it is
  std::atomic<Job *> job = nullptr;
  std::atomic<uint64_t> generation = 0; ///< of jobs
  std::atomic<size_t> inside = 0;       ///< helpers that may be using the job
  std::atomic<size_t> asleep = 0;
  std::atomic<bool> stop = false, callerSleeps = false;
  std::mutex mutex; ///< for sleeping
  std::condition_variable start, done;

  void help() {
    for (uint64_t seen = 0;;) {
      auto news = [&] { return generation != seen || stop; };
      if (!watch(patience, true, news)) {
        std::unique_lock lock(mutex);
        ++asleep;
        start.wait(lock, news);
        --asleep;
      }
      if (stop)
        return;
      seen = generation;
      ++inside;
      if (Job *mine = job)
        mine->work(false);
      if (--inside == 0 && callerSleeps) {
        std::lock_guard lock(mutex);
        done.notify_one();
      }
    }
  }

  void run(Job &mine, int64_t work) {
    job = &mine;
    ++generation;
    if (asleep != 0 && work >= workToWake) {
      { std::lock_guard lock(mutex); }
      start.notify_all();
    }
    mine.work(true);
    job = nullptr;
    auto over = [&] { return inside == 0; };
    if (watch(patienceOfCaller, false, over))
      return;
    std::unique_lock lock(mutex);
    callerSleeps = true;
    done.wait(lock, over);
    callerSleeps = false;
  }
};

extern "C" {

GradusThreads *gradus_threads_create(int64_t count) {
  if (count < 2)
    return nullptr;
  auto threads = std::make_unique<GradusThreads>();
  try {
    while (static_cast<int64_t>(threads->helpers.size()) < count - 1)
      threads->helpers.emplace_back([t = threads.get()] { t->help(); });
  } catch (const std::system_error &) { // as many as the system has
    if (threads->helpers.empty())
      return nullptr;
  }
  return threads.release();
}

void gradus_threads_destroy(GradusThreads *threads) {
  if (!threads)
    return;
  {
    std::lock_guard lock(threads->mutex);
    threads->stop = true;
  }
  threads->start.notify_all();
  for (std::thread &t : threads->helpers)
    t.join();
  delete threads;
}

int64_t gradus_threads_count(const GradusThreads *threads) {
  return threads ? static_cast<int64_t>(threads->helpers.size()) + 1 : 1;
}

int32_t gradus_chunks_run(GradusFrame *frame, GradusChunk body, const void *context,
                          int64_t chunks, int64_t work) {
  const auto count = static_cast<uint64_t>(std::max<int64_t>(chunks, 0));
  Job job{frame, body, context, Job::range(0, count)};
  auto *threads = static_cast<GradusThreads *>(frame->threads);
  // Who finds the threads at work for somebody else works alone.
  std::unique_lock<std::mutex> mine;
  if (threads && chunks > 1)
    mine = std::unique_lock(threads->asking, std::try_to_lock);
  if (mine.owns_lock())
    threads->run(job, work);
  else
    job.work(true);
  return job.finish();
}

void *gradus_chunks_room(int64_t bytes) {
  struct Free {
    void operator()(void *p) const { std::free(p); }
  };
  thread_local std::unique_ptr<void, Free> room;
  thread_local size_t size = 0;
  auto wanted = (static_cast<size_t>(bytes) + 63) & ~size_t{63};
  if (wanted > size) {
    room.reset();
    room.reset(std::aligned_alloc(64, wanted));
    size = room ? wanted : 0;
  }
  return room.get();
}
} // extern "C"
