//===- gradus.hpp - Gradus in a C++ program -----------------------------------===//
//
// A thin cover of gradus.h: no code of its own in the library, so programs of any
// C++20 compiler and library can link it.
//
//     auto model = gradus::Model::fromText("f.opt", "fn f(x, y) = (x - y)^2");
//     if (!model)
//       std::cerr << model.error().text;
//     gradus::Instance instance(*model);
//     auto f = instance.function("f");
//     double x = 1, y = 3;
//     double value = f.value({x, y});
//
// Errors are values of Result, never exceptions, with two exceptions that are for
// defects of the calling program: std::bad_alloc, and std::logic_error by value()
// of a Result that is none.
//
//===--------------------------------------------------------------------===//
#ifndef GRADUS_GRADUS_HPP
#define GRADUS_GRADUS_HPP

#include <gradus/gradus.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gradus {

/// One message, with its place where it has one.
struct Message {
  std::string code, file, message, remedy;
  uint32_t line = 0, column = 0;
  bool isError = true;
};

/// Why something failed.
struct Error {
  int code = GRADUS_INTERNAL; ///< one of gradus.h
  std::vector<Message> messages;
  std::string text; ///< all of them, as the command prints them
};

/// A T, or the reason why there is none.
template <class T> class [[nodiscard]] Result {
public:
  Result(T value) : content_(std::move(value)) {}
  Result(Error error) : content_(std::move(error)) {}

  explicit operator bool() const { return std::holds_alternative<T>(content_); }
  T &value() & {
    require();
    return std::get<T>(content_);
  }
  const T &value() const & {
    require();
    return std::get<T>(content_);
  }
  T &&value() && {
    require();
    return std::move(std::get<T>(content_));
  }
  T &operator*() & { return value(); }
  const T &operator*() const & { return value(); }
  T &&operator*() && { return std::move(*this).value(); }
  T *operator->() { return &value(); }
  const T *operator->() const { return &value(); }
  /// Empty where there is a value.
  Error error() const {
    return *this ? Error{GRADUS_OK, {}, {}} : std::get<Error>(content_);
  }

private:
  void require() const {
    if (!*this)
      throw std::logic_error("gradus: " + std::get<Error>(content_).text);
  }
  std::variant<T, Error> content_;
};

using Status = Result<std::monostate>;

namespace detail {

struct Free {
  void operator()(gradus_model *p) const { gradus_model_free(p); }
  void operator()(gradus_instance *p) const { gradus_instance_free(p); }
  void operator()(gradus_solution *p) const { gradus_solution_free(p); }
  void operator()(gradus_messages *p) const { gradus_messages_free(p); }
};
using Messages = std::unique_ptr<gradus_messages, Free>;

inline Error error(int code, const Messages &messages) {
  if (code == GRADUS_OUT_OF_MEMORY && !messages)
    throw std::bad_alloc();
  Error e{code, {}, gradus_messages_text(messages.get())};
  for (size_t k = 0; k < gradus_messages_count(messages.get()); ++k) {
    const gradus_message m = gradus_messages_get(messages.get(), k);
    e.messages.push_back({m.code, m.file, m.message, m.remedy, m.line, m.column, m.is_error != 0});
  }
  return e;
}

} // namespace detail

struct CompileOptions {
  bool strict = false;
  int level = 1;
  bool cache = false;
  std::vector<std::string> allowPaths = {};
  int threads = 1; ///< of each instance; the result is the same for any number
};

/// Immutable; copies share one model, on any threads.
class Model {
public:
  static Result<Model> fromFile(const std::string &path, const CompileOptions &options = {}) {
    return make(options, [&](const gradus_compile_options *o, gradus_model **m,
                             gradus_messages **messages) {
      return gradus_model_compile_file(path.c_str(), o, m, messages);
    });
  }
  /// `path` is for messages; imports and data are looked for beside it.
  static Result<Model> fromText(const std::string &path, std::string_view text,
                                const CompileOptions &options = {}) {
    return make(options, [&](const gradus_compile_options *o, gradus_model **m,
                             gradus_messages **messages) {
      return gradus_model_compile_text(path.c_str(), text.data(), text.size(), o, m, messages);
    });
  }

  std::vector<std::string> functions() const {
    std::vector<std::string> names;
    for (size_t k = 0; k < gradus_model_function_count(handle_.get()); ++k)
      names.emplace_back(gradus_model_function_name(handle_.get(), k));
    return names;
  }
  std::vector<std::string> problems() const {
    std::vector<std::string> names;
    for (size_t k = 0; k < gradus_model_problem_count(handle_.get()); ++k)
      names.emplace_back(gradus_model_problem_name(handle_.get(), k));
    return names;
  }
  const gradus_model *handle() const { return handle_.get(); }

private:
  explicit Model(gradus_model *handle) : handle_(handle, detail::Free()) {}

  template <class Compile> static Result<Model> make(const CompileOptions &given, Compile compile) {
    gradus_compile_options options = GRADUS_COMPILE_OPTIONS;
    options.strict = given.strict;
    options.level = given.level;
    options.cache = given.cache;
    options.threads = given.threads;
    std::vector<const char *> paths;
    for (const std::string &path : given.allowPaths)
      paths.push_back(path.c_str());
    options.allow_paths = paths.data();
    options.allow_path_count = paths.size();
    gradus_model *model = nullptr;
    gradus_messages *messages = nullptr;
    const int code = compile(&options, &model, &messages);
    const detail::Messages owned(messages);
    if (code != GRADUS_OK)
      return detail::error(code, owned);
    return Model(model);
  }

  std::shared_ptr<gradus_model> handle_;
};

/// An argument of a function: a number, a vector, or an array with its extents. It
/// refers to the caller's memory; numbers given by value are held in it.
class Argument {
public:
  Argument(double number) : number_(number) {}
  Argument(std::span<const double> numbers) : numbers_(numbers) {}
  Argument(const std::vector<double> &numbers) : numbers_(numbers) {}
  Argument(std::span<const double> numbers, std::vector<size_t> extents)
      : numbers_(numbers), extents_(std::move(extents)) {}

  gradus_argument get() const {
    if (!numbers_)
      return {&number_, 1, nullptr, 0};
    return {numbers_->data(), numbers_->size(), extents_.empty() ? nullptr : extents_.data(),
            extents_.size()};
  }

private:
  double number_ = 0;
  std::optional<std::span<const double>> numbers_;
  std::vector<size_t> extents_;
};

struct Progress {
  int64_t iteration;
  double objective, gradientNorm, step;
  std::span<const double> x; ///< empty in a trace without points
};

/// Numbers of an unknown, or multipliers of a named constraint. It refers to the
/// caller's memory.
struct NamedNumbers {
  std::string name;
  std::span<const double> numbers;
};

struct SolveOptions {
  std::string method = {}; ///< "lbfgs(tol = 1e-10)"; empty: the model's
  double maxTime = 0;      ///< seconds; 0: no limit
  bool trace = false;
  /// Called after each iteration, on the thread that solves; false stops.
  std::function<bool(const Progress &)> progress = {};
  /// Instead of the model's start: of unknowns, and multipliers of named constraints.
  std::vector<NamedNumbers> start = {};
  std::vector<NamedNumbers> fixed = {}; ///< unknowns that are not to move
};

class Solution {
public:
  explicit Solution(gradus_solution *handle) : handle_(handle) {}

  int code() const { return gradus_solution_code(handle_.get()); }
  bool converged() const { return code() == GRADUS_OK; }
  std::string_view status() const { return gradus_code_name(code()); }
  std::string_view message() const { return gradus_solution_message(handle_.get()); }
  std::string_view method() const { return gradus_solution_method(handle_.get()); }
  double objective() const { return gradus_solution_objective(handle_.get()); }
  double gradientNorm() const { return gradus_solution_gradient_norm(handle_.get()); }
  double maxViolation() const { return gradus_solution_max_violation(handle_.get()); }
  int64_t iterations() const { return gradus_solution_iterations(handle_.get()); }
  std::span<const double> x() const {
    size_t n = 0;
    const double *data = gradus_solution_x(handle_.get(), &n);
    return {data, n};
  }
  std::span<const double> gradient() const {
    size_t n = 0;
    const double *data = gradus_solution_gradient(handle_.get(), &n);
    return {data, n};
  }
  /// Empty for a name that is no unknown.
  std::span<const double> operator[](const std::string &unknown) const {
    size_t n = 0;
    const double *data = gradus_solution_unknown(handle_.get(), unknown.c_str(), &n);
    return {data, n};
  }
  /// Of a named constraint, as rows; empty where there is none.
  std::span<const double> multipliers(const std::string &constraint) const {
    size_t n = 0;
    const double *data = gradus_solution_multipliers(handle_.get(), constraint.c_str(), &n);
    return {data, n};
  }
  std::vector<Progress> trace() const {
    std::vector<Progress> rows;
    for (size_t k = 0; k < gradus_solution_trace_count(handle_.get()); ++k) {
      const gradus_progress p = gradus_solution_trace(handle_.get(), k);
      rows.push_back({p.iteration, p.objective, p.gradient_norm, p.step, {p.x, p.n}});
    }
    return rows;
  }

private:
  std::unique_ptr<gradus_solution, detail::Free> handle_;
};

class Instance;

/// A function, objective or problem of an instance, to be called. Each method has
/// a form that writes to a span of the right length, without allocating.
class Function {
public:
  using Arguments = std::initializer_list<Argument>;

  /// The value of a function whose value is one number.
  Result<double> value(Arguments arguments) const {
    double result = 0;
    auto status = compute(GRADUS_VALUE, arguments, {&result, 1});
    return status ? Result<double>(result) : status.error();
  }
  Status value(Arguments a, std::span<double> to) const { return compute(GRADUS_VALUE, a, to); }
  Status gradient(Arguments a, std::span<double> to) const {
    return compute(GRADUS_GRADIENT, a, to);
  }
  /// The value first, then the gradient.
  Status valueGradient(Arguments a, std::span<double> to) const {
    return compute(GRADUS_VALUE_GRADIENT, a, to);
  }
  Status hessianVector(Arguments a, std::span<const double> direction, std::span<double> to) const {
    return compute(GRADUS_HESSIAN_VECTOR, a, to, direction);
  }
  Status hessian(Arguments a, std::span<double> to) const { return compute(GRADUS_HESSIAN, a, to); }
  Status residual(Arguments a, std::span<double> to) const {
    return compute(GRADUS_RESIDUAL, a, to);
  }
  Status jacobian(Arguments a, std::span<double> to) const {
    return compute(GRADUS_JACOBIAN, a, to);
  }

  Result<std::vector<double>> gradient(Arguments a) const { return all(GRADUS_GRADIENT, a); }
  Result<std::vector<double>> hessian(Arguments a) const { return all(GRADUS_HESSIAN, a); }
  Result<std::vector<double>> residual(Arguments a) const { return all(GRADUS_RESIDUAL, a); }
  Result<std::vector<double>> jacobian(Arguments a) const { return all(GRADUS_JACOBIAN, a); }
  /// The elements of a value that is an array.
  Result<std::vector<double>> values(Arguments a) const { return all(GRADUS_VALUE, a); }

  /// Numbers that a quantity consists of, for these arguments.
  Result<size_t> count(gradus_quantity quantity, Arguments arguments) const {
    size_t needed = 0;
    auto status = call(quantity, arguments, nullptr, nullptr, 0, &needed);
    return status ? Result<size_t>(needed) : status.error();
  }

private:
  friend class Instance;
  Function(gradus_instance *instance, std::string name)
      : instance_(instance), name_(std::move(name)) {}

  Status call(gradus_quantity quantity, Arguments arguments, const double *direction, double *to,
              size_t room, size_t *needed) const {
    constexpr size_t few = 8;
    gradus_argument places[few];
    std::vector<gradus_argument> many;
    gradus_argument *list = places;
    if (arguments.size() > few) {
      many.resize(arguments.size());
      list = many.data();
    }
    size_t k = 0;
    for (const Argument &argument : arguments)
      list[k++] = argument.get();
    gradus_messages *messages = nullptr;
    const int code = gradus_instance_evaluate(instance_, name_.c_str(), quantity, list, k,
                                              direction, to, room, needed, &messages);
    const detail::Messages owned(messages);
    if (code != GRADUS_OK)
      return detail::error(code, owned);
    return std::monostate();
  }
  Status compute(gradus_quantity quantity, Arguments arguments, std::span<double> to,
                 std::span<const double> direction = {}) const {
    return call(quantity, arguments, direction.data(), to.data(), to.size(), nullptr);
  }
  Result<std::vector<double>> all(gradus_quantity quantity, Arguments arguments) const {
    auto needed = count(quantity, arguments);
    if (!needed)
      return needed.error();
    std::vector<double> numbers(*needed);
    auto status = compute(quantity, arguments, numbers);
    return status ? Result<std::vector<double>>(std::move(numbers)) : status.error();
  }

  gradus_instance *instance_;
  std::string name_;
};

/// A model with bound values, for one thread at a time.
class Instance {
public:
  /// The model has been compiled, so this fails only if a file that it imports is
  /// gone; then status() says so, and every call fails.
  explicit Instance(const Model &model) {
    gradus_instance *instance = nullptr;
    gradus_messages *messages = nullptr;
    const int code = gradus_instance_new(model.handle(), &instance, &messages);
    const detail::Messages owned(messages);
    handle_.reset(instance);
    if (code != GRADUS_OK)
      error_ = detail::error(code, owned);
  }
  Status status() const { return error_ ? Status(*error_) : Status(std::monostate()); }

  void set(const std::string &name, double value) {
    gradus_instance_set(handle_.get(), name.c_str(), value);
  }
  /// No copy: the numbers are read where they are, at each call.
  void bind(const std::string &name, std::span<const double> numbers) {
    gradus_instance_bind(handle_.get(), name.c_str(), numbers.data(), numbers.size(), nullptr, 0);
  }
  void bind(const std::string &name, std::span<const double> numbers,
            std::initializer_list<size_t> extents) {
    gradus_instance_bind(handle_.get(), name.c_str(), numbers.data(), numbers.size(),
                         extents.begin(), extents.size());
  }

  /// Valid as long as the instance; a name that does not exist is an error of the calls.
  Function function(std::string name) { return Function(handle_.get(), std::move(name)); }

  /// `problem` may be empty where the model has one.
  Result<Solution> solve(const std::string &problem = {}, const SolveOptions &options = {}) {
    gradus_solve_options o = GRADUS_SOLVE_OPTIONS;
    if (!options.method.empty())
      o.method = options.method.c_str();
    o.max_time = options.maxTime;
    o.trace = options.trace;
    if (options.progress) {
      o.progress = [](void *user, const gradus_progress *p) {
        const auto &f = *static_cast<const std::function<bool(const Progress &)> *>(user);
        return f({p->iteration, p->objective, p->gradient_norm, p->step, {p->x, p->n}}) ? 0 : 1;
      };
      o.user = const_cast<std::function<bool(const Progress &)> *>(&options.progress);
    }
    std::vector<gradus_named_numbers> named;
    for (const auto *list : {&options.start, &options.fixed})
      for (const NamedNumbers &entry : *list)
        named.push_back({entry.name.c_str(), entry.numbers.data(), entry.numbers.size()});
    o.start = named.data();
    o.start_count = options.start.size();
    o.fixed = named.data() + o.start_count;
    o.fixed_count = options.fixed.size();
    gradus_solution *solution = nullptr;
    gradus_messages *messages = nullptr;
    const int code = gradus_instance_solve(
        handle_.get(), problem.empty() ? nullptr : problem.c_str(), &o, &solution, &messages);
    const detail::Messages owned(messages);
    if (!solution)
      return detail::error(code, owned);
    return Solution(solution);
  }
  /// From any thread: ends the running solve at its next iteration.
  void cancel() { gradus_instance_cancel(handle_.get()); }

private:
  std::unique_ptr<gradus_instance, detail::Free> handle_;
  std::optional<Error> error_;
};

} // namespace gradus

#endif
