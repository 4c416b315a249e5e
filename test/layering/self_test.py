"""check.py finds planted offences and nothing in a clean tree."""

import pathlib
import tempfile
import unittest

import check

CLEAN = {
    "lib/support/Diagnostics.def": 'DIAGNOSTIC(Known, "E0101", Source,\n  "text")\n',
    "lib/support/A.h": "#include <vector>\n",
    "lib/ir/B.h": '#include "support/A.h"\n#include "ir/C.h"\n',
    "lib/jit/D.cpp": '#include "llvm/IR/Module.h"\n#include "codegen/llvm/E.h"\n',
    "lib/syntax/F.cpp": "#include <boost/spirit/home/x3.hpp>\n",
    "include/gradus/gradus.h": "#include <stddef.h>\n",
    "test/errors/a.opt": "# CHECK: error[E0101]\n",
}


class Checks(unittest.TestCase):
    def found(self, files, name):
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**CLEAN, **files}.items():
                file = pathlib.Path(root, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            before, check.ROOT = check.ROOT, pathlib.Path(root)
            try:
                return "\n".join(check.CHECKS[name]())
            finally:
                check.ROOT = before

    def test_clean(self):
        for name in check.CHECKS:
            self.assertEqual(self.found({}, name), "", name)

    def test_ranks(self):
        for path, include in [
            ("lib/support/X.h", "ir/B.h"),  # upwards
            ("lib/ir/X.h", "syntax/T.h"),  # equal
            ("lib/codegen/llvm/X.h", "codegen/c/T.h"),  # equal, nested
            ("lib/nowhere/X.h", "support/A.h"),  # without rank
        ]:
            self.assertIn("X.h", self.found({path: f'#include "{include}"\n'}, "includes"))

    def test_reserved(self):
        for path, line in [
            ("lib/ir/X.h", "#include <llvm/IR/Module.h>"),
            ("lib/ir/X.h", '#  include "llvm-c/Core.h"'),
            ("lib/semantics/X.h", "#include <boost/spirit/home/x3.hpp>"),
            ("lib/driver/X.h", "#include <CLI/CLI.hpp>"),
            ("include/gradus/X.h", '#include "ir/B.h"'),
        ]:
            self.assertIn("X.h", self.found({path: line + "\n"}, "includes"))

    def test_sizes(self):
        longest = "\n" * check.LONGEST_FILE
        self.assertEqual(self.found({"lib/ir/X.cpp": longest}, "sizes"), "")
        self.assertIn("X.cpp", self.found({"lib/ir/X.cpp": longest + "\n"}, "sizes"))

    def test_words(self):
        self.assertIn("X.cpp:2", self.found({"lib/ir/X.cpp": "\n// TO" + "DO: later\n"}, "words"))

    def test_messages(self):
        table = CLEAN["lib/support/Diagnostics.def"] + 'DIAGNOSTIC(Other, "E0102", Source, "")\n'
        files = {"lib/support/Diagnostics.def": table}
        self.assertIn("E0102", self.found(files, "messages"))
        files["test/a/ATest.cpp"] = "Diag::Other"
        self.assertEqual(self.found(files, "messages"), "")


if __name__ == "__main__":
    unittest.main()
