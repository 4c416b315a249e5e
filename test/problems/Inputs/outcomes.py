"""outcomes.py GRADUS SCRATCH FILE: each problem of a list ends as it should.

A problem of FILE is a line "name: status", then lines of its model, then an empty
line. Several statuses may be allowed, "converged 0.5" also asks for an objective
(to 1e-6). The exit code must be that of the status.
"""

import json
import os
import subprocess
import sys

codes = {"converged": 0, "limit": 4, "acceptable": 5, "infeasible": 6, "unbounded": 7, "not_evaluable": 8,
         "evaluation_failed": 9, "stalled": 10}
gradus, scratch, list_file = sys.argv[1:4]
failed = []
for block in open(list_file).read().split("\n\n"):
    lines = [line for line in block.splitlines() if not line.startswith("#")]
    if not lines:
        continue
    name, wanted = lines[0].split(":")
    words = wanted.split()
    statuses = [w for w in words if w in codes]
    objective = [float(w) for w in words if w not in codes]
    file = os.path.join(scratch, name + ".opt")
    open(file, "w").write("\n".join(lines[1:]) + "\n")
    run = subprocess.run([gradus, "run", file, "--json"], capture_output=True, text=True, timeout=60)
    try:
        solution = json.loads(run.stdout)["problems"][0]
    except (ValueError, KeyError):
        failed.append("%s: exit code %d\n%s" % (name, run.returncode, run.stderr))
        continue
    status = solution["status"]
    if status not in statuses or not run.returncode == codes[status] == solution["exit_code"]:
        failed.append("%s: %s (exit code %d), not %s: %s" %
                      (name, status, run.returncode, wanted, solution["message"]))
    elif objective and status == "converged":
        found = float(solution["objective"])
        if abs(found - objective[0]) > 1e-6 * max(1, abs(objective[0])):
            failed.append("%s: objective %g, not %g" % (name, found, objective[0]))
print("\n".join(failed) or "all as they should be")
sys.exit(1 if failed else 0)
