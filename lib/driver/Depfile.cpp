//===- Depfile.cpp - which files an output depends on --------------------------===//

#include "driver/Depfile.h"

#include "support/Files.h"

namespace gradus::driver {

namespace {

/// A path as make reads it.
std::string escaped(const std::string &path) {
  std::string text;
  for (char c : path) {
    if (c == ' ' || c == '#' || c == '\\' || c == ':')
      text += '\\';
    if (c == '$')
      text += '$';
    text += c;
  }
  return text;
}

} // namespace

bool writeDepfile(Session &session, const std::string &depfile, const std::string &output) {
  std::string text = escaped(output) + ":";
  for (const std::string &path : session.filesRead())
    text += " \\\n  " + escaped(path);
  text += "\n";
  auto fault = writeFile(depfile, text);
  if (fault)
    session.diagnostics.report(fault->kind, {}, fault->message, fault->remedy);
  return !fault;
}

} // namespace gradus::driver
