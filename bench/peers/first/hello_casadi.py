import casadi as ca

x = ca.SX.sym("x", 2)
f = 100*(x[1] - x[0]**2)**2 + (1 - x[0])**2
solver = ca.nlpsol("solver", "ipopt", {"x": x, "f": f}, {"ipopt.print_level": 0, "print_time": False})
x = solver(x0=[0, 0])["x"]
print("x =", float(x[0]), float(x[1]))
