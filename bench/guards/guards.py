#!/usr/bin/python3 -B
"""Counts the work of the compiler and of its code, and compares with guards.json.

    guards.py GUARD            fails where a count has grown by more than 5%
    guards.py GUARD --update   writes the counts of now

GUARD is the program bench_guard of the build. Counted are instructions under
callgrind, which do not depend on the load of the machine, and bytes of code.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE / "guards.json"
MODELS = HERE.parent
LIMIT = 1.05
# Counts of few instructions move by more when anything moves.
SLACK = {"lower": 0, "run": 50, "compile": 0, "bytecode": 0, "bytes": 64}
STEPS = ["lower", "compile", "run", "bytecode"]
SKIPPED = 77


def count(guard):
    models = sorted((HERE / "models").glob("*.opt"))
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--collect-atstart=no", "-q",
             f"--callgrind-out-file={scratch}/out", guard, *models],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f"guards.py: {done.stderr[-2000:]}")
        dumps = sorted(pathlib.Path(scratch).glob("out.*"), key=lambda p: int(p.suffix[1:]))
        totals = []
        for dump in dumps:
            text = dump.read_text()
            if trigger := re.search(r"^desc: Trigger: Client Request: (\w+)$", text, re.M):
                totals.append((trigger.group(1),
                               int(re.search(r"^(?:totals|summary): (\d+)", text, re.M).group(1))))
    counts = {}
    for k, line in enumerate(done.stdout.split("\n")[:-1]):
        name, size = line.split()
        steps = totals[len(STEPS) * k:len(STEPS) * (k + 1)]
        assert [step for step, _ in steps] == STEPS
        counts[name] = {**dict(steps), "bytes": int(size)}
    if len(counts) != len(models):
        sys.exit(f"guards.py: {len(models)} models, {len(counts)} counts")
    return counts


def main():
    guard = sys.argv[1]
    if "--update" not in sys.argv and not os.environ.get("CI") and not os.environ.get("GRADUS_LONG"):
        print("skipped: counted with GRADUS_LONG=1 and in CI")
        sys.exit(SKIPPED)
    if "--update" not in sys.argv and not TABLE.exists():
        print("skipped: nothing was counted yet: ./dev bench --update-guards")
        sys.exit(SKIPPED)
    if not shutil.which("valgrind"):
        print("valgrind is not there: apt-get install valgrind")
        sys.exit(SKIPPED)
    counts = count(guard)
    if "--update" in sys.argv:
        TABLE.write_text(json.dumps(counts, indent=1) + "\n")
        print(f"wrote {TABLE.relative_to(HERE.parents[1])}")
        return
    table = json.loads(TABLE.read_text())
    failed = []
    for name in sorted(counts.keys() | table.keys()):
        for what in (*STEPS, "bytes"):
            before = table.get(name, {}).get(what)
            now = counts.get(name, {}).get(what)
            if before is None or now is None:
                failed.append(f"{name}: not in both the models and guards.json")
                break
            mark = ""
            if now > before * LIMIT + SLACK[what]:
                mark = "  <- more"
                failed.append(f"{name}: {what} {before:,} -> {now:,} ({now / before - 1:+.1%})")
            print(f"{name:16} {what:8} {before:>13,} {now:>13,} {now / before - 1:+7.1%}{mark}")
    if failed:
        print("\nmore work than guards.json allows:\n  " + "\n  ".join(failed))
        print("if that is meant to be: ./dev bench --update-guards, and say why in the commit")
        sys.exit(1)


main()
