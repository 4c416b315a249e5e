"""What the benchmarks share: the programs, the machine, results, and the page.

Each benchmark prints its numbers, writes bench/results/NAME.json, and replaces its
section of docs/benchmarks.md, so that page and numbers belong together.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BENCH = ROOT / "bench"
BUILD = pathlib.Path(os.environ.get("GRADUS_BUILD", ROOT / "build"))
GRADUS = pathlib.Path(os.environ.get("GRADUS", BUILD / "bin" / "gradus"))
PAGE = pathlib.Path(os.environ.get("GRADUS_BENCH_PAGE", ROOT / "docs" / "benchmarks.md"))

HEAD = """# Benchmarks

Written by `./dev bench`; every section names its command. Numbers of one machine
in one run can be compared with each other, not with those of another machine.
"""


def fail(message):
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {message}")


def output(*command):
    """Standard output of a command that must succeed."""
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        fail(f"exit code {done.returncode} of: {' '.join(map(str, command))}")
    return done.stdout


def build(target):
    done = subprocess.run(["cmake", "--build", str(BUILD), "--target", target],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        fail(f"building {target} failed:\n{done.stdout[-4000:]}")
    return BUILD / "bin" / target


def process_times(command, repetitions):
    """Wall times and processor times in ms of whole processes, from start to exit."""
    command = [str(c) for c in command]
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1)]
    wall, processor = [], []
    for _ in range(repetitions):
        begin = time.perf_counter()
        process = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
        _, status, usage = os.wait4(process, 0)
        wall.append((time.perf_counter() - begin) * 1e3)
        processor.append((usage.ru_utime + usage.ru_stime) * 1e3)
        if status != 0:
            fail(f"status {status} of: {' '.join(command)}")
    os.close(null)
    return wall, processor


def machine():
    info = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.*)$", info, re.M)
    flags = set(re.search(r"^flags\s*:\s*(.*)$", info, re.M).group(1).split())
    vectors = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "SSE"
    system = re.search(r'^PRETTY_NAME="(.*)"', pathlib.Path("/etc/os-release").read_text(), re.M)
    load = os.getloadavg()[0]
    return {
        "processor": model.group(1).strip() if model else "unknown",
        "vectors": vectors,
        "cores": os.cpu_count(),
        "system": system.group(1) if system else "unknown",
        "load": round(load, 1),
    }


def machine_line(m):
    return (f"{m['processor']}, {m['cores']} cores, {m['vectors']}, {m['system']}; "
            f"load average {m['load']} when it ran.")


def table(header, rows):
    """A Markdown table; the first column to the left, the others to the right."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1)] + [[str(c) for c in r] for r in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def dots(name, axis, rows):
    """docs/benchmarks/NAME.svg: for each row (label, {series: ratio}) a line of dots.

    Ratios are drawn on a logarithmic axis with a line at 1. Returns the Markdown that
    shows the picture, or nothing where gnuplot is not there.
    """
    if not shutil.which("gnuplot"):
        return ""
    directory = PAGE.parent / "benchmarks"
    directory.mkdir(exist_ok=True)
    picture = directory / f"{name}.svg"
    series = list(dict.fromkeys(s for _, ratios in rows for s in ratios))
    quoted = lambda text: '"' + text.replace("_", " ").replace('"', "") + '"'
    script = [f"set terminal svg size 900,{90 + 28*len(rows)} font 'sans,13' background '#ffffff'",
              f"set output {quoted(str(picture))}" if "_" not in str(picture)
              else f"set output '{picture}'",
              "set logscale x", f"set xlabel {quoted(axis)}", "set grid xtics ytics lc '#dddddd'",
              "set key outside top center horizontal", f"set yrange [{len(rows)}:-1]",
              "set ytics (" + ", ".join(f"{quoted(label)} {k}" for k, (label, _) in
                                        enumerate(rows)) + ")",
              f"set arrow from 1,-1 to 1,{len(rows)} nohead lc '#888888'"]
    for k, s in enumerate(series):
        points = [f"{ratios[s]} {y}" for y, (_, ratios) in enumerate(rows) if s in ratios]
        script += [f"$d{k} << EOD", *points, "EOD"]
    script.append("plot " + ", ".join(
        f"$d{k} using 1:2 with points pt 7 ps 0.9 title {quoted(s)}" for k, s in enumerate(series)))
    done = subprocess.run(["gnuplot"], input="\n".join(script), text=True, capture_output=True)
    if done.returncode != 0:
        fail(f"gnuplot: {done.stderr[-500:]}")
    return f"![{axis}](benchmarks/{name}.svg)\n\n"


def publish(name, title, results, text):
    """Prints and stores results, and replaces the section of the page."""
    results = {"benchmark": name, "machine": machine(), **results}
    directory = BENCH / "results"
    directory.mkdir(exist_ok=True)
    (directory / f"{name}.json").write_text(json.dumps(results, indent=1) + "\n")
    print(text)
    section = (f"<!-- begin {name} -->\n## {title}\n\n{text}\n`./dev bench {name}` on "
               f"{machine_line(results['machine'])}\n<!-- end {name} -->\n")
    page = PAGE.read_text() if PAGE.exists() else HEAD
    pattern = re.compile(rf"<!-- begin {name} -->\n.*?<!-- end {name} -->\n", re.S)
    if pattern.search(page):
        page = pattern.sub(lambda _: section, page)
    else:
        page += "\n" + section
    PAGE.write_text(page)
