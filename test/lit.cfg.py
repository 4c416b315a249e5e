"""The text tests: models and textual IR with RUN and CHECK lines.

A test runs commands of the build tree and checks what they print:

    # RUN: %gradus diff %s | %FileCheck %s

By hand: python3 /usr/lib/llvm-19/build/utils/lit/lit.py -v test/errors
Parameters: build (build tree), llvm (LLVM's bin directory), long=1.
"""

import os
import shutil

import lit.formats

root = os.path.dirname(os.path.abspath(__file__))
build = os.path.abspath(lit_config.params.get("build", os.path.join(root, "..", "build")))
llvm = lit_config.params.get("llvm", "/usr/lib/llvm-19/bin")

config.name = "Gradus"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".opt", ".test", ".ir"]
config.excludes = ["Inputs"]
config.test_source_root = root
config.test_exec_root = os.path.join(build, "test", "lit")

# Longer names first: lit replaces text, and %gradus is the beginning of %gradus-opt.
config.substitutions += [
    ("%gradus-opt", os.path.join(build, "bin", "gradus-opt")),
    ("%gradus", os.path.join(build, "bin", "gradus")),
    ("%FileCheck", os.path.join(llvm, "FileCheck") + " --dump-input=fail"),
    ("%clang", os.path.join(llvm, "clang")),
    ("%not", os.path.join(llvm, "not")),
    ("%count", os.path.join(llvm, "count")),
    ("%split-file", os.path.join(llvm, "split-file")),
    ("%python", "/usr/bin/python3 -B"),
    ("%build", build),
    ("%examples", os.path.join(root, "..", "examples")),
    ("%inputs", os.path.join(root, "Inputs")),
]

# Results must not depend on where and when a test runs.
config.environment["LC_ALL"] = "C.UTF-8"
config.environment["TZ"] = "UTC"
config.environment["PATH"] = "/usr/bin:/bin"
config.environment["HOME"] = config.test_exec_root
config.environment["GRADUS_CACHE"] = os.path.join(config.test_exec_root, "cache")

if os.path.exists(os.path.join(llvm, "clang")):
    config.available_features.add("clang")
if os.path.exists("/usr/bin/pdflatex"):
    config.available_features.add("pdflatex")
if shutil.which("arm-none-eabi-gcc", path="/usr/bin") and shutil.which("qemu-system-arm", path="/usr/bin"):
    config.available_features.add("arm")
if (os.path.exists("/usr/lib/wasm32-wasi/libc.a") and shutil.which("node", path="/usr/bin")
        and os.path.exists(os.path.join(llvm, "wasm-ld"))):
    config.available_features.add("wasm")
if lit_config.params.get("long") or os.environ.get("GRADUS_LONG"):
    config.available_features.add("long")
    config.environment["GRADUS_LONG"] = "1"
