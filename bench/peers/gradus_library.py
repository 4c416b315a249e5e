"""Gradus in this process, through its C interface: a model with bound arrays."""

import ctypes

VALUE_GRADIENT = 2


class Argument(ctypes.Structure):
    _fields_ = [("numbers", ctypes.c_void_p), ("count", ctypes.c_size_t),
                ("extents", ctypes.POINTER(ctypes.c_size_t)), ("axes", ctypes.c_size_t)]


def extents(array):
    return (ctypes.c_size_t * array.ndim)(*array.shape)


class Model:
    """Value and gradient of one function or objective of a file."""

    def __init__(self, library, file, subject, sizes, parameters, arguments):
        self.lib = ctypes.CDLL(str(library))
        self.lib.gradus_messages_text.restype = ctypes.c_char_p
        self.messages = ctypes.c_void_p()
        self.model = ctypes.c_void_p()
        self.instance = ctypes.c_void_p()
        self.check(self.lib.gradus_model_compile_file(
            str(file).encode(), None, ctypes.byref(self.model), ctypes.byref(self.messages)))
        self.check(self.lib.gradus_instance_new(self.model, ctypes.byref(self.instance),
                                                ctypes.byref(self.messages)))
        self.kept = [parameters, arguments]
        for name, value in sizes.items():
            self.check(self.lib.gradus_instance_set(self.instance, name.encode(),
                                                    ctypes.c_double(value)))
        for name, array in parameters.items():
            self.check(self.lib.gradus_instance_bind(
                self.instance, name.encode(), array.ctypes.data_as(ctypes.c_void_p),
                ctypes.c_size_t(array.size), extents(array), ctypes.c_size_t(array.ndim)))
        self.shapes = [extents(a) for a in arguments]
        self.arguments = (Argument * len(arguments))(*[
            Argument(a.ctypes.data, a.size, shape, a.ndim)
            for a, shape in zip(arguments, self.shapes)])
        self.count = len(arguments)
        self.subject = subject.encode()
        self.needed = ctypes.c_size_t()
        self.room = 1 + sum(a.size for a in arguments)
        self.result = (ctypes.c_double * self.room)()
        self()

    def check(self, code):
        if code != 0:
            raise SystemExit(self.lib.gradus_messages_text(self.messages).decode() or
                             f"code {code} of Gradus")

    def __call__(self):
        self.check(self.lib.gradus_instance_evaluate(
            self.instance, self.subject, VALUE_GRADIENT, self.arguments,
            ctypes.c_size_t(self.count), None, self.result, ctypes.c_size_t(self.room),
            ctypes.byref(self.needed), ctypes.byref(self.messages)))

    def output(self):
        return self.result[:]
