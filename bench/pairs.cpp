//===- pairs.cpp - compiled models against code by hand, side by side --------===//
//
//   bench_pairs SPEC
//
// SPEC is JSON: {"model": file, "subject": function or objective, "sizes": {name:
// number}, "values": {name: ["uniform", lo, hi] | ["even", lo, hi] | ["signs"] |
// number}, "outputs": ["value", "gradient", "along"], "by_hand": [[label,
// library, function], ..], "tolerance": t, "seconds": s, "rounds": r}.
//
// Code of Gradus for the model and the functions of the libraries,
//     void f(const int64_t *sizes, const double *const *inputs, double **outputs),
// compute the same outputs, which is checked first, and are then measured in turns
// in one process: A B A B. Sizes and inputs come in the order of their declaration;
// "along" is the Hessian times the direction 0.5 - k/n (k = 0..n-1). "more": {label:
// outputs} are further functions that Gradus compiles. A function by hand with a
// fourth element computes something else, as a yardstick: it is not checked.
//
// Prints JSON: nanoseconds a call in each round, differences, sizes of code and
// workspace.
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
#include <cstring>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <iostream>
#include <map>
#include <tuple>

namespace {

using namespace gradus;
using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;
using ByHand = void (*)(const int64_t *sizes, const double *const *inputs, double **outputs);

[[noreturn]] void fail(const std::string &message) {
  std::cerr << "bench_pairs: " << message << "\n";
  std::exit(1);
}

/// The same numbers in every run.
double uniform(uint64_t &state, double lo, double hi) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return lo + (hi - lo) * static_cast<double>(state >> 11) * 0x1p-53;
}

std::vector<double> fill(const Json &how, size_t n, uint64_t seed) {
  std::vector<double> v(n);
  uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;
  std::string kind = how.is_array() ? how.at(0).get<std::string>() : "constant";
  for (size_t k = 0; k < n; ++k)
    if (kind == "uniform")
      v[k] = uniform(state, how.at(1), how.at(2));
    else if (kind == "even")
      v[k] = how.at(1).get<double>() +
             (how.at(2).get<double>() - how.at(1).get<double>()) * static_cast<double>(k) /
                 static_cast<double>(std::max<size_t>(n - 1, 1));
    else if (kind == "signs")
      v[k] = uniform(state, -1, 1) < 0 ? -1 : 1;
    else if (kind == "constant")
      v[k] = how.get<double>();
    else
      fail("no way to fill '" + kind + "'");
  return v;
}

/// The same memory for all who read the same numbers: otherwise each would find its own
/// copy of a large table swept out of the caches by the others.
const std::vector<double> &shared(const Json &how, size_t n, uint64_t seed) {
  static std::map<std::tuple<std::string, size_t, uint64_t>, std::vector<double>> all;
  auto [at, isNew] = all.try_emplace({how.dump(), n, seed});
  if (isNew)
    at->second = fill(how, n, seed);
  return at->second;
}

struct Outputs {
  std::vector<std::vector<double>> arrays;
  std::vector<double *> pointers() {
    std::vector<double *> p;
    for (std::vector<double> &a : arrays)
      p.push_back(a.data());
    return p;
  }
};

struct Runner {
  std::string name;
  std::function<void()> call;
  Outputs *outputs;
  double calls = 1;
  std::vector<double> ns = {};
};

double nanoseconds(Clock::time_point from) {
  return std::chrono::duration<double, std::nano>(Clock::now() - from).count();
}

class Model {
public:
  Model(const Json &spec, const Json &outputs, int64_t threads = 1)
      : session_({{}, {}, {}, false, nullptr, threads}) {
    if (!session_.load(spec.at("model")))
      fail(session_.diagnostics.renderAll());
    all_ = driver::subjects(session_);
    const driver::Subject *subject = driver::findSubject(session_, all_, spec.at("subject"));
    if (!subject)
      fail(session_.diagnostics.renderAll());
    ir::Graph &g = session_.graph();
    std::vector<ir::ValueId> variables = subject->variables(g), gradient;
    auto makeGradient = [&] {
      if (gradient.empty())
        gradient = differentiate::gradient(g, subject->value, variables);
    };
    std::vector<ir::ValueId> directions;
    for (const Json &what : outputs) {
      if (what == "value") {
        outputs_.push_back(subject->value);
      } else if (what == "gradient") {
        makeGradient();
        outputs_.insert(outputs_.end(), gradient.begin(), gradient.end());
      } else if (what == "along") {
        makeGradient();
        for (ir::ValueId v : variables)
          directions.push_back(g.input({"direction", g.type(v), ir::InputRole::Local, {}}));
        for (ir::ValueId v : differentiate::pushforward(g, gradient, variables, directions))
          outputs_.push_back(v);
      } else {
        fail("unknown output " + what.dump());
      }
    }
    bind(spec, directions);
    std::vector<ir::ValueId> roots = outputs_;
    roots.insert(roots.end(), variables.begin(), variables.end());
    inputs_ = driver::inputsOf(g, roots);
    lower::KernelSpec kernel{"kernel", "", inputs_, outputs_, {}};
    for (size_t n = 0; n < outputs_.size(); ++n)
      kernel.outputNames.push_back("out" + std::to_string(n + 1));
    const std::clock_t begin = std::clock();
    lowered_ = lower::lowerKernel(g, module_, kernel);
    std::string error;
    code_ = jit::Jit::compile(module_, jit::Level::Fast, error);
    if (!code_)
      fail(error);
    compileMs = 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    codeBytes = code_->objectBytes();
    workspaceElements = session_.whole(lowered_.workspace).value();
    if (!workspace_.allocate(session_, workspaceElements, frame_))
      fail(session_.diagnostics.renderAll());
    for (ir::ValueId v : inputs_)
      arguments_.input(v);
    for (ir::ValueId v : outputs_) {
      std::vector<int64_t> shape;
      if (!session_.extents(g.type(v).shape, shape))
        fail(session_.diagnostics.renderAll());
      int64_t n = 1;
      for (int64_t e : shape)
        n *= e;
      made.arrays.emplace_back(static_cast<size_t>(n), NAN);
    }
    for (double *p : made.pointers())
      arguments_.pointer(p);
    entry_ = code_->find("kernel");
  }

  void operator()() {
    if (entry_(&frame_, arguments_.data()) != 0)
      fail("the compiled function failed");
  }

  Outputs made;
  double compileMs = 0;
  size_t codeBytes = 0;
  int64_t workspaceElements = 0;
  std::vector<int64_t> sizes;
  std::vector<const double *> arrays;

private:
  /// Gives every input a value, those that code by hand sees in order.
  void bind(const Json &spec, const std::vector<ir::ValueId> &directions) {
    ir::Graph &g = session_.graph();
    const Json &given = spec.at("sizes");
    auto count = static_cast<uint32_t>(g.inputs().size());
    for (uint32_t k = 0; k < count; ++k) {
      const ir::Input input = g.inputs()[k];
      driver::InputValue &value = session_.value(k);
      if (!input.type.scalar() || input.type.kind != ir::Kind::Int)
        continue;
      if (!given.contains(input.name))
        continue;
      value.known = true;
      value.whole = given.at(input.name);
    }
    for (const auto &[name, value] : given.items())
      sizes.push_back(value);
    const Json &values = spec.at("values");
    for (uint32_t k = 0; k < count; ++k) {
      const ir::Input input = g.inputs()[k];
      driver::InputValue &value = session_.value(k);
      bool direction = std::find(directions.begin(), directions.end(), g.inputNode(k)) !=
                       directions.end();
      if (value.known || input.type.kind != ir::Kind::Real)
        continue;
      if (!direction && !values.contains(input.name))
        continue;
      value.known = true;
      if (input.type.scalar()) {
        value.real = fill(values.at(input.name), 1, k)[0];
        scalars_.push_back(value.real);
        arrays.push_back(&value.real);
        continue;
      }
      if (!session_.extents(input.type.shape, value.extents))
        fail(session_.diagnostics.renderAll());
      size_t n = 1;
      for (int64_t e : value.extents)
        n *= static_cast<size_t>(e);
      if (direction) {
        for (size_t j = 0; j < n; ++j)
          value.reals.push_back(0.5 - static_cast<double>(j) / static_cast<double>(n));
        continue;
      }
      value.borrowed = shared(values.at(input.name), n, k).data();
      arrays.push_back(value.borrowed);
    }
  }

  driver::Session session_;
  std::vector<driver::Subject> all_;
  std::vector<ir::ValueId> inputs_, outputs_;
  loops::Module module_;
  lower::Kernel lowered_;
  std::unique_ptr<jit::CompiledModule> code_;
  driver::Arguments arguments_{session_};
  driver::Workspace workspace_;
  GradusFrame frame_{};
  jit::EntryPoint entry_ = nullptr;
  std::vector<double> scalars_;
};

/// The largest difference, relative to the largest element of each output.
double difference(const Outputs &a, const Outputs &b) {
  double worst = 0;
  for (size_t k = 0; k < a.arrays.size(); ++k) {
    double scale = 0, apart = 0;
    for (size_t n = 0; n < a.arrays[k].size(); ++n) {
      double x = a.arrays[k][n], y = b.arrays[k][n];
      scale = std::max(scale, std::fabs(y));
      apart = std::max(apart, std::isnan(x) || std::isnan(y) ? INFINITY : std::fabs(x - y));
    }
    worst = std::max(worst, apart / std::max(scale, 1e-300));
  }
  return worst;
}

} // namespace

int main(int count, char **values) {
  if (count != 2)
    fail("SPEC?");
  Json spec = Json::parse(values[1]);
  Model model(spec, spec.at("outputs"));
  std::deque<Outputs> others;
  std::deque<std::unique_ptr<Model>> more;
  std::vector<Runner> runners;
  runners.push_back({"gradus", [&] { model(); }, &model.made});
  const Json further = spec.value("more", Json::object());
  for (const auto &[name, outputs] : further.items()) {
    more.push_back(std::make_unique<Model>(spec, outputs));
    runners.push_back({name, [m = more.back().get()] { (*m)(); }, nullptr});
  }
  // The same code on several threads: the same bits.
  const Json several = spec.value("threads", Json::object());
  for (const auto &[name, threads] : several.items()) {
    more.push_back(std::make_unique<Model>(spec, spec.at("outputs"), threads.get<int64_t>()));
    Model *m = more.back().get();
    runners.push_back({name, [m] { (*m)(); }, nullptr});
    model();
    (*m)();
    for (size_t k = 0; k < model.made.arrays.size(); ++k)
      if (std::memcmp(model.made.arrays[k].data(), m->made.arrays[k].data(),
                      model.made.arrays[k].size() * sizeof(double)) != 0)
        fail("the bits depend on the number of threads");
  }
  for (const Json &row : spec.at("by_hand")) {
    void *library = dlopen(row.at(1).get<std::string>().c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library)
      fail(dlerror());
    auto f = reinterpret_cast<ByHand>(dlsym(library, row.at(2).get<std::string>().c_str()));
    if (!f)
      fail(dlerror());
    others.push_back(model.made);
    Outputs *own = &others.back();
    auto pointers = std::make_shared<std::vector<double *>>(own->pointers());
    runners.push_back({row.at(0), [&model, f, pointers] {
                         f(model.sizes.data(), model.arrays.data(), pointers->data());
                       }, row.size() > 3 ? nullptr : own});
  }
  for (Runner &r : runners)
    r.call();
  Json out{{"compile_ms", model.compileMs},
           {"code_bytes", model.codeBytes},
           {"workspace_elements", model.workspaceElements},
           {"difference", Json::object()},
           {"ns", Json::object()}};
  double tolerance = spec.value("tolerance", 1e-10);
  for (Runner &r : runners) {
    if (&r == &runners[0] || !r.outputs)
      continue;
    double apart = difference(*runners[0].outputs, *r.outputs);
    out["difference"][r.name] = apart;
    if (!(apart <= tolerance))
      fail("gradus and '" + r.name + "' differ by " + std::to_string(apart));
  }
  // Short rounds: most of them are not interrupted by other work of the machine.
  const double roundNs = 2e5, seconds = spec.value("seconds", 1.0);
  double each = 0;
  for (Runner &r : runners) {
    auto once = Clock::now();
    r.call();
    double ns = nanoseconds(once);
    r.calls = std::max(1.0, std::floor(roundNs / ns));
    each += (r.calls + 1) * ns;
  }
  auto rounds = static_cast<int>(std::clamp(seconds * 1e9 / each, 5.0, 401.0));
  for (int round = 0; round < rounds; ++round)
    for (Runner &r : runners) {
      r.call(); // as in a solve: what others have left in caches is gone, threads are awake
      auto begin = Clock::now();
      for (double k = 0; k < r.calls; ++k)
        r.call();
      r.ns.push_back(nanoseconds(begin) / r.calls);
    }
  for (const Runner &r : runners)
    out["ns"][r.name] = r.ns;
  std::cout << out.dump() << "\n";
  return 0;
}
