#!/usr/bin/python3 -B
"""Compiled models against C++ by hand: value and gradient, and what they cost.

`plain` is what people write (byhand/plain.cpp), `best` as fast as we can make it
(byhand/best.cpp), both with gcc and clang at -O3 -march=native; the quicker of the
two compilers counts. All run in one process in turns; each round gives one ratio.
"""

import json
import shutil
import statistics
import sys

from benching import BENCH, BUILD, build, dots, output, publish, table

FLAGS = ["-O3", "-march=native", "-std=c++17", "-shared", "-fPIC"]
WORKLOADS = [
    # name, model, subject, sizes, values, best, yardstick, target against best
    ("lse, n = 10,000", "lse", "lse", {"n": 10_000}, {"x": ["uniform", -5, 5]}, True, None, 1.3),
    ("lse, n = 1,280,000", "lse", "lse", {"n": 1_280_000}, {"x": ["uniform", -5, 5]}, True, None,
     1.3),
    ("llsq, 16,392 x 128", "llsq", "llsq", {"n": 16_392, "m": 128},
     {"t": ["even", -1, 1], "x": ["uniform", -1, 1]}, True, None, 1.5),
    ("logistic, 10,000 x 50", "logistic", "logistic", {"n": 10_000, "p": 50},
     {"A": ["uniform", -1, 1], "y": ["signs"], "w": ["uniform", -1, 1]}, True, "read_table", 1.15),
    ("least squares, 10,000 x 50", "least_squares", "least_squares", {"n": 10_000, "p": 50},
     {"A": ["uniform", -1, 1], "y": ["uniform", -1, 1], "w": ["uniform", -1, 1]}, True,
     "read_table", 1.15),
    ("gmm, n = 1,000, d = 10, K = 25", "gmm", "gmm", {"n": 1000, "d": 10, "K": 25},
     {"x": ["uniform", -1, 1], "alpha": ["uniform", -1, 1], "mu": ["uniform", -1, 1],
      "q": ["uniform", -0.5, 0.5], "l": ["uniform", -0.5, 0.5], "gamma": 1, "m": 0}, False, None, None),
    ("gmm, n = 1,000, d = 64, K = 100", "gmm", "gmm", {"n": 1000, "d": 64, "K": 100},
     {"x": ["uniform", -1, 1], "alpha": ["uniform", -1, 1], "mu": ["uniform", -1, 1],
      "q": ["uniform", -0.2, 0.2], "l": ["uniform", -0.2, 0.2], "gamma": 1, "m": 0}, False, None, None),
    ("packed gmm, n = 1,000, d = 10, K = 25", "gmm_packed", "gmm_packed",
     {"n": 1000, "d": 10, "K": 25},
     {"x": ["uniform", -1, 1], "alpha": ["uniform", -1, 1], "mu": ["uniform", -1, 1],
      "q": ["uniform", -0.5, 0.5], "gamma": 1, "m": 0}, False, None, None),
    ("k-means, n = 10,000, d = 16, k = 100", "kmeans", "kmeans", {"n": 10_000, "d": 16, "k": 100},
     {"p": ["uniform", -1, 1], "q": ["uniform", -1, 1]}, True, None, None),
    ("n bodies, n = 1,000", "nbody", "energy", {"n": 1000},
     {"mass": ["uniform", 0.5, 1], "q": ["uniform", -1, 1], "v": ["uniform", -1, 1]}, False, None,
     None),
    ("chained Rosenbrock, n = 1,000", "rosenbrock", "rosenbrock", {"n": 1000},
     {"x": ["uniform", -1, 1]}, False, None, None),
    ("chained Rosenbrock, n = 10,000,000", "rosenbrock", "rosenbrock", {"n": 10_000_000},
     {"x": ["uniform", -1, 1]}, False, None, None),
]


def libraries():
    """(label, library) by form."""
    compilers = [(name, path) for name in ("g++", "clang++-19") if (path := shutil.which(name))]
    made = {"plain": [], "best": []}
    directory = BUILD / "bench"
    directory.mkdir(parents=True, exist_ok=True)
    for form, list_ in made.items():
        for name, path in compilers:
            library = directory / f"{form}-{name}.so"
            output(path, *FLAGS, BENCH / "byhand" / f"{form}.cpp", "-o", library)
            list_.append((f"{form} {name}", library))
    return made


def ratio(times, others):
    quarters = statistics.quantiles([a / b for a, b in zip(times, others)], n=4)
    return quarters


def cell(quarters):
    return f"{quarters[1]:.2f} ({quarters[0]:.2f}-{quarters[2]:.2f})"


def main():
    wanted = sys.argv[1:]
    made = libraries()
    pairs = build("bench_pairs")
    rows, results = [], []
    for name, model, subject, sizes, values, best, yardstick, target in WORKLOADS:
        if wanted and not any(name.startswith(w) for w in wanted):
            continue
        by_hand = [[label, str(library), model] for form in ("plain", "best")
                   if form == "plain" or best for label, library in made[form]]
        if yardstick:
            by_hand += [[yardstick, str(made["best"][0][1]), yardstick, "unchecked"]]
        spec = {"model": str(BENCH / "models" / f"{model}.opt"), "subject": subject,
                "sizes": sizes, "values": values, "outputs": ["value", "gradient"],
                "more": {"value": ["value"]}, "threads": {"threads": 2}, "by_hand": by_hand, "tolerance": 1e-9,
                "seconds": 2}
        data = json.loads(output(pairs, json.dumps(spec)))
        ns = data["ns"]
        median = {k: statistics.median(v) for k, v in ns.items()}
        ours = ns["gradus"]
        cells = [name, f"{median['gradus'] / 1e3:.1f}", f"{data['compile_ms']:.0f}",
                 cell(ratio(ours, ns["value"]))]
        record = {"workload": name, **{k: v for k, v in data.items() if k != "ns"},
                  "median_ns": median, "target": target, "ratios": {}}
        for form in ("plain", "best", yardstick):
            mine = [k for k in ns if form and k.startswith(form)]
            if not mine:
                cells.append("")
                continue
            quickest = min(mine, key=median.get)
            record["ratios"][form] = ratio(ours, ns[quickest])
            cells.append(cell(record["ratios"][form]) +
                         (f" {quickest.split()[1]}" if " " in quickest else ""))
        record["one_thread_over_two"] = ratio(ours, ns["threads"])
        cells.append(cell(record["one_thread_over_two"]))
        rows.append(cells)
        results.append(record)
        print(" | ".join(cells), file=sys.stderr, flush=True)
    if wanted:
        return
    text = "Value and gradient, one thread, doubles. Ratios are times of Gradus over times of the " \
           "other, median and quarters of the rounds: below 1, Gradus is quicker. `plain` is C++ " \
           "as people write it, `best` with vectors and blocks by hand, `table` reading the data " \
           "once and nothing else; each with the quicker of gcc and clang. The last column is the time of " \
           "one thread over that of two, with the same bits.\n\n"
    text += table(["", "us", "compiled in ms", "over its value", "over plain", "over best",
                   "over table", "one thread over two"], rows)
    text += "\n" + dots("kernels", "time of Gradus over time of C++ by hand",
                        [(r["workload"], {k: q[1] for k, q in r["ratios"].items()})
                         for r in results])
    publish("kernels", "Values and gradients against C++", {"flags": FLAGS, "workloads": results},
            text)


main()
