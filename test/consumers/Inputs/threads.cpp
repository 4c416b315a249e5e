// Eight threads share a model, each with an instance and data of its own.
#include <gradus/gradus.hpp>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <thread>

int main(int count, char **arguments) {
  if (count != 2)
    return 2;
  auto model = gradus::Model::fromFile(arguments[1]);
  if (!model) {
    std::fputs(model.error().text.c_str(), stderr);
    return 1;
  }
  std::atomic<int> failures{0};
  auto work = [&](int number) {
    gradus::Instance instance(*model);
    for (int round = 0; round < 5; ++round) {
      const std::vector<double> w(static_cast<size_t>(number + 2 + round), number + 0.5 * round);
      instance.bind("w", w);
      auto solved = instance.solve();
      if (!solved || !solved->converged())
        ++failures;
      else
        for (double x : solved->x())
          if (std::fabs(x - w[0]) > 1e-9 * std::fmax(1, std::fabs(w[0])))
            ++failures;
      for (int k = 0; k < 20; ++k) {
        auto hessian = instance.function("quadratic").hessian({1.0 + k, double(number)});
        auto value = instance.function("weighted").value({w, 2.0});
        double expected = 0;
        for (size_t i = 0; i < w.size(); ++i)
          expected += 2 * double(i + 1) * w[i] * w[i];
        if (!hessian || (*hessian)[3] != 8 || !value ||
            std::fabs(*value - expected) > 1e-9 * expected)
          ++failures;
      }
    }
  };
  std::vector<std::thread> threads;
  for (int k = 0; k < 8; ++k)
    threads.emplace_back(work, k);
  for (std::thread &t : threads)
    t.join();
  if (failures == 0)
    std::puts("threads.cpp: all is well");
  return failures != 0;
}
