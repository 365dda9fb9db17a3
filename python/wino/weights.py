"""Seeded random weights under which the values of a network stay near one.

Convolution and matrix weights are zero-mean normal, scaled by the number of
inputs that each result sums and by an estimate of those inputs' mean square
(He's rule is the case of inputs after a Relu). The estimate goes through the
graph as if values were normal, so that deep residual networks neither vanish
nor saturate.
"""

import math

import numpy as np

_RECTIFIERS = ("Relu", "LeakyRelu", "PRelu", "Elu", "Clip", "HardSwish")
_MAXIMA = ("MaxPool", "GlobalMaxPool", "ReduceMax")
_MEANS = ("AveragePool", "GlobalAveragePool", "ReduceMean")


def _relu(mean, variance):
    """The mean and variance of max(x, 0) for a normal x."""
    deviation = math.sqrt(variance)
    ratio = mean / deviation
    below = 0.5 * (1 + math.erf(ratio / math.sqrt(2)))
    density = math.exp(-0.5 * ratio * ratio) / math.sqrt(2 * math.pi)
    first = mean * below + deviation * density
    second = (mean * mean + variance) * below + mean * deviation * density
    return first, second - first * first


class _Filler:
    def __init__(self, shapes, seed):
        self.shapes = shapes
        self.rng = np.random.default_rng(seed)
        # Estimated mean and variance over the elements of a tensor, by name.
        self.moments = {}
        self.values = {}

    def get_moments(self, name):
        return self.moments.get(name, (0.0, 1.0))

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
            mean, variance = self.get_moments(node.input[0])
            square = max(mean * mean + variance, 1e-6)
            self.set_normal(weight, 1 / math.sqrt(fan_in * square))
        if len(node.input) > 2:
            self.set_normal(node.input[2], 0.1)

    def normalization(self, node):
        _, scale, bias, mean, variance = node.input[:5]
        self.set_uniform(scale, 0.5, 1.5)
        self.set_normal(bias, 0.1)
        self.set_normal(mean, 0.1)
        self.set_uniform(variance, 0.5, 1.5)

    def visit(self, node):
        moments = [self.get_moments(name) for name in node.input]
        mean, variance = moments[0] if moments else (0.0, 1.0)
        if node.op_type in ("Conv", "Gemm", "MatMul"):
            self.linear(node)
            mean, variance = 0.0, 1.0
        elif node.op_type == "BatchNormalization":
            self.normalization(node)
            variance *= 1.2
        elif node.op_type in ("Add", "Sum", "Sub"):
            for name in node.input:
                self.set_normal(name, 0.1)
            mean = sum(m for m, _ in moments)
            variance = sum(v for _, v in moments)
        elif node.op_type in ("Mul", "Div", "PRelu"):
            for name in node.input:
                self.set_uniform(name, 0.5, 1.5)
        elif node.op_type == "Concat":
            mean = sum(m for m, _ in moments) / len(moments)
            square = sum(m * m + v for m, v in moments) / len(moments)
            variance = square - mean * mean
        elif node.op_type in _MAXIMA:
            mean, variance = mean + math.sqrt(variance), 0.6 * variance
        elif node.op_type in _MEANS:
            variance *= 0.5
        elif node.op_type in ("Sigmoid", "HardSigmoid"):
            mean, variance = 0.5, 0.05
        if node.op_type in _RECTIFIERS:
            mean, variance = _relu(mean, max(variance, 1e-6))
        for name in node.output:
            self.moments[name] = (mean, variance)


def random_weights(nodes, shapes, seed):
    """Returns arrays for the constants in `shapes` (a dict by name).

    `nodes` are the graph's nodes in topological order. The result depends only
    on the arguments. Constants of which no use asks for values are left out.
    """
    filler = _Filler(shapes, seed)
    for node in nodes:
        filler.visit(node)
    return filler.values
