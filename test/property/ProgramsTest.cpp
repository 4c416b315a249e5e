//===- ProgramsTest.cpp - 2,000 random programs -----------------------------------===//
//
// For each: strict native code and the interpreter agree to the bit, default
// code within its rounding errors, the gradient with differences in 50 digits;
// failures are the same failures; both IRs are sound and their text reads back.
//
//===--------------------------------------------------------------------===//

#include "Reducer.h"
#include "Verdict.h"
#include "codegen/llvm/LateGlobals.h"

#include <gtest/gtest.h>
#include <llvm/Support/CommandLine.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <sstream>

#include <unistd.h>

using namespace gradus::property;

namespace {

constexpr uint32_t batch = 10;

/// Says where we are when an assertion ends the process.
volatile uint32_t currentSeed = 0;
extern "C" void sayWhere(int signal) {
  char text[] = "while looking at one of ten programs from seed 0000000000 on\n";
  uint32_t seed = currentSeed;
  for (size_t k = 57; k-- > 47; seed /= 10)
    text[k] = static_cast<char>('0' + seed % 10);
  if (write(2, text, sizeof text - 1) > 0)
    std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void report(const Program &program, const std::string &why) {
  const std::string kind = why.substr(0, 12);
  Phrase small = reduce(program.phrase, [&](const std::string &text) {
    return verdictApart(text, program.seed).starts_with(kind);
  });
  std::string text = small.text();
  ADD_FAILURE() << "seed " << program.seed << ": " << why << "\n"
                << program.phrase.text() << "reduced: " << verdictApart(text, program.seed) << "\n"
                << text;
}

void runBatch(uint32_t first, Tally &tally) {
  for (int each : {SIGABRT, SIGSEGV, SIGFPE, SIGILL})
    std::signal(each, sayWhere);
  currentSeed = first;
  Modules modules;
  std::deque<Trial> trials;
  std::vector<Program> programs;
  for (uint32_t k = 0; k < batch; ++k) {
    Program program = generate(first + k);
    trials.emplace_back();
    if (!trials.back().prepare(program.phrase.text(), "p" + std::to_string(k), modules)) {
      tally.refused += trials.back().refused;
      if (!trials.back().refused)
        report(program, trials.back().failure);
      trials.pop_back();
      if (testing::Test::HasFailure())
        return;
      continue;
    }
    programs.push_back(std::move(program));
  }
  std::string error = modules.compile(levelOf(first));
  ASSERT_EQ(error, "") << "programs " << first << " and on";
  for (size_t k = 0; k < trials.size(); ++k)
    if (std::string why = checkPoints(trials[k], modules, programs[k].seed, tally); !why.empty())
      report(programs[k], why);
}

/// Two hundred programs each, so that they can run side by side.
class RandomPrograms : public testing::TestWithParam<uint32_t> {};

TEST_P(RandomPrograms, AllJudgesAgree) {
  Tally tally;
  for (uint32_t k = 0; k < 200 && !HasFailure(); k += batch)
    runBatch(200 * GetParam() + k, tally);
  if (HasFailure())
    return;
  // The programs have to be worth their while.
  RecordProperty("refused", static_cast<int>(tally.refused));
  RecordProperty("failed", static_cast<int>(tally.failed));
  RecordProperty("excused", static_cast<int>(tally.excused));
  RecordProperty("sharp", static_cast<int>(tally.sharp));
  EXPECT_LT(tally.refused, 10u);
  EXPECT_LT(tally.failed, tally.points / 5);
  EXPECT_GT(tally.finite, tally.points * 3 / 5);
  EXPECT_LT(tally.excused, 10u);
  EXPECT_LT(tally.sharp, 10u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomPrograms, testing::Range(0u, 10u));

/// The same for programs with folds, scans, iterations and arrays that read themselves.
TEST(RandomProgram, Recurrences) {
  Tally tally;
  for (uint32_t first = 2000; first < 2200 && !HasFailure(); first += batch)
    if (hasRecurrences(first))
      runBatch(first, tally);
  EXPECT_LT(tally.refused, 10u);
  EXPECT_GT(tally.finite, tally.points * 3 / 5);
}

/// The same for programs with derivatives inside expressions, and matrices.
TEST(RandomProgram, Derivatives) {
  Tally tally;
  for (uint32_t first = 2000; first < 2200 && !HasFailure(); first += batch)
    if (hasDerivatives(first))
      runBatch(first, tally);
  EXPECT_LT(tally.refused, 10u);
  EXPECT_GT(tally.finite, tally.points / 2);
}

/// LLVM's reduction of strength in loops is most of the time of compiling, and none of
/// ours.
void reduceNoStrength() {
  gradus::codegen::constructLateGlobals();
  auto &options = llvm::cl::getRegisteredOptions();
  if (auto it = options.find("disable-lsr"); it != options.end())
    static_cast<llvm::cl::opt<bool> *>(it->second)->setValue(true);
}

uint32_t numberFrom(const char *name, uint32_t otherwise) {
  const char *text = std::getenv(name);
  return text ? static_cast<uint32_t>(std::strtoul(text, nullptr, 10)) : otherwise;
}

/// GRADUS_PROGRAMS=20000 property_tests --gtest_filter='*Many': other programs than
/// those of every run, up to the first that fails. They begin with seed GRADUS_FROM, so
/// that several processes can share them.
TEST(RandomProgram, Many) {
  const uint32_t count = numberFrom("GRADUS_PROGRAMS", 0);
  if (count == 0)
    GTEST_SKIP() << "set GRADUS_PROGRAMS";
  const uint32_t from = numberFrom("GRADUS_FROM", 2000);
  reduceNoStrength();
  Tally tally;
  for (uint32_t first = from; first < from + count && !HasFailure(); first += batch) {
    runBatch(first, tally);
    if ((first + batch) % 1000 == 0)
      std::fprintf(stderr, "%u programs from seed %u\n", first + batch - from, from);
  }
}

/// GRADUS_SEED=17 property_tests --gtest_filter='*OneSeed' looks at one program.
TEST(RandomProgram, OneSeed) {
  const char *seed = std::getenv("GRADUS_SEED");
  if (!seed)
    GTEST_SKIP() << "set GRADUS_SEED";
  Program program = generate(static_cast<uint32_t>(std::strtoul(seed, nullptr, 10)));
  std::puts(program.phrase.text().c_str());
  std::string why = verdictApart(program.phrase.text(), program.seed);
  if (!why.empty())
    report(program, why);
}

/// GRADUS_PROGRAM=FILE looks at a program in a file, in this process.
TEST(RandomProgram, OneFile) {
  const char *path = std::getenv("GRADUS_PROGRAM");
  if (!path)
    GTEST_SKIP() << "set GRADUS_PROGRAM";
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const char *seed = std::getenv("GRADUS_SEED");
  auto number = static_cast<uint32_t>(std::strtoul(seed ? seed : "0", nullptr, 10));
  EXPECT_EQ(verdict(text.str(), number), "");
}

} // namespace
