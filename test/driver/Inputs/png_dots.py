"""Reads a black and white PNG without filters; counts the dark cells of a 10 by 10 grid."""
import struct
import sys
import zlib

data = open(sys.argv[1], "rb").read()
assert data[:8] == b"\x89PNG\r\n\x1a\n"
at, pixels = 8, b""
while at < len(data):
    length, name = struct.unpack(">I4s", data[at:at + 8])
    body = data[at + 8:at + 8 + length]
    assert zlib.crc32(name + body) == struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0]
    if name == b"IHDR":
        width, height, depth, color = struct.unpack(">IIBB", body[:10])
        assert (depth, color) == (1, 0)
    elif name == b"IDAT":
        pixels += body
    at += 12 + length
raw = zlib.decompress(pixels)
stride = (width + 7) // 8 + 1
assert len(raw) == stride * height


def dark(x, y):
    return not raw[y * stride + 1 + x // 8] >> (7 - x % 8) & 1


unit = (width - 2) // 10
cells = sum(dark(1 + unit * j + unit // 2, 1 + unit * i + unit // 2)
            for i in range(10) for j in range(10))
print(width, height, cells, "dark cells of 100")
