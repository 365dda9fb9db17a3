"""Writes a convolution layer as MLIR, in the form in which the ONNX importer
leaves convolutions: padding, one convolution a group, bias."""

import numpy as np

IMAGE, FILTER, BIAS = 1, 2, 3  # streams of values
# Element types: of image and filter, of sums and bias, and of the result.
TYPES = {"f32": ("f32", "f32", "f32"), "i8": ("i8", "i32", "i8")}


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


def make_integers(stream, size, least):
    """The values of `getInteger`."""
    values = np.floor(make_values(stream, size).astype(np.float64) * -least)
    return np.maximum(values, least).astype(np.int64)


def get_shifts(layer, max_weight):
    """The values of `getShift` for all output channels."""
    deviation = 128 * (max_weight + 1) / 3 * np.sqrt(layer.r * layer.s * layer.c // layer.groups)
    return int(np.floor(np.log2(deviation / 32))) + np.arange(layer.k) % 2


def tensor(*shape, element="f32"):
    return f"tensor<{'x'.join(str(size) for size in shape)}x{element}>"


def constant(values, shape, element):
    """A weight argument's attribute."""
    data = values.astype({"f32": "<f4", "i8": "i1", "i32": "<i4"}[element]).tobytes()
    return (f'{{wino.weight = dense<"0x{data.hex().upper()}"> : '
            f'{tensor(*shape, element=element)}}}')


def write_weights(layer, element, max_weight):
    """The arguments of filter, bias and scale."""
    filter_shape = (layer.r, layer.s, layer.c // layer.groups, layer.k)
    size = int(np.prod(filter_shape))
    if element == "f32":
        weights = [("filter", make_values(FILTER, size), filter_shape, "f32"),
                   ("bias", make_values(BIAS, layer.k), (layer.k,), "f32")]
    else:
        weights = [("filter", make_integers(FILTER, size, -max_weight), filter_shape, "i8"),
                   ("bias", make_integers(BIAS, layer.k, -1000), (layer.k,), "i32"),
                   ("scale", 2.0 ** -get_shifts(layer, max_weight), (layer.k,), "f32")]
    return ",\n".join(f"    %{name}: {tensor(*shape, element=type)} {constant(values, shape, type)}"
                      for name, values, shape, type in weights)


class Writer:
    """Collects the lines of a function body; names values by numbers."""

    def __init__(self, element):
        self.lines = []
        self.factor, self.sum, self.result = TYPES[element]

    def add(self, text):
        name = f"%{len(self.lines)}"
        self.lines.append(f"  {name} = {text}")
        return name

    def transpose(self, value, shape, permutation, element):
        source = tensor(*shape, element=element)
        result = tensor(*[shape[i] for i in permutation], element=element)
        empty = self.add(f"tensor.empty() : {result}")
        return self.add(f"linalg.transpose ins({value} : {source}) "
                        f"outs({empty} : {result}) permutation = {permutation}")

    def pad(self, value, layer):
        padded = (layer.n, layer.h + 2 * layer.pad_h, layer.w + 2 * layer.pad_w, layer.c)
        if not layer.pad_h and not layer.pad_w:
            return value, padded
        amounts = f"[0, {layer.pad_h}, {layer.pad_w}, 0]"
        return self.add(
            f"tensor.pad {value} low{amounts} high{amounts} {{\n"
            "  ^bb0(%n: index, %h: index, %w: index, %c: index):\n"
            f"    tensor.yield %outside : {self.factor}\n"
            f"  }} : {tensor(layer.n, layer.h, layer.w, layer.c, element=self.factor)} to "
            f"{tensor(*padded, element=self.factor)}"), padded

    def slice_channels(self, value, shape, group, count):
        """The channels of a group: the last dimension."""
        if shape[-1] == count:
            return value
        sizes = [*shape[:-1], count]
        return self.add(
            f"tensor.extract_slice {value}[0, 0, 0, {group * count}] "
            f"{sizes} [1, 1, 1, 1] : {tensor(*shape, element=self.factor)} to "
            f"{tensor(*sizes, element=self.factor)}")

    def convolve(self, image, image_shape, layer, plan):
        """One dense convolution per group, with their results side by side."""
        group_c, group_k = layer.c // layer.groups, layer.k // layer.groups
        result_shape = (layer.n, layer.out_h, layer.out_w, group_k)
        result = tensor(*result_shape, element=self.sum)
        attributes = [f"strides = dense<{layer.stride}> : tensor<2xi64>"]
        if plan:
            attributes.append(f"wino.plan = {plan}")
        groups = []
        for group in range(layer.groups):
            empty = self.add(f"tensor.empty() : {result}")
            init = self.add(
                f"linalg.fill ins(%zero : {self.sum}) outs({empty} : {result}) -> {result}")
            x = self.slice_channels(image, image_shape, group, group_c)
            f = self.slice_channels("%filter", (layer.r, layer.s, group_c, layer.k), group, group_k)
            groups.append(self.add(
                f"linalg.conv_2d_nhwc_hwcf {{{', '.join(attributes)}}} "
                f"ins({x}, {f} : {tensor(*image_shape[:-1], group_c, element=self.factor)}, "
                f"{tensor(layer.r, layer.s, group_c, group_k, element=self.factor)}) "
                f"outs({init} : {result}) -> {result}"))
        if len(groups) == 1:
            return groups[0]
        types = ", ".join([result] * len(groups))
        whole = tensor(*result_shape[:-1], layer.k, element=self.sum)
        return self.add(f"tensor.concat dim(3) {', '.join(groups)} : ({types}) -> {whole}")

    def finish(self, value, layer):
        """Adds the bias, and scales integers, rounds them to even and saturates."""
        sizes = (layer.n, layer.out_h, layer.out_w, layer.k)
        sums, whole = (tensor(*sizes, element=type) for type in (self.sum, self.result))
        empty = self.add(f"tensor.empty() : {whole}")
        operands = [("%bias", tensor(layer.k, element=self.sum))]
        if self.sum == "f32":
            arguments, body = "%b: f32", ["%r = arith.addf %a, %b : f32"]
        else:
            operands.append(("%scale", tensor(layer.k)))
            arguments = "%b: i32, %s: f32"
            body = ["%t = arith.addi %a, %b : i32", "%f = arith.sitofp %t : i32 to f32",
                    "%p = arith.mulf %f, %s : f32", "%e = math.roundeven %p : f32",
                    "%l = arith.constant -128.0 : f32", "%h = arith.constant 127.0 : f32",
                    "%m = arith.maximumf %e, %l : f32", "%n = arith.minimumf %m, %h : f32",
                    "%r = arith.fptosi %n : f32 to i8"]
        maps = ", ".join(["#pixel", *["#channel"] * len(operands), "#pixel"])
        return self.add(
            f"linalg.generic {{indexing_maps = [{maps}], iterator_types = "
            '["parallel", "parallel", "parallel", "parallel"]} '
            f"ins({', '.join([value, *(name for name, _ in operands)])} : "
            f"{', '.join([sums, *(type for _, type in operands)])}) outs({empty} : {whole}) {{\n"
            f"  ^bb0(%a: {self.sum}, {arguments}, %out: {self.result}):\n"
            + "".join(f"    {line}\n" for line in body) +
            f"    linalg.yield %r : {self.result}\n"
            f"  }} -> {whole}")


def write_module(layer, layout="nhwc", plan="", element="f32", max_weight=127):
    """Returns the module of `layer`, whose image and result are in `layout`.
    `plan` is a #wino.plan attribute for the convolution, `element` one of TYPES.
    Weights of integers are at most `max_weight`."""
    image_shape = (layer.n, layer.h, layer.w, layer.c)
    result_shape = (layer.n, layer.out_h, layer.out_w, layer.k)
    writer = Writer(element)
    image, outer_image, outer_result = "%image", image_shape, result_shape
    if layout == "nchw":
        outer_image = [image_shape[i] for i in (0, 3, 1, 2)]
        outer_result = [result_shape[i] for i in (0, 3, 1, 2)]
        image = writer.transpose(image, outer_image, [0, 2, 3, 1], writer.factor)
    padded, padded_shape = writer.pad(image, layer)
    result = writer.convolve(padded, padded_shape, layer, plan)
    result = writer.finish(result, layer)
    if layout == "nchw":
        result = writer.transpose(result, result_shape, [0, 3, 1, 2], writer.result)
    zero = "0.0" if element == "f32" else "0"
    result_type = tensor(*outer_result, element=writer.result)
    return "\n".join([
        "#pixel = affine_map<(n, h, w, k) -> (n, h, w, k)>",
        "#channel = affine_map<(n, h, w, k) -> (k)>",
        f"func.func @layer(%image: {tensor(*outer_image, element=writer.factor)},",
        f"{write_weights(layer, element, max_weight)}) -> {result_type} {{",
        f"  %zero = arith.constant {zero} : {writer.sum}",
        f"  %outside = arith.constant {zero} : {writer.factor}",
        *writer.lines,
        f"  return {result} : {result_type}",
        "}", ""])
