"""Solves problems with ipopt and with interior_point; ipopt.py GRADUS EXAMPLES SCRATCH"""

import json
import os
import subprocess
import sys

gradus, examples, scratch = sys.argv[1:]


def run(model, method, *more, command=gradus, env=None):
    return subprocess.run([command, "run", model, "--json", *(["--method", method] if method else []), *more],
                          capture_output=True, text=True, env=env)


def text(name, lines):
    path = os.path.join(scratch, name + ".opt")
    open(path, "w", encoding="utf-8").write(lines)
    return path


# A command that stands alone does not find the process that it needs.
alone = os.path.join(scratch, "gradus")
os.link(gradus, alone)
model = os.path.join(examples, "portfolio.opt")
result = run(model, "ipopt", command=alone, env={"PATH": "/nowhere"})
os.unlink(alone)
assert result.returncode == 2, result
assert "the library of IPOPT, which is not installed" in result.stdout and "coinor-libipopt1v5" in result.stdout, result

result = run(model, "ipopt")
if "which is not installed" in result.stdout:
    print("no IPOPT: its solutions are not tested")
    sys.exit(0)


def solution(result):
    return json.loads(result.stdout)["problems"][0]


for name in ["portfolio", "tank", "mpc"]:
    model = os.path.join(examples, name + ".opt")
    theirs, ours = solution(run(model, "ipopt")), solution(run(model, "interior_point"))
    assert theirs["status"] == "converged" and theirs["method"] == "ipopt", theirs["message"]
    assert abs(theirs["objective"] - ours["objective"]) <= 1e-6 * max(1, abs(ours["objective"])), name
    for a, b in zip(theirs["constraints"], ours["constraints"]):
        assert a["name"] == b["name"], (a, b)
        assert abs(a["multiplier"] - b["multiplier"]) <= 1e-4 * max(1, abs(b["multiplier"])), (a, b)

# maximize, in a file, with options; multipliers by hand: x = y = 2, price 2.
peak = text("peak", "var x >= 0 start 1\nvar y >= 0 start 1\nmaximize x*y\nsubject to\n  total: x + y <= 4\n"
            "solve with ipopt(tol = 1e-9, mu_init = 1e-2, max_soc = 2)\n")
found = solution(run(peak, None))
assert found["status"] == "converged" and abs(found["objective"] - 4) < 1e-6, found
assert abs(found["constraints"][0]["multiplier"] - 2) < 1e-5, found["constraints"]

# Its claims are judged: no point, too few steps, no such option.
none = text("none", "var x start 1\nminimize x\nsubject to\n  a: x^2 + 1*x >= 3\n  b: x^2 + 2*x <= -2\n")
assert solution(run(none, "ipopt"))["status"] in ("infeasible", "stalled")
assert solution(run(peak, "ipopt(steps = 1)"))["status"] == "limit"
result = run(peak, "ipopt(nonsense = 1)")
assert result.returncode == 2 and "IPOPT has no option 'nonsense'" in result.stdout, result
result = subprocess.run([gradus, "compile", peak, "--emit=header"], capture_output=True, text=True)
assert result.returncode == 2 and "E0299" in result.stderr, result
