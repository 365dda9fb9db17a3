"""Writes a convolution layer as MLIR, in the form in which the ONNX importer
leaves convolutions: padding, one convolution a group, bias."""

import numpy as np

IMAGE, FILTER, BIAS = 1, 2, 3  # streams of values


def make_values(stream, size):
    """The values of `getValue` in programs/Layer.h."""
    def multiply_xor(z, shift, factor):
        return (z ^ (z >> np.uint64(shift))) * np.uint64(factor)

    z = np.arange(1, size + 1, dtype=np.uint64) * np.uint64(0x9e3779b97f4a7c15)
    z += np.uint64(stream << 56)
    z = multiply_xor(z, 30, 0xbf58476d1ce4e5b9)
    z = multiply_xor(z, 27, 0x94d049bb133111eb)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(40)).astype(np.float32) * np.float32(2**-23) - np.float32(1)


def tensor(*shape):
    return f"tensor<{'x'.join(str(size) for size in shape)}xf32>"


def constant(stream, *shape):
    """A weight argument's attribute."""
    values = make_values(stream, int(np.prod(shape))).astype("<f4").tobytes()
    return f'{{wino.weight = dense<"0x{values.hex().upper()}"> : {tensor(*shape)}}}'


class Writer:
    """Collects the lines of a function body; names values by numbers."""

    def __init__(self):
        self.lines = []

    def add(self, text):
        name = f"%{len(self.lines)}"
        self.lines.append(f"  {name} = {text}")
        return name

    def transpose(self, value, shape, permutation):
        result = [shape[i] for i in permutation]
        empty = self.add(f"tensor.empty() : {tensor(*result)}")
        return self.add(
            f"linalg.transpose ins({value} : {tensor(*shape)}) "
            f"outs({empty} : {tensor(*result)}) permutation = {permutation}")

    def pad(self, value, layer):
        padded = (layer.n, layer.h + 2 * layer.pad_h, layer.w + 2 * layer.pad_w, layer.c)
        if not layer.pad_h and not layer.pad_w:
            return value, padded
        amounts = f"[0, {layer.pad_h}, {layer.pad_w}, 0]"
        return self.add(
            f"tensor.pad {value} low{amounts} high{amounts} {{\n"
            "  ^bb0(%n: index, %h: index, %w: index, %c: index):\n"
            "    tensor.yield %zero : f32\n"
            f"  }} : {tensor(layer.n, layer.h, layer.w, layer.c)} to {tensor(*padded)}"), padded

    def slice_channels(self, value, shape, group, count):
        """The channels of a group: the last dimension."""
        if shape[-1] == count:
            return value
        sizes = [*shape[:-1], count]
        return self.add(
            f"tensor.extract_slice {value}[0, 0, 0, {group * count}] "
            f"{sizes} [1, 1, 1, 1] : {tensor(*shape)} to {tensor(*sizes)}")

    def convolve(self, image, image_shape, layer, plan):
        """One dense convolution per group, with their results side by side."""
        group_c, group_k = layer.c // layer.groups, layer.k // layer.groups
        result_shape = (layer.n, layer.out_h, layer.out_w, group_k)
        result = tensor(*result_shape)
        attributes = [f"strides = dense<{layer.stride}> : tensor<2xi64>"]
        if plan:
            attributes.append(f"wino.plan = {plan}")
        groups = []
        for group in range(layer.groups):
            empty = self.add(f"tensor.empty() : {result}")
            init = self.add(f"linalg.fill ins(%zero : f32) outs({empty} : {result}) -> {result}")
            x = self.slice_channels(image, image_shape, group, group_c)
            f = self.slice_channels("%filter", (layer.r, layer.s, group_c, layer.k), group, group_k)
            groups.append(self.add(
                f"linalg.conv_2d_nhwc_hwcf {{{', '.join(attributes)}}} "
                f"ins({x}, {f} : {tensor(*image_shape[:-1], group_c)}, "
                f"{tensor(layer.r, layer.s, group_c, group_k)}) outs({init} : {result}) -> {result}"))
        if len(groups) == 1:
            return groups[0]
        types = ", ".join([result] * len(groups))
        whole = tensor(*result_shape[:-1], layer.k)
        return self.add(f"tensor.concat dim(3) {', '.join(groups)} : ({types}) -> {whole}")

    def add_bias(self, value, layer):
        whole = tensor(layer.n, layer.out_h, layer.out_w, layer.k)
        empty = self.add(f"tensor.empty() : {whole}")
        return self.add(
            "linalg.generic {indexing_maps = [#pixel, #channel, #pixel], iterator_types = "
            '["parallel", "parallel", "parallel", "parallel"]} '
            f"ins({value}, %bias : {whole}, {tensor(layer.k)}) outs({empty} : {whole}) {{\n"
            "  ^bb0(%a: f32, %b: f32, %out: f32):\n"
            "    %sum = arith.addf %a, %b : f32\n"
            "    linalg.yield %sum : f32\n"
            f"  }} -> {whole}")


def write_module(layer, layout="nhwc", plan=""):
    """Returns the module of `layer`, whose image and result are in `layout`.
    `plan` is a #wino.plan attribute for the convolution."""
    image_shape = (layer.n, layer.h, layer.w, layer.c)
    result_shape = (layer.n, layer.out_h, layer.out_w, layer.k)
    writer = Writer()
    image, outer_image, outer_result = "%image", image_shape, result_shape
    if layout == "nchw":
        outer_image = [image_shape[i] for i in (0, 3, 1, 2)]
        outer_result = [result_shape[i] for i in (0, 3, 1, 2)]
        image = writer.transpose(image, outer_image, [0, 2, 3, 1])
    padded, padded_shape = writer.pad(image, layer)
    result = writer.convolve(padded, padded_shape, layer, plan)
    result = writer.add_bias(result, layer)
    if layout == "nchw":
        result = writer.transpose(result, result_shape, [0, 3, 1, 2])
    filter_shape = (layer.r, layer.s, layer.c // layer.groups, layer.k)
    return "\n".join([
        "#pixel = affine_map<(n, h, w, k) -> (n, h, w, k)>",
        "#channel = affine_map<(n, h, w, k) -> (k)>",
        f"func.func @layer(%image: {tensor(*outer_image)},",
        f"    %filter: {tensor(*filter_shape)} {constant(FILTER, *filter_shape)},",
        f"    %bias: {tensor(layer.k)} {constant(BIAS, layer.k)}) -> {tensor(*outer_result)} {{",
        "  %zero = arith.constant 0.0 : f32",
        *writer.lines,
        f"  return {result} : {tensor(*outer_result)}",
        "}", ""])
