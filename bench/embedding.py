#!/usr/bin/python3
"""What solvers cost on a microcontroller: the tables of docs/embedding.md.

    bench/embedding.py [GRADUS]

Each model of bench/embedding as a header with fixed sizes, compiled with gcc -Os for a
Cortex-M4 and run in qemu: code, workspace, stack and instructions of one solve. Beside
it the stack that the header promises. Then the control loop of examples/cortex_m4, which
plans within constraints in every round from the round before. Says what is missing where the packages
gcc-arm-none-eabi, libnewlib-arm-none-eabi and qemu-system-arm are not there.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BOARD = HERE.parent / "examples/cortex_m4"
GRADUS = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("GRADUS", HERE.parent / "build/bin/gradus")
MODELS = [("mpc12", 40, ["N=10"], ""), ("swingup", 100, ["N=100"], "(REAL)0.05,"),
          ("logreg", 3, ["n=100"], "")]


def run(*command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"embedding.py: {' '.join(map(str, command))}\n{done.stdout[-2000:]}")
    return done.stdout


def measure(name, unknowns, fix, start, real, scratch):
    sizes = [word for size in [*fix, "memory=5"] for word in ("--fix", size)]
    run(GRADUS, "compile", HERE / "embedding" / f"{name}.opt", "--emit=header", "--prefix", "model",
        "--real", real, *sizes, "-o", scratch / "model.h")
    script = scratch / "board.ld"
    script.write_text((BOARD / "board.ld").read_text().replace("160K", "512K"))
    program = scratch / "run.elf"
    run("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16",
        "-Os", "-std=gnu99", "-ffunction-sections", "-fdata-sections", f"-D{name.upper()}",
        f"-DREAL={'float' if real == 'f32' else 'double'}", f"-DUNKNOWNS={unknowns}",
        f"-DSTART={start}", "-I", scratch, "-I", BOARD, "-nostartfiles", "-Wl,--gc-sections", "-T", script,
        HERE / "embedding/run.c", BOARD / "board.c", "-o", program, "-lm")
    code = 0
    for line in run("arm-none-eabi-nm", "-S", program).splitlines():
        words = line.split()
        if len(words) == 4 and words[2] in "tTrR" and words[3].startswith("model_"):
            code += int(words[1], 16)
    printed = run("qemu-system-arm", "-M", "mps2-an386", "-nographic", "-icount", "shift=0",
                  "-semihosting", "-kernel", program)
    status, steps, workspace, used, bound, instructions = printed.strip().split("|")
    return (f"| {name} | {real} | {code/1000:.1f} kB | {workspace} B | {used} B | {bound} B "
            f"| {int(instructions)/1e6:.1f} M | {steps}, {status} |")


def loop(real, scratch):
    """The control loop of examples/cortex_m4/track.c."""
    run(GRADUS, "compile", BOARD / "track.opt", "--emit=header", "--real", real, "--fix", "N=20",
        "-o", scratch / "track.h")
    program = scratch / "track.elf"
    run("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16",
        "-Os", "-std=gnu99", "-ffunction-sections", "-fdata-sections",
        f"-DREAL={'float' if real == 'f32' else 'double'}", "-I", scratch, "-I", BOARD, "-nostartfiles",
        "-Wl,--gc-sections", "-T", BOARD / "board.ld", BOARD / "track.c", BOARD / "board.c", "-o", program,
        "-lm")
    code = tables = 0
    for line in run("arm-none-eabi-nm", "-S", program).splitlines():
        words = line.split()
        if len(words) == 4 and words[2] in "tTrR" and words[3].startswith("track_"):
            if words[3].startswith("track_track_kkt_"):
                tables += int(words[1], 16)
            else:
                code += int(words[1], 16)
    printed = run("qemu-system-arm", "-M", "mps2-an386", "-nographic", "-icount", "shift=0",
                  "-semihosting", "-kernel", program)
    steps = re.search(r"steps (\d+) first, then at most (\d+)", printed)
    rest = re.search(r"workspace (\d+) bytes, stack (\d+) of at most (\d+), instructions of a plan "
                     r"(\d+), of the longest (\d+)", printed)
    mean, longest = (f"{int(rest[k])/1e6:.1f} M" for k in (4, 5))
    return (f"| {real} | {code/1000:.1f} kB | {tables/1000:.1f} kB | {rest[1]} B | {rest[2]} B | {rest[3]} B "
            f"| {mean} | {longest} | {steps[1]}, then at most {steps[2]} |")


def main():
    for program in ("arm-none-eabi-gcc", "qemu-system-arm"):
        if not shutil.which(program):
            print(f"embedding.py: {program} is missing: "
                  "apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm")
            return
    print("| model | reals | code | workspace | stack | at most | instructions | steps |")
    print("|---|---|---:|---:|---:|---:|---:|---|")
    with tempfile.TemporaryDirectory() as directory:
        for model in MODELS:
            for real in ("f64", "f32"):
                print(measure(*model, real, pathlib.Path(directory)), flush=True)
        print("\n| reals | code | tables | workspace | stack | at most | instructions of a plan | of the longest "
              "| steps |")
        print("|---|---:|---:|---:|---:|---:|---:|---:|---|")
        for real in ("f64", "f32"):
            print(loop(real, pathlib.Path(directory)), flush=True)


main()
