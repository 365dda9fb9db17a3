"""Quantizes a network of f32 to 8 bits, in QDQ form.

usage: python3 -m wino.quantize IN.onnx OUT.onnx [--samples 4] [--seed N]

Activations become unsigned bytes with one scale and zero point each, weights of
convolutions and of Gemm signed bytes with a scale per output channel, and biases
integers of 32 bits. Ranges of activations are those that seeded standard normal
inputs give them. Normalizations are folded into convolutions before. The network
may consist of the operators that `wino.models` uses.
"""

import argparse

import numpy as np
import onnx
from numpy.lib.stride_tricks import sliding_window_view
from onnx import TensorProto, helper, numpy_helper

# Values that only move keep the quantization of the input.
_MOVES = ("MaxPool", "Flatten")


def _attributes(node):
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def _windows(x, node, fill):
    """The windows of the image, N x C x OH x OW x KH x KW."""
    attributes = _attributes(node)
    top, left, bottom, right = attributes.get("pads", [0] * 4)
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=fill)
    sh, sw = attributes.get("strides", [1, 1])
    return sliding_window_view(x, attributes["kernel_shape"], (2, 3))[:, :, ::sh, ::sw]


def _conv(node, x, weight, bias=None):
    groups = _attributes(node).get("group", 1)
    windows = _windows(x, node, 0)
    n, channels, height, width = windows.shape[:4]
    windows = windows.reshape(n, groups, channels // groups, height, width, *windows.shape[4:])
    weight = weight.reshape(groups, -1, *weight.shape[1:])
    y = np.stack(
        [
            np.tensordot(windows[:, g], weight[g], ((1, 4, 5), (1, 2, 3)))
            for g in range(groups)
        ],
        axis=3,
    ).reshape(n, height, width, -1)
    y = np.moveaxis(y, 3, 1)
    return y if bias is None else y + bias[:, None, None]


def _gemm(node, x, weight, bias):
    return x @ (weight.T if _attributes(node).get("transB") else weight) + bias


_OPERATORS = {
    "Add": lambda node, a, b: a + b,
    "Clip": lambda node, x, low, high: np.clip(x, low, high),
    "Concat": lambda node, *parts: np.concatenate(parts, _attributes(node)["axis"]),
    "Conv": _conv,
    "Flatten": lambda node, x: x.reshape(x.shape[0], -1),
    "Gemm": _gemm,
    "GlobalAveragePool": lambda node, x: x.mean((2, 3), keepdims=True),
    "MaxPool": lambda node, x: _windows(x, node, -np.inf).max((4, 5)),
    "Relu": lambda node, x: np.maximum(x, 0),
}


def fold_normalizations(nodes, weights):
    """Folds each BatchNormalization into the Conv before it; returns the nodes."""
    producers = {node.output[0]: node for node in nodes}
    kept = []
    for node in nodes:
        if node.op_type != "BatchNormalization":
            kept.append(node)
            continue
        conv = producers[node.input[0]]
        scale, shift, mean, variance = (weights.pop(name) for name in node.input[1:5])
        scale = scale / np.sqrt(variance + _attributes(node).get("epsilon", 1e-5))
        weight = conv.input[1]
        weights[weight] = (weights[weight] * scale[:, None, None, None]).astype(np.float32)
        bias = weights[conv.input[2]] if len(conv.input) > 2 else 0
        conv.input[2:] = [weight + "_bias"]
        weights[conv.input[2]] = (shift + scale * (bias - mean)).astype(np.float32)
        conv.output[0] = node.output[0]
    return kept


def find_ranges(nodes, weights, samples):
    """The least and greatest value of each tensor over the samples, by name."""
    ranges = {}
    for sample in samples:
        values = dict(weights)
        values.update(sample)
        for node in nodes:
            inputs = [values[name] for name in node.input]
            values[node.output[0]] = _OPERATORS[node.op_type](node, *inputs)
        for name in values.keys() - weights.keys():
            low, high = ranges.get(name, (0.0, 0.0))
            value = values[name]
            ranges[name] = min(low, float(value.min())), max(high, float(value.max()))
    return ranges


class _Quantizer:
    """Collects the nodes and constants of the quantized network."""

    def __init__(self, weights, ranges):
        self.weights = weights
        self.ranges = ranges
        self.nodes = []
        self.constants = {}
        # Scale and zero point of the tensors so far: values, and the names.
        self.scales = {}
        self.parameters = {}

    def add(self, op_type, inputs, output, **attributes):
        self.nodes.append(
            helper.make_node(op_type, inputs, [output], name=output + ".node", **attributes)
        )

    def constant(self, name, value):
        self.constants[name] = value
        return name

    def choose_scale(self, name):
        """The scale and zero point under which zero and the range are exact."""
        low, high = self.ranges[name]
        scale = np.float32(max(high - low, 1e-6) / 255)
        self.scales[name] = scale
        self.parameters[name] = [
            self.constant(name + ".scale", scale),
            self.constant(name + ".zero", np.uint8(np.clip(np.rint(-low / scale), 0, 255))),
        ]

    def quantize(self, source, name):
        """From the floats `source` to those of `name`, through bytes."""
        parameters = self.parameters[name]
        self.add("QuantizeLinear", [source, *parameters], name + ".q")
        self.add("DequantizeLinear", [name + ".q", *parameters], name)

    def product(self, node, output):
        """A Conv or Gemm: weights by channel, bias in the scales of the sums."""
        x, weight, bias = node.input
        values = self.weights[weight]
        axis = 0 if node.op_type == "Conv" or _attributes(node).get("transB") else 1
        others = tuple(i for i in range(values.ndim) if i != axis)
        scales = np.maximum(np.abs(values).max(others), np.float32(1e-6)) / np.float32(127)
        shaped = scales.reshape([-1 if i == axis else 1 for i in range(values.ndim)])
        sums = self.scales[x] * scales
        integers = {
            weight: (np.rint(values / shaped).astype(np.int8), scales),
            bias: (np.rint(self.weights[bias] / sums).astype(np.int32), sums),
        }
        for name, (value, scale) in integers.items():
            inputs = [
                self.constant(name + ".q", value),
                self.constant(name + ".scale", scale),
                self.constant(name + ".zero", np.zeros(scale.shape, value.dtype)),
            ]
            self.add("DequantizeLinear", inputs, name, axis=axis if name == weight else 0)
        self.nodes.append(_renamed(node, output))


def _renamed(node, output):
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    copy.output[0] = output
    return copy


def quantize(model, count, seed):
    """Returns the quantized network; the ranges are those of `count` samples."""
    graph = model.graph
    weights = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    nodes = fold_normalizations(list(graph.node), weights)
    info = graph.input[0]
    shape = [dim.dim_value for dim in info.type.tensor_type.shape.dim]
    rng = np.random.default_rng(seed)
    samples = [{info.name: rng.standard_normal(shape, dtype=np.float32)} for _ in range(count)]
    quantizer = _Quantizer(weights, find_ranges(nodes, weights, samples))
    users = {}
    for node in nodes:
        for name in node.input:
            users.setdefault(name, []).append(node)

    start = info.name + ".dequantized"
    quantizer.ranges[start] = quantizer.ranges[info.name]
    quantizer.choose_scale(start)
    quantizer.quantize(info.name, start)
    for user in users[info.name]:
        user.input[list(user.input).index(info.name)] = start
    for node in nodes:
        output = node.output[0]
        # A rectifier is part of the operator before it.
        reader = users.get(output, [])
        is_fused = len(reader) == 1 and reader[0].op_type in ("Relu", "Clip")
        floats = output if is_fused else output + ".float"
        if node.op_type in ("Conv", "Gemm"):
            quantizer.product(node, floats)
        else:
            for name in node.input:
                if name in weights:
                    quantizer.constant(name, weights[name])
            quantizer.nodes.append(_renamed(node, floats))
        if is_fused:
            continue
        if node.op_type in _MOVES:
            quantizer.scales[output] = quantizer.scales[node.input[0]]
            quantizer.parameters[output] = quantizer.parameters[node.input[0]]
        else:
            quantizer.choose_scale(output)
        quantizer.quantize(floats, output)
    graph.ClearField("node")
    graph.ClearField("initializer")
    graph.node.extend(quantizer.nodes)
    graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value), name)
        for name, value in quantizer.constants.items()
    )
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--samples", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    onnx.save(quantize(onnx.load(args.input), args.samples, args.seed), args.output)


if __name__ == "__main__":
    main()
