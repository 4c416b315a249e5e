// Any bytes as a data file: either numbers of a consistent shape or a fault.
#include "data/Table.h"

#include <cmath>
#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

using namespace gradus::data;

namespace {

void check(bool holds) {
  if (!holds)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  // The readers open files by name: the input is a file in memory.
  const int fd = ::memfd_create("fuzz", MFD_CLOEXEC);
  check(fd >= 0 && ::write(fd, bytes, size) == static_cast<ssize_t>(size));
  const std::string path = "/proc/self/fd/" + std::to_string(fd);

  std::vector<std::string> columns;
  if (!readHeader(path, columns)) {
    for (bool skipMissing : {false, true}) {
      TableData table;
      if (readTable(path, {columns, {}, skipMissing}, table))
        continue;
      check(table.rows > 0 && (skipMissing || table.skipped == 0));
      for (const std::vector<double> &column : table.numbers) {
        check(column.size() == table.rows);
        for (double value : column)
          check(std::isfinite(value));
      }
    }
    TableData texts;
    if (!readTable(path, {{}, columns, false}, texts))
      for (const std::vector<std::string> &column : texts.texts)
        check(column.size() == texts.rows);
  }
  NumberGrid grid;
  if (!readNumbers(path, false, grid))
    check(!grid.values.empty() &&
          (grid.columns == 0 || grid.values.size() == grid.rows * grid.columns));
  std::vector<NamedArray> arrays;
  if (!readJson(path, arrays))
    for (const NamedArray &array : arrays) {
      size_t count = 1;
      for (size_t extent : array.shape)
        count *= extent;
      check(array.values.size() == count);
    }
  ::close(fd);
  return 0;
}
