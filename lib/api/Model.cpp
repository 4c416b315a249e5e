//===- Model.cpp - a model for any number of threads --------------------------===//
#include "api/Model.h"
#include "api/LargeStack.h"
#include "driver/Subject.h"

namespace gradus::api {

std::unique_ptr<driver::Session> Model::newSession() const {
  driver::SessionOptions options;
  options.allowPath = options_.allowPaths;
  options.cacheCode = options_.cache;
  options.codeStore = &store_;
  options.threads = options_.threads;
  auto session = std::make_unique<driver::Session>(std::move(options));
  onLargeStack([&] { session->loadText(path_, text_); });
  return session;
}

std::shared_ptr<Model> Model::compile(std::string path, std::string text, ModelOptions options,
                                      std::unique_ptr<driver::Session> &session) {
  std::shared_ptr<Model> model(new Model);
  model->path_ = std::move(path);
  model->text_ = std::move(text);
  model->options_ = std::move(options);
  session = model->newSession();
  if (session->diagnostics.hasErrors())
    return nullptr;
  for (const driver::Subject &s : driver::subjects(*session))
    if (!s.problem)
      model->functions_.push_back(s.name);
  for (const ir::Problem &p : session->module().problems)
    model->problems_.push_back(p.name.empty() ? session->stem() : p.name);
  return model;
}

} // namespace gradus::api
