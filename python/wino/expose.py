"""Makes inner tensors of a model outputs, after the outputs it has.

usage: python3 -m wino.expose IN.onnx OUT.onnx [TENSOR...] [--auto N]

--auto adds N inner tensors, spread over the graph, and the tensor before a
final Softmax; of a model with QuantizeLinear, N of its results. Prints the names
of all outputs of the new model, in order.
"""

import argparse
import sys

import onnx
from onnx import TensorProto, helper

_NOT_INTERESTING = ("Constant", "ConstantOfShape", "Identity", "Dropout", "Shape")


def pick_inner_tensors(graph, count):
    """Names of `count` inner tensors and of the input of a final Softmax."""
    outputs = {output.name for output in graph.output}
    quantized = [n.output[0] for n in graph.node if n.op_type == "QuantizeLinear"]
    names = []
    before_softmax = []
    for node in graph.node:
        if node.op_type == "Softmax" and node.output[0] in outputs:
            before_softmax.append(node.input[0])
        elif node.op_type not in _NOT_INTERESTING and node.output[0] not in outputs:
            names.append(node.output[0])
    # What is between them need not exist in integer code.
    names = quantized or [name for name in names if name not in before_softmax]
    count = min(count, len(names))
    picked = [names[(2 * i + 1) * len(names) // (2 * count)] for i in range(count)]
    return picked + before_softmax


def _element_type(graph, node):
    """The element type of the node's result."""
    if node.op_type != "QuantizeLinear":
        return TensorProto.FLOAT
    types = {tensor.name: tensor.data_type for tensor in graph.initializer}
    return types[node.input[2]] if len(node.input) > 2 else TensorProto.UINT8


def expose(model, names):
    """Makes `names` outputs of `model`; raises ValueError for an unknown one."""
    graph = model.graph
    known = {name: node for node in graph.node for name in node.output}
    outputs = {output.name for output in graph.output}
    for name in names:
        if name not in known:
            raise ValueError(f"the model has no inner tensor '{name}'")
        if name not in outputs:
            type = _element_type(graph, known[name])
            graph.output.append(helper.make_tensor_value_info(name, type, None))
            outputs.add(name)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("tensors", nargs="*", metavar="TENSOR")
    parser.add_argument("--auto", type=int, default=0, metavar="N")
    args = parser.parse_args()
    model = onnx.load(args.input)
    names = args.tensors
    if args.auto > 0:
        names = names + pick_inner_tensors(model.graph, args.auto)
    try:
        expose(model, names)
    except ValueError as error:
        print(f"expose: {error}", file=sys.stderr)
        return 1
    onnx.save(model, args.output)
    print("\n".join(output.name for output in model.graph.output))
    return 0


if __name__ == "__main__":
    sys.exit(main())
