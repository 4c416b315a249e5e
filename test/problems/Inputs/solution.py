"""Reads `gradus run --json`: solution.py STATUS EXIT [NAME=v1,v2 | objective=v | active=name,...]"""

import json
import sys

problem = json.load(sys.stdin)["problems"][0]
status, code = sys.argv[1], int(sys.argv[2])
faults = []
if (problem["status"], problem["exit_code"]) != (status, code):
    faults.append(f"status {problem['status']} {problem['exit_code']}: {problem['message']}")


def flat(values):
    return [v for part in values for v in flat(part)] if isinstance(values, list) else [values]


for wish in sys.argv[3:]:
    name, text = wish.split("=")
    if name == "active":
        have = [c["name"] for c in problem["constraints"] + problem["active_bounds"] if c["active"]]
        if have != text.split(","):
            faults.append(f"active: {have}")
        continue
    if name == "conflict":
        if sorted(problem["conflict"]) != sorted(text.split(",")):
            faults.append(f"conflict: {problem['conflict']}")
        continue
    want = [float(v) for v in text.split(",")]
    if name == "objective":
        have = [problem["objective"]]
    elif name == "multipliers":
        have = [c["multiplier"] for c in problem["constraints"]]
    else:
        have = flat(problem["variables"][name]["values"])
    if len(have) != len(want) or any(abs(a - b) > 1e-5 * max(1, abs(b)) for a, b in zip(have, want)):
        faults.append(f"{name}: {have}, not {want}")
if status == "converged" and not problem["max_violation"] <= 1e-8:
    faults.append(f"violation {problem['max_violation']}")
for fault in faults:
    print(fault)
sys.exit(1 if faults else 0)
