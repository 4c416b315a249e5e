//===- Model.h - a model for any number of threads ----------------------------===//
//
// What a compiled model is: its text, and the machine code that its instances
// have needed so far. Each instance has its own session (tree, graph, values) made
// from the text, so nothing but code is shared, and code does not change.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "driver/Session.h"
#include "jit/CodeStore.h"

#include <memory>
#include <string>
#include <vector>

namespace gradus::api {

struct ModelOptions {
  bool strict = false;
  jit::Level level = jit::Level::Fast;
  bool cache = false;
  std::vector<std::string> allowPaths;
  int64_t threads = 1; ///< of each instance
};

class Model {
public:
  /// Reads and checks a text; null, with messages in `session`, when it is wrong.
  static std::shared_ptr<Model> compile(std::string path, std::string text, ModelOptions options,
                                        std::unique_ptr<driver::Session> &session);

  const ModelOptions &options() const { return options_; }
  const std::vector<std::string> &functions() const { return functions_; }
  const std::vector<std::string> &problems() const { return problems_; }
  /// A session of its own over the same text, unbound; null only if files that
  /// the model imports have changed.
  std::unique_ptr<driver::Session> newSession() const;

private:
  Model() = default;

  std::string path_, text_;
  ModelOptions options_;
  std::vector<std::string> functions_, problems_;
  /// Code is added to it when an instance first needs it; it locks itself.
  mutable jit::CodeStore store_;
};

} // namespace gradus::api
