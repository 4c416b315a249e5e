import json, sys
problem = json.load(sys.stdin)["problems"][0]
A = [[0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.5, 0.5, -0.5], [0.5, -0.5, -0.5]]
b = [1, 3, 1.2, 2]
shrunk = []
for j in range(3):
    c = sum(A[i][j] * b[i] for i in range(4))
    shrunk.append(max(abs(c) - 0.5, 0) * (1 if c > 0 else -1))
assert problem["status"] == "converged", problem["status"]
assert list(problem["variables"]) == ["x"], problem["variables"]
x = problem["variables"]["x"]["values"]
assert 0 in shrunk
assert max(abs(p - q) for p, q in zip(x, shrunk)) < 1e-6, (x, shrunk)
assert problem["constraints"] == [] and len(x) == 3
