"""The models of bench/embedding in CasADi: a function of all arguments and the unknowns
that gives value and gradient, written out as users of CasADi do for a microcontroller."""

import casadi as ca


def mpc12(N):
    A, B, now = ca.SX.sym("A", 12, 12), ca.SX.sym("B", 12, 4), ca.SX.sym("now", 12)
    effort, u = ca.SX.sym("effort"), ca.SX.sym("u", 4, N)
    state, f = now, 0
    for k in range(N):
        state = A @ state + B @ u[:, k]
        f += ca.sumsqr(state)
    return [A, B, now, effort], u, f + effort*ca.sumsqr(u)


def swingup(N):
    angle, speed, h, friction = (ca.SX.sym(s) for s in ("angle", "speed", "h", "friction"))
    u = ca.SX.sym("u", N)
    q, v = angle, speed
    for k in range(N):
        v = v + h*(u[k] - ca.sin(q) - friction*v)
        q = q + h*v
    return [angle, speed, h, friction], u, (1 + ca.cos(q))*100 + 10*v**2 + h*ca.sumsqr(u)


def logreg(n):
    a, b, label = (ca.SX.sym(s, n) for s in ("a", "b", "label"))
    penalty, w = ca.SX.sym("penalty"), ca.SX.sym("w", 3)
    score = w[0] + w[1]*a + w[2]*b
    softplus = ca.fmax(score, 0) + ca.log1p(ca.exp(-ca.fabs(score)))
    loss = ca.sum1(softplus - label*score)/n
    return [a, b, label, penalty], w, loss + penalty*(w[1]**2 + w[2]**2)


def write(name, size, directory):
    """value_gradient.c in the directory; bytes of the work vector that its caller keeps."""
    parameters, unknowns, f = globals()[name](size)
    function = ca.Function("value_gradient", [*parameters, unknowns], [f, ca.gradient(f, unknowns)])
    generator = ca.CodeGenerator("value_gradient.c")
    generator.add(function)
    generator.generate(str(directory) + "/")
    return 8*function.sz_w()
