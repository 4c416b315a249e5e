#!/usr/bin/python3 -B
"""Control problems with constraints, from the text to the solution.

swing up: whole processes, from start to exit, by the shipped interior-point method (named,
so that no other starts are tried for a lower end) and by IPOPT with derivatives of Gradus, against CasADi with the IPOPT that comes with it
(bench/peers/control_casadi.py; the quicker of two forms counts), in turns. All must
end with one objective.
loop: twenty stages planned anew sixty times, each time from the plan and the multipliers
before: the emitted C (bench/control_loop.c, gcc -O2) against CasADi and IPOPT.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from peers import environment
from benching import BENCH, BUILD, GRADUS, ROOT, fail, output, publish, table

environment.enter(BUILD)

RUNS = {50: 5, 100: 5, 1000: 3, 10_000: 1}
PEER = [sys.executable, "-B", BENCH / "peers" / "control_casadi.py"]


def timed(*command):
    begin = time.perf_counter()
    text = output(*command)
    return (time.perf_counter() - begin)*1e3, json.loads(text)


def by_gradus(stages, method, cache="--no-cache"):
    ms, report = timed(GRADUS, "run", BENCH / "models" / "swing_up.opt", "--set", f"N={stages}",
                       "--json", "--method", method, *([cache] if cache else []))
    p = report["problems"][0]
    return {"ms": ms, "solve_ms": p["time_ms"]["solve"], "iterations": p["iterations"],
            "objective": p["objective"]}


def by_casadi(stages, form):
    ms, found = timed(*PEER, "swing_up", stages, form)
    return {"ms": ms, **found}


def swing_up():
    rows, records = [], []
    has_ipopt = subprocess.run([GRADUS, "run", BENCH / "models" / "swing_up.opt", "--method", "ipopt"],
                               capture_output=True).returncode == 0
    for stages, runs in RUNS.items():
        ways = {"gradus": lambda: by_gradus(stages, "interior_point"),
                "again": lambda: by_gradus(stages, "interior_point", None)}
        by_gradus(stages, "interior_point", None)
        if has_ipopt:
            ways["ipopt"] = lambda: by_gradus(stages, "ipopt")
        if environment.available("casadi"):
            ways["mapped"] = lambda: by_casadi(stages, "mapped")
            if stages <= 1000:
                ways["expanded"] = lambda: by_casadi(stages, "expanded")
        found = {name: [] for name in ways}
        for _ in range(runs):
            for name, way in ways.items():
                found[name].append(way())
        goal = found["gradus"][0]["objective"]
        for name, list_ in found.items():
            if any(abs(f["objective"] - goal) > 1e-6*abs(goal) for f in list_):
                fail(f"{name} with {stages} stages ends elsewhere")
        middle = {name: statistics.median(f["ms"] for f in list_) for name, list_ in found.items()}
        cells = [f"{stages:,}"]
        for name in ("gradus", "again", "ipopt", "mapped", "expanded"):
            if name == "again":
                cells.append(f"{middle[name]:,.0f} ms")
            elif name in found:
                f = found[name][-1]
                cells.append(f"{middle[name]:,.0f} ms, {f['iterations']} of "
                             f"{min(g['solve_ms'] for g in found[name])/f['iterations']:.2f} ms")
            else:
                cells.append("")
        peers = [middle[name] for name in ("mapped", "expanded") if name in middle]
        cells.append(f"{middle['gradus']/min(peers):.2f}" if peers else "")
        rows.append(cells)
        records.append({"stages": stages, "runs": found})
        print(" | ".join(cells), file=sys.stderr, flush=True)
    return rows, records


def loop():
    with tempfile.TemporaryDirectory() as scratch:
        output(GRADUS, "compile", ROOT / "examples" / "cortex_m4" / "track.opt", "--emit=header",
               "-o", f"{scratch}/track.h")
        output("gcc", "-O2", "-march=native", "-std=c99", "-I", scratch, BENCH / "control_loop.c",
               "-o", f"{scratch}/loop", "-lm")
        lines = [line.split() for line in output(f"{scratch}/loop").splitlines()]
    ours = {"us": [float(w[0]) for w in lines], "steps": [int(w[1]) for w in lines],
            "objective": [float(w[2]) for w in lines]}
    found = {"emitted C": ours}
    if environment.available("casadi"):
        theirs = json.loads(output(*PEER, "track"))
        if any(abs(a - b) > 1e-5*max(1, abs(a)) for a, b in zip(ours["objective"], theirs["objective"])):
            fail("the loops end elsewhere")
        found["CasADi and IPOPT"] = theirs
    rows = []
    for name, f in found.items():
        q = statistics.quantiles(f["us"][1:], n=10)
        rows.append([name, f"{f['us'][0]:,.0f}", f["steps"][0], f"{statistics.median(f['us'][1:]):,.0f}",
                     f"{q[-1]:,.0f}", f"{statistics.mean(f['steps'][1:]):.1f}"])
    return rows, found


def main():
    with tempfile.TemporaryDirectory() as cache:
        os.environ["GRADUS_CACHE"] = cache
        rows, records = swing_up()
    plans, found = loop()
    text = ("`bench/models/swing_up.opt`, trapezoidal collocation, from the text of the model to "
            "the solution: whole processes, median; then the steps, and the time of one without "
            "compilation. All end with one objective.\n\n")
    text += table(["stages", "Gradus", "its code in the cache", "Gradus, `ipopt`", "CasADi mapped, IPOPT",
                   "CasADi expanded, IPOPT", "Gradus over the quicker CasADi"], rows)
    text += ("\nThe control loop of `examples/cortex_m4/track.opt`, twenty stages planned anew in "
             "each of sixty rounds from the plan before, with this processor; microseconds of a "
             "plan.\n\n")
    text += table(["", "first plan", "steps", "median", "nine of ten below", "steps, mean"], plans)
    publish("constrained", "Problems with constraints", {"swing_up": records, "loop": found}, text)


main()
