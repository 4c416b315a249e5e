"""The Lagrangian of bench/models/cartpole.opt in CasADi, as C with its gradient.

`unrolled`: scalar symbols for all stages, CasADi's quickest form for small N;
`mapped`: one stage as a function, mapped over the stages, which keeps a loop.
Matrices are N by states, column by column: as Gradus stores states by N.
"""

import subprocess
import time

import casadi as ca

H = 0.04


def speeds(v, w, a, force):
    s, c = ca.sin(a), ca.cos(a)
    total = 1 + 0.1*s**2
    return ((force + 0.1*s*(0.5*w**2 + 9.81*c))/total,
            (-force*c - 0.05*w**2*c*s - 1.1*9.81*s)/(0.5*total))


def runge_kutta(x, a, v, w, force, t):
    v1, w1 = speeds(v, w, a, force)
    v2, w2 = speeds(v + t/2*v1, w + t/2*w1, a + t/2*w, force)
    v3, w3 = speeds(v + t/2*v2, w + t/2*w2, a + t/2*(w + t/2*w1), force)
    v4, w4 = speeds(v + t*v3, w + t*w3, a + t*(w + t/2*w2), force)
    return (x + t*(v + t/6*(v1 + v2 + v3)), a + t*(w + t/6*(w1 + w2 + w3)),
            v + t/6*(v1 + 2*v2 + 2*v3 + v4), w + t/6*(w1 + 2*w2 + 2*w3 + w4))


def stage(z, following, multiplier):
    state, force = [z[k] for k in range(4)], z[4]
    for _ in range(4):
        state = runge_kutta(*state, force, H/4)
    return H*force**2 + sum(multiplier[k]*(state[k] - following[k]) for k in range(4))


def lagrangian(N, form):
    if form == "unrolled":
        z, m = ca.SX.sym("z", N + 1, 5), ca.SX.sym("m", N, 4)
        value = sum(stage(z[k, :], z[k + 1, :], m[k, :]) for k in range(N))
    else:
        a, b, c = ca.SX.sym("z", 5), ca.SX.sym("following", 5), ca.SX.sym("m", 4)
        one = ca.Function("stage", [a, b, c], [stage(a, b, c)])
        z, m = ca.MX.sym("z", N + 1, 5), ca.MX.sym("m", N, 4)
        value = ca.sum2(one.map(N)(z[:N, :].T, z[1:, :].T, m.T))
    return z, m, value


def library(N, form, directory, compiler, level, limit):
    """(library, seconds of CasADi, seconds of the compiler, bytes of its code)"""
    begin = time.perf_counter()
    z, m, value = lagrangian(N, form)
    outputs = [value, ca.densify(ca.gradient(value, z)), ca.densify(ca.gradient(value, m))]
    function = ca.Function("gradient", [z, m], outputs)
    symbolic = time.perf_counter() - begin
    source = directory / f"cartpole_{form}_{N}.c"
    generator = ca.CodeGenerator(source.name)
    generator.add(function)
    generator.generate(str(directory) + "/")
    with source.open("a") as file:
        file.write(f"""
#include <stdint.h>
void lagrangian(const int64_t *sizes, const double *const *in, double **out) {{
  static casadi_int iw[{max(1, function.sz_iw())}];
  static double w[{max(1, function.sz_w())}];
  const double *arg[{function.sz_arg()}] = {{in[1], in[2]}};
  double *res[{function.sz_res()}] = {{out[0], out[1], out[2]}};
  gradient(arg, res, iw, w, 0);
}}
""")
    target = source.with_suffix(".so")
    begin = time.perf_counter()
    subprocess.run([compiler, level, "-march=native", "-shared", "-fPIC", source, "-lm", "-o",
                    target], check=True, timeout=limit, stderr=subprocess.DEVNULL)
    compiled = time.perf_counter() - begin
    sizes = subprocess.run(["size", target], stdout=subprocess.PIPE, text=True).stdout
    return target, symbolic, compiled, int(sizes.splitlines()[1].split()[0])
