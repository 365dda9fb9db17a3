"""Writes seeded random inputs for a model.

usage: python3 -m wino.inputs MODEL.onnx DIR [--seed N] [--dim NAME=SIZE]...

Writes DIR/input_0.npy and so on, in the order of the model's inputs: standard
normal if f32, of the whole range if integers. Sizes that are neither given nor
in the model become 1.
"""

import argparse
import os

import numpy as np
import onnx
from onnx.mapping import TENSOR_TYPE_TO_NP_TYPE


def input_types(graph, dims):
    """(shape, NumPy type) of the inputs that are not initializers, in order."""
    constants = {tensor.name for tensor in graph.initializer}
    return [
        (
            tuple(
                dim.dim_value if dim.HasField("dim_value") else dims.get(dim.dim_param, 1)
                for dim in info.type.tensor_type.shape.dim
            ),
            TENSOR_TYPE_TO_NP_TYPE[info.type.tensor_type.elem_type],
        )
        for info in graph.input
        if info.name not in constants
    ]


def random_values(rng, shape, dtype):
    """Standard normal floats, or integers of the whole range."""
    if np.issubdtype(dtype, np.integer):
        limits = np.iinfo(dtype)
        return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    return np.asarray(rng.standard_normal(shape, dtype=np.float32))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("directory")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dim", action="append", default=[], metavar="NAME=SIZE")
    args = parser.parse_args()
    dims = {name: int(size) for name, size in (dim.rsplit("=", 1) for dim in args.dim)}
    graph = onnx.load(args.model, load_external_data=False).graph
    os.makedirs(args.directory, exist_ok=True)
    rng = np.random.default_rng(args.seed)
    for index, (shape, dtype) in enumerate(input_types(graph, dims)):
        np.save(
            os.path.join(args.directory, f"input_{index}.npy"), random_values(rng, shape, dtype)
        )


if __name__ == "__main__":
    main()
