//===- Digits.h - values in 50 digits --------------------------------------------===//
#pragma once

#include "interpret/Digits50.h"
#include "ir/Graph.h"

#include <gtest/gtest.h>

#include <span>
#include <vector>

namespace gradus {

/// The numbers of all roots, one after the other, row major.
inline std::vector<interpret::Digits50>
evaluateAll(ir::Graph &g, const interpret::Environment<interpret::Digits50> &env,
            std::span<const ir::ValueId> roots) {
  interpret::Interpreter<interpret::Digits50> interpreter(g, env);
  std::vector<interpret::Digits50> all;
  for (ir::ValueId root : roots) {
    interpret::Result<interpret::Digits50> out;
    interpret::EvalError error;
    EXPECT_TRUE(interpreter.evaluate(root, out, error)) << error.message;
    if (out.type.scalar())
      all.push_back(out.real);
    else
      all.insert(all.end(), out.array.data.begin(), out.array.data.end());
  }
  return all;
}

inline void expectClose(const interpret::Digits50 &a, const interpret::Digits50 &b,
                        const char *what) {
  EXPECT_LE(abs(interpret::Digits50(a - b)), 1e-13 * (1 + abs(a))) << what;
}

} // namespace gradus
