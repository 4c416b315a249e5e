"""A model's shared library, with nothing but ctypes: fit.so of fit.opt."""

import ctypes as c
import sys

path, kind = sys.argv[1:]
real = c.c_double if kind == "double" else c.c_float
fit = c.CDLL(path)


class Frame(c.Structure):
    _fields_ = [("workspace", c.c_void_p), ("workspace_bytes", c.c_size_t), ("hook", c.c_void_p),
                ("hook_user", c.c_void_p), ("error_site", c.c_int32),
                ("error_values", c.c_int64 * 4)]


class Result(c.Structure):
    _fields_ = [("status", c.c_int64), ("steps", c.c_int64), ("f", real), ("gradient_norm", real),
                ("values", c.c_int64), ("gradients", c.c_int64), ("hessians", c.c_int64)]


def reals(*values):
    return (real * len(values))(*values)


fit.fit_status_text.restype = c.c_char_p
memory = (c.c_double * 4096)()
frame = Frame(c.addressof(memory), c.sizeof(memory))
x, y = reals(0, 1, 2, 3), reals(0.5, 2.5, 4.5, 6.5)
z, lower, upper = reals(0, 0), reals(0, 0), reals(0, 0)
assert fit.fit_start(c.byref(frame), z, lower, upper) == 0
print(f"start {z[0]} {z[1]}, bounds {lower[0]} {upper[0]}")
result = Result()


def solve():
    return fit.fit_solve(c.byref(frame), real(0), c.c_int64(4), x, y, lower, upper, z, None,
                         c.byref(result))


assert solve() == 0
print(fit.fit_status_text(c.c_int64(result.status)).decode())
print(f"a {z[0]:.2f} b {z[1]:.2f}")
frame.workspace_bytes = 8
print("no workspace:", solve())
