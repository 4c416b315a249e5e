"""Checks the JSON of `gradus run` against numbers from elsewhere.

    gradus run FILE --json | solution.py STATUS [objective=V] [NAME=V | NAME[k]=V]...

V is a number; it must agree to 6 digits, or to 1e-6 where it is 0. NAME[k] counts
from the range's lower end. With --trace, NAME:K=V looks at iteration K (f is the
objective, the unknowns are x1, x2, ...).
"""

import json
import re
import sys


def close(found, wanted):
    return abs(found - wanted) <= max(1e-6 * abs(wanted), 1e-6 if wanted == 0 else 0)


def look_up(problem, name):
    if name == "objective":
        return problem["objective"]
    if ":" in name:
        what, k = name.split(":")
        row = problem["trace"][int(k)]
        assert row["k"] == int(k), f"row {k} of the trace has k = {row['k']}"
        return row["f"] if what == "f" else row["x"][int(what[1:]) - 1]
    base, index = re.fullmatch(r"([^\[]+)(?:\[(-?\d+)\])?", name).groups()
    variable = problem["variables"][base]
    if index is None:
        return variable["values"]
    return variable["values"][int(index) - variable["ranges"][0][0]]


def main():
    problem, = json.load(sys.stdin)["problems"]
    wrong = []
    if problem["status"] != sys.argv[1]:
        wrong.append(f"status {problem['status']} instead of {sys.argv[1]}: {problem['message']}")
    if problem["max_violation"] != 0:
        wrong.append(f"bounds are violated by {problem['max_violation']}")
    for argument in sys.argv[2:]:
        name, value = argument.rsplit("=", 1)
        found = look_up(problem, name)
        if not close(found, float(value)):
            wrong.append(f"{name} is {found} instead of {value}")
    if wrong:
        sys.exit("\n".join(wrong))


main()
