"""hostile.py GRADUS DIRECTORY: three hundred hostile names and strings as C.

Names that C, its headers or its preprocessor know, of other letters, of 300
letters, that differ in their case alone; columns, file names and prefixes with
quotes, ends of comments and lines, trigraphs. Everything compiles without a
warning, and what was planted is nowhere outside of strings.
"""

import pathlib
import re
import subprocess
import sys

gradus, directory = sys.argv[1], pathlib.Path(sys.argv[2])
directory.mkdir(parents=True, exist_ok=True)
FLAGS = "-std=c99 -pedantic -Wall -Wextra -Wconversion -Werror -O0 -c".split()

WORDS = """auto break case char const continue default double enum extern float goto inline int long
register restrict return short signed sizeof static struct switch typedef union unsigned void
volatile _Bool _Complex _Imaginary bool class namespace template operator new delete this throw
try catch public private virtual using typename friend explicit mutable asm true false nullptr
main errno NULL EOF INFINITY NAN HUGE_VAL HUGE_VALF FP_NAN FP_INFINITE MATH_ERREXCEPT I signgam
isnan isinf isfinite signbit fpclassify y0 y1 yn j0 j1 jn gamma lgammaf sinf cosl drem significand
malloc free printf memcpy memset strlen exit abort stdin stdout stderr assert offsetof size_t
ptrdiff_t int8_t int32_t int64_t uint64_t INT64_C INT64_MAX SIZE_MAX M_PI M_E _X _x __x __asm__
__attribute__ __FILE__ __LINE__ __cplusplus _Static_assert alignas constexpr linux unix i386
frame work options result value gradient hessian defaults workspace texts site status
x_2 x_3 t1 t2 t3 v1 p0 HOSTILE hostile hostile_frame REAL""".split()
GREEK = [chr(c) for c in range(0x3B1, 0x3CA)] + [chr(c) for c in range(0x391, 0x3AA) if c != 0x3A2]
OTHER = ["й", "ц", "ё", "变量", "文", "ß", "é", "è", "ñ", "İ", "ı", "ǆ", "ﬁ" "x", "א", "ع", "क"]
LONG = ["a" * 60 + str(k) for k in range(6)] + ["b" * 31 + "x" * k for k in range(1, 6)]
CASES = ["abc", "aBc", "Abc", "ABC", "abC", "aBC", "ABc", "AbC"]
STRINGS = ["*/ int INJECTED(void); /*", '"; int INJECTED; "', "??/", "a??/\nb", "\\", "//", "/*",
           "%n%s", "${INJECTED}", "#define INJECTED 1", "\n#error INJECTED\n", "'", "$(INJECTED)",
           "??)", "??=define INJECTED", "*\\\n/", "`INJECTED`", "<script>", "\u202eINJECTED"]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def refused(name):
    """Whether the language itself refuses the name."""
    model = directory / "name.opt"
    model.write_text(f"fn {name}(x) = x\n", encoding="utf-8")
    return subprocess.run([gradus, "compile", model, "--emit=tree"],
                          capture_output=True).returncode != 0


def check(stem, text, *options):
    model = directory / f"{stem}.opt"
    model.write_text(text, encoding="utf-8")
    header, unit, made = (directory / f"hostile.{e}" for e in ("h", "c", "o"))
    run(gradus, "compile", model, "--emit=header", "-o", header, *options)
    code = header.read_text(encoding="ascii")
    longest = max(len(line) for line in code.splitlines())
    if longest > 4095:
        sys.exit(f"a line of {longest} letters")
    bare = re.sub(r'"(\\.|[^"\\])*"|/\*.*?\*/', "", code, flags=re.S)
    if re.search(r"\bINJECTED\b", bare) or "??" in code:
        sys.exit(f"injected: {stem}")
    prefix = re.search(r"typedef struct (\w+)_frame", code).group(1)
    unit.write_text(f'#define {prefix.upper()}_IMPLEMENTATION\n#include "hostile.h"\n')
    run("gcc", *FLAGS, "-o", made, unit)
    symbols = [line.split() for line in run("nm", made).splitlines()]
    for symbol in (s[-1] for s in symbols if s[-2] in "TDBC"):
        if not re.fullmatch(prefix + r"_[A-Za-z0-9_]{1,48}", symbol):
            sys.exit(f"the symbol {symbol}")
    return code


names = list(dict.fromkeys(WORDS + GREEK + OTHER + LONG + CASES))
names = [n for n in names if not refused(n)]
cases = 0
# As functions, with an argument of the same name: all in one unit.
for at in range(0, len(names), 60):
    part = names[at:at + 60]
    check(f"functions{at}", "".join(f"fn {n}(q) = q^2 + {k}\n" for k, n in enumerate(part)))
    cases += len(part)
# As arguments, parameters and unknowns.
for at in range(0, len(names), 25):
    part = [n for n in names[at:at + 25] if n not in ("value", "gradient")]
    arguments = ", ".join(part)
    total = " + ".join(f"{n}*{n}*{k + 1}" for k, n in enumerate(part))
    check(f"arguments{at}", f"fn f({arguments}) = {total}\n")
    cases += len(part)
part = names[:12] + GREEK[:12]
check("unknowns", "".join(f"var {n} start 1\n" for n in part)
      + "minimize " + " + ".join(f"({n} - {k})^2" for k, n in enumerate(part)) + "\n")
cases += len(part)
# As columns of a table, which may have any text.
cells = ['"' + s.replace('"', '""') + '"' for s in STRINGS if "\n" not in s and "\u202e" not in s]
(directory / "table.csv").write_text(",".join(cells) + "\n" + ",".join("1" for _ in cells) + "\n")
total = " + ".join(f"t.{c}[1]*a" for c in cells)
check("columns", f'data t from "table.csv"\nfn f(a) = {total}\n')
cases += len(cells)
# As file names, which stand in comments and in messages.
for k, s in enumerate(STRINGS):
    stem = s.replace("/", "∕")
    check(stem, f"fn f(x[n], int k) = x[k]^{k + 2}\n")
    cases += 1
print(cases, "cases")
