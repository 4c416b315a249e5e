//===- Gnuplot.cpp - running gnuplot ----------------------------------------------===//

#include "driver/Gnuplot.h"

#include "support/Files.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace gradus::driver {

namespace {

/// What gnuplot prints for a script; nothing when it is missing or fails.
bool output(const std::string &script, std::string &printed) {
  char name[] = "/tmp/gradus-plot-XXXXXX";
  const int file = mkstemp(name);
  if (file < 0)
    return false;
  FILE *stream = fdopen(file, "w");
  const bool written = std::fwrite(script.data(), 1, script.size(), stream) == script.size();
  bool done = std::fclose(stream) == 0 && written;
  if (done) {
    FILE *pipe = popen((std::string("gnuplot ") + name + " 2>/dev/null").c_str(), "r");
    done = pipe != nullptr;
    if (pipe) {
      char buffer[4096];
      for (size_t got; (got = std::fread(buffer, 1, sizeof buffer, pipe)) != 0;)
        printed.append(buffer, got);
      done = pclose(pipe) == 0 && !printed.empty();
    }
  }
  std::remove(name);
  return done;
}

} // namespace

std::string quoted(const std::string &text) {
  std::string out = "\"";
  for (char c : text)
    out += c == '"' || c == '\\' ? std::string("\\") + c : c == '\n' ? " " : std::string(1, c);
  return out + "\"";
}

bool drawPicture(const std::string &script, const std::string &file, Diagnostics &diagnostics) {
  const bool png = file.size() > 4 && file.compare(file.size() - 4, 4, ".png") == 0;
  std::string picture;
  if (!output(std::string("set terminal ") +
                  (png ? "png size 900,600\n" : "svg size 900,600 dynamic background '#ffffff'\n") +
                  script,
              picture)) {
    diagnostics.report(Diag::FileMissing, {}, "gnuplot, which draws the pictures, did not run",
                       "install gnuplot");
    return false;
  }
  if (auto fault = writeFile(file, picture)) {
    diagnostics.report(fault->kind, {}, fault->message, fault->remedy);
    return false;
  }
  return true;
}

std::string drawInCharacters(const std::string &script, int columns, int rows) {
  std::string picture;
  if (!output("set terminal dumb size " + std::to_string(columns) + "," + std::to_string(rows) +
                  "\n" + script,
              picture))
    return {};
  return picture;
}

} // namespace gradus::driver
