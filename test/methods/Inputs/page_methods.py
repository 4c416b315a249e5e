"""page_methods.py GRADUS SCRATCH PAGE: every method that a page shows runs.

Each block of the page that begins with `method NAME(` is saved as mine.opt and run, as
the page says, on a regression over data and on a valley.
"""

import json
import os
import re
import subprocess
import sys

gradus, scratch, page = sys.argv[1:4]
models = {
    "regression": "data t[8] = [0.1, 0.3, 0.5, 0.7, 0.9, 1.1, 1.3, 1.5]\nvar w[0..1]\n"
                  "minimize 1/8*sum(i in 1..8) (w[0] + w[1]*t[i] - exp(t[i]))^2\n",
    "valley": "var x[1..3] start 0.5\nminimize sum(i in 1..2) (4*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)\n",
}
mine = os.path.join(scratch, "mine.opt")
count = 0
for block in re.findall(r"^```opt\n(method .*?)^```$", open(page).read(), re.S | re.M):
    name = re.match(r"method (\w+)", block).group(1)
    open(mine, "w").write(block)
    for model, text in models.items():
        file = os.path.join(scratch, model + ".opt")
        open(file, "w").write(text)
        run = subprocess.run([gradus, "run", file, "--json", "--trace", "--method",
                              f"{mine}:{name}(steps = 2000)"], capture_output=True, text=True)
        count += 1
        try:
            p = json.loads(run.stdout)["problems"][0]
        except (ValueError, KeyError):
            sys.exit(f"{name} on {model}: exit code {run.returncode}\n{run.stderr}")
        if run.returncode not in (0, 4) or not p["objective"] < 0.5*p["trace"][0]["f"]:
            sys.exit(f"{name} on {model}: {p['status']}, from {p['trace'][0]['f']} to {p['objective']}")
print(count, "runs of methods")
