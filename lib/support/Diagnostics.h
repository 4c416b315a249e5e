//===- Diagnostics.h - messages about the user's input ------------------===//
//
// Every kind of message is one row of Diagnostics.def: code, name, category
// and a longer explanation for `gradus explain`. A message has a place, a
// text, and where possible a remedy. User errors go here; broken invariants of
// the program are assertions.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "support/Source.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

/// What a message is about; decides the exit code (see exitCode()).
enum class Category : uint8_t {
  Usage,     ///< the command line                 exit 1
  Source,    ///< the .opt text                    exit 2
  Data,      ///< data files                       exit 3
  Start,     ///< not evaluable at the start       exit 8
  Evaluation,///< failed while running             exit 9
  Check,     ///< gradus check found a difference  exit 11
  Resource,  ///< a limit of size or nesting       exit 12
  Memory,    ///< out of memory                    exit 13
  Io,        ///< files could not be read, written exit 14
  Internal,  ///< a bug of Gradus                  exit 70
  Warning,   ///< no effect on the exit code
};
int exitCode(Category category);

enum class Diag : uint16_t {
#define DIAGNOSTIC(NAME, CODE, CATEGORY, EXPLANATION) NAME,
#include "support/Diagnostics.def"
};

struct DiagInfo {
  const char *code; ///< "E0204"
  const char *name;
  Category category;
  const char *explanation; ///< a paragraph or two for `gradus explain`
};
const DiagInfo &info(Diag kind);
/// The kind with this code ("E0204"; case does not matter).
std::optional<Diag> findDiag(std::string_view code);
/// All kinds in the order of the table.
const std::vector<Diag> &allDiags();

struct Diagnostic {
  Diag kind;
  SourceRange range;   ///< may be invalid: then the message has no place
  std::string message; ///< one line, without the code
  std::string remedy;  ///< may be empty; may have several lines
  /// Used instead of `range` for places in data files: "file.csv:12:3".
  std::string place;
};

/// Collects the messages of one run; at most `limit` errors are kept.
class Diagnostics {
public:
  explicit Diagnostics(const SourceManager &sources) : sources_(&sources) {}

  void report(Diag kind, SourceRange range, std::string message,
              std::string remedy = {});
  void reportAt(Diag kind, std::string place, std::string message,
                std::string remedy = {});
  /// Adds a message that another collector of the same sources holds.
  void add(Diagnostic d);

  bool hasErrors() const { return errors_ != 0; }
  size_t errorCount() const { return errors_; }
  const std::vector<Diagnostic> &all() const { return list_; }
  const SourceManager &sources() const { return *sources_; }
  /// Exit code of the first error; 0 when there is none.
  int exitCode() const;

  /// Text for people: place, source line, caret, remedy.
  std::string render(const Diagnostic &d) const;
  std::string renderAll() const;

private:
  const SourceManager *sources_;
  std::vector<Diagnostic> list_;
  size_t errors_ = 0;
};

/// The candidate closest to `name` by edit distance, if close enough to suggest.
std::optional<std::string> closest(std::string_view name,
                                   const std::vector<std::string> &candidates);

} // namespace gradus
