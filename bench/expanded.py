#!/usr/bin/python3 -B
"""Code bytes on a microcontroller: loops of emitted C against CasADi's expansion.

Value and gradient of the models of bench/embedding for several sizes, each compiled with
gcc -Os for a Cortex-M4: code, and memory that the caller keeps.
"""

import shutil
import subprocess
import sys
import tempfile
import pathlib

from peers import environment
from benching import BENCH, BUILD, GRADUS, fail, output, publish, table

environment.enter(BUILD)

MODELS = [("mpc12", "N", [10, 20]), ("swingup", "N", [50, 100, 200]), ("logreg", "n", [100, 200])]
COMPILER = "arm-none-eabi-gcc"
FLAGS = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16", "-Os", "-std=gnu99",
         "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections", "-nostartfiles"]


def code_bytes(source, entry, prefixes, directory):
    """What functions and constants with the prefixes take in a program that only has the entry."""
    program = directory / "program.elf"
    done = subprocess.run([COMPILER, *FLAGS, f"-Wl,-e,{entry}", source, "-o", program, "-lm"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        fail(f"{source}: {done.stdout[-2000:]}")
    total = 0
    for line in output("arm-none-eabi-nm", "-S", program).splitlines():
        words = line.split()
        if len(words) == 4 and words[2] in "tTrR" and words[3].startswith(prefixes):
            total += int(words[1], 16)
    return total


def main():
    if not environment.available("casadi"):
        print("expanded.py: without CasADi there is nothing to compare", file=sys.stderr)
        return
    if not shutil.which(COMPILER):
        print(f"expanded.py: {COMPILER} is missing: apt-get install gcc-arm-none-eabi "
              "libnewlib-arm-none-eabi", file=sys.stderr)
        return
    from peers import embedding_casadi
    rows, results = [], []
    with tempfile.TemporaryDirectory() as scratch:
        directory = pathlib.Path(scratch)
        for name, size_name, sizes in MODELS:
            for size in sizes:
                output(GRADUS, "compile", BENCH / "embedding" / f"{name}.opt", "--emit=header",
                       "--prefix", "model", "--fix", f"{size_name}={size}", "-o", directory / "model.h")
                ours = directory / "ours.c"
                ours.write_text('#define MODEL_IMPLEMENTATION\n#include "model.h"\n'
                                "#ifndef MODEL_VALUE_GRADIENT_WORKSPACE\n"
                                "#define MODEL_VALUE_GRADIENT_WORKSPACE 0\n#endif\n"
                                "const char workspace_bytes[MODEL_VALUE_GRADIENT_WORKSPACE + 1] = {0};\n")
                mine = code_bytes(ours, "model_value_gradient", "model_", directory)
                object_file = directory / "ours.o"
                output(COMPILER, *FLAGS[:6], "-c", ours, "-o", object_file)
                memory = next(int(w[1], 16) for w in
                              (line.split() for line in output("arm-none-eabi-nm", "-S",
                                                               object_file).splitlines())
                              if w[-1] == "workspace_bytes") - 1
                their_memory = embedding_casadi.write(name, size, directory)
                theirs = code_bytes(directory / "value_gradient.c", "value_gradient",
                                    ("value_gradient", "casadi_"), directory)
                rows.append([f"{name}, {size}", f"{mine:,}", f"{memory:,}", f"{theirs:,}",
                             f"{their_memory:,}", f"{theirs/mine:.1f}"])
                results.append({"model": name, "size": size, "code": mine, "memory": memory,
                                "casadi_code": theirs, "casadi_memory": their_memory})
    text = ("Bytes of value and gradient in `double` on a Cortex-M4, `gcc -Os`, without the C "
            "library's functions; memory is what the caller keeps. CasADi "
            f"{environment.version('casadi')} writes every operation out.\n\n")
    text += table(["model, size", "Gradus: code", "memory", "CasADi: code", "memory",
                   "code, ratio"], rows)
    publish("expanded", "Code on a microcontroller", {"rows": results}, text)


main()
