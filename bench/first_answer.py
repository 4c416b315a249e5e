#!/usr/bin/python3 -B
"""From a text to a minimum as whole processes: Gradus, SciPy, CasADi, JAX, Pyomo.

Each program of bench/peers/first states the model of bench/models/hello.opt as a
user of that tool does, solves it and prints the answer (SciPy with the gradient by
hand). All run in turns; what is not installed is left out with a word.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

from peers import environment
from benching import BENCH, BUILD, GRADUS, fail, process_times, publish, table

environment.enter(BUILD)

REPETITIONS = 20


def answers(text):
    """The numbers of the lines that say x, the way of each tool."""
    lines = [line for line in text.splitlines() if line.strip().startswith("x")]
    return [float(x) for x in re.findall(r"-?\d+(?:\.\d*)?(?:e[-+]?\d+)?(?![\w\]])",
                                         " ".join(lines))]


def main():
    model = BENCH / "models" / "hello.opt"
    commands = {"gradus, cold": [GRADUS, "run", model, "--no-cache"],
                "gradus, warm": [GRADUS, "run", model]}
    remarks = []
    for name, package in (("SciPy", "scipy"), ("CasADi", "casadi"), ("JAX", "jax"),
                          ("Pyomo", "pyomo")):
        if not environment.available(package):
            remarks.append(f"{name} is not installed")
        elif name == "Pyomo" and not shutil.which("ipopt"):
            remarks.append("Pyomo has no solver here: there is no command `ipopt`")
        else:
            commands[name] = [sys.executable, BENCH / "peers" / "first" / f"hello_{package}.py"]
    with tempfile.TemporaryDirectory() as cache:
        os.environ["GRADUS_CACHE"] = cache
        for name, command in commands.items():
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
            ones = [x for x in answers(done.stdout) if abs(x - 1) < 1e-4]
            if done.returncode != 0 or (len(ones) < 2 and name.startswith("gradus")):
                fail(f"{name} did not find (1, 1):\n{done.stdout}")
            if len(ones) < 2:
                where = ", ".join(f"{x:.3g}" for x in answers(done.stdout))
                remarks.append(f"{name} ends at ({where}), which is no minimum; its time all the same")
        wall = {name: [] for name in commands}
        for _ in range(REPETITIONS):
            for name, command in commands.items():
                wall[name] += process_times(command, 1)[0]
    best = min(wall["gradus, cold"])
    text = ("A two-variable model from its text to the printed minimum, whole processes in turns, "
            f"{REPETITIONS} each.{''.join(' ' + r + '.' for r in remarks)}\n\n")
    text += table(["", "fastest, ms", "median, ms", "over gradus cold"],
                  [[name, f"{min(t):.1f}", f"{statistics.median(t):.1f}", f"{min(t)/best:.1f}"]
                   for name, t in wall.items()])
    publish("first_answer", "First answer against other tools", {"wall_ms": wall,
                                                                "remarks": remarks}, text)


main()
