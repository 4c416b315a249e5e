"""ratios.py (NAME GRADIENT PRODUCT)...: of the output of explain-model --json, how much a
gradient may cost over the value and a Hessian-vector product over the gradient."""
import json
import sys

operations = {f["name"]: f["operations"] for f in json.load(sys.stdin)["functions"]}
limits = sys.argv[1:]
for name, gradient, product in zip(limits[::3], limits[1::3], limits[2::3]):
    o = operations[name]
    print(name, o)
    if o["gradient_ratio"] > float(gradient) or o["hessian_vector_ratio"] > float(product):
        sys.exit(f"{name} is dearer than {gradient} and {product}")
