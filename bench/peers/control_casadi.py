"""Two control problems in CasADi, solved by the IPOPT that comes with it; what came of it
as JSON.

    control_casadi.py swing_up N mapped|expanded     bench/models/swing_up.opt
    control_casadi.py track                          the loop of examples/cortex_m4/track.c

`mapped`: one stage as a function, mapped over the stages; `expanded`: scalar symbols.
"""

import json
import sys
import time

import casadi as ca

QUIET = {"print_time": False, "ipopt.print_level": 0, "ipopt.sb": "yes"}


def swing_up(N, form):
    kind = ca.SX if form == "expanded" else ca.MX
    h, m1, m2, l, g = 2/N, 1, 0.3, 0.5, 9.81
    x, u = kind.sym("x", 4, N + 1), kind.sym("u", N + 1)

    def moves(s, f):
        q, a, v, w = (s[k] for k in range(4))
        below = m1 + m2*(1 - ca.cos(a)**2)
        return ca.vertcat(
            v, w, (l*m2*ca.sin(a)*w**2 + f + m2*g*ca.cos(a)*ca.sin(a))/below,
            -(l*m2*ca.cos(a)*ca.sin(a)*w**2 + f*ca.cos(a) + (m1 + m2)*g*ca.sin(a))/(l*below))

    s, r, f, e = ca.SX.sym("s", 4), ca.SX.sym("r", 4), ca.SX.sym("f"), ca.SX.sym("e")
    gap = ca.Function("gap", [s, r, f, e], [r - s - h/2*(moves(s, f) + moves(r, e))])
    if form == "mapped":
        gaps = ca.vec(gap.map(N)(x[:, :N], x[:, 1:], u[:N].T, u[1:].T))
    else:
        gaps = ca.vertcat(*(gap(x[:, k], x[:, k + 1], u[k], u[k + 1]) for k in range(N)))
    constraints = ca.vertcat(gaps, x[:, 0], x[:, N] - ca.DM([1, ca.pi, 0, 0]))
    cost = h/2*ca.sum1(u[1:]**2 + u[:N]**2)
    start = [v for k in range(N + 1) for v in (k/N, ca.pi*k/N, 0, 0)] + [0]*(N + 1)
    low = [-2, -ca.inf, -ca.inf, -ca.inf]*(N + 1) + [-20]*(N + 1)
    solver = ca.nlpsol("swing_up", "ipopt", {"x": ca.vertcat(ca.vec(x), u), "f": cost,
                                             "g": constraints}, QUIET)
    begin = time.perf_counter()
    found = solver(x0=start, lbx=low, ubx=[-v for v in low], lbg=0, ubg=0)
    return {"solve_ms": (time.perf_counter() - begin)*1e3, "objective": float(found["f"]),
            "iterations": solver.stats()["iter_count"],
            "status": solver.stats()["return_status"]}


def track():
    N, rounds = 20, 60
    p, v, u = ca.SX.sym("p", N + 1), ca.SX.sym("v", N + 1), ca.SX.sym("u", N)
    given = ca.SX.sym("given", 3)
    g, low, high = [p[0] - given[0], v[0] - given[1]], [0, 0], [0, 0]
    for k in range(N):
        g += [p[k + 1] - p[k] - 0.1*v[k],
              v[k + 1] - v[k] - 0.1*(u[k] - 0.3*v[k] - 0.5*v[k]**3), v[k + 1]]
        low += [0, 0, -0.5]
        high += [0, 0, 0.5]
    for k in range(1, N):
        g, low, high = g + [u[k] - u[k - 1]], low + [-0.5], high + [0.5]
    cost = ca.sum1((p[1:] - given[2])**2) + 0.01*ca.sum1(u**2)
    solver = ca.nlpsol("track", "ipopt", {
        "x": ca.vertcat(p, v, u), "p": given, "f": cost, "g": ca.vertcat(*g)},
        {**QUIET, "ipopt.warm_start_init_point": "yes", "ipopt.mu_init": 1e-6,
         "ipopt.warm_start_bound_push": 1e-8, "ipopt.warm_start_mult_bound_push": 1e-8})
    bound = [ca.inf]*(2*N + 2) + [2]*N
    place = speed = 0.0
    target, x, lam, lam_x = 1, [0]*(3*N + 2), 0, 0
    times, steps, value = [], [], []
    for n in range(rounds + 1):
        begin = time.perf_counter()
        found = solver(x0=x, p=[place, speed, target], lam_g0=lam, lam_x0=lam_x,
                       lbx=[-b for b in bound], ubx=bound, lbg=low, ubg=high)
        times.append((time.perf_counter() - begin)*1e6)
        steps.append(solver.stats()["iter_count"])
        value.append(float(found["f"]))
        x, lam, lam_x = found["x"], found["lam_g"], found["lam_x"]
        force = float(x[2*N + 2])
        place += 0.1*speed
        speed += 0.1*(force - 0.3*speed - 0.5*speed**3)
        if n % 15 == 7:
            speed -= 0.05
        if n == 35:
            target = 0.5
    return {"us": times, "steps": steps, "objective": value}


if sys.argv[1] == "track":
    print(json.dumps(track()))
else:
    print(json.dumps(swing_up(int(sys.argv[2]), sys.argv[3])))
