"""npy.py make DIR: writes the arrays of run-npy.test.
npy.py check FILE TYPE: expects 2 x + 1 for x = 0, 1, ..., 5 of the given type.
"""

import sys

import numpy as np

TYPES = ["float32", "float64", "int8", "uint8", "int16", "int32", "int64"]


def make(directory):
    for name in TYPES:
        np.save(f"{directory}/{name}.npy", np.arange(6, dtype=name).reshape(2, 3))
    x = np.arange(6, dtype="float32").reshape(2, 3)
    for version in [(2, 0), (3, 0)]:
        with open(f"{directory}/version{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, x, version=version)
    np.save(f"{directory}/big-endian.npy", x.astype(">f4"))
    np.save(f"{directory}/fortran.npy", np.asfortranarray(x))
    np.save(f"{directory}/shape.npy", x.reshape(3, 2))
    np.save(f"{directory}/complex.npy", x.astype("complex64"))
    with open(f"{directory}/float32.npy", "rb") as file:
        contents = file.read()
    with open(f"{directory}/truncated.npy", "wb") as file:
        file.write(contents[:-1])


def check(path, name):
    y = np.load(path)
    if y.dtype != name or y.tolist() != [[1, 3, 5], [7, 9, 11]]:
        sys.exit(f"unexpected {y!r}")


{"make": make, "check": check}[sys.argv[1]](*sys.argv[2:])
