//===- kernel.cpp - measures compiled code against functions of a library -----===//
//
//   bench_kernel times MODEL FUNCTION N LIBRARY NAME...
//     value and gradient of a function of one array x[n]: code of Gradus and the
//     named functions `double f(size_t n, const double *x, double *g)` of a shared
//     library, in turns; first checks that all compute the same.
//   bench_kernel compile MODEL REPETITIONS N...
//     how long value and gradient of the model's objective take to compile, and
//     to how many bytes, with its parameter n set to each N.
//
// Prints JSON: nanoseconds a call for each round, or milliseconds and bytes.
//
//===--------------------------------------------------------------------===//

#include "differentiate/Differentiate.h"
#include "driver/Native.h"
#include "driver/Subject.h"

#include <nlohmann/json.hpp>

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <iostream>

namespace {

using namespace gradus;
using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;
using ByHand = double (*)(size_t n, const double *x, double *g);

struct NamedLevel {
  const char *name;
  jit::Level level;
};
constexpr NamedLevel levels[] = {
    {"O0", jit::Level::O0}, {"fast", jit::Level::Fast}, {"full", jit::Level::Full}};

[[noreturn]] void fail(const std::string &message) {
  std::cerr << "bench_kernel: " << message << "\n";
  std::exit(1);
}

double nanoseconds(Clock::time_point from) {
  return std::chrono::duration<double, std::nano>(Clock::now() - from).count();
}

struct Lowered {
  loops::Module module;
  std::vector<ir::ValueId> inputs;
  lower::Kernel kernel;
};

/// Value and gradient of a subject as one function of the loop IR.
Lowered lower(driver::Session &session, const driver::Subject &subject) {
  ir::Graph &g = session.graph();
  std::vector<ir::ValueId> variables = subject.variables(g), outputs{subject.value};
  for (ir::ValueId v : differentiate::gradient(g, subject.value, variables))
    outputs.push_back(v);
  Lowered made;
  // The gradient has the shape of x also where its value does not read all of x.
  std::vector<ir::ValueId> roots = outputs;
  roots.insert(roots.end(), variables.begin(), variables.end());
  made.inputs = driver::inputsOf(g, roots);
  lower::KernelSpec spec{"value_gradient", "", made.inputs, outputs, {"f"}};
  for (size_t k = 1; k < outputs.size(); ++k)
    spec.outputNames.push_back("g" + std::to_string(k));
  made.kernel = lower::lowerKernel(g, made.module, spec);
  return made;
}

std::unique_ptr<jit::CompiledModule> compile(const loops::Module &module, jit::Level level) {
  std::string error;
  auto code = jit::Jit::compile(module, level, error);
  if (!code)
    fail(error);
  return code;
}

/// Compiled code over one array x[n].
class OverArray {
public:
  OverArray(const std::string &model, const std::string &function, jit::Level level, int64_t n)
      : n_(n) {
    if (!session_.load(model))
      fail(session_.diagnostics.renderAll());
    std::vector<driver::Subject> all = driver::subjects(session_);
    const driver::Subject *subject = driver::findSubject(session_, all, function);
    if (!subject || subject->arguments.size() != 1)
      fail("no function of one array '" + function + "'");
    lowered_ = lower(session_, *subject);
    code_ = compile(lowered_.module, level);
    entry_ = code_->find("value_gradient");
    driver::InputValue &size = session_.value(subject->sizes.at(0));
    size.known = true;
    size.whole = n;
    if (!workspace_.allocate(session_, session_.whole(lowered_.kernel.workspace).value(), frame_))
      fail(session_.diagnostics.renderAll());
    for (ir::ValueId v : lowered_.inputs)
      arguments_.push_back(session_.graph().type(v).scalar() ? &n_ : nullptr);
    xAt_ = static_cast<size_t>(std::find(arguments_.begin(), arguments_.end(), nullptr) -
                               arguments_.begin());
    arguments_.resize(arguments_.size() + 2);
  }

  double operator()(const double *x, double *g) {
    double f = 0;
    arguments_[xAt_] = const_cast<double *>(x);
    arguments_[arguments_.size() - 2] = &f;
    arguments_[arguments_.size() - 1] = g;
    if (entry_(&frame_, arguments_.data()) != 0)
      fail("the compiled function failed");
    return f;
  }

private:
  int64_t n_;
  driver::Session session_;
  Lowered lowered_;
  std::unique_ptr<jit::CompiledModule> code_;
  jit::EntryPoint entry_ = nullptr;
  GradusFrame frame_{};
  driver::Workspace workspace_;
  std::vector<void *> arguments_;
  size_t xAt_ = 0;
};

struct Runner {
  std::string name;
  std::function<double(const double *, double *)> call;
  double calls = 1;
  std::vector<double> ns;
};

/// The largest difference, relative to the largest element.
double difference(double f, const std::vector<double> &g, double wantedF,
                  const std::vector<double> &wanted) {
  double worst = std::fabs(f - wantedF) / std::fabs(wantedF), scale = 0, apart = 0;
  for (size_t k = 0; k < g.size(); ++k) {
    scale = std::max(scale, std::fabs(wanted[k]));
    apart = std::max(apart, std::isnan(g[k]) ? INFINITY : std::fabs(g[k] - wanted[k]));
  }
  return std::max(worst, apart / scale);
}

int times(const std::vector<std::string> &arguments) {
  if (arguments.size() < 5)
    fail("times MODEL FUNCTION N LIBRARY NAME...");
  const std::string model = arguments[0], function = arguments[1];
  const auto n = static_cast<size_t>(std::stoll(arguments[2]));
  std::vector<std::unique_ptr<OverArray>> compiled;
  std::vector<Runner> runners;
  for (const NamedLevel &l : {levels[1], levels[2]}) {
    compiled.push_back(
        std::make_unique<OverArray>(model, function, l.level, static_cast<int64_t>(n)));
    OverArray *code = compiled.back().get();
    runners.push_back({std::string("gradus ") + l.name,
                       [code](const double *x, double *g) { return (*code)(x, g); }, 1, {}});
  }
  void *library = dlopen(arguments[3].c_str(), RTLD_NOW);
  if (!library)
    fail(dlerror());
  for (size_t k = 4; k < arguments.size(); ++k) {
    auto byHand = reinterpret_cast<ByHand>(dlsym(library, arguments[k].c_str()));
    if (!byHand)
      fail(dlerror());
    runners.push_back({"C " + arguments[k],
                       [byHand, n](const double *x, double *g) { return byHand(n, x, g); }, 1, {}});
  }

  std::vector<double> x(n), g(n), wanted(n);
  for (size_t i = 0; i < n; ++i)
    x[i] = std::sin(static_cast<double>(i + 1));
  const double wantedF = runners.back().call(x.data(), wanted.data());
  double worst = 0;
  for (Runner &r : runners) {
    std::fill(g.begin(), g.end(), NAN);
    const double f = r.call(x.data(), g.data());
    worst = std::max(worst, difference(f, g, wantedF, wanted));
  }
  if (!(worst < 1e-13))
    fail("the functions differ by " + std::to_string(worst));

  auto measure = [&](Runner &r, double calls) {
    double sum = 0;
    auto begin = Clock::now();
    for (double k = 0; k < calls; ++k)
      sum += r.call(x.data(), g.data());
    double ns = nanoseconds(begin) / calls;
    if (!std::isfinite(sum))
      fail("not finite");
    return ns;
  };
  // Short rounds: most of them are not interrupted by other work of the machine.
  constexpr double roundNs = 2e5;
  constexpr int rounds = 401;
  for (Runner &r : runners) {
    measure(r, 100);
    r.calls = std::max(1.0, roundNs / measure(r, 1000));
  }
  for (int round = 0; round < rounds; ++round)
    for (Runner &r : runners)
      r.ns.push_back(measure(r, r.calls));
  Json out{{"n", n}, {"difference", worst}, {"rounds", rounds}, {"ns", Json::object()}};
  for (const Runner &r : runners)
    out["ns"][r.name] = r.ns;
  std::cout << out.dump() << "\n";
  return 0;
}

int compileTimes(const std::vector<std::string> &arguments) {
  if (arguments.size() < 3)
    fail("compile MODEL REPETITIONS N...");
  Json out = Json::array();
  for (size_t k = 2; k < arguments.size(); ++k) {
    Json row{{"n", std::stoll(arguments[k])}};
    for (const NamedLevel &l : levels) {
      double best = INFINITY;
      size_t bytes = 0;
      for (int r = 0; r < std::stoi(arguments[1]); ++r) {
        auto begin = Clock::now();
        driver::Session session({{"n=" + arguments[k]}, {}, {}});
        if (!session.load(arguments[0]) || !session.bind())
          fail(session.diagnostics.renderAll());
        std::vector<driver::Subject> all = driver::subjects(session);
        Lowered lowered = lower(session, all.at(0));
        auto code = compile(lowered.module, l.level);
        best = std::min(best, nanoseconds(begin) / 1e6);
        bytes = code->objectBytes();
      }
      row[l.name] = Json{{"ms", best}, {"bytes", bytes}};
    }
    out.push_back(std::move(row));
  }
  std::cout << out.dump() << "\n";
  return 0;
}

} // namespace

int main(int count, char **values) {
  std::vector<std::string> arguments(values + 1, values + count);
  const std::string what = arguments.empty() ? "" : arguments[0];
  if (!arguments.empty())
    arguments.erase(arguments.begin());
  if (what == "times")
    return times(arguments);
  if (what == "compile")
    return compileTimes(arguments);
  fail("times or compile?");
}
