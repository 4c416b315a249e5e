#!/usr/bin/python3 -B
"""Value and gradient of the chained Rosenbrock function against C by hand.

The C is written in several natural ways (rosenbrock.c) and the fastest counts. All
run in one process in turns, so that whatever slows the machine slows all of them;
each round gives one ratio.
"""

import json
import shutil
import statistics

from benching import BENCH, BUILD, build, fail, machine, output, publish, table

N = 1000
TARGET = 1.5
VARIANTS = ["scatter", "carry", "gather", "two_loops", "gather_polynomial"]


def main():
    compiler = shutil.which("clang-19") or fail("clang-19 is needed: apt-get install clang-19")
    flags = ["-O3", "-march=native", "-ffast-math"]
    if machine()["vectors"] == "AVX-512":
        flags.append("-mprefer-vector-width=512")
    library = BUILD / "bench" / "rosenbrock.so"
    library.parent.mkdir(parents=True, exist_ok=True)
    output(compiler, *flags, "-shared", "-fPIC", BENCH / "rosenbrock.c", "-o", library)
    kernel = build("bench_kernel")
    data = json.loads(output(kernel, "times", BENCH / "models" / "rosenbrock.opt", "rosenbrock", N,
                             library, *VARIANTS))
    ns = data["ns"]
    median = {name: statistics.median(times) for name, times in ns.items()}
    best = min((name for name in ns if name.startswith("C ")), key=median.get)
    ratios = {}
    rows = []
    for name in ns:
        ratio = [a / b for a, b in zip(ns[name], ns[best])]
        quarters = statistics.quantiles(ratio, n=4)
        ratios[name] = quarters
        rows.append([f"{name}" + (" (fastest)" if name == best else ""), f"{median[name]:.0f}",
                     f"{min(ns[name]):.0f}", f"{quarters[1]:.2f}",
                     f"{quarters[0]:.2f} to {quarters[2]:.2f}"])
    text = f"Value and gradient at n = {N}, {data['rounds']} rounds in turns in one process. " \
           f"C: `clang-19 {' '.join(flags)}`. `gradus fast` is the code that `gradus run` makes, " \
           f"`gradus full` that of `gradus compile`. All compute the same value and gradient " \
           f"within {data['difference']:.0e} of the largest element.\n\n"
    text += table(["", "median, ns", "fastest, ns", "ratio, median", "quarters"], rows)
    met = "met" if ratios["gradus fast"][1] <= TARGET else "not met"
    text += f"\nTarget: at most {TARGET} times the fastest C: {met}.\n"
    publish("rosenbrock", "Chained Rosenbrock function", {
        "n": N, "flags": flags, "ns": ns, "best": best, "ratios": ratios, "target": TARGET,
        "difference": data["difference"]}, text)


main()
