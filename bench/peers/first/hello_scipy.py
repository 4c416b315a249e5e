import numpy as np
from scipy.optimize import minimize


def f(x):
    r = x[1] - x[0]**2
    return 100*r**2 + (1 - x[0])**2, np.array([-400*x[0]*r - 2*(1 - x[0]), 200*r])


x = minimize(f, np.zeros(2), jac=True, method="L-BFGS-B", options={"ftol": 0, "gtol": 1e-8}).x
print("x =", float(x[0]), float(x[1]))
