#!/usr/bin/env python3
"""Makes the rules of differentiation and rewriting wrong, one at a time, and runs the tests.

mutate.py prepare ROOT COPY        writes a copy of the sources with all mutations in it
mutate.py run BUILD [--sample N] [--seed S] [--jobs N] [--only NUMBER...]

In the copy, every condition of the files below can be reversed, every sum, product and
select that they build can be another, every number can be another, and every partial
derivative of the table can have the wrong sign; the environment variable GRADUS_MUTATION
chooses which. For each the tests of one build run that come by its place, up to the first
that notices. A mutation that no test notices survives: it is a rule without a test, or
a change that makes no difference.
"""
import argparse
import concurrent.futures
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

FILES = ["lib/differentiate/Forward.cpp", "lib/differentiate/Reverse.cpp",
         "lib/differentiate/Rules.cpp", "lib/differentiate/MatrixRules.cpp",
         "lib/differentiate/SumOfSquares.cpp", "lib/ir/Fold.cpp",
         "lib/differentiate/Recurrences.cpp", "lib/differentiate/AdjointArrays.cpp"]
TABLE = "lib/ir/Primitives.def"
TESTS = ["differentiate_tests", "conformance_tests", "ir_tests", "print_tests", "interpret_tests"]
# What another call does in place of the one that is written.
SWAPS = [(r"\bg\.add\(", "g.sub("), (r"\bg\.sub\(", "g.add("), (r"\bg\.mul\(", "g.add("),
         (r"\bg\.div\(", "g.mul("), (r"\bg\.neg\(", "g.toReal("),
         (r"\bg\.logicalAnd\(", "g.logicalOr("), (r"\bg\.logicalOr\(", "g.logicalAnd("),
         (r"\bg\.less\(", "g.lessEqual("), (r"\bg\.lessEqual\(", "g.less(")]


def closing(text, at):
    """The place behind the bracket that closes the one at `at`."""
    depth = 0
    for k in range(at, len(text)):
        depth += (text[k] == "(") - (text[k] == ")")
        if depth == 0:
            return k + 1
    raise ValueError("a bracket is not closed")


class Copy:
    def __init__(self):
        self.sites = []

    def site(self, path, line, what):
        self.sites.append({"file": path, "line": line, "what": what})
        return len(self.sites) - 1

    def source(self, path, text):
        """All edits of one file, from its end to its beginning."""
        edits = []
        code = re.sub(r"//[^\n]*|\"(?:\\.|[^\"\\])*\"",
                      lambda m: " " * len(m.group()), text)
        lineOf = lambda at: text.count("\n", 0, at) + 1
        for m in re.finditer(r"\bif (?:constexpr )?\(", code):
            begin = m.end() - 1
            end = closing(code, begin)
            inside = text[begin + 1:end - 1]
            if ";" in inside or re.match(r"\s*(auto|ValueId|const|FormulaId)\b", inside):
                continue
            what = "not (" + " ".join(inside.split()) + ")"
            n = self.site(path, lineOf(begin), what)
            edits.append((begin, end, f"(gradus::mutation::condition({n}, ({inside})))"))
        for pattern, other in SWAPS:
            for m in re.finditer(pattern, code):
                end = closing(code, m.end() - 1)
                inside = text[m.end():end - 1]
                what = " ".join((other + inside + ")").split())
                edits.append((m.start(), m.end(), (path, lineOf(m.start()), what, m.group(), other)))
        for m in re.finditer(r"\bg\.real\((-?[0-9.]+)\)", code):
            n = self.site(path, lineOf(m.start()), f"another number than {m.group(1)}")
            edits.append((m.start(), m.end(),
                          f"g.real(gradus::mutation::number({n}, {m.group(1)}))"))
        return edits

    def apply(self, path, text):
        # Calls may stand in each other: only their heads are replaced, by a member
        # pointer that is chosen when it runs.
        out = text
        edits = self.source(path, text)
        flat = []
        for begin, end, new in edits:
            if isinstance(new, tuple):
                where, line, what, name, other = new
                n = self.site(where, line, what)
                member = lambda s: s[2:-1]
                head = (f"(g.*(gradus::mutation::on({n}) ? "
                        f"static_cast<{self.signature(name)}>(&Graph::{member(other)}) : "
                        f"static_cast<{self.signature(name)}>(&Graph::{member(name)})))(")
                flat.append((begin, end, head))
            else:
                flat.append((begin, end, new))
        # Conditions contain calls: insert by pieces, so that nothing overlaps.
        pieces = []
        for begin, end, new in flat:
            if new.startswith("(gradus::mutation::condition"):
                prefix = re.match(r"\(gradus::mutation::condition\(\d+, \(", new).group()
                pieces.append((begin, begin + 1, prefix))
                pieces.append((end - 1, end, ")))"))
            else:
                pieces.append((begin, end, new))
        for begin, end, new in sorted(pieces, reverse=True):
            out = out[:begin] + new + out[end:]
        first = out.index("#include")
        return out[:first] + '#include "mutate/Mutation.h"\n' + out[first:]

    def signature(self, name):
        one = name in ("g.neg(", )
        return "ValueId (Graph::*)(ValueId)" if one else "ValueId (Graph::*)(ValueId, ValueId)"

    def table(self, text):
        """A wrong sign for each partial derivative."""
        out, at = [], 0
        for row in re.finditer(r"^PRIMITIVE\((\w+),", text, re.M):
            end = closing(text, row.start() + len("PRIMITIVE"))
            m = re.search(r"PARTIALS\(", text[row.start():end])
            if not m:
                continue
            begin = row.start() + m.end() - 1
            stop = closing(text, begin)
            inside, parts, depth, last = text[begin + 1:stop - 1], [], 0, 0
            for k, c in enumerate(inside + ","):
                depth += (c == "(") - (c == ")")
                if c == "," and depth == 0:
                    parts.append(inside[last:k].strip())
                    last = k + 1
            line = text.count("\n", 0, begin) + 1
            new = []
            for k, part in enumerate(parts):
                n = self.site(TABLE, line, f"-({' '.join(part.split())}): operand {k + 1} of {row.group(1)}")
                new.append(f"(gradus::mutation::on({n}) ? -({part}) : ({part}))")
            out.append(text[at:begin + 1] + ", ".join(new))
            at = stop - 1
        return "".join(out) + text[at:]


def prepare(root, target):
    keep = ("lib", "include", "test", "bench", "cmake", "tools", "docs", "examples")
    os.makedirs(target, exist_ok=True)
    copy = Copy()
    wanted = {}
    for top in keep:
        for directory, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                path = os.path.relpath(os.path.join(directory, name), root)
                wanted[path] = open(os.path.join(root, path), "rb").read()
    for path in FILES:
        wanted[path] = copy.apply(path, wanted[path].decode()).encode()
    wanted[TABLE] = copy.table(wanted[TABLE].decode()).encode()
    partials = "lib/differentiate/Partials.cpp"
    wanted[partials] = (b'#include "mutate/Mutation.h"\n' + wanted[partials])
    wanted["lib/mutate/Mutation.h"] = wanted["test/mutate/Mutation.h"]
    for name in os.listdir(root):
        if os.path.isfile(os.path.join(root, name)) and not name.startswith("."):
            wanted[name] = open(os.path.join(root, name), "rb").read()
    for path, content in wanted.items():
        place = os.path.join(target, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        # What did not change keeps its time, so that little is compiled again.
        if not os.path.exists(place) or open(place, "rb").read() != content:
            with open(place, "wb") as f:
                f.write(content)
    with open(os.path.join(target, "mutations.json"), "w") as f:
        json.dump(copy.sites, f, indent=1)
    print(f"{len(copy.sites)} mutations")


class Tests:
    """The tests of one build: how long each takes, and which sites it comes by."""

    def __init__(self, build, jobs):
        self.build = build
        names = []
        for program in TESTS:
            suite = ""
            done = subprocess.run([self.path(program), "--gtest_list_tests"], cwd=build,
                                  stdout=subprocess.PIPE, text=True, check=True)
            for line in done.stdout.splitlines():
                name = line.split("#")[0].rstrip()
                if not name.startswith(" "):
                    suite = name
                else:
                    names.append((program, suite + name.strip()))
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            looked = list(pool.map(self.look, names))
        self.seconds = {name: seconds for name, seconds, _ in looked}
        self.sites = {name: sites for name, _, sites in looked}
        self.kills = dict.fromkeys(names, 0)

    def path(self, program):
        return os.path.join(self.build, "bin", program)

    def look(self, name):
        with tempfile.NamedTemporaryFile("r") as reached:
            begin = time.time()
            if self.run(name[0], [name[1]], 3600, GRADUS_MUTATION_REACHED=reached.name):
                sys.exit(f"mutate: {name[1]} fails without any mutation")
            return name, time.time() - begin, {int(line) for line in reached}

    def run(self, program, filters, seconds, **environment):
        """How these tests of one program fail, or nothing."""
        try:
            done = subprocess.run([self.path(program), "--gtest_fail_fast", "--gtest_brief=1",
                                   "--gtest_filter=" + ":".join(filters)],
                                  env=dict(os.environ, **environment), timeout=seconds,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  cwd=self.build, preexec_fn=limits)
        except subprocess.TimeoutExpired:
            return "too long"
        return f"exit code {done.returncode}" if done.returncode else None

    def killer(self, number):
        """The test that notices the mutation, or nothing. Those that have noticed most
        so far come first, one by one; then the others together."""
        able = [n for n in self.sites if number in self.sites[n]]
        able.sort(key=lambda n: (-self.kills[n] / (0.05 + self.seconds[n]), self.seconds[n]))
        first, rest = able[:10], able[10:]
        groups = [[n] for n in first]
        groups += [[n for n in rest if n[0] == program] for program in TESTS]
        for group in groups:
            if not group:
                continue
            seconds = 20 + 10 * sum(self.seconds[n] for n in group)
            if self.run(group[0][0], [n[1] for n in group], seconds, GRADUS_MUTATION=str(number)):
                for n in group:
                    self.kills[n] += 1 / len(group)
                return group[0]
        return None


def limits():
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(options):
    build = options.build
    sites = json.load(open(os.path.join(build, "source", "mutations.json")))
    numbers = options.numbers or list(range(len(sites)))
    if options.sample and options.sample < len(numbers):
        numbers = sorted(random.Random(options.seed).sample(numbers, options.sample))
    tests = Tests(build, options.jobs)
    survivors = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for number, by in zip(numbers, pool.map(tests.killer, numbers)):
            site = sites[number]
            if by is None:
                survivors.append(number)
                seen = any(number in s for s in tests.sites.values())
                print(f"survives {number}: {site['file']}:{site['line']}: {site['what']}"
                      + ("" if seen else "  (no test comes by)"), flush=True)
    share = 100 * (1 - len(survivors) / max(1, len(numbers)))
    print(f"{len(numbers)} mutations, {len(numbers) - len(survivors)} killed ({share:.1f}%)")
    sys.exit(0 if share >= 98 else 1)


parser = argparse.ArgumentParser()
commands = parser.add_subparsers(dest="command", required=True)
p = commands.add_parser("prepare")
p.add_argument("root")
p.add_argument("copy")
p = commands.add_parser("run")
p.add_argument("build")
p.add_argument("--sample", type=int)
p.add_argument("--seed", type=int, default=1)
p.add_argument("--jobs", type=int, default=os.cpu_count())
p.add_argument("--only", type=int, nargs="+", dest="numbers", metavar="NUMBER")
arguments = parser.parse_args()
if arguments.command == "prepare":
    prepare(arguments.root, arguments.copy)
else:
    run(arguments)
