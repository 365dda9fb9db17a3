"""Inputs and expected results of the modules of quantized-forms.test.

usage: quantized_reference.py DIR
"""

import os
import sys

import numpy as np


def convolve(x, w, zx, zw):
    """The sums of a 3x3 convolution of NHWC by FHWC, padded with the zero point."""
    x = np.pad(x.astype(np.int64) - zx, ((0, 0), (1, 1), (1, 1), (0, 0)))
    w = w.astype(np.int64) - zw
    height, width = x.shape[1] - 2, x.shape[2] - 2
    return sum(
        np.tensordot(x[:, i : i + height, j : j + width], w[:, i, j], (3, 1))
        for i in range(3)
        for j in range(3)
    )


def rescale(sums, multipliers, shifts, zero):
    """tosa.rescale with DOUBLE_ROUND, by channel, to i8."""
    multipliers, shifts = np.array(multipliers), np.array(shifts)
    rounding = np.left_shift(1, shifts - 1)
    rounding = rounding + np.where(shifts > 31, np.where(sums >= 0, 1 << 30, -(1 << 30)), 0)
    return np.clip((sums * multipliers + rounding >> shifts) + zero, -128, 127).astype(np.int8)


def main():
    directory = sys.argv[1]
    rng = np.random.default_rng(4)

    def save(name, value):
        np.save(os.path.join(directory, name + ".npy"), value)
        return value

    x = save("x", rng.integers(-128, 128, (1, 9, 8, 8), np.int8))
    w = save("w", rng.integers(-128, 128, (8, 3, 3, 8), np.int8))
    b = save("b", rng.integers(-1000, 1000, 8, np.int32))
    multipliers = [1073741824 + 100000000 * i for i in range(8)]
    save("tosa", rescale(convolve(x, w, -3, 0) + b, multipliers, [38, 39, 38, 37, 38, 40, 36, 39], 5))
    save("zeros", (convolve(x, w, -3, 100) + b).astype(np.int32))
    save("z", np.array([-7, 33], np.int32))
    save("wf", w.transpose(1, 2, 3, 0).copy())
    save("variable", convolve(x, w, -7, 33)[:, 1:-1, 1:-1].astype(np.int32))
    xu = save("xu", rng.integers(0, 256, x.shape, np.uint8))
    wu = save("wu", rng.integers(0, 256, w.shape, np.uint8))
    save("unsigned", (convolve(xu, wu, 200, 120) + b).astype(np.int32))
    f = save("f", rng.standard_normal((1, 9, 8, 8), np.float32))
    # Upstream's lowering of quant.qcast truncates.
    q = np.trunc(f / np.float32(0.0625) - np.float32(3)).astype(np.int8)
    save("quant", (convolve(q, w, -3, 0) * np.float32(0.03125)).astype(np.float32))


if __name__ == "__main__":
    main()
