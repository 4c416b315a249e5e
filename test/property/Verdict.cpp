//===- Verdict.cpp - what is wrong with a program ---------------------------------===//

#include "Verdict.h"

#include <csignal>
#include <cstdio>
#include <exception>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gradus::property {

using jit::Level;

namespace {

struct Sizes {
  int64_t n, m;
  bool smooth;
};
/// One point where everything is compared, and others at awkward sizes.
std::vector<Sizes> points(uint32_t seed) {
  static constexpr int64_t awkward[] = {0, 1, 2, 9, 17};
  return {{2 + seed % 4, 1 + seed % 3, true}, {awkward[seed % 5], 1 + seed % 2, false}};
}

} // namespace

Level levelOf(uint32_t seed) {
  const uint32_t batch = seed / 10;
  return batch % 5 == 0    ? Level::Fast
         : batch % 40 == 1 ? Level::Full
         : batch % 2 == 0  ? Level::Bytecode
                           : Level::O0;
}

std::string checkPoints(Trial &trial, const Modules &modules, uint32_t seed, Tally &tally) {
  ++tally.programs;
  for (const Sizes &s : points(seed)) {
    if (!trial.check(modules, seed, s.n, s.m, s.smooth))
      return trial.failure;
    ++tally.points;
    tally.failed += trial.failed;
    tally.finite += trial.finite;
    tally.excused += trial.excused;
    tally.sharp += trial.sharp;
  }
  return {};
}

std::string verdict(const std::string &text, uint32_t seed) {
  Modules modules;
  Trial trial;
  if (!trial.prepare(text, "p", modules))
    return trial.failure.starts_with("does not compile") ? "" : trial.failure;
  if (std::string error = modules.compile(levelOf(seed)); !error.empty())
    return error;
  Tally tally;
  return checkPoints(trial, modules, seed, tally);
}

std::string verdictApart(const std::string &text, uint32_t seed) {
  int ends[2];
  if (pipe(ends) != 0)
    return verdict(text, seed);
  std::fflush(nullptr);
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, 2);
    for (int each : {SIGABRT, SIGSEGV, SIGFPE, SIGILL})
      std::signal(each, SIG_DFL);
    std::string why;
    try {
      why = verdict(text, seed);
    } catch (const std::exception &e) { // the parent's test would go on in the child
      why = std::string("exception: ") + e.what();
    }
    if (write(ends[1], why.data(), why.size()) < 0)
      _exit(1);
    _exit(0);
  }
  close(ends[1]);
  std::string why;
  char buffer[4096];
  for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;)
    why.append(buffer, static_cast<size_t>(got));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? "the process ends with signal " + std::to_string(WTERMSIG(status))
                             : why;
}

} // namespace gradus::property
