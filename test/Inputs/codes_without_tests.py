"""codes_without_tests.py CODES TESTS: every code of a message needs a test.

CODES is what `gradus explain` prints; TESTS the directory of the tests, in which
a code counts as E0123, or in C++ as Diag::Name.
"""

import os
import sys

# Cannot be had on purpose: no memory, a graph of ten million operations, wrong
# code, and a defect that is not known.
out_of_reach = {"E0731", "E0721", "E0901", "E0999"}

text = ""
for directory, _, files in os.walk(sys.argv[2]):
    for name in files:
        if name.endswith((".opt", ".test", ".cpp")):
            with open(os.path.join(directory, name), encoding="utf-8", errors="replace") as f:
                text += f.read()

missing = []
for line in open(sys.argv[1], encoding="utf-8"):
    code, words = line.rstrip("\n").split("  ", 1)
    name = "".join(w.capitalize() for w in words.split())
    if code not in out_of_reach and code not in text and "Diag::" + name not in text:
        missing.append(line)
if missing:
    sys.exit("no test reports:\n" + "".join(missing))
