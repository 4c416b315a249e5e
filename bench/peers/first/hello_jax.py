import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
from jax.scipy.optimize import minimize


def f(x):
    return 100*(x[1] - x[0]**2)**2 + (1 - x[0])**2


x = minimize(f, jnp.zeros(2), method="BFGS", tol=1e-8).x
print("x =", float(x[0]), float(x[1]))
