"""The peers from the Python package index, in an environment of the bench's own.

`enter()` makes build/bench/peers if it is missing, installs there what can be
installed, and starts the program again inside it, on one core and one thread. What
cannot be installed is missing, not fatal: `available(name)` tells.
"""

import importlib.util
import os
import pathlib
import subprocess
import sys

PACKAGES = ["numpy", "scipy", "casadi", "jax", "pyomo"]
INSIDE = "GRADUS_BENCH_PEERS"


def enter(build):
    if os.environ.get(INSIDE):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        return
    directory = pathlib.Path(build) / "bench" / "peers"
    python = directory / "bin" / "python3"
    if not python.exists():
        print(f"making {directory}", file=sys.stderr)
        done = subprocess.run([sys.executable, "-m", "venv", directory], stdout=sys.stderr)
        if done.returncode != 0:
            sys.exit("no environment for the peers could be made: apt-get install python3-venv")
    listed = subprocess.run([python, "-m", "pip", "list", "--format=freeze"], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.lower()
    for package in PACKAGES:
        if f"{package}==" not in listed:
            done = subprocess.run([python, "-m", "pip", "install", "-q", package],
                                  stdout=sys.stderr)
            if done.returncode != 0:
                print(f"without {package}: it could not be installed", file=sys.stderr)
    environment = dict(os.environ)
    environment[INSIDE] = "1"
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        environment[name] = "1"
    os.execve(python, [str(python), *sys.argv], environment)


def available(package):
    return importlib.util.find_spec(package) is not None


def version(package):
    return importlib.import_module(package).__version__
