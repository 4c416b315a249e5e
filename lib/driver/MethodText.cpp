//===- MethodText.cpp - name(option = value), or file.opt:name(...) ---------------===//

#include "driver/MethodText.h"

#include "syntax/Parser.h"

namespace gradus::driver {

std::optional<syntax::MethodCall> methodCall(Session &session, const std::string &text,
                                             syntax::Tree &tree) {
  // The colon after the name of the file; brackets hold options only.
  const size_t end = text.find('(');
  const size_t colon = text.substr(0, end).rfind(':');
  std::string call = text;
  if (colon != std::string::npos) {
    if (!session.addMethods(text.substr(0, colon)))
      return {};
    call = text.substr(colon + 1);
  }
  const size_t errors = session.diagnostics.errorCount();
  const uint32_t file = session.sources.add("--method", call);
  auto method = syntax::parseMethodCall(file, tree, session.diagnostics);
  if (!method || session.diagnostics.errorCount() != errors)
    return {};
  return method;
}

} // namespace gradus::driver
