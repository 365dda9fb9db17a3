"""Compares two tensors, relative to the reference's largest value.

usage: python3 -m wino.compare ACTUAL REFERENCE [--tol 1e-4] [--steps 0]

The files are .npy, or ONNX tensors in .pb. Exits with 1 if the shapes differ,
if a value is not finite, or if the largest absolute difference exceeds the
tolerance times the reference's largest absolute value. Integers must have the
same type and differ by no more than the steps.
"""

import argparse
import sys

import numpy as np


def load(path):
    """Reads a .npy file or an ONNX tensor."""
    if not path.endswith(".pb"):
        return np.load(path, allow_pickle=False)
    from onnx import TensorProto, numpy_helper

    with open(path, "rb") as file:
        return numpy_helper.to_array(TensorProto.FromString(file.read()))


def compare(actual, reference, tolerance, steps=0):
    """Returns (whether they agree, a sentence about it)."""
    if actual.shape != reference.shape:
        return False, f"shape {actual.shape} instead of {reference.shape}"
    if actual.dtype.kind in "iu" or reference.dtype.kind in "iu":
        if actual.dtype != reference.dtype:
            return False, f"type {actual.dtype} instead of {reference.dtype}"
        difference = np.abs(actual.astype(np.int64) - reference.astype(np.int64))
        worst, count = int(difference.max(initial=0)), np.count_nonzero(difference)
        return worst <= steps, f"{count} of {actual.size} integers differ, by up to {worst}"
    actual = actual.astype(np.float64)
    reference = reference.astype(np.float64)
    for name, array in (("actual", actual), ("reference", reference)):
        count = np.count_nonzero(~np.isfinite(array))
        if count:
            return False, f"{count} of {array.size} {name} values are not finite"
    if actual.size == 0:
        return True, "both are empty"
    difference = np.abs(actual - reference)
    where = tuple(int(i) for i in np.unravel_index(np.argmax(difference), difference.shape))
    worst = float(difference[where])
    largest = float(np.max(np.abs(reference)))
    error = worst / largest if largest > 0 else worst
    return error <= tolerance, (
        f"max difference {worst:.3e} at {where}, largest value {largest:.3e}, "
        f"relative {error:.3e} (tolerance {tolerance:.1e})"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("actual")
    parser.add_argument("reference")
    parser.add_argument("--tol", type=float, default=1e-4)
    parser.add_argument("--steps", type=int, default=0)
    args = parser.parse_args()
    try:
        agree, message = compare(
            load(args.actual), load(args.reference), args.tol, args.steps
        )
    except (OSError, ValueError) as error:
        print(f"compare: {error}", file=sys.stderr)
        return 2
    print(("PASS: " if agree else "FAIL: ") + message)
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
