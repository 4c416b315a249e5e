"""Makes the Debian package and uses it on a bare Debian 12.

    package.py BUILD SCRATCH

With debootstrap, and as root, in a system of its own that has nothing but the essential
packages; else unpacked into a folder.
"""

import os
import pathlib
import shutil
import subprocess
import sys

os.environ["PATH"] += ":/usr/sbin:/sbin"
build, scratch = map(pathlib.Path, sys.argv[1:])
shutil.rmtree(scratch, ignore_errors=True)
scratch.mkdir(parents=True)


def run(*command, **options):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"package.py: {' '.join(map(str, command))}\n{done.stdout[-3000:]}")
    return done.stdout


run("cpack", "-G", "DEB", "-B", scratch / "made", cwd=build)
package, = (scratch / "made").glob("gradus_*.deb")
root = scratch / "root"
if shutil.which("debootstrap") and os.geteuid() == 0:
    run("debootstrap", "--variant=minbase", "bookworm", root)
    shutil.copy(package, root / "tmp")
    run("chroot", root, "dpkg", "-i", f"/tmp/{package.name}")
    prefix, command = "/usr", ["chroot", root, "gradus"]
    print("installed on a bare system")
else:
    run("dpkg", "-x", package, root)
    prefix, command = root / "usr", [root / "usr/bin/gradus"]
    print("unpacked")
examples = f"{prefix}/share/doc/gradus/examples"
print(run(*command, "--version"))
print(run(*command, "run", f"{examples}/penguins.opt"))
print(run(*command, "run", f"{examples}/mpc.opt"))
print(run(*command, "diff", f"{examples}/two_variables.opt"))
header = "/tmp/rosenbrock.h" if prefix == "/usr" else scratch / "rosenbrock.h"
print(run(*command, "compile", f"{examples}/rosenbrock.opt", "--emit=header", "-o", header))
# The library needs nothing but the C library.
needs = run("ldd", root / "usr/lib/libgradus.so.1")
print("needs", *sorted({line.split()[0].split("/")[-1].split(".")[0] for line in needs.splitlines()}))
