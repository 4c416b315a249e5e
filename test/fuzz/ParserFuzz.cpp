// Any bytes as a model: the parser must end, report only within the text, and
// every message must render.
#include "support/Diagnostics.h"
#include "syntax/Parser.h"

#include <cstdlib>

using namespace gradus;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  SourceManager sources;
  const uint32_t file =
      sources.add("fuzz.opt", std::string(reinterpret_cast<const char *>(bytes), size));
  Diagnostics diagnostics(sources);
  syntax::parse(file, diagnostics);
  for (const Diagnostic &d : diagnostics.all())
    if (d.range.valid() && (d.range.begin > d.range.end || d.range.end > size))
      std::abort();
  diagnostics.renderAll();
  return 0;
}
