"""errors_of.py FILE: the errors of a JSON answer, one a line.

The JSON is followed by the messages for people; only it is read.
"""

import json
import os
import sys

text = open(sys.argv[1], encoding="utf-8").read()
answer, _ = json.JSONDecoder().raw_decode(text)
print("file", os.path.basename(answer["file"]))
for e in answer["errors"]:
    assert list(e) == ["code", "line", "column", "message", "remedy"], list(e)
    print(e["code"], e["line"], e["column"], e["message"], "|", e["remedy"])
