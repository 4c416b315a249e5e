//===- Costs.cpp - what a call costs: stack and arithmetic ------------------------===//
#include "codegen/c/Costs.h"

#include "loops/Operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gradus::codegen::c {

namespace {

/// Return address, saved registers, alignment.
constexpr int64_t frameBytes = 160, nameBytes = 8;

struct Walk {
  unsigned lanes;
  int64_t names = 0, arguments = 0;
  unsigned deepest = 0;
  std::vector<std::string> calls;

  void expression(const Expression &e) {
    deepest = std::max(deepest, e.depth);
    if (e.form == Expression::Form::Call) {
      calls.push_back(e.text);
      arguments = std::max(arguments, static_cast<int64_t>(e.parts.size()));
    }
    for (const Expression &part : e.parts)
      expression(part);
  }
  void block(const Block &list) {
    for (const Statement &s : list)
      std::visit([&](const auto &node) { statement(node); }, s.node);
  }
  void statement(const Declare &s) {
    names += s.extent.empty() ? 1 : lanes;
    for (const Expression &e : s.value)
      expression(e);
  }
  void statement(const Assign &s) {
    expression(s.target);
    expression(s.value);
  }
  void statement(const Evaluate &s) { expression(s.call); }
  void statement(const CountedLoop &s) {
    names += 2;
    expression(s.first);
    expression(s.last);
    block(s.body);
  }
  void statement(const EndlessLoop &s) { block(s.body); }
  void statement(const Branch &s) {
    expression(s.condition);
    block(s.then);
    block(s.otherwise);
  }
  void statement(const Return &s) { expression(s.value); }
  void statement(const Leave &) {}
  void statement(const Comment &) {}
};

} // namespace

void StackBounds::add(const Function &f) {
  Walk walk{lanes_, static_cast<int64_t>(f.parameters.size()), 0, 0, {}};
  walk.block(f.body);
  frames_[f.name] = {frameBytes + nameBytes * (walk.names + walk.arguments + 2 * walk.deepest),
                     std::move(walk.calls)};
}

int64_t StackBounds::of(const std::string &name) const {
  auto it = frames_.find(name);
  if (it == frames_.end())
    return 0;
  int64_t deepest = 0; // nothing calls itself
  for (const std::string &callee : it->second.calls)
    deepest = std::max(deepest, of(callee));
  return it->second.bytes + deepest;
}

std::string operationsText(const loops::Module &module, loops::FunctionId function,
                           const std::vector<std::string> &names) {
  const size_t n = names.size();
  auto at = [&](const std::vector<int64_t> &sizes) {
    return loops::operations(module, function, sizes, 0);
  };
  if (n > 3)
    return "";
  // The coefficients of a polynomial are its differences at one point.
  constexpr int64_t base = 64;
  auto shifted = [&](size_t i, int64_t di, size_t j, int64_t dj) {
    std::vector<int64_t> sizes(n, base);
    if (n > 0) {
      sizes[i] += di;
      sizes[j] += dj;
    }
    return at(sizes);
  };
  const double f0 = at(std::vector<int64_t>(n, base));
  std::vector<std::vector<double>> second(n, std::vector<double>(n, 0.0));
  std::vector<double> first(n, 0.0);
  double constant = f0;
  for (size_t i = 0; i < n; ++i)
    for (size_t j = i; j < n; ++j) {
      const double d = shifted(i, 1, j, 1) - shifted(i, 1, i, 0) - shifted(j, 1, j, 0) + f0;
      second[i][j] = i == j ? d / 2 : d;
    }
  for (size_t i = 0; i < n; ++i) {
    first[i] = shifted(i, 1, i, 0) - f0 - second[i][i] * (2 * base + 1);
    for (size_t j = 0; j < n; ++j)
      if (j != i)
        first[i] -= second[std::min(i, j)][std::max(i, j)] * base;
  }
  auto value = [&](const std::vector<int64_t> &sizes, double c) {
    for (size_t i = 0; i < n; ++i) {
      c += first[i] * static_cast<double>(sizes[i]);
      for (size_t j = i; j < n; ++j)
        c += second[i][j] * static_cast<double>(sizes[i] * sizes[j]);
    }
    return c;
  };
  constant = f0 - value(std::vector<int64_t>(n, base), 0);
  // Whether it is that polynomial elsewhere too.
  for (int64_t far : {7, 91, 1000}) {
    std::vector<int64_t> sizes;
    for (size_t i = 0; i < n; ++i)
      sizes.push_back(far + static_cast<int64_t>(i) * 13);
    if (std::fabs(value(sizes, constant) - at(sizes)) > 1e-6 * (1 + std::fabs(at(sizes))))
      return "";
  }
  std::string text;
  auto term = [&](double c, const std::string &factor) {
    c = std::round(c * 2) / 2;
    if (c == 0)
      return;
    text += text.empty() ? (c < 0 ? "-" : "") : c < 0 ? " - " : " + ";
    text += fmt::format("{}{}", std::fabs(c), factor);
  };
  for (size_t i = 0; i < n; ++i)
    for (size_t j = i; j < n; ++j)
      term(second[i][j], fmt::format("*({})*({})", names[i], names[j]));
  for (size_t i = 0; i < n; ++i)
    term(first[i], fmt::format("*({})", names[i]));
  term(constant, "");
  return text.empty() ? "0" : text;
}

} // namespace gradus::codegen::c
