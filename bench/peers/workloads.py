"""The workloads: their sizes and numbers, and each formula as a user of JAX writes it.

`parameters` are arrays that stay, `arguments` those that are differentiated. The
formulas are those of the models in bench/models; the Gaussian mixture is the
objective of ADBench (Srajer, Kukelova, Fitzgibbon, 2018).
"""

import math

import numpy as np


class Workload:
    def __init__(self, name, model, subject, sizes, parameters, arguments, whole=()):
        self.name, self.model, self.subject = name, model, subject
        self.sizes = sizes            # in the order of the functions in adolc.cpp
        self.parameters = parameters  # name: array
        self.arguments = arguments    # arrays
        self.whole = whole            # sizes that are parameters of the model


def numbers(seed):
    return np.random.default_rng(seed)


def lse(n):
    return Workload(f"log-sum-exp, n = {n:,}", "lse", "lse", [n], {},
                    [numbers(1).uniform(-5, 5, n)])


def llsq(n, m):
    return Workload(f"polynomial least squares, {n:,} x {m}", "llsq", "llsq", [n, m],
                    {"t": np.linspace(-1, 1, n)}, [numbers(2).uniform(-1, 1, m)])


def logistic(n, p):
    r = numbers(3)
    return Workload(f"logistic regression, {n:,} x {p}", "logistic", "logistic", [n, p],
                    {"A": r.uniform(-1, 1, (n, p)), "y": np.where(r.uniform(-1, 1, n) < 0, -1., 1.)},
                    [r.uniform(-1, 1, p)])


def least_squares(n, p):
    r = numbers(4)
    return Workload(f"least squares, {n:,} x {p}", "least_squares", "least_squares", [n, p],
                    {"A": r.uniform(-1, 1, (n, p)), "y": r.uniform(-1, 1, n)},
                    [r.uniform(-1, 1, p)])


def gmm(n, d, k):
    r = numbers(5)
    return Workload(f"Gaussian mixture, n = {n:,}, d = {d}, K = {k}", "gmm", "gmm", [n, d, k],
                    {"x": r.uniform(-1, 1, (n, d))},
                    [r.uniform(-1, 1, k), r.uniform(-1, 1, (k, d)), r.uniform(-.2, .2, (k, d)),
                     np.tril(r.uniform(-.2, .2, (k, d, d)), -1)], ("K",))


def kmeans(n, d, k):
    r = numbers(6)
    return Workload(f"k-means, n = {n:,}, d = {d}, k = {k}", "kmeans", "kmeans", [n, d, k],
                    {"p": r.uniform(-1, 1, (n, d))}, [r.uniform(-1, 1, (k, d))], ("k",))


def nbody(n):
    r = numbers(7)
    return Workload(f"n bodies, n = {n:,}", "nbody", "energy", [n],
                    {"mass": r.uniform(.5, 1, n)},
                    [r.uniform(-1, 1, (n, 3)), r.uniform(-1, 1, (n, 3))])


def rosenbrock(n):
    return Workload(f"chained Rosenbrock, n = {n:,}", "rosenbrock", "rosenbrock", [n], {},
                    [numbers(8).uniform(-1, 1, n)])


ALL = [lse(10_000), lse(1_280_000), llsq(2048, 128), llsq(16_392, 128), logistic(10_000, 50),
       least_squares(10_000, 50), gmm(1000, 2, 5), gmm(1000, 10, 25), gmm(1000, 64, 100),
       gmm(10_000, 10, 25), kmeans(10_000, 16, 100), nbody(300), rosenbrock(1000),
       rosenbrock(1_000_000), rosenbrock(10_000_000)]


# The formulas for JAX: arguments first, then the parameters in the order above.

def jax_formulas():
    import jax
    import jax.numpy as jnp
    from jax.scipy.special import gammaln, logsumexp

    def lse(x):
        return logsumexp(x)

    def llsq(x, t):
        powers = jnp.power(t[:, None], jnp.arange(x.shape[0])[None, :])
        return 0.5*jnp.sum((jnp.sign(t) - powers @ x)**2)

    def logistic(w, A, y):
        return jnp.mean(jax.nn.softplus(-y*(A @ w)))

    def least_squares(w, A, y):
        return 0.5*jnp.sum((A @ w - y)**2)

    def gmm(alpha, mu, q, l, x):
        n, d = x.shape
        K = alpha.shape[0]
        Q = jnp.exp(q)[:, :, None]*jnp.eye(d) + jnp.tril(l, -1)
        centred = x[:, None, :] - mu[None, :, :]
        rows = jnp.einsum("krc,nkc->nkr", Q, centred)
        logs = jnp.sum(q, 1)
        inner = alpha + logs - 0.5*jnp.sum(rows**2, 2)
        prior = 0.5*(jnp.sum(jnp.exp(2*q)) + jnp.sum(jnp.tril(l, -1)**2))
        multigamma = d*(d - 1)/4*math.log(math.pi) + jnp.sum(
            gammaln((d + 1)/2 + (1 - jnp.arange(1, d + 1))/2))
        constant = K*((d + 1)*d*(-math.log(2)/2) - multigamma)
        return (-n*d/2*math.log(2*math.pi) + jnp.sum(logsumexp(inner, 1))
                - n*logsumexp(alpha) + prior - constant)

    def kmeans(q, p):
        distances = jnp.sum(p**2, 1)[:, None] - 2*p @ q.T + jnp.sum(q**2, 1)[None, :]
        return jnp.sum(jnp.min(distances, 1))

    def nbody(q, v, mass):
        apart = jnp.sum((q[:, None, :] - q[None, :, :])**2, 2) + 1e-4
        pairs = jnp.triu(mass[:, None]*mass[None, :]/jnp.sqrt(apart), 1)
        return 0.5*jnp.sum(mass*jnp.sum(v**2, 1)) - jnp.sum(pairs)

    def rosenbrock(x):
        return jnp.sum(100*(x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)

    return locals()
