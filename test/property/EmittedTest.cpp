//===- EmittedTest.cpp - random programs as emitted C -----------------------------===//
//
// The strict code of gcc and clang gives the interpreter's bits. Forty programs
// in one unit of C; a thousand when GRADUS_LONG is set.
//
//===--------------------------------------------------------------------===//

#include "Emitted.h"
#include "Verdict.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>

using namespace gradus::property;

namespace {

void runBatch(uint32_t first, uint32_t count) {
  Modules modules;
  std::deque<Trial> trials;
  std::vector<Program> programs;
  for (uint32_t k = 0; k < count; ++k) {
    Program program = generate(first + k);
    trials.emplace_back();
    if (trials.back().prepare(program.phrase.text(), "p" + std::to_string(k), modules))
      programs.push_back(std::move(program));
    else
      trials.pop_back();
  }
  ASSERT_GT(trials.size(), count / 2);
  ASSERT_EQ(modules.compile(gradus::jit::Level::O0), "");
  for (const char *compiler : {"gcc", "clang-19"}) {
    std::string error;
    auto code = EmittedCode::compile(modules.strict, compiler, error);
    ASSERT_EQ(error, "") << "programs " << first << " and on";
    if (code)
      modules.emitted.push_back({compiler, std::move(code)});
  }
  ASSERT_FALSE(modules.emitted.empty()) << "no C compiler";
  Tally tally;
  for (size_t k = 0; k < trials.size(); ++k) {
    const std::string why = checkPoints(trials[k], modules, programs[k].seed, tally);
    EXPECT_EQ(why, "") << "seed " << programs[k].seed << "\n" << programs[k].phrase.text();
  }
  EXPECT_GT(tally.finite, tally.points / 2);
}

TEST(EmittedC, AgreesToTheBit) {
  const uint32_t batches = std::getenv("GRADUS_LONG") ? 25 : 1;
  for (uint32_t k = 0; k < batches && !HasFailure(); ++k)
    runBatch(5000 + 40 * k, 40);
}

} // namespace
