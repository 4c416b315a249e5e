#!/usr/bin/python3 -B
"""A control problem: gradient of the Lagrangian of a cart-pole swing-up.

Compile time and size of the code must not depend on the number of stages. Against
CasADi's generated C in two forms (bench/peers/cartpole_casadi.py), in one process in
turns; both compute the same value and gradient, which is checked first.
"""

import json
import shutil
import statistics
import subprocess
import sys

from peers import environment
from benching import BENCH, BUILD, build, output, publish, table

environment.enter(BUILD)

STAGES = [10, 50, 100, 200, 400, 10_000]
UNROLLED = {50: "-O1", 100: "-O1", 200: "-O0"}  # higher levels take minutes
LIMIT = 180


def main():
    pairs = build("bench_pairs")
    directory = BUILD / "bench" / "casadi"
    directory.mkdir(parents=True, exist_ok=True)
    rows, results = [], []
    for N in STAGES:
        by_hand, costs = [], {}
        forms = {"mapped": "-O3", **({"unrolled": UNROLLED[N]} if N in UNROLLED else {})}
        for form, level in forms.items():
            if not environment.available("casadi"):
                break
            from peers import cartpole_casadi
            try:
                library, *costs[form] = cartpole_casadi.library(
                    N, form, directory, shutil.which("gcc"), level, LIMIT)
                by_hand.append([form, str(library), "lagrangian"])
            except subprocess.TimeoutExpired:
                print(f"CasADi {form}, N = {N}: over {LIMIT} s to compile", file=sys.stderr)
        spec = {"model": str(BENCH / "models" / "cartpole.opt"), "subject": "lagrangian",
                "sizes": {"N": N}, "outputs": ["value", "gradient"], "by_hand": by_hand,
                "values": {"h": 0.04, "z": ["uniform", -1, 1], "multiplier": ["uniform", -1, 1]},
                "seconds": 2}
        data = json.loads(output(pairs, json.dumps(spec)))
        ns = data["ns"]
        cells = [f"{N:,}", f"{statistics.median(ns['gradus'])/1e3:.1f}"]
        record = {"stages": N, **data, "casadi_s": costs, "ratios": {}}
        for form in ("mapped", "unrolled"):
            if form in ns:
                q = statistics.quantiles([a/b for a, b in zip(ns["gradus"], ns[form])], n=4)
                record["ratios"][form] = q
                cells.append(f"{q[1]:.2f} ({q[0]:.2f}-{q[2]:.2f})")
            else:
                cells.append("")
        cells += [f"{data['compile_ms']:.0f}", f"{data['code_bytes']:,}"]
        for form in ("mapped", "unrolled"):
            cells += [f"{1e3*sum(costs[form][:2]):,.0f}", f"{costs[form][2]:,}"] \
                if form in costs else ["", ""]
        rows.append(cells)
        results.append(record)
        print(" | ".join(cells), file=sys.stderr, flush=True)
    sizes = {r["code_bytes"] for r in results}
    if len(sizes) != 1:
        sys.exit("control.py: the size of the code depends on the number of stages")
    text = ("Value and gradient of `bench/models/cartpole.opt`, four Runge-Kutta steps a stage. "
            "Ratios are times of Gradus over times of CasADi's C, median and quarters; CasADi's "
            "code is compiled by gcc: `mapped` at -O3, `unrolled` at "
            + ", ".join(f"{level} for {N}" for N, level in UNROLLED.items())
            + ". Times to compile include CasADi's own.\n\n")
    text += table(["stages", "Gradus, us", "over mapped", "over unrolled", "Gradus: ms to compile",
                   "bytes", "mapped: ms to compile", "bytes", "unrolled: ms to compile", "bytes"],
                  rows)
    publish("control", "A control problem", {"stages": results}, text)


main()
