"""Seeded random weights under which the values of a network stay near one.

Convolution and matrix weights are zero-mean normal, scaled by the number of
inputs that each result sums and by an estimate of those inputs' mean square
(He's rule is the case of inputs after a Relu). The estimate is propagated
through the graph, so that deep residual networks neither vanish nor saturate.
"""

import math

import numpy as np

# How an operator without weights changes the mean square of its inputs.
_UNARY_FACTORS = {
    "Relu": 0.5,
    "LeakyRelu": 0.5,
    "PRelu": 0.5,
    "Elu": 0.6,
    "Clip": 0.5,
    "HardSwish": 0.4,
    "Sigmoid": 0.3,
    "HardSigmoid": 0.3,
    "MaxPool": 1.8,
    "GlobalMaxPool": 8.0,
    "AveragePool": 0.5,
    "GlobalAveragePool": 0.35,
    "ReduceMean": 0.35,
}


class _Filler:
    def __init__(self, shapes, seed):
        self.shapes = shapes
        self.rng = np.random.default_rng(seed)
        self.mean_squares = {}
        self.values = {}

    def mean_square(self, name):
        return self.mean_squares.get(name, 1.0)

    def set_normal(self, name, deviation):
        if name in self.shapes and name not in self.values:
            values = self.rng.standard_normal(self.shapes[name], dtype=np.float32)
            values *= np.float32(deviation)
            self.values[name] = values

    def set_uniform(self, name, low, high):
        if name in self.shapes and name not in self.values:
            values = self.rng.random(self.shapes[name], dtype=np.float32)
            self.values[name] = values * np.float32(high - low) + np.float32(low)

    def fan_in(self, node, shape):
        """The number of products that one result sums."""
        if node.op_type == "Conv":
            return math.prod(shape[1:])
        attributes = {a.name: a.i for a in node.attribute}
        return shape[-1] if attributes.get("transB", 0) else shape[-2]

    def linear(self, node):
        weight = node.input[1]
        if weight in self.shapes:
            fan_in = self.fan_in(node, self.shapes[weight])
            square = max(self.mean_square(node.input[0]), 1e-6)
            self.set_normal(weight, 1 / math.sqrt(fan_in * square))
        if len(node.input) > 2:
            self.set_normal(node.input[2], 0.1)
        return 1.0

    def normalization(self, node):
        _, scale, bias, mean, variance = node.input[:5]
        self.set_uniform(scale, 0.5, 1.5)
        self.set_normal(bias, 0.1)
        self.set_normal(mean, 0.1)
        self.set_uniform(variance, 0.5, 1.5)
        return 1.2 * self.mean_square(node.input[0])

    def visit(self, node):
        squares = [self.mean_square(name) for name in node.input]
        if node.op_type in ("Conv", "Gemm", "MatMul"):
            result = self.linear(node)
        elif node.op_type == "BatchNormalization":
            result = self.normalization(node)
        elif node.op_type in ("Add", "Sum", "Sub"):
            for name in node.input:
                self.set_normal(name, 0.1)
            result = sum(squares)
        elif node.op_type in ("Mul", "Div", "PRelu"):
            for name in node.input:
                self.set_uniform(name, 0.5, 1.5)
            result = math.prod(squares) if node.op_type == "Mul" else squares[0]
        elif node.op_type == "Concat":
            result = sum(squares) / len(squares)
        else:
            result = squares[0] if squares else 1.0
        result *= _UNARY_FACTORS.get(node.op_type, 1.0)
        for name in node.output:
            self.mean_squares[name] = result


def random_weights(nodes, shapes, seed):
    """Returns arrays for the constants in `shapes` (a dict by name).

    `nodes` are the graph's nodes in topological order. The result depends only
    on the arguments. Constants of which no use asks for values are left out.
    """
    filler = _Filler(shapes, seed)
    for node in nodes:
        filler.visit(node)
    return filler.values
