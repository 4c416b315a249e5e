//===- main.cpp - the command `gradus` -------------------------------------------===//
//
// Parses the command line, runs one command on a thread with a large stack
// (trees nest up to 256 levels, and LLVM's passes recurse), and turns what is
// left over, no memory, a full disk or an interrupt, into an exit code.
//
//===--------------------------------------------------------------------===//

#include "gradus/CommandLine.h"

#include "driver/Report.h"
#include "driver/Solve.h"
#include "support/Diagnostics.h"
#include "support/Timings.h"

#include <malloc.h>
#include <nlohmann/json.hpp>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>

namespace {

using namespace gradus;

constexpr size_t wantedStack = size_t{512} << 20;
constexpr size_t leastStack = size_t{8} << 20;

int refuse(const tool::Request &request, Diag kind, const std::string &message,
           const std::string &remedy) {
  SourceManager sources;
  Diagnostics diagnostics(sources);
  diagnostics.report(kind, {}, message, remedy);
  std::cerr << diagnostics.renderAll();
  if (request.json)
    std::cout << driver::errorsJson(request.file, diagnostics).dump(2) << "\n";
  return diagnostics.exitCode();
}

/// Whether the command stops by itself, with the best answer so far.
volatile std::sig_atomic_t stopsItself = 0;

/// The first signal asks a solve to stop; where nobody listens, and on the
/// second one, the process ends at once.
void interrupt(int) {
  constexpr int interrupted = 130;
  if (!stopsItself)
    _exit(interrupted);
  stopsItself = 0;
  driver::requestInterrupt();
}

/// One heap that grows in large steps and does not shrink. That of a second thread
/// would grow by 4 KB, with a call of the system each time. What large models take of it
/// comes in pages of 2 MB, where the system has them on request: a tenth of the time goes
/// into pages otherwise.
void prepareHeap() {
  constexpr int step = 4 << 20, large = 32 << 20;
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TOP_PAD, step);
  mallopt(M_TRIM_THRESHOLD, 8 * large);
  mallopt(M_MMAP_THRESHOLD, large);
  constexpr size_t room = size_t{192} << 20, page = size_t{2} << 20;
  mallopt(M_MMAP_MAX, 0); // from the heap itself
  if (void *heap = malloc(room)) {
    const auto first = (reinterpret_cast<uintptr_t>(heap) + page - 1) & ~(page - 1);
    madvise(reinterpret_cast<void *>(first), room - page, MADV_HUGEPAGE);
    free(heap);
  }
  mallopt(M_MMAP_MAX, 65536);
}

struct Job {
  const tool::Request *request;
  int exitCode = 0;
};

void *work(void *argument) {
  Job &job = *static_cast<Job *>(argument);
  try {
    job.exitCode = job.request->run(std::cout, std::cerr);
  } catch (const std::bad_alloc &) {
    job.exitCode = refuse(*job.request, Diag::OutOfMemory,
                          "there is not enough memory for this model", "check the sizes");
  } catch (const std::exception &e) {
    job.exitCode = refuse(*job.request, Diag::Internal, e.what(),
                          "this is a defect of gradus; please report it with the model");
  }
  return nullptr;
}

/// The stack is reserved, not used: where less address space is allowed, a
/// smaller one must do.
bool runOnLargeStack(Job &job) {
  for (size_t size = wantedStack; size >= leastStack; size /= 2) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, size);
    pthread_t thread;
    const int failed = pthread_create(&thread, &attributes, work, &job);
    pthread_attr_destroy(&attributes);
    if (failed == 0) {
      pthread_join(thread, nullptr);
      return true;
    }
  }
  return false;
}

} // namespace

int main(int count, char **arguments) {
  // A reader that goes away is an error of the output stream, not a signal.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  std::ios::sync_with_stdio(false);
  prepareHeap();
  Job job{};
  tool::Request request;
  try {
    request = tool::parseCommandLine(count, arguments, std::cout, std::cerr);
    if (request.timings)
      Stage::startCounting("start");
    job = {&request, request.exitCode};
    stopsItself = request.stopsItself;
    if (request.run && !runOnLargeStack(job))
      throw std::bad_alloc();
  } catch (const std::bad_alloc &) {
    job.exitCode = refuse(request, Diag::OutOfMemory, "there is not enough memory to start", "");
  }
  if (request.timings)
    std::cerr << Stage::report();
  std::cout.flush();
  if (!std::cout)
    return refuse({}, Diag::FileUnwritable, "the output could not be written", "");
#ifndef __SANITIZE_ADDRESS__
  // Nothing is left to do but to take LLVM's globals apart, one by one: the end of
  // the process does that at once.
  std::cerr.flush();
  _exit(job.exitCode);
#endif
  return job.exitCode;
}
