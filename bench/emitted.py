#!/usr/bin/python3 -B
"""Emitted C against LLVM's object of the same model.

Value and gradient, and an evaluation of a whole solve, by gcc and clang at -O3
-march=native. Both run in one process in turns and must agree.
"""

import shutil
import statistics

from benching import BENCH, BUILD, GRADUS, fail, output, publish, table

MODELS = [("chain", BENCH / "solvers" / "chain.opt", 100, 100),
          ("chain", BENCH / "solvers" / "chain.opt", 1000, 1000),
          ("mpc12", BENCH / "embedding" / "mpc12.opt", 10, 40),
          ("swingup", BENCH / "embedding" / "swingup.opt", 100, 100),
          ("logreg", BENCH / "embedding" / "logreg.opt", 100, 3)]
FLAGS = ["-O3", "-march=native"]
ROUNDS = 41
TARGET = 1.1


def main():
    compilers = [c for c in (shutil.which("gcc"), shutil.which("clang-19")) if c] or \
        fail("no C compiler")
    directory = BUILD / "bench" / "emitted"
    directory.mkdir(parents=True, exist_ok=True)
    rows, results = [], []
    for name, model, size, unknowns in MODELS:
        output(GRADUS, "compile", model, "--emit=header", "--prefix", "c", "-o", directory / "c.h")
        output(GRADUS, "compile", model, "--emit=obj", "--with-header", "--prefix", "o", "-o",
               directory / "o.o")
        for compiler in compilers:
            program = directory / "run"
            output(compiler, *FLAGS, f"-D{name.upper()}", f"-DSIZE={size}", f"-DUNKNOWNS={unknowns}",
                   f"-DROUNDS={ROUNDS}", "-I", directory, BENCH / "emitted.c", directory / "o.o",
                   "-o", program, "-lm")
            rounds = [[float(w) for w in line.split()] for line in output(program).splitlines()]
            columns = list(zip(*rounds))
            ratios = [statistics.quantiles([a/b for a, b in zip(columns[k], columns[k + 1])], n=4)
                      for k in (0, 2)]
            short = compiler.rsplit("/", 1)[1]
            results.append({"model": name, "size": size, "compiler": short, "ratios": ratios,
                            "ns": [statistics.median(c) for c in columns]})
            rows.append([f"{name}, {size}", short] + [
                text for k, q in zip((1, 3), ratios)
                for text in (f"{statistics.median(columns[k]):.0f}",
                             f"{q[1]:.2f} ({q[0]:.2f}-{q[2]:.2f})")])
    text = ("Time of emitted C, compiled with `" + " ".join(FLAGS) + "`, over that of LLVM's object "
            "of the same model (`gradus compile --emit=obj`); median and quarters.\n\n")
    text += table(["model, size", "compiler", "value and gradient, object, ns", "ratio",
                   "evaluation in a solve, object, ns", "ratio"], rows)
    missed = [r for r in results if max(q[1] for q in r["ratios"]) > TARGET]
    text += (f"\nTarget: at most {TARGET}: " +
             (f"met in {len(results) - len(missed)} of {len(results)} rows.\n" if missed else "met.\n"))
    publish("emitted", "Emitted C", {"flags": FLAGS, "rows": results, "target": TARGET}, text)


main()
