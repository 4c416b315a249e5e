"""ask_json.py FILE EXPRESSION...: prints values of a JSON answer `j`.

For tests: %python %inputs/ask_json.py %t "j['value']" "len(j['hessian'])"
"""

import json
import sys

j = json.load(open(sys.argv[1], encoding="utf-8"))
for expression in sys.argv[2:]:
    print(eval(expression, {"j": j}))
