"""The result of `gradus run --json` on standard input converged at (1, 1)."""
import json
import sys

problem = json.load(sys.stdin)["problems"][0]
tolerance = float(sys.argv[1])
off = max(abs(v["values"] - 1) for v in problem["variables"].values())
if problem["status"] != "converged" or problem["exit_code"] != 0 or off > tolerance:
    sys.exit(f"{problem['method']}: {problem['status']} {off:g} away after {problem['iterations']} steps")
