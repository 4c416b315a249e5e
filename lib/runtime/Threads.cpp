//===- Threads.cpp - loops in chunks, on several threads -------------------===//
#include "runtime/Threads.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace {

/// The chunks of one loop. Each thread takes the next that nobody has taken.
struct Job {
  GradusFrame *frame;
  GradusChunk body;
  const void *context;
  int64_t chunks;
  std::atomic<int64_t> next{0};
  std::mutex failing;
  int64_t failed = INT64_MAX; ///< the first chunk that has failed
  int32_t status = 0;
  GradusFrame failure{};

  void work() {
    for (int64_t chunk; (chunk = next.fetch_add(1, std::memory_order_relaxed)) < chunks;) {
      GradusFrame own = *frame;
      int32_t result = body(&own, context, chunk);
      if (result == 0)
        continue;
      // Chunks before this one have all been taken and will be finished.
      next.store(chunks, std::memory_order_relaxed);
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

struct GradusThreads {
  std::vector<std::thread> helpers;
  std::mutex asking; ///< held by the thread whose job it is
  std::mutex mutex;  ///< of all below
  std::condition_variable start, done;
  Job *job = nullptr;
  uint64_t generation = 0;
  size_t wanted = 0; ///< helpers that the job still has room for
  size_t busy = 0;
  bool stop = false;

  void help() {
    std::unique_lock lock(mutex);
    for (uint64_t seen = 0;;) {
      start.wait(lock, [&] { return stop || (job && generation != seen && wanted > 0); });
      if (stop)
        return;
      seen = generation;
      --wanted;
      ++busy;
      Job *mine = job;
      lock.unlock();
      mine->work();
      lock.lock();
      if (--busy == 0)
        done.notify_all();
    }
  }

  void run(Job &mine) {
    {
      std::lock_guard lock(mutex);
      job = &mine;
      ++generation;
      wanted = std::min<size_t>(helpers.size(), static_cast<size_t>(mine.chunks - 1));
    }
    start.notify_all();
    mine.work();
    std::unique_lock lock(mutex);
    job = nullptr;
    wanted = 0;
    done.wait(lock, [&] { return busy == 0; });
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
                          int64_t chunks) {
  Job job{frame, body, context, chunks};
  auto *threads = static_cast<GradusThreads *>(frame->threads);
  // Who finds the threads at work for somebody else works alone.
  std::unique_lock<std::mutex> mine;
  if (threads && chunks > 1)
    mine = std::unique_lock(threads->asking, std::try_to_lock);
  if (mine.owns_lock())
    threads->run(job);
  else
    job.work();
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
