#!/usr/bin/python3 -B
"""Whole solves against liblbfgs, NLopt, Ceres and GSL with gradients by hand.

The chained Rosenbrock function and logistic regression by lbfgs, 1000 fixed steps of
gradient descent against a loop in C++, and Newton with a sparse Hessian against
lbfgs. Everything but the last runs in one process, in turns (solvers/solvers.cpp).
"""

import json
import shutil
import statistics
import subprocess

from benching import BENCH, BUILD, GRADUS, fail, output, publish, table

FLAGS = ["-O3", "-march=native", "-std=c++17"]
MODELS = ["chain", "logistic", "least_squares", "normal"]
LIBRARIES = ["-llbfgs", "-lnlopt", "-lceres", "-lglog", "-lgsl", "-lgslcblas", "-lmvec", "-lm"]


def program():
    """The program that measures, with the models as objects of `gradus compile`."""
    compiler = shutil.which("g++") or fail("g++ is needed: apt-get install g++")
    here, made = BENCH / "solvers", BUILD / "bench" / "solvers"
    made.mkdir(parents=True, exist_ok=True)
    objects = []
    for model in MODELS:
        objects.append(made / f"{model}.o")
        output(GRADUS, "compile", here / f"{model}.opt", "--emit=obj", "--with-header", "-o", objects[-1])
    for form, more in (("strict", []), ("fast", ["-ffast-math"])):
        objects.append(made / f"{form}.o")
        output(compiler, *FLAGS, *more, f"-DFORM={form}", "-c", here / "byhand.cpp", "-o", objects[-1])
    output(compiler, *FLAGS, f"-I{made}", f"-I{here}", "-I/usr/include/eigen3", here / "solvers.cpp",
           *objects, "-o", made / "solvers", *LIBRARIES)
    return made / "solvers"


def run_newton(method):
    """A hundred thousand unknowns, each coupled with two, by `gradus run`."""
    command = [str(GRADUS), "run", str(BENCH / "solvers" / "membrane.opt"), "--json", "--method", method]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)["problems"][0]


def main():
    data = json.loads(output(program()))
    rows, met = [], {"time": True, "evaluations": True}
    for solve in data["solves"]:
        ours = solve["solvers"][0]
        each = {s["name"]: statistics.median(s["seconds"]) / s["evaluations"] for s in solve["solvers"]}
        for s in solve["solvers"]:
            took = statistics.median(s["seconds"])
            ratio = statistics.median([a / b for a, b in zip(s["seconds"], ours["seconds"])])
            rows.append([solve["problem"] if s is ours else "", s["name"],
                         str(s["evaluations"]) + ("" if s["reached"] else ", not reached"),
                         f"{s['f']:.5g}", f"{took * 1e3:.4g}", f"{ratio:.2f}",
                         f"{each[s['name']] * 1e6:.4g}", f"{each[s['name']] / each['gradus']:.2f}"])
        others = [s for s in solve["solvers"][1:] if s["reached"]]
        met["time"] &= all(each["gradus"] <= each[s["name"]] for s in others)
        met["evaluations"] &= all(ours["evaluations"] <= s["evaluations"] for s in others)
    text = "Each library with a gradient by hand in C++, the quicker of `g++ " + " ".join(FLAGS) + \
           "` and the same with `-ffast-math`; Gradus with the object of `gradus compile`. All from the " \
           "same start, with 10 pairs of vectors, until the norm of the gradient is 1e-7 of that at the " \
           "start: so many evaluations of value and gradient (for GSL, those of a value alone too). " \
           "*ratio* is against Gradus, in turns.\n\n"
    text += table(["problem", "solver", "evaluations", "f", "ms", "ratio", "µs an evaluation", "ratio"], rows)
    text += "\nTarget: no library quicker per evaluation: " + ("met" if met["time"] else "not met") + \
            "; none with fewer evaluations: " + ("met" if met["evaluations"] else "not met") + ".\n"

    steps = data["gradient_steps"]
    rows = []
    for name, label in (("gradus", "gradus"), ("normal", "gradus, hoist = normal"), ("strict", "C++"),
                        ("fast", "C++, -ffast-math")):
        ratio = statistics.median([a / b for a, b in zip(steps[name], steps["gradus"])])
        rows.append([label, f"{statistics.median(steps[name]) * 1e3:.3g}", f"{ratio:.2f}"])
    text += f"\n{steps['steps']} fixed steps of gradient descent on least squares, 10,000 x 50 (Gradus also " \
            f"computes the value and the norm of the gradient in each, and is at the end after " \
            f"{steps['made']:,}, whose time is scaled to as many as by hand; the ends differ by " \
            f"{steps['difference']:.0e}):\n\n" + table(["", "ms", "ratio"], rows)

    rows, newton = [], {}
    for method in ("newton_sparse(tol = 1e-6)", "lbfgs(tol = 1e-6, max_time = 20)"):
        p = newton[method] = run_newton(method)
        rows.append([f"`{method}`", p["status"], f"{float(p['objective']):.6g}", p["iterations"],
                     p["evaluations"]["gradient"], f"{p['time_ms']['solve'] / 1e3:.2f}"])
    text += "\n`gradus run bench/solvers/membrane.opt`, 100,000 unknowns, each coupled with two:\n\n"
    text += table(["method", "status", "f", "steps", "gradients", "s to solve"], rows)
    publish("solvers", "Whole solves", {**data, "newton": newton, "met": met}, text)


main()
