// The C++ interface: spans in, spans out, results that say what went wrong.
#include <gradus/gradus.hpp>

#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <thread>

namespace {

int failures = 0;

void check(bool holds, const char *what, int line) {
  if (!holds) {
    std::fprintf(stderr, "driver.cpp:%d: %s\n", line, what);
    ++failures;
  }
}
#define CHECK(...) check((__VA_ARGS__), #__VA_ARGS__, __LINE__)

bool near(double a, double b) { return std::fabs(a - b) <= 1e-9 * std::fmax(1.0, std::fabs(b)); }

void functions(const gradus::Model &model) {
  const std::vector<double> w = {1, 2, 3};
  gradus::Instance instance(model);
  CHECK(bool(instance.status()));
  instance.bind("w", w);
  auto f = instance.function("quadratic");
  CHECK(near(f.value({2.0, 1.0}).value(), 4));
  CHECK(f.gradient({2.0, 1.0}).value() == std::vector<double>{2, 4});
  CHECK(f.hessian({2.0, 1.0}).value() == std::vector<double>{2, -2, -2, 8});
  std::array<double, 3> both;
  CHECK(bool(f.valueGradient({2.0, 1.0}, both)) && near(both[0], 4) && near(both[2], 4));
  std::array<double, 2> product, direction = {1, 1};
  CHECK(bool(f.hessianVector({2.0, 1.0}, direction, product)) && near(product[1], 6));
  const std::vector<double> v = {1, 2, 3};
  CHECK(instance.function("weighted").gradient({v, 2.0})->size() == 4);
  CHECK(instance.function("polar").jacobian({2.0, 0.0}).value() == std::vector<double>{1, 0, 0, 2});
  CHECK(instance.function("polar").values({2.0, 0.0}).value() == std::vector<double>{2, 0});

  auto missing = instance.function("nothing").value({1.0});
  CHECK(!missing && missing.error().messages.size() == 1 && missing.error().messages[0].isError);
  bool thrown = false;
  try {
    (void)missing.value();
  } catch (const std::logic_error &) {
    thrown = true;
  }
  CHECK(thrown);
}

void levels(const char *file) {
  for (int level = 0; level <= 3; ++level) {
    gradus::CompileOptions options;
    options.level = level;
    auto model = gradus::Model::fromFile(file, options);
    CHECK(bool(model));
    functions(*model);
  }
  gradus::CompileOptions options;
  options.level = 4;
  auto model = gradus::Model::fromFile(file, options);
  CHECK(!model && model.error().code == GRADUS_USAGE);
}

void errors() {
  auto wrong = gradus::Model::fromText("wrong.opt", "fn f(x) = y\n");
  CHECK(!wrong && wrong.error().code == GRADUS_MODEL_ERROR);
  const auto error = wrong.error();
  CHECK(error.messages.size() == 1 && error.messages[0].line == 1 && error.messages[0].column == 11);
  CHECK(error.messages[0].file == "wrong.opt" && !error.text.empty());
}

void solves(const gradus::Model &model) {
  gradus::Instance instance(model);
  std::vector<double> w(50);
  for (size_t k = 0; k < w.size(); ++k)
    w[k] = static_cast<double>(k);
  instance.bind("w", w);
  int64_t last = -1;
  gradus::SolveOptions options;
  options.trace = true;
  options.progress = [&](const gradus::Progress &p) {
    last = p.iteration;
    return p.x.size() == 50;
  };
  auto solved = instance.solve("", options);
  CHECK(solved && solved->converged() && solved->status() == "converged");
  CHECK(near(solved->x()[49], 49) && near((*solved)["x"][7], 7));
  CHECK(solved->trace().size() == static_cast<size_t>(last) + 1);
  CHECK((*solved)["y"].empty());
}

/// Bound memory is read anew at each solve, also for what is computed once in a solve.
void changes() {
  auto model = gradus::Model::fromText("mean.opt", R"(
param w[n]
let near = sum(i in 1..n) sum(j in 1..n) exp(-(w[i] - w[j])^2)
var x
minimize (x - near/n^2)^2 + (x - near/n^2)^4
)");
  CHECK(bool(model));
  gradus::Instance instance(*model);
  std::vector<double> w(200, 3.0);
  instance.bind("w", w);
  auto solved = instance.solve();
  CHECK(solved && solved->converged() && near((*solved)["x"][0], 1));
  for (size_t k = 0; k < w.size(); ++k)
    w[k] = 100.0 * static_cast<double>(k);
  solved = instance.solve();
  CHECK(solved && solved->converged() && near((*solved)["x"][0], 1.0 / 200));
}

/// A problem with constraints, again and again: each time from the solution before.
void follows() {
  auto model = gradus::Model::fromText("follow.opt", R"(
param goal
var x in [-2, 2]
var y start 1
minimize (x - goal)^2 + (y - 1)^2
subject to
  budget: x + y <= 2
  slope[k in 1..2]: x - k*y >= -9
)");
  CHECK(bool(model));
  gradus::Instance instance(*model);
  instance.set("goal", 1.5);
  auto solved = instance.solve();
  CHECK(solved && solved->converged());
  // d objective / d budget = -2*(goal - x) = -0.5
  CHECK(std::fabs((*solved)["x"][0] - 1.25) < 1e-6 && std::fabs((*solved)["y"][0] - 0.75) < 1e-6);
  CHECK(solved->multipliers("budget").size() == 1 && solved->multipliers("slope").size() == 2);
  CHECK(std::fabs(solved->multipliers("budget")[0] + 0.5) < 1e-5);
  CHECK(solved->multipliers("none").empty());

  instance.set("goal", 1.6);
  gradus::SolveOptions options;
  for (const char *name : {"x", "y"})
    options.start.push_back({name, (*solved)[name]});
  options.start.push_back({"budget", solved->multipliers("budget")});
  auto warm = instance.solve("", options);
  CHECK(warm && warm->converged() && std::fabs((*warm)["x"][0] - 1.3) < 1e-6);

  const double half = 0.5;
  options.fixed = {{"x", {&half, 1}}};
  auto fixed = instance.solve("", options);
  CHECK(fixed && (*fixed)["x"][0] == 0.5 && std::fabs((*fixed)["y"][0] - 1) < 1e-6);

  options.start = {{"z", {&half, 1}}};
  auto wrong = instance.solve("", options);
  CHECK(!wrong && wrong.error().text.find("no unknown 'z'") != std::string::npos);
}

/// A solve that would take for ever ends when another thread says so.
void cancels() {
  auto slow = gradus::Model::fromText("slow.opt", "var x start 1\n"
                                                  "minimize exp(-x)\n"
                                                  "solve with gradient_descent(rate = 1e-9, "
                                                  "steps = 9000000000000, tol = 0)\n");
  CHECK(bool(slow));
  gradus::Instance instance(slow.value());
  std::atomic<bool> running{false};
  gradus::SolveOptions options;
  options.progress = [&](const gradus::Progress &) {
    running = true;
    return true;
  };
  std::thread other([&] {
    while (!running)
      std::this_thread::yield();
    instance.cancel();
  });
  auto solved = instance.solve("", options);
  other.join();
  CHECK(solved && solved->code() == GRADUS_INTERRUPTED);
}

} // namespace

int main(int count, char **arguments) {
  if (count != 2)
    return 2;
  auto model = gradus::Model::fromFile(arguments[1]);
  if (!model) {
    std::fputs(model.error().text.c_str(), stderr);
    return 1;
  }
  CHECK(model->functions().size() == 3 && model->problems().size() == 1);
  functions(*model);
  levels(arguments[1]);
  errors();
  solves(*model);
  changes();
  follows();
  cancels();
  if (failures == 0)
    std::puts("driver.cpp: all is well");
  return failures != 0;
}
