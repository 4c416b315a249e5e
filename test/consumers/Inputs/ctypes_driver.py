"""The shared library from Python, with nothing but ctypes."""

import ctypes
import sys

library, path = sys.argv[1:]
g = ctypes.CDLL(library)


class Argument(ctypes.Structure):
    _fields_ = [("numbers", ctypes.POINTER(ctypes.c_double)), ("count", ctypes.c_size_t),
                ("extents", ctypes.c_void_p), ("axes", ctypes.c_size_t)]


def numbers(*values):
    return (ctypes.c_double * len(values))(*values)


for name, result in [("gradus_messages_text", ctypes.c_char_p),
                     ("gradus_solution_unknown", ctypes.POINTER(ctypes.c_double)),
                     ("gradus_solution_objective", ctypes.c_double)]:
    getattr(g, name).restype = result

model, instance, solution, messages = (ctypes.c_void_p() for _ in range(4))
code = g.gradus_model_compile_file(path.encode(), None, ctypes.byref(model), ctypes.byref(messages))
assert code == 0, g.gradus_messages_text(messages).decode()
assert g.gradus_instance_new(model, ctypes.byref(instance), None) == 0
w = numbers(3, 1, 4, 1, 5)
assert g.gradus_instance_bind(instance, b"w", w, ctypes.c_size_t(5), None, ctypes.c_size_t(0)) == 0

x, y, out = numbers(2), numbers(1), numbers(0, 0, 0)
arguments = (Argument * 2)(Argument(x, 1, None, 0), Argument(y, 1, None, 0))
VALUE_GRADIENT = 2
assert g.gradus_instance_evaluate(instance, b"quadratic", VALUE_GRADIENT, arguments,
                                  ctypes.c_size_t(2), None, out, ctypes.c_size_t(3), None,
                                  None) == 0
assert list(out) == [4, 2, 4], list(out)

assert g.gradus_instance_solve(instance, None, None, ctypes.byref(solution), None) == 0
count = ctypes.c_size_t()
found = g.gradus_solution_unknown(solution, b"x", ctypes.byref(count))
assert count.value == 5
assert all(abs(found[k] - w[k]) < 1e-9 for k in range(5))
assert g.gradus_solution_objective(solution) < 1e-15
g.gradus_solution_free(solution)
g.gradus_instance_free(instance)
g.gradus_model_free(model)
print("ctypes_driver.py: all is well")
