"""long_recurrences.py GRADUS STEPS MEGABYTES: gradients through recurrences of so many steps
of 1000 numbers with checkpoints, each within so much memory. Over 1000 steps they are the
gradients of the same recurrences that keep all states."""
import json
import os
import resource
import subprocess
import sys
import tempfile

gradus, steps, megabytes = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
model = os.path.join(os.path.dirname(os.path.abspath(__file__)), "long_recurrences.opt")
m = 500
points = {
    "swing": {"a": 1.0, "q0": [0.5 + 0.001 * k for k in range(m)], "v0": [0.1] * m},
    "cell": {"W": [0.1, 0.2, 0.3, 0.4], "U": [0.1, 0.2, -0.3, 0.4], "b": [0, 0.1, 0, 0.2],
             "x": [0.5 + 0.001 * k for k in range(m)]},
    "ring": {"a": 1.0, "x": [0.5 + 0.0005 * k for k in range(2 * m)]},
}


def gradient(path, name, count, scratch):
    """All numbers of the gradient, and the most memory that it took, in MB."""
    point = os.path.join(scratch, "point.json")
    with open(point, "w") as f:
        json.dump(points[name], f)
    child = subprocess.Popen([gradus, "eval", path, name, "--at", "@" + point, "--set",
                              f"T={count}", "--json"], stdout=subprocess.PIPE, text=True)
    text = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{name}: exit status {status}")
    numbers = []
    for value in json.loads(text)["gradient"].values():
        numbers += value if isinstance(value, list) else [value]
    return numbers, used.ru_maxrss / 1024, used.ru_utime


with tempfile.TemporaryDirectory() as scratch:
    keeps = os.path.join(scratch, "keeps.opt")
    with open(model) as f, open(keeps, "w") as g:
        g.write(f.read().replace(" checkpoint sqrt", ""))
    for name in points:
        a, b = (gradient(path, name, 1000, scratch)[0] for path in (model, keeps))
        largest = max(map(abs, b))
        wrong = max(abs(x - y) for x, y in zip(a, b))
        if not wrong <= 1e-12 * largest:
            sys.exit(f"{name}: checkpoints change the gradient by {wrong}")
        _, memory, seconds = gradient(model, name, steps, scratch)
        print(f"{name}: {steps} steps of 1000 numbers: {memory:.0f} MB of "
              f"{8e-3 * steps:.0f} MB, {seconds:.1f} s")
        if memory > megabytes:
            sys.exit(f"more than {megabytes:.0f} MB")
