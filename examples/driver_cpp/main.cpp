// Fits a line to points that a program has in memory, again and again: the way
// Gradus works inside another program.
#include <gradus/gradus.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

int main() {
  auto model = gradus::Model::fromText("line.opt", R"(
    param x[n]
    param y[n]
    param delta = 0.1
    fn huber(r) = sqrt(delta^2 + r^2) - delta
    var a start 0
    var b start 0
    minimize sum(i in 1..n) huber(a + b*x[i] - y[i])
  )");
  if (!model) {
    std::fputs(model.error().text.c_str(), stderr);
    return 1;
  }
  gradus::Instance instance(*model);

  std::vector<double> x, y;
  for (int round = 1; round <= 3; ++round) {
    // More points in each round, one of them far off.
    for (int k = 0; k < 20; ++k) {
      x.push_back(x.empty() ? 0 : x.back() + 0.1);
      y.push_back(2 + 0.5 * x.back() + 0.01 * std::sin(37 * x.back()));
    }
    y.back() += 10;
    instance.bind("x", x);
    instance.bind("y", y);
    auto solved = instance.solve();
    if (!solved) {
      std::fputs(solved.error().text.c_str(), stderr);
      return 1;
    }
    std::printf("%zu points: y = %.3f + %.3f x, %s after %lld steps\n", x.size(),
                (*solved)["a"][0], (*solved)["b"][0], std::string(solved->status()).c_str(),
                static_cast<long long>(solved->iterations()));
  }

  // A function of the model with its derivatives.
  auto huber = instance.function("huber");
  double slope = 0, curvature = 0;
  if (huber.gradient({0.2}, {&slope, 1}) && huber.hessian({0.2}, {&curvature, 1}))
    std::printf("huber(0.2) = %.4f, slope %.4f, curvature %.4f\n", huber.value({0.2}).value(),
                slope, curvature);
  return 0;
}
