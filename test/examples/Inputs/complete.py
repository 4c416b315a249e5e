"""Checks that docs/language.md names every primitive."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]


def main():
    page = (ROOT / "docs" / "language.md").read_text()
    listed = re.search(r"<!-- begin primitives -->(.*?)<!-- end primitives -->", page, re.S).group(1)
    words = set(re.findall(r"\w+", listed))
    table = (ROOT / "lib" / "ir" / "Primitives.def").read_text()
    rows = re.findall(r'^PRIMITIVE\(\w+, "(\w+)", "[^"]*", \d, Function,', table, re.M)
    missing = [name for name in rows if name not in words]
    if missing or len(rows) < 30:
        sys.exit("docs/language.md does not list " + (", ".join(missing) or "anything"))


main()
