//===- CInterface.cpp - what gradus.h promises ---------------------------------===//
//
// Nothing is thrown through it: memory that runs out and defects become codes.
//
//===--------------------------------------------------------------------===//
#include "gradus/gradus.h"

#include "api/Instance.h"
#include "support/Files.h"

#include <cstring>
#include <exception>
#include <iterator>
#include <new>

using namespace gradus;

struct gradus_messages {
  struct Message {
    std::string code, file, message, remedy;
    uint32_t line = 0, column = 0;
    bool isError = true;
  };
  std::vector<Message> list;
  std::string text;
};
struct gradus_model {
  std::shared_ptr<const api::Model> model;
};
struct gradus_instance {
  api::Instance instance;
};
struct gradus_solution {
  api::Solved solved;
  std::string method;
};

namespace {

gradus_messages *take(const Diagnostics &diagnostics) {
  if (diagnostics.all().empty())
    return nullptr;
  auto messages = std::make_unique<gradus_messages>();
  for (const Diagnostic &d : diagnostics.all()) {
    gradus_messages::Message m;
    m.code = info(d.kind).code;
    m.message = d.message;
    m.remedy = d.remedy;
    m.isError = info(d.kind).category != Category::Warning;
    if (d.range.valid()) {
      const SourceManager &sources = diagnostics.sources();
      m.file = sources.file(d.range.file).path;
      const LineColumn place = sources.lineColumn(d.range.file, d.range.begin);
      m.line = place.line;
      m.column = place.column;
    } else if (!d.place.empty()) {
      m.file = d.place;
    }
    messages->list.push_back(std::move(m));
  }
  messages->text = diagnostics.renderAll();
  return messages.release();
}

gradus_messages *single(int code, const char *text) {
  try {
    auto messages = std::make_unique<gradus_messages>();
    messages->list.push_back({code == GRADUS_INTERNAL ? info(Diag::Internal).code
                              : code == GRADUS_USAGE  ? info(Diag::Usage).code
                                                      : info(Diag::OutOfMemory).code,
                              "", text, "", 0, 0, true});
    messages->text = std::string(text) + "\n";
    return messages.release();
  } catch (const std::bad_alloc &) {
    return nullptr;
  }
}

/// Runs `work`, which returns a code; exceptions become codes.
template <class Work> int guarded(gradus_messages **messages, Work work) {
  if (messages)
    *messages = nullptr;
  auto fail = [&](int code, const char *text) {
    if (messages)
      *messages = single(code, text);
    return code;
  };
  try {
    return work();
  } catch (const std::bad_alloc &) {
    return fail(GRADUS_OUT_OF_MEMORY, "there is not enough memory");
  } catch (const std::exception &e) {
    return fail(GRADUS_INTERNAL, e.what());
  } catch (...) {
    return fail(GRADUS_INTERNAL, "an unknown exception");
  }
}

int usage(gradus_messages **messages, const char *text) {
  if (messages)
    *messages = single(GRADUS_USAGE, text);
  return GRADUS_USAGE;
}

/// Hands the messages over; the code of the first error.
int finish(const Diagnostics &diagnostics, gradus_messages **messages) {
  if (messages)
    *messages = take(diagnostics);
  return diagnostics.exitCode();
}

int compile(std::string path, std::string text, const gradus_compile_options *given,
            gradus_model **model, gradus_messages **messages) {
  gradus_compile_options usual = GRADUS_COMPILE_OPTIONS;
  // A program built with an older header knows fewer options.
  if (given)
    std::memcpy(&usual, given, std::min(given->size, sizeof usual));
  constexpr jit::Level levels[] = {jit::Level::O0, jit::Level::Fast, jit::Level::Full,
                                   jit::Level::Bytecode};
  if (usual.level < 0 || static_cast<size_t>(usual.level) >= std::size(levels))
    return usage(messages, "there are the levels 0, 1, 2 and 3");
  if (usual.threads < 0 || usual.threads > 1024)
    return usage(messages, "threads is a number from 1 to 1024, or 0 for the usual one");
  api::ModelOptions options;
  options.strict = usual.strict != 0;
  options.level = levels[usual.level];
  options.cache = usual.cache != 0;
  options.threads = std::max(usual.threads, 1);
  for (size_t k = 0; k < usual.allow_path_count; ++k)
    options.allowPaths.emplace_back(usual.allow_paths[k]);
  std::unique_ptr<driver::Session> session;
  auto made = api::Model::compile(std::move(path), std::move(text), std::move(options), session);
  const int code = finish(session->diagnostics, messages);
  if (made)
    *model = new gradus_model{std::move(made)};
  return code;
}

/// The numbers at the place of that name, or null.
const double *placed(const std::vector<api::Solved::Place> &places,
                     const std::vector<double> &numbers, const char *name, size_t *count) {
  auto it = std::find_if(places.begin(), places.end(), [&](const api::Solved::Place &place) {
    return name && *name && place.name == name && place.first + place.count <= numbers.size();
  });
  if (count)
    *count = it == places.end() ? 0 : it->count;
  return it == places.end() ? nullptr : numbers.data() + it->first;
}

} // namespace

extern "C" {

const char *gradus_version(void) { return GRADUS_VERSION; }
int gradus_api_version(void) { return GRADUS_API_VERSION; }

const char *gradus_code_name(int code) {
  switch (code) {
  case GRADUS_OK:
    return "converged";
  case GRADUS_USAGE:
    return "usage";
  case GRADUS_MODEL_ERROR:
    return "model_error";
  case GRADUS_DATA_ERROR:
    return "data_error";
  case GRADUS_LIMIT:
    return "limit";
  case GRADUS_ACCEPTABLE:
    return "acceptable";
  case GRADUS_INFEASIBLE:
    return "infeasible";
  case GRADUS_UNBOUNDED:
    return "unbounded";
  case GRADUS_NOT_EVALUABLE:
    return "not_evaluable";
  case GRADUS_EVALUATION_FAILED:
    return "evaluation_failed";
  case GRADUS_STALLED:
    return "stalled";
  case GRADUS_RESOURCE_LIMIT:
    return "resource_limit";
  case GRADUS_OUT_OF_MEMORY:
    return "out_of_memory";
  case GRADUS_FILE_ERROR:
    return "file_error";
  case GRADUS_INTERRUPTED:
    return "interrupted";
  default:
    return "internal";
  }
}

//--- messages ------------------------------------------------------------------

size_t gradus_messages_count(const gradus_messages *messages) {
  return messages ? messages->list.size() : 0;
}

gradus_message gradus_messages_get(const gradus_messages *messages, size_t index) {
  if (index >= gradus_messages_count(messages))
    return {"", "", 0, 0, 0, "", ""};
  const auto &m = messages->list[index];
  return {m.code.c_str(), m.file.c_str(),    m.line,           m.column,
          m.isError,      m.message.c_str(), m.remedy.c_str()};
}

const char *gradus_messages_text(const gradus_messages *messages) {
  return messages ? messages->text.c_str() : "";
}

void gradus_messages_free(gradus_messages *messages) { delete messages; }

//--- models --------------------------------------------------------------------

int gradus_model_compile_file(const char *path, const gradus_compile_options *options,
                              gradus_model **model, gradus_messages **messages) {
  return guarded(messages, [&] {
    if (!path || !model)
      return usage(messages, "neither path nor model may be NULL");
    *model = nullptr;
    std::string text;
    if (auto fault = readFile(path, text, sourceSizeLimit)) {
      SourceManager sources;
      Diagnostics diagnostics(sources);
      diagnostics.report(fault->kind, {}, fault->message, fault->remedy);
      return finish(diagnostics, messages);
    }
    return compile(path, std::move(text), options, model, messages);
  });
}

int gradus_model_compile_text(const char *path, const char *text, size_t length,
                              const gradus_compile_options *options, gradus_model **model,
                              gradus_messages **messages) {
  return guarded(messages, [&] {
    if (!path || !text || !model)
      return usage(messages, "neither path, text nor model may be NULL");
    *model = nullptr;
    return compile(path, std::string(text, length), options, model, messages);
  });
}

void gradus_model_free(gradus_model *model) { delete model; }

size_t gradus_model_function_count(const gradus_model *model) {
  return model->model->functions().size();
}
const char *gradus_model_function_name(const gradus_model *model, size_t index) {
  const auto &names = model->model->functions();
  return index < names.size() ? names[index].c_str() : nullptr;
}
size_t gradus_model_problem_count(const gradus_model *model) {
  return model->model->problems().size();
}
const char *gradus_model_problem_name(const gradus_model *model, size_t index) {
  const auto &names = model->model->problems();
  return index < names.size() ? names[index].c_str() : nullptr;
}

//--- instances -----------------------------------------------------------------

int gradus_instance_new(const gradus_model *model, gradus_instance **instance,
                        gradus_messages **messages) {
  return guarded(messages, [&] {
    if (!model || !instance)
      return usage(messages, "neither model nor instance may be NULL");
    *instance = nullptr;
    std::unique_ptr<gradus_instance> made(new gradus_instance{api::Instance(model->model)});
    const int code = finish(made->instance.session().diagnostics, messages);
    if (made->instance.sound())
      *instance = made.release();
    return code;
  });
}

void gradus_instance_free(gradus_instance *instance) { delete instance; }

int gradus_instance_set(gradus_instance *instance, const char *name, double value) {
  return guarded(nullptr, [&] {
    if (!instance || !name)
      return +GRADUS_USAGE;
    driver::MemoryValue memory;
    memory.single = true;
    memory.value = value;
    instance->instance.bind(name, std::move(memory));
    return +GRADUS_OK;
  });
}

int gradus_instance_bind(gradus_instance *instance, const char *name, const double *numbers,
                         size_t count, const size_t *extents, size_t axes) {
  return guarded(nullptr, [&] {
    if (!instance || !name || (!numbers && count > 0))
      return +GRADUS_USAGE;
    driver::MemoryValue memory;
    memory.numbers = numbers;
    memory.count = count;
    if (extents)
      memory.extents.assign(extents, extents + axes);
    instance->instance.bind(name, std::move(memory));
    return +GRADUS_OK;
  });
}

//--- functions -----------------------------------------------------------------

int gradus_instance_evaluate(gradus_instance *instance, const char *function,
                             gradus_quantity quantity, const gradus_argument *arguments,
                             size_t argument_count, const double *direction, double *result,
                             size_t room, size_t *needed, gradus_messages **messages) {
  return guarded(messages, [&] {
    if (!instance || !function || (!arguments && argument_count > 0))
      return usage(messages, "neither instance, function nor arguments may be NULL");
    if (quantity < GRADUS_VALUE || quantity > GRADUS_JACOBIAN)
      return usage(messages, "there is no such quantity");
    api::Instance &i = instance->instance;
    i.begin();
    std::vector<api::Argument> places(argument_count);
    for (size_t k = 0; k < argument_count; ++k) {
      const gradus_argument &a = arguments[k];
      places[k] = {a.numbers, a.count, {}};
      if (a.extents)
        places[k].extents.assign(a.extents, a.extents + a.axes);
    }
    api::Routine *routine = i.routine(function, static_cast<api::Quantity>(quantity), places);
    if (!routine)
      return finish(i.session().diagnostics, messages);
    const size_t count = routine->resultCount();
    if (needed)
      *needed = count;
    if (!result)
      return +GRADUS_OK;
    if (room < count)
      return usage(messages, "the result needs more room");
    if (quantity == GRADUS_HESSIAN_VECTOR && !direction && routine->variableCount() > 0)
      return usage(messages, "a Hessian-vector product needs a direction");
    return routine->run(direction, result) ? +GRADUS_OK
                                           : finish(i.session().diagnostics, messages);
  });
}

//--- problems ------------------------------------------------------------------

int gradus_instance_solve(gradus_instance *instance, const char *problem,
                          const gradus_solve_options *given, gradus_solution **solution,
                          gradus_messages **messages) {
  return guarded(messages, [&] {
    if (!instance || !solution)
      return usage(messages, "neither instance nor solution may be NULL");
    *solution = nullptr;
    gradus_solve_options options = GRADUS_SOLVE_OPTIONS;
    if (given)
      std::memcpy(&options, given, std::min(given->size, sizeof options));
    api::SolveRequest request;
    request.problem = problem ? problem : "";
    request.method = options.method ? options.method : "";
    request.maxTime = options.max_time;
    request.trace = options.trace != 0;
    if (options.progress)
      request.progress = [&](const driver::TraceRow &row, const double *x, size_t n) {
        const gradus_progress now{row.k, row.f, row.gradientNorm, row.step, x, n};
        return options.progress(options.user, &now) == 0;
      };
    auto read = [](const gradus_named_numbers *entries, size_t count) {
      std::vector<driver::PointEntry> list;
      for (size_t k = 0; k < count; ++k)
        list.push_back({entries[k].name ? entries[k].name : "",
                        {entries[k].numbers, entries[k].numbers + entries[k].count}, {}});
      return list;
    };
    request.start = read(options.start, options.start_count);
    request.fixed = read(options.fixed, options.fixed_count);
    api::Instance &i = instance->instance;
    i.begin();
    auto made = std::make_unique<gradus_solution>();
    if (!i.solve(request, made->solved))
      return finish(i.session().diagnostics, messages);
    if (messages)
      *messages = take(i.session().diagnostics);
    made->method = made->solved.solution.method.name;
    const int code = driver::statusExitCode(made->solved.solution.status);
    *solution = made.release();
    return code;
  });
}

void gradus_instance_cancel(gradus_instance *instance) {
  if (instance)
    instance->instance.cancel();
}

void gradus_solution_free(gradus_solution *solution) { delete solution; }

int gradus_solution_code(const gradus_solution *s) {
  return driver::statusExitCode(s->solved.solution.status);
}
const char *gradus_solution_message(const gradus_solution *s) {
  return s->solved.solution.message.c_str();
}
const char *gradus_solution_method(const gradus_solution *s) { return s->method.c_str(); }
double gradus_solution_objective(const gradus_solution *s) { return s->solved.solution.objective; }
double gradus_solution_gradient_norm(const gradus_solution *s) {
  return s->solved.solution.gradientNorm;
}
double gradus_solution_max_violation(const gradus_solution *s) {
  return s->solved.solution.maxViolation;
}
int64_t gradus_solution_iterations(const gradus_solution *s) { return s->solved.solution.iterations; }

void gradus_solution_evaluations(const gradus_solution *s, int64_t *values, int64_t *gradients,
                                 int64_t *hessians) {
  if (values)
    *values = s->solved.solution.values;
  if (gradients)
    *gradients = s->solved.solution.gradients;
  if (hessians)
    *hessians = s->solved.solution.hessians;
}

const double *gradus_solution_x(const gradus_solution *s, size_t *n) {
  if (n)
    *n = s->solved.solution.x.size();
  return s->solved.solution.x.data();
}

const double *gradus_solution_gradient(const gradus_solution *s, size_t *n) {
  // As many as unknowns: the descent has one number more.
  const size_t count = std::min(s->solved.solution.gradient.size(), s->solved.solution.x.size());
  if (n)
    *n = count;
  return s->solved.solution.gradient.data();
}

const double *gradus_solution_unknown(const gradus_solution *s, const char *name, size_t *count) {
  return placed(s->solved.unknowns, s->solved.solution.x, name, count);
}

const double *gradus_solution_multipliers(const gradus_solution *s, const char *name,
                                          size_t *count) {
  return placed(s->solved.constraints, s->solved.multipliers, name, count);
}

size_t gradus_solution_trace_count(const gradus_solution *s) {
  return s->solved.solution.trace.size();
}

gradus_progress gradus_solution_trace(const gradus_solution *s, size_t index) {
  if (index >= s->solved.solution.trace.size())
    return {-1, 0, 0, 0, nullptr, 0};
  const driver::TraceRow &row = s->solved.solution.trace[index];
  return {row.k,    row.f, row.gradientNorm, row.step, row.x.empty() ? nullptr : row.x.data(),
          row.x.size()};
}

} // extern "C"
