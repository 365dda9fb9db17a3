"""Writes seeded random inputs for a model.

usage: python3 -m wino.inputs MODEL.onnx DIR [--seed N] [--dim NAME=SIZE]...

Writes DIR/input_0.npy and so on, f32 and standard normal, in the order of the
model's inputs. Sizes that are neither given nor in the model become 1.
"""

import argparse
import os

import numpy as np
import onnx


def input_shapes(graph, dims):
    """The shapes of the inputs that are not initializers, in order."""
    constants = {tensor.name for tensor in graph.initializer}
    return [
        tuple(
            dim.dim_value if dim.HasField("dim_value") else dims.get(dim.dim_param, 1)
            for dim in info.type.tensor_type.shape.dim
        )
        for info in graph.input
        if info.name not in constants
    ]


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
    for index, shape in enumerate(input_shapes(graph, dims)):
        values = rng.standard_normal(shape, dtype=np.float32)
        np.save(os.path.join(args.directory, f"input_{index}.npy"), values)


if __name__ == "__main__":
    main()
