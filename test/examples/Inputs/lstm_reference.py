"""Compares `gradus eval lstm.opt loss --json` (standard input) with ADBench: the
objective and elements of the gradient by main and extra, one after the other, of
lstm_l4_c1024.txt (ADBench, MIT licence), to 1e-10.
"""

import json
import sys

OBJECTIVE = 0.7106766385584276
GRADIENT = {
    0: 5.417406753849031e-08,
    13: -8.26990477613098e-07,
    14: 4.987527591100986e-06,
    100: 1.2404487691830557e-05,
    200: 2.1346889272088427e-05,
    300: 7.258829609367985e-05,
    400: -8.56164956548864e-05,
    447: -0.00021680201820660724,
    448: 1.2562953679655413e-07,
    462: 0.010174353719441198,
    489: -0.009485278474523698,
}


def flat(a):
    return [y for x in a for y in flat(x)] if isinstance(a, list) else [a]


found = json.load(sys.stdin)
gradient = flat(found["gradient"]["main"]) + flat(found["gradient"]["extra"])
assert len(gradient) == 490, len(gradient)
assert abs(found["value"] - OBJECTIVE) < 1e-10, found["value"]
for k, wanted in GRADIENT.items():
    assert abs(gradient[k] - wanted) < 1e-10, (k, gradient[k], wanted)
