"""Draws constrained problems and looks at the SVG files; plot_constraints.py GRADUS EXAMPLES"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

if not shutil.which("gnuplot"):
    print("no gnuplot: nothing is drawn")
    sys.exit(0)
gradus, examples = sys.argv[1:]
folder = tempfile.mkdtemp()


def drawn(model, *options):
    picture = os.path.join(folder, "picture.svg")
    subprocess.run([gradus, "plot", model, "-o", picture, *options], check=True, stdout=subprocess.DEVNULL)
    return open(picture, encoding="utf-8").read()


def titles(svg):
    return [t.strip() for t in re.findall(r"<text>(?:<tspan[^>]*>)?([^<]*)", svg)]


def points(path):
    return [tuple(map(float, p)) for p in re.findall(r"[ML ]?(-?[\d.]+),(-?[\d.]+)", path)]


# A disc in a box that is known: its edge is drawn as a circle of radius 2 of 3.
model = os.path.join(folder, "disc.opt")
with open(model, "w", encoding="utf-8") as f:
    f.write("var x in [-3, 3] start 2.5\nvar y in [-3, 3] start 2.5\nminimize F = x + y\n"
            "subject to\n  disc: x^2 + y^2 <= 4\n  line: x = y\n")
svg = drawn(model)
for wish in ["outside of the constraints", "their edge", "equations", "descent", "contours"]:
    assert any(wish in t for t in titles(svg)), (wish, titles(svg))


def curve(name):
    """The points of the element with this title, in units of the picture, but for the key's."""
    part = svg[svg.index("<title>" + name + "</title>"):]
    part = part[:part.index('id="gnuplot_plot_')]
    pieces = " ".join(re.findall(r"<path[^>]* d='([^']*)'", part)).split("M")[2:]
    return [p for piece in pieces for p in points(piece)]


edge, line = curve("their edge"), curve("equations")
assert len(edge) > 100 and len(line) > 20, (len(edge), len(line))
# The frame runs from -3 to 3 both ways: the line is its diagonal.
left, right = min(p[0] for p in line), max(p[0] for p in line)
bottom, top = max(p[1] for p in line), min(p[1] for p in line)
units = [((x - left) / (right - left) * 6 - 3, (y - bottom) / (top - bottom) * 6 - 3) for x, y in edge]
wrong = [(x, y) for x, y in units if abs((x * x + y * y) ** 0.5 - 2) > 0.03]
assert not wrong, wrong[:5]

# States and controls over their index, with bounds; or how the descent went.
svg = drawn(os.path.join(examples, "mpc.opt"))
for wish in ["x", "u", "x[.,1]", "x[.,2]"]:
    assert wish in titles(svg), (wish, titles(svg))
svg = drawn(os.path.join(examples, "mpc.opt"), "--progress")
assert any("norm of the gradient" in t for t in titles(svg)), titles(svg)
shutil.rmtree(folder)
