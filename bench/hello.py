#!/usr/bin/python3 -B
"""How soon there is an answer, and that it does not depend on the size.

hello: the whole process of `gradus run` on a five-line model, from start to exit.
sizes: one model with n = 10 and n = 10,000,000: value and gradient take the same
time to compile, to code of the same size. A machine with other work makes all of
this slower; the fastest of many runs is the one to look at.
"""

import json
import statistics

from benching import BENCH, GRADUS, build, output, process_times, publish, table

TARGET_MS = 40
SIZES = [10, 10_000_000]


def main():
    model = BENCH / "models" / "hello.opt"
    process_times([GRADUS, "run", model], 3)
    hello, hello_cpu = process_times([GRADUS, "run", model], 20)
    version, version_cpu = process_times([GRADUS, "--version"], 20)
    report = json.loads(output(GRADUS, "run", model, "--json"))["problems"][0]
    text = f"The whole process of `gradus run bench/models/hello.opt` (five lines, " \
           f"{report['iterations']} steps of {report['method']} to `{report['status']}`), " \
           f"20 runs:\n\n"
    text += table(["", "fastest, ms", "median, ms", "processor time, fastest, ms"], [
        [what, f"{min(wall):.1f}", f"{statistics.median(wall):.1f}", f"{min(cpu):.1f}"]
        for what, wall, cpu in (
            ("`gradus run hello.opt`", hello, hello_cpu),
            ("of it `gradus --version` (loading the program and LLVM)", version, version_cpu))])
    met = "met" if min(hello) < TARGET_MS else "not met"
    text += f"\nTarget: the fastest below {TARGET_MS} ms: {met}.\n\n"

    kernel = build("bench_kernel")
    sizes = BENCH / "models" / "sizes.opt"
    rows = json.loads(output(kernel, "compile", sizes, 10, *SIZES))
    text += "Text to native value and gradient of `bench/models/sizes.opt`, fastest of 10, " \
            "by level of optimization:\n\n"
    header = ["n"] + [f"{level}, {unit}" for level in ("O0", "fast", "full")
                      for unit in ("ms", "bytes")]
    text += table(header, [[f"{r['n']:,}"] + [cell for level in ("O0", "fast", "full")
                                              for cell in (f"{r[level]['ms']:.1f}",
                                                           r[level]["bytes"])]
                           for r in rows])
    for level in ("O0", "fast", "full"):
        if rows[0][level]["bytes"] != rows[1][level]["bytes"]:
            raise SystemExit("hello.py: the size of the code depends on n")
    publish("hello", "First answer", {
        "command": "gradus run bench/models/hello.opt",
        "ms": hello, "processor_ms": hello_cpu, "version_ms": version, "target_ms": TARGET_MS, "sizes": rows}, text)


main()
