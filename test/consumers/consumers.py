"""Installs the build and uses it as other programs do.

    consumers.py BUILD CMAKE

Always: a driver program in C (strict C99) through pkg-config, one in C++ through
find_package, Python through ctypes, a model compiled into a target, the symbols
that the library shows. With GRADUS_LONG=1 also: eight threads under the thread
sanitizer, Rust and Go where their compilers are, the Debian package in an empty
directory.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
INPUTS = HERE / "Inputs"
ROOT = HERE.parents[1]
LONG = os.environ.get("GRADUS_LONG")


def run(*command, expect=0, **options):
    command = [str(c) for c in command]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **options)
    if done.returncode != expect:
        sys.exit(f"consumers.py: exit code {done.returncode} of {' '.join(command)}\n"
                 f"{done.stdout[-4000:]}")
    return done.stdout


def c_through_pkg_config(prefix, library, scratch):
    # pkg-config need not be there: what the file says is simple.
    text = (library / "pkgconfig" / "gradus.pc").read_text()
    assert "-lgradus" in text and "Version: " in text
    if shutil.which("pkg-config"):
        env = {**os.environ, "PKG_CONFIG_PATH": str(library / "pkgconfig")}
        flags = run("pkg-config", "--cflags", "--libs", "gradus", env=env).split()
    else:
        flags = [f"-I{prefix}/include", f"-L{library}", "-lgradus"]
    strict = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
    run("cc", *strict, INPUTS / "driver.c", "-o", scratch / "driver_c", *flags, "-lm",
        f"-Wl,-rpath,{library}")
    print(run(scratch / "driver_c", INPUTS / "model.opt"), end="")


def project_through_find_package(cmake, prefix, scratch):
    build = scratch / "project"
    source = scratch / "source"
    shutil.copytree(INPUTS / "project", source)
    for name in ("driver.cpp", "threads.cpp", "model.opt"):
        shutil.copy(INPUTS / name, source / name)
    run(cmake, "-S", source, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
        "-DCMAKE_BUILD_TYPE=Release")
    run(cmake, "--build", build)
    for program in ("driver", "threads"):
        print(run(build / program, source / "model.opt"), end="")
    for program in ("embedded", "linked"):
        print(run(build / program), end="")
    # What a model imports makes it be compiled again; nothing else does.
    assert "no work to do" in run(cmake, "--build", build)
    part = source / "part.opt"
    part.write_text(part.read_text().replace("2", "3"))
    assert "Compiling the model" in run(cmake, "--build", build)
    for program in ("embedded", "linked"):
        run(build / program, expect=1)
    assert "no work to do" in run(cmake, "--build", build)


def python_through_ctypes(library):
    print(run("/usr/bin/python3", "-B", INPUTS / "ctypes_driver.py", library / "libgradus.so",
              INPUTS / "model.opt"), end="")


def shows_only_its_interface(library):
    header = (ROOT / "include/gradus/gradus.h").read_text()
    for line in run("nm", "-D", "--defined-only", library / "libgradus.so").splitlines():
        name = line.split()[-1].split("@")[0]
        if name != "GRADUS_1":
            assert f"{name}(" in header, f"the library shows {name}"
    needed = run("readelf", "-d", library / "libgradus.so")
    for foreign in ("LLVM", "boost", "stdc++", "fmt"):
        assert foreign not in needed.replace("libgradus", ""), f"the library needs {foreign}"


def threads_under_sanitizer(prefix, library, scratch):
    run("c++", "-std=c++20", "-O1", "-g", "-fsanitize=thread", INPUTS / "threads.cpp", "-o",
        scratch / "threads_tsan", f"-I{prefix}/include", f"-L{library}", "-lgradus",
        f"-Wl,-rpath,{library}")
    print(run(scratch / "threads_tsan", INPUTS / "model.opt",
              env={**os.environ, "TSAN_OPTIONS": "halt_on_error=1"}), end="")


def other_languages(prefix, scratch):
    """The shared library of a model in Rust, its header in Go."""
    gradus = prefix / "bin/gradus"
    place = scratch / "languages"
    shutil.copytree(INPUTS / "go", place)
    library = place / "libfit.so"
    run(gradus, "compile", INPUTS / "fit.opt", "--emit=shared", "-o", library)
    run(gradus, "compile", INPUTS / "fit.opt", "--emit=header", "-o", place / "fit.h")
    if shutil.which("rustc"):
        run("rustc", "-O", INPUTS / "use.rs", "-L", place, "-o", place / "use_rs")
        print(run(place / "use_rs", env={**os.environ, "LD_LIBRARY_PATH": str(place)}), end="")
    else:
        print("there is no rustc")
    if shutil.which("go"):
        env = {**os.environ, "HOME": str(scratch), "GOFLAGS": "-mod=mod", "GO111MODULE": "off",
               "GOCACHE": str(scratch / "go-cache"), "CGO_ENABLED": "1"}
        print(run("go", "run", "use.go", cwd=place, env=env), end="")
    else:
        print("there is no go")


def debian_package(build, scratch):
    out = scratch / "package"
    run("cpack", "-G", "DEB", "-B", out, cwd=build)
    package = next(out.glob("*.deb"))
    run("dpkg-deb", "-x", package, scratch / "root")
    root = scratch / "root/usr"
    for path in ("bin/gradus", "include/gradus/gradus.hpp", "share/man/man1/gradus.1",
                 "share/bash-completion/completions/gradus"):
        assert (root / path).exists(), path
    env = {"HOME": str(scratch)}
    out = run(root / "bin/gradus", "run", ROOT / "examples/rosenbrock.opt", env=env)
    assert "converged" in out
    print("the package runs from an empty directory")


def main():
    build, cmake = pathlib.Path(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as directory:
        scratch = pathlib.Path(directory)
        prefix = scratch / "prefix"
        run(cmake, "--install", build, "--prefix", prefix)
        library = next(prefix.glob("lib*/**/libgradus.so")).parent
        for path in ("bin/gradus", "share/man/man1/gradus.1"):
            assert (prefix / path).exists(), path
        c_through_pkg_config(prefix, library, scratch)
        project_through_find_package(cmake, prefix, scratch)
        python_through_ctypes(library)
        shows_only_its_interface(library)
        if LONG:
            threads_under_sanitizer(prefix, library, scratch)
            other_languages(prefix, scratch)
            debian_package(build, scratch)


main()
