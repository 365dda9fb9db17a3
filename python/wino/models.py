"""Writes well-known networks as ONNX, with seeded random weights.

usage: python3 -m wino.models NAME [--seed N] [--size N] [--batch N] -o OUT.onnx
"""

import argparse

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from wino.weights import random_weights


class Network:
    """Collects nodes; every method appends one and returns its output's name."""

    def __init__(self, name, channels, batch, size):
        self.name = name
        self.nodes = []
        self.shapes = {}
        self.input_shape = (batch, channels, size, size)
        self.scalars = []
        # Channels and extent of the tensors so far, by name.
        self.images = {"input": (channels, size)}

    def add(self, op_type, inputs, weights=(), **attributes):
        label = f"{op_type.lower()}_{len(self.nodes)}"
        names = []
        for suffix, shape in weights:
            names.append(f"{label}.{suffix}")
            self.shapes[names[-1]] = shape
        self.nodes.append(
            helper.make_node(op_type, [*inputs, *names], [f"{label}.out"], name=label, **attributes)
        )
        return f"{label}.out"

    def conv(self, x, filters, kernel, stride=1, pad=None, groups=1, bias=True):
        channels, size = self.images[x]
        pad = kernel // 2 if pad is None else pad
        weights = [("weight", (filters, channels // groups, kernel, kernel))]
        if bias:
            weights.append(("bias", (filters,)))
        y = self.add(
            "Conv",
            [x],
            weights,
            kernel_shape=[kernel] * 2,
            strides=[stride] * 2,
            pads=[pad] * 4,
            group=groups,
        )
        self.images[y] = (filters, (size + 2 * pad - kernel) // stride + 1)
        return y

    def norm(self, x):
        channels = self.images[x][0]
        weights = [(s, (channels,)) for s in ("scale", "bias", "mean", "var")]
        return self.same(x, self.add("BatchNormalization", [x], weights))

    def relu(self, x):
        return self.same(x, self.add("Relu", [x]))

    def conv_norm(self, x, *args, **kwargs):
        return self.norm(self.conv(x, *args, bias=False, **kwargs))

    def max_pool(self, x, kernel, stride, pad=0):
        channels, size = self.images[x]
        y = self.add(
            "MaxPool", [x], kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4
        )
        self.images[y] = (channels, (size + 2 * pad - kernel) // stride + 1)
        return y

    def join(self, op_type, a, b):
        y = self.add(op_type, [a, b], **({"axis": 1} if op_type == "Concat" else {}))
        channels, size = self.images[a]
        if op_type == "Concat":
            channels += self.images[b][0]
        self.images[y] = (channels, size)
        return y

    def global_pool(self, x):
        y = self.add("GlobalAveragePool", [x])
        self.images[y] = (self.images[x][0], 1)
        return y

    def flatten(self, x):
        channels, size = self.images[x]
        y = self.add("Flatten", [x], axis=1)
        self.images[y] = (channels * size * size, 1)
        return y

    def linear(self, x, features):
        weights = [("weight", (features, self.images[x][0])), ("bias", (features,))]
        y = self.add("Gemm", [x], weights, transB=1)
        self.images[y] = (features, 1)
        return y

    def clip6(self, x):
        bounds = []
        for bound, value in (("min", 0.0), ("max", 6.0)):
            bounds.append(f"clip_{len(self.nodes)}.{bound}")
            self.scalars.append(numpy_helper.from_array(np.float32(value), bounds[-1]))
        return self.same(x, self.add("Clip", [x, *bounds]))

    def same(self, x, y):
        self.images[y] = self.images[x]
        return y

    def build(self, result, seed):
        """Returns the model, whose only output is `result`."""
        values = random_weights(self.nodes, self.shapes, seed)
        self.nodes[-1].output[0] = "output"
        batch = self.input_shape[0]
        features = self.images[result][0]
        graph = helper.make_graph(
            self.nodes,
            self.name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, self.input_shape)],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, (batch, features))],
            initializer=self.scalars,
        )
        for name in list(values):
            graph.initializer.append(numpy_helper.from_array(values.pop(name), name))
        model = helper.make_model(
            graph, producer_name="wino", opset_imports=[helper.make_opsetid("", 13)]
        )
        model.ir_version = 7
        return model


def _residual(net, x, body, channels, stride):
    """Adds `body`'s result to x, or to a projection of x of the same shape."""
    y = body(x)
    if stride != 1 or net.images[x][0] != channels:
        x = net.conv_norm(x, channels, 1, stride)
    return net.relu(net.join("Add", y, x))


def _resnet(net, depths, bottleneck):
    x = net.relu(net.conv_norm("input", 64, 7, 2))
    x = net.max_pool(x, 3, 2, 1)
    for stage, depth in enumerate(depths):
        width = 64 << stage
        for block in range(depth):
            stride = 2 if stage > 0 and block == 0 else 1

            def basic(x):
                x = net.relu(net.conv_norm(x, width, 3, stride))
                return net.conv_norm(x, width, 3)

            def narrow(x):
                x = net.relu(net.conv_norm(x, width, 1))
                x = net.relu(net.conv_norm(x, width, 3, stride))
                return net.conv_norm(x, 4 * width, 1)

            body, channels = (narrow, 4 * width) if bottleneck else (basic, width)
            x = _residual(net, x, body, channels, stride)
    return net.linear(net.flatten(net.global_pool(x)), 1000)


def _vgg(net, depths):
    x = "input"
    for stage, depth in enumerate(depths):
        for _ in range(depth):
            x = net.relu(net.conv(x, min(64 << stage, 512), 3))
        x = net.max_pool(x, 2, 2)
    x = net.flatten(x)
    for _ in range(2):
        x = net.relu(net.linear(x, 4096))
    return net.linear(x, 1000)


def _squeezenet(net):
    x = net.max_pool(net.relu(net.conv("input", 64, 3, 2, 0)), 3, 2)
    for index, width in enumerate((16, 16, 32, 32, 48, 48, 64, 64)):
        if index in (2, 4):
            x = net.max_pool(x, 3, 2)
        x = net.relu(net.conv(x, width, 1))
        x = net.join(
            "Concat", net.relu(net.conv(x, 4 * width, 1)), net.relu(net.conv(x, 4 * width, 3))
        )
    return net.flatten(net.global_pool(net.relu(net.conv(x, 1000, 1))))


def _mobilenetv2(net):
    x = net.clip6(net.conv_norm("input", 32, 3, 2))
    stages = (
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    )
    for expansion, channels, depth, first_stride in stages:
        for block in range(depth):
            stride = first_stride if block == 0 else 1
            y = x
            width = expansion * net.images[x][0]
            if expansion != 1:
                y = net.clip6(net.conv_norm(y, width, 1))
            y = net.clip6(net.conv_norm(y, width, 3, stride, groups=width))
            y = net.conv_norm(y, channels, 1)
            x = net.join("Add", x, y) if net.images[x] == net.images[y] else y
    x = net.clip6(net.conv_norm(x, 1280, 1))
    return net.linear(net.flatten(net.global_pool(x)), 1000)


NETWORKS = {
    "mobilenetv2": _mobilenetv2,
    "resnet18": lambda net: _resnet(net, (2, 2, 2, 2), bottleneck=False),
    "resnet34": lambda net: _resnet(net, (3, 4, 6, 3), bottleneck=False),
    "resnet50": lambda net: _resnet(net, (3, 4, 6, 3), bottleneck=True),
    "squeezenet": _squeezenet,
    "vgg11": lambda net: _vgg(net, (1, 1, 2, 2, 2)),
    "vgg16": lambda net: _vgg(net, (2, 2, 3, 3, 3)),
    "vgg19": lambda net: _vgg(net, (2, 2, 4, 4, 4)),
}


def make_network(name, seed=0, size=224, batch=1):
    """Returns the ONNX model of a network in NETWORKS for square images."""
    net = Network(name, 3, batch, size)
    return net.build(NETWORKS[name](net), seed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", choices=sorted(NETWORKS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, default=224, help="height and width of the image")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("-o", "--output", required=True)
    args = parser.parse_args()
    onnx.save(make_network(args.name, args.seed, args.size, args.batch), args.output)


if __name__ == "__main__":
    main()
