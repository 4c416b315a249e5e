"""Checks of the sources themselves: layers, sizes, words, tested messages.

    python3 test/layering/check.py includes|sizes|words|messages|all

A directory includes only directories of lower rank, or itself; equal ranks
never include each other (docs/architecture.md). A file stays about one thing.
Every kind of message of Diagnostics.def is shown by some test.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

RANKS = {
    "support": 0,
    "runtime": 0,
    "syntax": 1,
    "ir": 1,
    "data": 1,
    "loops": 2,
    "differentiate": 2,
    "semantics": 3,
    "interpret": 3,
    "print": 3,
    "transform": 4,
    "lower": 4,
    "methods": 4,
    "codegen/c": 5,
    "codegen/llvm": 5,
    "codegen/bytecode": 5,
    "jit": 6,
    "driver": 7,
    "api": 8,
    "tools": 9,
}

# Outside headers that only some directories may see: they are slow to compile,
# and what they define must not spread.
RESERVED = [
    (re.compile(r"^llvm(-c)?/"), {"codegen/llvm", "jit"}),
    (re.compile(r"^boost/spirit/"), {"syntax"}),
    (re.compile(r"^CLI/"), {"tools"}),
]

LONGEST_FILE = 640
WORDS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|not implemented", re.IGNORECASE)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.MULTILINE)


def sources(*roots, endings=(".h", ".hpp", ".c", ".cpp", ".def")):
    for root in roots:
        for path in sorted((ROOT / root).rglob("*")):
            if path.suffix in endings and path.is_file():
                yield path


def directory_of(path):
    """The entry of RANKS a source belongs to, or None."""
    parts = path.relative_to(ROOT).parts
    if parts[0] == "tools":
        return "tools"
    if parts[0] != "lib":
        return None
    return "/".join(parts[1:3]) if parts[1] == "codegen" else parts[1]


def owner_of(include):
    """The directory an include "dir/File.h" comes from, or None."""
    best = [name for name in RANKS if include.startswith(name + "/")]
    return best[0] if best else None


def check_includes():
    for path in sources("lib", "tools"):
        own = directory_of(path)
        shown = path.relative_to(ROOT)
        if own not in RANKS:
            yield f"{shown}: '{own}' has no rank in {pathlib.Path(__file__).name}"
            continue
        for match in INCLUDE.finditer(path.read_text(encoding="utf-8")):
            include = match.group(2)
            for pattern, allowed in RESERVED:
                if pattern.match(include) and own not in allowed:
                    yield f"{shown}: only {', '.join(sorted(allowed))} may include {include}"
            other = owner_of(include)
            if match.group(1) == "<" or other is None or other == own:
                continue
            if RANKS[other] >= RANKS[own]:
                yield (f"{shown}: {own} (rank {RANKS[own]}) includes {include} "
                       f"(rank {RANKS[other]})")
    for path in sources("include"):
        for match in INCLUDE.finditer(path.read_text(encoding="utf-8")):
            if re.match(r"llvm|boost|CLI|fmt|nlohmann", match.group(2)) or owner_of(match.group(2)):
                yield f"{path.relative_to(ROOT)}: a public header includes {match.group(2)}"


def check_sizes():
    for path in sources("lib", "tools", "include", "test", "bench"):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > LONGEST_FILE:
            yield f"{path.relative_to(ROOT)}: {lines} lines; look for two ideas in it"


def check_words():
    for path in sources("lib", "tools", "include", "test", "bench", "examples",
                        endings=(".h", ".hpp", ".c", ".cpp", ".def", ".opt", ".ir", ".test")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if WORDS.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: {line.strip()}"


def check_messages():
    table = (ROOT / "lib/support/Diagnostics.def").read_text(encoding="utf-8")
    rows = re.findall(r'^DIAGNOSTIC\((\w+),\s*"([EW]\d+)"', table, re.MULTILINE)
    tests = "\n".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in sources("test", endings=(".opt", ".test", ".ir", ".cpp", ".h", ".py"))
        if "layering" not in path.parts)
    for name, code in rows:
        # A defect of the program has no input that shows it.
        if name != "Internal" and code not in tests and f"Diag::{name}" not in tests:
            yield f"{code} {name}: no test shows this message"


CHECKS = {
    "includes": check_includes,
    "sizes": check_sizes,
    "words": check_words,
    "messages": check_messages,
}


def main():
    wanted = sys.argv[1:] or ["all"]
    if wanted == ["all"]:
        wanted = list(CHECKS)
    failed = False
    for name in wanted:
        found = list(CHECKS[name]())
        for line in found:
            print(f"{name}: {line}")
        failed = failed or bool(found)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
