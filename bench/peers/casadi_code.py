"""The workloads in CasADi: C made by its code generator, compiled, called as it is.

Matrices are CasADi's dense ones, column by column; sums over points are `map`, as
its manual advises for large models, so that the code keeps its loops.
"""

import ctypes
import math
import subprocess
import time

import casadi as ca
import numpy as np


def lse(w):
    x = ca.MX.sym("x", w.sizes[0])
    return [x], [], ca.logsumexp(x)


def llsq(w):
    n, m = w.sizes
    x, t = ca.MX.sym("x", m), ca.MX.sym("t", n)
    p = 0
    for j in reversed(range(m)):
        p = p*t + x[j]
    return [x], [t], 0.5*ca.sumsqr(ca.sign(t) - p)


def logistic(w):
    n, p = w.sizes
    x, A, y = ca.MX.sym("w", p), ca.MX.sym("A", n, p), ca.MX.sym("y", n)
    return [x], [A, y], ca.sum1(ca.log1p(ca.exp(-y*ca.mtimes(A, x))))/n


def least_squares(w):
    n, p = w.sizes
    x, A, y = ca.MX.sym("w", p), ca.MX.sym("A", n, p), ca.MX.sym("y", n)
    return [x], [A, y], 0.5*ca.sumsqr(ca.mtimes(A, x) - y)


def gmm(w):
    n, d, K = w.sizes
    alpha, mu, q = ca.MX.sym("alpha", K), ca.MX.sym("mu", d, K), ca.MX.sym("q", d, K)
    l = ca.MX.sym("l", d*d, K)
    X = ca.MX.sym("x", d, n)
    triangles = []
    for k in range(K):
        matrix = ca.reshape(l[:, k], d, d).T
        triangles.append(ca.tril(matrix, False) + ca.diag(ca.exp(q[:, k])))
    logs = ca.sum1(q).T
    Q = ca.horzcat(*triangles)
    x, Qs = ca.MX.sym("point", d), ca.MX.sym("Q", Q.sparsity())
    blocks = ca.horzsplit(Qs, d)
    M, A = ca.MX.sym("M", d, K), ca.MX.sym("A", K)
    inner = ca.vertcat(*[A[k] - 0.5*ca.sumsqr(ca.mtimes(blocks[k], x - M[:, k]))
                         for k in range(K)])
    point = ca.Function("point", [x, Qs, M, A], [ca.logsumexp(inner)])
    terms = point.map(n)(X, ca.repmat(Q, 1, n), ca.repmat(mu, 1, n), ca.repmat(alpha + logs, 1, n))
    prior = 0.5*ca.sumsqr(Q)
    multigamma = d*(d - 1)/4*math.log(math.pi) + sum(
        math.lgamma((d + 1)/2 + (1 - j)/2) for j in range(1, d + 1))
    constant = K*(-(d + 1)*d*math.log(2)/2 - multigamma)
    value = (-n*d/2*math.log(2*math.pi) + ca.sum2(terms) - n*ca.logsumexp(alpha) + prior
             - constant)
    return [alpha, mu, q, l], [X], value


def kmeans(w):
    n, d, k = w.sizes
    q, P = ca.MX.sym("q", d, k), ca.MX.sym("p", d, n)
    distances = (ca.repmat(ca.sum1(P**2).T, 1, k) - 2*ca.mtimes(P.T, q)
                 + ca.repmat(ca.sum1(q**2), n, 1))
    nearest = distances[:, 0]
    for c in range(1, k):
        nearest = ca.fmin(nearest, distances[:, c])
    return [q], [P], ca.sum1(nearest)


def nbody(w):
    n = w.sizes[0]
    q, v, mass = ca.MX.sym("q", 3, n), ca.MX.sym("v", 3, n), ca.MX.sym("mass", n)
    first, second = [list(map(int, a)) for a in np.triu_indices(n, 1)]
    apart = ca.sum1((q[:, first] - q[:, second])**2).T + 1e-4
    value = 0.5*ca.dot(mass, ca.sum1(v**2).T) - ca.sum1(mass[first]*mass[second]/ca.sqrt(apart))
    return [q, v], [mass], value


def rosenbrock(w):
    n = w.sizes[0]
    x = (ca.SX if n <= 1000 else ca.MX).sym("x", n)
    a, b = x[1:] - x[:-1]**2, 1 - x[:-1]
    return [x], [], 100*ca.sumsqr(a) + ca.sumsqr(b)


class Code:
    """Value and gradient as compiled C; `symbolic_s` and `compile_s` are its costs."""

    def __init__(self, workload, directory, compiler, limit):
        begin = time.perf_counter()
        arguments, parameters, value = globals()[workload.model](workload)
        gradient = [ca.densify(ca.gradient(value, a)) for a in arguments]
        name = f"f_{workload.model}_{'_'.join(map(str, workload.sizes))}"
        function = ca.Function(name, parameters + arguments, [value] + gradient)
        self.symbolic_s = time.perf_counter() - begin
        source = directory / f"{name}.c"
        generator = ca.CodeGenerator(source.name)
        generator.add(function)
        generator.generate(str(directory) + "/")
        library = directory / f"{name}.so"
        begin = time.perf_counter()
        done = subprocess.run([compiler, "-O3", "-march=native", "-shared", "-fPIC", source, "-lm",
                               "-o", library], timeout=limit, stderr=subprocess.DEVNULL)
        if done.returncode != 0:
            raise RuntimeError("its C does not compile")
        self.compile_s = time.perf_counter() - begin
        self.call = getattr(ctypes.CDLL(str(library)), name)
        self.inputs = [np.ascontiguousarray(a) for a in
                       [self.laid_out(a, s) for a, s in zip(
                           list(workload.parameters.values()) + workload.arguments,
                           parameters + arguments)]]
        self.results = [np.zeros(1)] + [np.zeros(a.numel()) for a in arguments]
        pointers = lambda arrays: (ctypes.c_void_p * max(len(arrays), function.sz_arg(),
                                                         function.sz_res()))(
            *[a.ctypes.data for a in arrays])
        self.arg, self.res = pointers(self.inputs), pointers(self.results)
        self.iw = (ctypes.c_longlong * max(1, function.sz_iw()))()
        self.w = (ctypes.c_double * max(1, function.sz_w()))()

    @staticmethod
    def laid_out(array, symbol):
        """Points and centres lie one after the other in both; tables are turned."""
        rows, columns = symbol.shape
        if array.ndim == 2 and (rows, columns) == array.shape:
            return array.T
        return array

    def __call__(self):
        if self.call(self.arg, self.res, self.iw, self.w, 0) != 0:
            raise RuntimeError("CasADi's code failed")

    def output(self):
        return np.concatenate(self.results)
