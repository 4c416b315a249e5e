"""costs.py GRADUS LARGEST MEAN PRODUCT FILE...: operations of gradients, over those of the
values: the largest and the geometric mean of all functions. Hessian-vector products over
gradients: the largest."""
import json
import math
import subprocess
import sys

gradus, files = sys.argv[1], sys.argv[5:]
largest, most, dearest = map(float, sys.argv[2:5])
gradients, products, wrong = [], [], []
for path in files:
    done = subprocess.run([gradus, "explain-model", path, "--json"], stdout=subprocess.PIPE,
                          text=True)
    if done.returncode != 0:
        sys.exit(f"{path}: exit code {done.returncode}")
    for f in json.loads(done.stdout)["functions"]:
        o = f["operations"]
        if not o["value"]:
            continue
        gradient, product = o["gradient_ratio"], o["hessian_vector_ratio"]
        print(f"{path.rsplit('/', 1)[-1]:20} {f['name']:16} {gradient:6.2f} {product:6.2f}")
        gradients.append(gradient)
        if product: # 0 for what is linear
            products.append(product)
        if gradient > largest or product > dearest:
            wrong.append(f["name"])


def mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


print(f"{len(gradients)} functions, geometric means {mean(gradients):.2f} and {mean(products):.2f}")
if wrong or mean(gradients) > most:
    sys.exit("too dear: " + ", ".join(wrong))
