"""long_recurrence.py GRADUS STEPS MEGABYTES: the gradient through a recurrence of many
steps of 1000 numbers, within so much memory. Its elements do not touch each other, so
two of them are computed again here, one by one."""
import json
import os
import resource
import subprocess
import sys
import tempfile

gradus, steps, megabytes = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
count, a = 1000, 1e-6
x = [0.5 + 0.001 * k for k in range(count)]
model = """param int T = 1
fn flow(a, x[n]) = 1/n*sumsq(fold s = x for t in 1..T checkpoint sqrt do
  [i in 1..n] (s[i] - a*s[i]*(s[i]^2 - 1)))
"""
with tempfile.TemporaryDirectory() as scratch:
    path, point = os.path.join(scratch, "flow.opt"), os.path.join(scratch, "point.json")
    with open(path, "w") as f:
        f.write(model)
    with open(point, "w") as f:
        json.dump({"a": a, "x": x}, f)
    done = subprocess.run([gradus, "eval", path, "flow", "--at", "@" + point, "--set",
                           f"T={steps}", "--json"], stdout=subprocess.PIPE, text=True)
if done.returncode != 0:
    sys.exit(done.returncode)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
memory = used.ru_maxrss / 1024
print(f"{steps} steps of {count} numbers: {memory:.0f} MB of {8e-6 * steps * count:.0f} MB, "
      f"{used.ru_utime + used.ru_stime:.1f} s")
if memory > megabytes:
    sys.exit(f"more than {megabytes:.0f} MB")
gradient = json.loads(done.stdout)["gradient"]["x"]
for k in (0, count - 1):
    s, slope = x[k], 1.0
    for _ in range(steps):
        slope *= 1 - a * (3 * s * s - 1)
        s -= a * s * (s * s - 1)
    expected = 2 / count * s * slope
    if abs(gradient[k] - expected) > 1e-9 * abs(expected):
        sys.exit(f"element {k + 1} of the gradient is {gradient[k]}, not {expected}")
