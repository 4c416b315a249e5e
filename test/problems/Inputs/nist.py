"""nist.py GRADUS SCRATCH: nonlinear regression problems of NIST, with default options.

Data, certified parameters and their standard deviations are those of the
Statistical Reference Datasets of NIST (StRD, www.itl.nist.gov/div898/strd, public
domain). Each is solved from both of NIST's starts, the model as NIST writes it.
The log relative error of every parameter must be at least 6, on average 9.3 (at
most 11 counts); that of standard errors and of the residual deviation 6.
"""

import json
import math
import os
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
gradus, scratch = sys.argv[1:3]
problems = json.load(open(os.path.join(here, "nist", "problems.json")))


def digits(found, certified):
    error = abs(found - certified) / abs(certified)
    return 11.0 if error == 0 else max(0.0, min(11.0, -math.log10(error)))


def model(name, p, start):
    path = os.path.join(here, "nist", name + ".csv")
    columns = open(path).readline().strip().split(",")
    text = 'data t from "%s.csv"\nparam int n = rows(t)\n' % name
    text += "".join("let %s[i in 1..n] = t.%s[i]\n" % (c, c) for c in columns)
    text += "let first = [%s]\nvar b[i in 1..%d] start first[i]\n" % (", ".join(start), len(start))
    return text + "minimize sum(i in 1..n) (%s - (%s))^2\n" % (p["lhs"], p["model"])


total, count, failed = 0.0, 0, []
for name, p in problems.items():
    for number, start in enumerate(p["starts"], 1):
        file = os.path.join(scratch, "%s_%d.opt" % (name, number))
        open(file, "w").write(model(name, p, start))
        table = "t=" + os.path.join(here, "nist", name + ".csv")
        run = subprocess.run([gradus, "run", file, "--data", table, "--json"],
                             capture_output=True, text=True, timeout=60)
        if run.returncode != 0:
            failed.append("%s from start %d: exit code %d\n%s" % (name, number, run.returncode, run.stderr))
            continue
        solution = json.loads(run.stdout)["problems"][0]
        certified = [float(c) for c in p["certified"]]
        found = [digits(*pair) for pair in zip(solution["variables"]["b"]["values"], certified)]
        total += sum(found)
        count += len(found)
        fit = solution["fit"]
        errors = [digits(*pair) for pair in
                  zip(fit["standard_errors"] + [fit["residual_standard_deviation"]],
                      [float(c) for c in p["deviations"] + [p["residual"]]])]
        if min(found) < 6 or min(errors) < (6 if name != "Lanczos3" else 4):
            failed.append("%s from start %d: digits %s, of errors %s" % (name, number, found, errors))
        if fit["degrees_of_freedom"] != int(p["degrees"]):
            failed.append("%s: %d degrees of freedom" % (name, fit["degrees_of_freedom"]))
if total / max(count, 1) < 9.3:
    failed.append("mean digits %.2f" % (total / max(count, 1)))
print("\n".join(failed) or "mean digits %.1f" % (total / count))
sys.exit(1 if failed else 0)
