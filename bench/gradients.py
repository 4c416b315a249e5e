#!/usr/bin/python3 -B
"""Value and gradient against other tools: ADOL-C, CasADi's generated C, JAX.

All run in one process, on one core, in turns: A B C A B C. Each computes the same
value and gradient, which is checked first. Peers from the Python package index are
installed into build/bench/peers; what is not there is left out with a word.
"""

import ctypes
import os
import shutil
import statistics
import subprocess
import sys
import time

from peers import environment
from benching import BENCH, BUILD, build, dots, publish, table

environment.enter(BUILD)
os.chdir(BUILD / "bench")  # ADOL-C writes its tapes where it runs

import numpy as np

from peers import gradus_library, workloads

FLAGS = ["-O3", "-march=native"]
COMPILE_LIMIT = 60   # seconds that a peer's code may take to compile
TAPE_LIMIT = 2e7     # operations that a peer may record
TOLERANCE = 1e-9


class Library:
    """A function of a library with the signature of bench/pairs.cpp."""

    def __init__(self, library, workload):
        self.call = getattr(ctypes.CDLL(str(library)), workload.model)
        inputs = list(workload.parameters.values()) + workload.arguments
        self.results = [np.zeros(1)] + [np.zeros(a.size) for a in workload.arguments]
        self.sizes = (ctypes.c_int64 * len(workload.sizes))(*workload.sizes)
        self.inputs = (ctypes.c_void_p * len(inputs))(*[a.ctypes.data for a in inputs])
        self.outputs = (ctypes.c_void_p * len(self.results))(*[a.ctypes.data for a in self.results])

    def __call__(self):
        self.call(self.sizes, self.inputs, self.outputs)

    def output(self):
        return np.concatenate(self.results)


class Jax:
    def __init__(self, workload):
        import jax
        jax.config.update("jax_enable_x64", True)
        formula = workloads.jax_formulas()[workload.model]
        positions = tuple(range(len(workload.arguments)))
        self.function = jax.jit(jax.value_and_grad(formula, argnums=positions))
        self.inputs = [jax.numpy.asarray(a) for a in
                       workload.arguments + list(workload.parameters.values())]
        self.wait = jax.block_until_ready

    def __call__(self):
        self.result = self.wait(self.function(*self.inputs))

    def output(self):
        value, gradient = self.result
        return np.concatenate([[value]] + [np.ravel(g) for g in gradient])


def tape_of_adolc():
    library = BUILD / "bench" / "adolc.so"
    done = subprocess.run(["g++", *FLAGS, "-std=c++17", "-shared", "-fPIC",
                           BENCH / "peers" / "adolc.cpp", "-ladolc", "-o", library],
                          stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        print("without ADOL-C: apt-get install libadolc-dev", file=sys.stderr)
        return None
    return library


def operations(workload):
    """What a tape of this workload holds, roughly."""
    sizes = workload.sizes
    return {"llsq": lambda n, m: n*m, "logistic": lambda n, p: n*p,
            "least_squares": lambda n, p: n*p, "gmm": lambda n, d, k: n*k*d*d/2,
            "nbody": lambda n: 5*n*n}.get(workload.model, lambda n, *_: 8*n)(*sizes)


def time_in_turns(runners, seconds=3.0):
    each, calls = 0, {}
    for name, call in runners.items():
        call()
        begin = time.perf_counter()
        call()
        once = time.perf_counter() - begin
        calls[name] = max(1, int(2e-3/once))
        each += calls[name]*once
    rounds = int(min(max(seconds/each, 5), 301))
    times = {name: [] for name in runners}
    for _ in range(rounds):
        for name, call in runners.items():
            begin = time.perf_counter()
            for _ in range(calls[name]):
                call()
            times[name].append((time.perf_counter() - begin)/calls[name])
    return times


def main():
    wanted = sys.argv[1:]
    library = build("gradus_api") and next((BUILD / "lib").glob("libgradus.so"))
    adolc = tape_of_adolc()
    directory = BUILD / "bench" / "casadi"
    directory.mkdir(parents=True, exist_ok=True)
    rows, results = [], []
    for w in workloads.ALL:
        if wanted and not any(w.name.startswith(x) for x in wanted):
            continue
        whole = {name: w.sizes[-1] for name in w.whole}
        begin = time.perf_counter()
        runners = {"Gradus": gradus_library.Model(library, BENCH / "models" / f"{w.model}.opt",
                                                  w.subject, whole, w.parameters, w.arguments)}
        first = {"Gradus": time.perf_counter() - begin}
        remarks = {}
        if adolc and operations(w) <= TAPE_LIMIT:
            runners["ADOL-C"] = Library(adolc, w)
        elif adolc:
            remarks["ADOL-C"] = "tape too long"
        if environment.available("casadi"):
            from peers import casadi_code
            try:
                code = casadi_code.Code(w, directory, shutil.which("gcc") or "cc", COMPILE_LIMIT)
                runners["CasADi"] = code
                first["CasADi"] = code.symbolic_s + code.compile_s
            except subprocess.TimeoutExpired:
                remarks["CasADi"] = f"over {COMPILE_LIMIT} s to compile"
            except (MemoryError, RuntimeError) as error:
                remarks["CasADi"] = str(error).split("\n")[0][:40]
        if environment.available("jax"):
            begin = time.perf_counter()
            runners["JAX"] = Jax(w)
            runners["JAX"]()
            first["JAX"] = time.perf_counter() - begin
        reference = None
        for name, runner in list(runners.items()):
            runner()
            output = np.asarray(runner.output())
            if reference is None:
                reference = output
            apart = np.max(np.abs(output - reference))/np.max(np.abs(reference))
            if not apart <= TOLERANCE:
                sys.exit(f"{w.name}: Gradus and {name} differ by {apart:.2g}")
        times = time_in_turns(runners)
        ratio = {name: statistics.quantiles([g/t for g, t in zip(times["Gradus"], other)], n=4)
                 for name, other in times.items() if name != "Gradus"}
        cells = [w.name, f"{statistics.median(times['Gradus'])*1e6:,.1f}"]
        for name in ("ADOL-C", "CasADi", "JAX"):
            cells.append(f"{ratio[name][1]:.3f} ({ratio[name][0]:.3f}-{ratio[name][2]:.3f})"
                         if name in ratio else remarks.get(name, ""))
        cells += [f"{first[name]:.2f}" if name in first else "" for name in
                  ("Gradus", "CasADi", "JAX")]
        rows.append(cells)
        results.append({"workload": w.name, "seconds": times, "ratios": ratio, "first_s": first,
                        "remarks": remarks})
        print(" | ".join(cells), file=sys.stderr, flush=True)
    if wanted:
        return
    versions = {name: environment.version(name) for name in ("casadi", "jax")
                if environment.available(name)}
    text = ("Value and gradient, one core, doubles. Ratios are times of Gradus over times of the "
            "peer, median and quarters of the rounds: below 1, Gradus is quicker. The last columns: "
            "seconds from formula to the first result, code compiled (for CasADi with "
            f"`gcc {' '.join(FLAGS)}`). "
            + ", ".join(f"{k} {v}" for k, v in versions.items()) + ".\n\n")
    text += table(["", "Gradus, us", "over ADOL-C", "over CasADi's C", "over JAX",
                   "first, Gradus", "first, CasADi", "first, JAX"], rows)
    text += "\n" + dots("gradients", "time of Gradus over time of the peer",
                        [(r["workload"], {k: q[1] for k, q in r["ratios"].items()})
                         for r in results])
    publish("gradients", "Gradients against other tools",
            {"versions": versions, "flags": FLAGS, "workloads": results}, text)


main()
