import pyomo.environ as pyo

model = pyo.ConcreteModel()
model.x = pyo.Var([1, 2], initialize=0)
model.f = pyo.Objective(expr=100*(model.x[2] - model.x[1]**2)**2 + (1 - model.x[1])**2)
pyo.SolverFactory("ipopt").solve(model)
print("x =", pyo.value(model.x[1]), pyo.value(model.x[2]))
