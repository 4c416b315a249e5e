//===- Timings.cpp - where the time of a process goes ----------------------===//

#include "support/Timings.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <string_view>
#include <vector>

namespace gradus {
namespace {

struct Row {
  const char *name;
  double milliseconds;
  unsigned times;
};

/// In the order in which stages begin.
std::vector<Row> rows;
std::mutex mutex;
double start = 0;
thread_local Stage *current = nullptr;

double clockMilliseconds(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return 1e3 * static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_nsec);
}
std::string text(double milliseconds) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.2f", milliseconds);
  return digits;
}
double now() { return clockMilliseconds(CLOCK_MONOTONIC); }

Row &row(const char *name) {
  for (Row &r : rows)
    if (std::string_view(r.name) == name)
      return r;
  return rows.emplace_back(Row{name, 0, 0});
}

} // namespace

bool Stage::counting = false;

void Stage::startCounting(const char *before) {
  counting = true;
  const double taken = clockMilliseconds(CLOCK_PROCESS_CPUTIME_ID);
  start = now() - taken;
  rows = {{before, taken, 1}};
}

void Stage::enter(const char *name) {
  name_ = name;
  outer_ = current;
  current = this;
  {
    const std::lock_guard lock(mutex);
    row(name);
  }
  begin_ = now();
}

void Stage::leave() {
  const double whole = now() - begin_;
  current = outer_;
  if (outer_)
    outer_->inner_ += whole;
  const std::lock_guard lock(mutex);
  Row &r = row(name_);
  r.milliseconds += whole - inner_;
  ++r.times;
}

std::string Stage::report() {
  const std::lock_guard lock(mutex);
  const double whole = now() - start;
  double counted = 0;
  std::vector<std::vector<std::string>> table{{"stage", "ms", "times"}};
  for (const Row &r : rows) {
    counted += r.milliseconds;
    table.push_back({r.name, text(r.milliseconds), std::to_string(r.times)});
  }
  table.push_back({"the rest", text(whole - counted), ""});
  table.push_back({"all", text(whole), ""});
  std::vector<size_t> widths(3, 0);
  for (const auto &cells : table)
    for (size_t k = 0; k < cells.size(); ++k)
      widths[k] = std::max(widths[k], cells[k].size());
  std::string all;
  for (const auto &cells : table) {
    std::string line = "  " + cells[0] + std::string(widths[0] - cells[0].size(), ' ');
    for (size_t k = 1; k < cells.size(); ++k)
      line += "  " + std::string(widths[k] - cells[k].size(), ' ') + cells[k];
    line.erase(line.find_last_not_of(' ') + 1);
    all += line + "\n";
  }
  return all;
}

} // namespace gradus
