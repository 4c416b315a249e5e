"""Whether hessian_sparse, completed by symmetry, is hessian."""
import json
import sys

j = json.load(open(sys.argv[1]))
dense, sparse = j["hessian"], j["hessian_sparse"]
whole = [[0.0] * sparse["rows"] for _ in range(sparse["rows"])]
for row, column, value in zip(sparse["row"], sparse["column"], sparse["value"]):
    assert row >= column
    whole[row - 1][column - 1] = whole[column - 1][row - 1] = value
worst = max(abs(a - b) for r, s in zip(dense, whole) for a, b in zip(r, s))
assert worst <= 1e-12 * max(abs(a) for r in dense for a in r), worst
print(len(sparse["value"]), "entries, the same")
