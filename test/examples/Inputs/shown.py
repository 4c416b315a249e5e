"""Checks that what a page shows is what the program prints.

    shown.py GRADUS PAGE.md...

A block of a page that begins with `$ gradus ...` is a session, run from the top of
the repository. Times and the rounding errors of `check` differ between machines.
"""

import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]


def sessions(text):
    for block in re.findall(r"^```[a-z]*\n(.*?)^```$", text, re.S | re.M):
        for part in re.split(r"^\$ (?=gradus )", block, flags=re.M)[1:]:
            command, _, shown = part.partition("\n")
            yield command, shown


def comparable(text):
    text = re.sub(r"^  time .*$", "  time", text, flags=re.M)
    text = re.sub(r"[0-9.e+-]+(?=,|$)", "#", text, flags=re.M) if "errors:" in text else text
    return text.strip().splitlines()


def main():
    gradus, pages = sys.argv[1], sys.argv[2:]
    count = 0
    for page in pages:
        for command, shown in sessions((ROOT / page).read_text()):
            done = subprocess.run([gradus] + shlex.split(command)[1:], cwd=ROOT, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            count += 1
            if comparable(done.stdout) != comparable(shown):
                sys.exit(f"{page}: {command}\nshown:\n{shown}\nprinted:\n{done.stdout}")
    if count == 0:
        sys.exit("the pages show no session")
    print(f"{count} sessions")


main()
