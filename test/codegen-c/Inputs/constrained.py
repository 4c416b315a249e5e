"""Constrained solvers in emitted C against `gradus run`.

    constrained.py GRADUS EXAMPLES SCRATCH

Every model as a header, built by every C compiler that is here with strict warnings,
and run: status, objective, point and multipliers are those of `gradus run`. Then from
its own solution, point and multipliers given: the solver needs few steps. In float
with what float can give.
"""

import json
import pathlib
import shutil
import subprocess
import sys

GRADUS, EXAMPLES, SCRATCH = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
HERE = pathlib.Path(__file__).resolve().parent
STRICT = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
GAIN = "static const REAL gain[] = {0.031, 0.052, 0.083, 0.064, 0.095};\n"
C = ("static const REAL C[] = {0.010, 0.002, 0.001, 0.001, 0.000, 0.002, 0.020, 0.004, 0.003, 0.002,"
     "0.001, 0.004, 0.060, 0.010, 0.020, 0.001, 0.003, 0.010, 0.040, 0.008,"
     "0.000, 0.002, 0.020, 0.008, 0.090};\n")
# Model, options, problem, unknowns, constraints, declarations, arguments of `start` and
# of `solve`.
MODELS = [
    (EXAMPLES / "tank.opt", [], "", 2, 2, "", "", "2"),
    (EXAMPLES / "portfolio.opt", [], "", 5, 2, (GAIN + C).replace("0.0", "(REAL)0.0"), "",
     "gain, C, (REAL)0.06"),
    (EXAMPLES / "mpc.opt", ["--fix", "N=20"], "mpc_", 62, 42,
     "static const REAL x0[] = {0, 0};\n", "", "x0, (REAL)3.14159265"),
    (HERE / "wheel.opt", [], "", 4, 2, "", "", "25"),
    (HERE / "pairs.opt", [], "", 4, 13, "", "", "1"),
]
PROGRAM = """#define MODEL_IMPLEMENTATION
#include "model.h"
#include <stdio.h>

#if MODEL_SINGLE
#define REAL float
#else
#define REAL double
#endif
{declarations}
static double memory[MODEL_{PROBLEM}SOLVE_WORKSPACE/sizeof(double) + 1];
static REAL x[{n}], y[{m}], z[{n}], lower[{n}], upper[{n}];

static int show(model_frame *frame) {{
  model_{problem}solve_result result;
  int i, status = (int)model_{problem}solve(frame, {solve}{bounds}, x, y, z, NULL, &result);
  if (status != 0)
    return status;
  printf("{{\\"status\\": \\"%s\\", \\"steps\\": %d, \\"f\\": %.17g, \\"violation\\": %.17g, \\"x\\": [",
         model_status_text(result.status), (int)result.steps, (double)result.f,
         (double)result.violation);
  for (i = 0; i < {n}; ++i)
    printf("%s%.17g", i == 0 ? "" : ", ", (double)x[i]);
  printf("], \\"y\\": [");
  for (i = 0; i < {m}; ++i)
    printf("%s%.17g", i == 0 ? "" : ", ", (double)y[i]);
  printf("]}}\\n");
  return 0;
}}

int main(void) {{
  static model_frame frame;
  frame.workspace = memory;
  frame.workspace_bytes = sizeof memory;
  if (model_{problem}start(&frame, {start}x, lower, upper) != 0)
    return 1;
  return show(&frame) || show(&frame);
}}
"""


def run(*command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"constrained.py: exit code {done.returncode} of {' '.join(map(str, command))}\n"
                 f"{done.stdout[-3000:]}")
    return done.stdout


def close(a, b, tolerance):
    return len(a) == len(b) and all(abs(p - q) <= tolerance*(1 + abs(q)) for p, q in zip(a, b))


def compare(name, printed, want, tolerance):
    cold, warm = (json.loads(line) for line in printed.splitlines())
    x = [value for unknown in want["variables"].values() for value in flat(unknown["values"])]
    y = [c["multiplier"] for c in want["constraints"]]
    if name.startswith("pairs"):  # the solver in C has the box, j from 2 on
        there = {c["name"]: c["multiplier"] for c in want["constraints"]}
        y = [there.pop(f"apart[{i},{j}]", 0.0) for i in range(1, 5) for j in range(2, 5)]
        y += [there.pop("together")]
        assert not there and len(want["constraints"]) == 6, want["constraints"]
    for got in (cold, warm):
        good = (got["status"] == "converged" and got["violation"] <= max(1e-8, tolerance)
                and close([got["f"]], [want["objective"]], tolerance)
                and close(got["x"], x, 1e3*tolerance) and close(got["y"], y, 1e4*tolerance))
        if not good:
            sys.exit(f"constrained.py: {name}\n{got}\nwanted {want['objective']}, {x}, {y}")
    if warm["steps"] > max(3, cold["steps"]/2):
        sys.exit(f"constrained.py: {name}: {warm['steps']} steps from the solution, "
                 f"{cold['steps']} from the start")
    return cold["steps"], warm["steps"]


def flat(value):
    if isinstance(value, list):
        return [x for part in value for x in flat(part)]
    return [value]


def main():
    compilers = [c for c in ("gcc", "clang", "clang-19") if shutil.which(c)]
    for path, options, problem, n, m, declarations, start, solve in MODELS:
        sets = [word.replace("--fix", "--set") for word in options]
        report = json.loads(run(GRADUS, "run", path, "--json", "--method", "interior_point", *sets))
        want = report["problems"][0]
        for real, tolerance in (("f64", 1e-7), ("f32", 2e-3)):
            run(GRADUS, "compile", path, "--emit=header", "--prefix", "model", "--real", real, *options,
                "-o", SCRATCH / "model.h")
            bounds = ", lower, upper" if "lower" in (SCRATCH / "model.h").read_text() else ""
            text = PROGRAM.format(declarations=declarations, PROBLEM=problem.upper(), problem=problem, n=n,
                                  m=m, solve=solve, bounds=bounds, start=start and start + ", ")
            text = text.replace("MODEL_SINGLE", "1" if real == "f32" else "0")
            (SCRATCH / "use.c").write_text(text)
            for compiler in compilers:
                run(compiler, *STRICT, "-O1", "-I", SCRATCH, SCRATCH / "use.c", "-o", SCRATCH / "use", "-lm")
                steps = compare(f"{path.name} {real} {compiler}", run(SCRATCH / "use"), want, tolerance)
            print(f"{path.name} {real}: {steps[0]} steps, {steps[1]} from its solution")


main()
