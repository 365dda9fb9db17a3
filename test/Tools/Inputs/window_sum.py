"""window_sum.py make X.npy: writes an input of window_sum.mlir.
window_sum.py check X.npy Y.npy: expects what the model computes of it.
"""

import sys

import numpy as np


def make(path):
    np.save(path, np.random.default_rng(1).uniform(-1, 1, (1, 8, 8, 4)).astype("float32"))


def check(x_path, y_path):
    x, y = np.load(x_path).astype("float64"), np.load(y_path)
    windows = np.lib.stride_tricks.sliding_window_view(x.sum(axis=3), (3, 3), axis=(1, 2))
    expected = 0.5 * windows.sum(axis=(3, 4))[..., np.newaxis]
    if y.shape != (1, 6, 6, 8) or np.abs(y - expected).max() > 1e-4:
        sys.exit(f"unexpected {y!r}")


{"make": make, "check": check}[sys.argv[1]](*sys.argv[2:])
