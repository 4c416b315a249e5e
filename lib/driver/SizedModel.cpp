//===- SizedModel.cpp - a model with numbers for the sizes of its functions -------===//

#include "driver/SizedModel.h"

#include <algorithm>
#include <charconv>

namespace gradus::driver {

using namespace ir;

namespace {

/// Whether NAME=V names a size of one of the functions, which no parameter is.
bool isSizeSetting(const Graph &g, const std::vector<Subject> &all, const std::string &setting) {
  const std::string name = setting.substr(0, setting.find('='));
  return std::any_of(all.begin(), all.end(), [&](const Subject &s) {
    return std::any_of(s.sizes.begin(), s.sizes.end(),
                       [&](uint32_t k) { return g.inputs()[k].name == name; });
  });
}

} // namespace

SizedModel::SizedModel(const Options &given) : options(given) {
  // Settings are told apart by what the model calls a size, so it is read twice.
  Session probe({{}, options.data, options.allowPath});
  std::vector<std::string> parameters;
  if (probe.load(options.file)) {
    const std::vector<Subject> all = driver::subjects(probe, true);
    for (const std::string &s : options.set)
      (isSizeSetting(probe.graph(), all, s) ? sizes : parameters).push_back(s);
  }
  loaded.emplace(SessionOptions{parameters, options.data, options.allowPath});
}

bool SizedModel::load() {
  if (!loaded->load(options.file) || !loaded->bind())
    return false;
  subjects = driver::subjects(*loaded, !options.name.empty());
  if (options.name.empty())
    return true;
  const Subject *found = findSubject(*loaded, subjects, options.name);
  if (!found)
    return false;
  subjects = {Subject(*found)};
  return true;
}

bool SizedModel::bindSizes(const Subject &subject) {
  Graph &g = session().graph();
  for (uint32_t k : subject.sizes) {
    InputValue &v = session().value(k);
    if (v.known)
      continue;
    v.known = true;
    v.whole = usualSize;
    for (const std::string &setting : sizes) {
      const size_t equals = setting.find('=');
      if (equals == std::string::npos || setting.substr(0, equals) != g.inputs()[k].name)
        continue;
      const char *begin = setting.data() + equals + 1, *end = setting.data() + setting.size();
      auto [stop, error] = std::from_chars(begin, end, v.whole);
      if (error != std::errc() || stop != end || v.whole < 0) {
        session().diagnostics.report(Diag::Usage, {}, "'" + setting + "' is not a size",
                                   "write --set " + g.inputs()[k].name + "=100");
        return false;
      }
    }
  }
  return true;
}

} // namespace gradus::driver
