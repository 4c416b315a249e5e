"""Writes data files of each kind into the directory argv[1]."""
import json
import struct
import sys

to = sys.argv[1] + "/"


def npy(name, kind, shape, numbers, fortran=False, version=1):
    text = f"{{'descr': '{kind}', 'fortran_order': {fortran}, 'shape': {tuple(shape)}, }}"
    size = 10 if version == 1 else 12
    text += " " * (-(len(text) + 1 + size) % 64) + "\n"
    code = {"<f8": "d", "<f4": "f", "<i4": "i", "<i8": "q", ">f8": "d"}[kind]
    with open(to + name, "wb") as f:
        f.write(b"\x93NUMPY" + bytes([version, 0]))
        f.write(struct.pack("<H" if version == 1 else "<I", len(text)) + text.encode())
        f.write(struct.pack((">" if kind[0] == ">" else "<") + str(len(numbers)) + code, *numbers))


npy("c.npy", "<f8", (2, 3), [1, 2, 3, 4, 5, 6])
npy("f.npy", "<f4", (2, 3), [1, 4, 2, 5, 3, 6], fortran=True, version=2)
npy("k.npy", "<i4", (4,), [2, 1, 2, 2])
npy("l.npy", "<i8", (2, 2, 2), [1, 2, 3, 4, 5, 6, 7, 8], fortran=True)
npy("big.npy", ">f8", (2,), [1, 2])
open(to + "cut.npy", "wb").write(open(to + "c.npy", "rb").read()[:-8])
json.dump({"n": 2, "X": [[1, 2, 3], [4, 5, 6]], "cam": [2, 1, 2, 2], "T": [[[1, 2]], [[3, 4]]],
           "w": 0.5}, open(to + "o.json", "w"))
open(to + "order.txt", "w").write("2 3\n1 2 3\n4 5 6\n0.5\n2 1 2 2\n")
open(to + "cube.txt", "w").write("1 2\n3 4\n5 6\n7 8\n")
open(to + "t.csv", "w").write("cam,species,y\n2,Adelie,1\n1,Gentoo,2\n2,Adelie,4\n2,,8\n")
open(to + "half.csv", "w").write("cam,y\n1,1\n1.5,2\n")
