//===- LargeStack.cpp - deep trees on any thread ------------------------------===//
#include "api/LargeStack.h"

#include <pthread.h>
#include <signal.h>

#include <exception>
#include <new>

namespace gradus::api {
namespace {

constexpr size_t wanted = size_t{64} << 20, least = size_t{4} << 20;

struct Job {
  const std::function<void()> *work;
  std::exception_ptr thrown;
};

void *run(void *argument) {
  Job &job = *static_cast<Job *>(argument);
  try {
    (*job.work)();
  } catch (...) {
    job.thrown = std::current_exception();
  }
  return nullptr;
}

} // namespace

void onLargeStack(const std::function<void()> &work) {
  Job job{&work, nullptr};
  // Signals are for the host's own threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = false;
  for (size_t size = wanted; !started && size >= least; size /= 2) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, size);
    pthread_t thread;
    started = pthread_create(&thread, &attributes, run, &job) == 0;
    pthread_attr_destroy(&attributes);
    if (started) {
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
      pthread_join(thread, nullptr);
    }
  }
  if (!started) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw std::bad_alloc();
  }
  if (job.thrown)
    std::rethrow_exception(job.thrown);
}

} // namespace gradus::api
