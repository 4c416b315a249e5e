"""Compares values and derivatives of the ADBench examples with the reference values.

adbench.py GRADUS EXAMPLES KIND FILE
"""
import json
import subprocess
import sys

gradus, examples, kind, name = sys.argv[1:]
directory = examples + "/adbench/"
reference = json.load(open(directory + "reference.json"))[name]


def evaluate(*arguments):
    out = subprocess.run([gradus, "eval", *arguments, "--json"], capture_output=True, text=True)
    if out.returncode != 0:
        sys.exit(out.stdout + out.stderr)
    return json.loads(out.stdout)


def flat(value):
    return [x for part in value for x in flat(part)] if isinstance(value, list) else [value]


def compare(what, found, expected):
    found, expected = flat(found), flat(expected)
    scale = max(abs(x) for x in expected)
    worst = max(abs(a - b) for a, b in zip(found, expected)) / scale
    print(f"{what}: {len(found)} numbers, largest error {worst:.1e}")
    if len(found) != len(expected) or not worst <= 1e-10:
        sys.exit(1)


if kind == "gmm":
    got = evaluate(directory + "gmm.opt", "f", "--data", f"alpha={directory}{name}",
                   "--allow-path", directory)
    compare("objective", got["value"], reference["objective"])
    compare("gradient", [got["gradient"][v] for v in ("α", "μ", "q")], reference["gradient"])
else:
    numbers = [float(x) for x in open(directory + name).read().split()][3:18]
    point = "v=" + json.dumps(numbers)
    for function, key in (("observed", "objective"), ("jacobian", "gradient")):
        got = evaluate(directory + "ba.opt", function, "--at", point)
        compare(function, got["value"], reference[key])
