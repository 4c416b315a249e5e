"""Writes the arguments of lstm.opt as JSON, from a file of ADBench (MIT licence).

    lstm_point.py FILE > POINT.json

The file holds l, c and b, then main[l,8,b], extra[3,b], state[l,2,b] and
sequence[c,b], all separated by white space.
"""

import json
import sys


def take(numbers, *shape):
    if not shape:
        return float(next(numbers))
    return [take(numbers, *shape[1:]) for _ in range(shape[0])]


numbers = iter(open(sys.argv[1], encoding="utf-8").read().split())
l, c, b = (int(next(numbers)) for _ in range(3))
point = {"main": take(numbers, l, 8, b), "extra": take(numbers, 3, b),
         "state": take(numbers, l, 2, b), "sequence": take(numbers, c, b)}
assert next(numbers, None) is None, "numbers are left over"
json.dump(point, sys.stdout)
