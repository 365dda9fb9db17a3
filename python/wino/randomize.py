"""Replaces a model's constant weights by seeded random ones.

usage: python3 -m wino.randomize IN.onnx OUT.onnx [--seed N]

Weights are float initializers and the results of ConstantOfShape; shapes stay.
"""

import argparse

import onnx
from onnx import numpy_helper

from wino.weights import random_weights


def _constant_shapes(graph):
    """The shapes of all float constants with more than one element, by name."""
    shapes = {}
    integers = {}
    for tensor in graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT:
            shapes[tensor.name] = tuple(tensor.dims)
        elif tensor.data_type == onnx.TensorProto.INT64:
            integers[tensor.name] = tensor
    for node in graph.node:
        if node.op_type != "ConstantOfShape" or node.input[0] not in integers:
            continue
        value = [a.t for a in node.attribute if a.name == "value"]
        if not value or value[0].data_type == onnx.TensorProto.FLOAT:
            dims = numpy_helper.to_array(integers[node.input[0]])
            shapes[node.output[0]] = tuple(int(d) for d in dims)
    return {name: shape for name, shape in shapes.items() if shape not in ((), (1,))}


def randomize(model, seed):
    """Changes `model` in place."""
    graph = model.graph
    values = random_weights(graph.node, _constant_shapes(graph), seed)
    nodes = [n for n in graph.node if n.output[0] not in values]
    used = {name for node in nodes for name in node.input}
    used |= {output.name for output in graph.output}
    kept = [t for t in graph.initializer if t.name in used and t.name not in values]
    for name, array in values.items():
        kept.append(numpy_helper.from_array(array, name))
    constants = {t.name for t in graph.initializer} | set(values)
    inputs = [i for i in graph.input if i.name not in constants]
    for field, items in ((graph.node, nodes), (graph.initializer, kept), (graph.input, inputs)):
        items = list(items)
        del field[:]
        field.extend(items)
    # Before version 4, initializers had to be inputs as well.
    model.ir_version = max(model.ir_version, 4)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    model = onnx.load(args.input)
    randomize(model, args.seed)
    onnx.save(model, args.output)


if __name__ == "__main__":
    main()
