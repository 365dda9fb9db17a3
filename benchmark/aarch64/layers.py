"""Layers of layer files, as wino-bench reads them."""

import dataclasses
import re


@dataclasses.dataclass(frozen=True)
class Layer:
    """A convolution of n images of h x w pixels and c channels by k filters of
    r x s taps; `count` is how often the network has it."""
    c: int
    h: int
    w: int
    k: int
    r: int
    s: int
    stride: int
    pad_h: int
    pad_w: int
    groups: int
    n: int = 1
    count: int = 1

    @property
    def out_h(self):
        return (self.h + 2 * self.pad_h - self.r) // self.stride + 1

    @property
    def out_w(self):
        return (self.w + 2 * self.pad_w - self.s) // self.stride + 1

    @property
    def macs(self):
        """Multiply-adds of the direct convolution, padding included."""
        return (self.n * self.out_h * self.out_w * self.k * self.r * self.s *
                self.c // self.groups)

    @property
    def kind(self):
        """The group of layers that totals are formed over."""
        if self.c < 8:
            return "few input channels"
        if self.stride > 1 or self.r == self.s == 1:
            return "1x1 and strided"
        return "larger filters, stride 1"

    @property
    def numbers(self):
        """The text that the programs take."""
        return ",".join(str(value) for value in dataclasses.astuple(self)[:-1])

    def __str__(self):
        def pair(rows, columns):
            return str(rows) if rows == columns else f"{rows}x{columns}"

        fields = [self.c, self.h, self.w, self.k, pair(self.r, self.s),
                  self.stride, pair(self.pad_h, self.pad_w), self.groups]
        if self.n != 1:
            fields.append(self.n)
        return ",".join(str(field) for field in fields)


def parse_layer(text, count=1):
    """Parses `C,H,W,K,R,stride,pad,groups[,N]`; R and pad may be `1x7`."""
    fields = [field.strip() for field in text.split(",")]
    try:
        if len(fields) not in (8, 9):
            raise ValueError
        single = [int(fields[i]) for i in (0, 1, 2, 3, 5, 7, *range(8, len(fields)))]
        pairs = [[int(part) for part in fields[i].split("x")] for i in (4, 6)]
        (r, s), (pad_h, pad_w) = [(p * 2)[:2] if len(p) == 1 else p for p in pairs]
    except ValueError:
        raise ValueError("expected C,H,W,K,R,stride,pad,groups[,N], but got "
                         f"'{text}'") from None
    c, h, w, k, stride, groups, *n = single
    layer = Layer(c, h, w, k, r, s, stride, pad_h, pad_w, groups, *n, count=count)
    if min(c, h, w, k, r, s, stride, groups, layer.n) < 1 or min(pad_h, pad_w) < 0:
        raise ValueError(f"'{text}' has a size that is too small")
    if c % groups or k % groups:
        raise ValueError("the number of groups does not divide the channels")
    if h + 2 * pad_h < r or w + 2 * pad_w < s:
        raise ValueError("the filter exceeds the padded image")
    return layer


def read_layers(path):
    """Reads a file of one layer a line. `#` begins a comment; the number at its
    beginning, if there is one, is the layer's count."""
    layers = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            text, _, comment = line.partition("#")
            count = re.match(r"\s*(\d+)\s*$", comment)
            if not text.strip():
                continue
            try:
                layers.append(parse_layer(text, int(count[1]) if count else 1))
            except ValueError as error:
                raise ValueError(f"{path}:{number}: {error}") from None
    if not layers:
        raise ValueError(f"{path} holds no layer")
    return layers
