//===- SizedModel.h - a model with numbers for the sizes of its functions ---------===//
//
// Commands that count look at functions whose sizes nothing binds: settings
// NAME=V name them as they do parameters, and without one a size is the usual.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "driver/Subject.h"

#include <optional>
#include <string>
#include <vector>

namespace gradus::driver {

class SizedModel {
public:
  struct Options {
    const std::string &file, &name; ///< name: of one function or objective, or empty
    const std::vector<std::string> &set, &data, &allowPath;
  };
  explicit SizedModel(const Options &options);

  /// Loads the model and binds its data; `subjects` are all, or the one that is named.
  /// False after reporting.
  bool load();
  /// Sizes of the arguments of a function; false after reporting.
  bool bindSizes(const Subject &subject);

  Session &session() { return *loaded; }
  std::vector<Subject> subjects;

private:
  static constexpr int64_t usualSize = 10;
  Options options;
  std::vector<std::string> sizes;
  std::optional<Session> loaded;
};

} // namespace gradus::driver
