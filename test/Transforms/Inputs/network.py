"""Prints a function with the convolutions of a layer file, in the layout NHWC,
each as often as its network has it: network.py FILE [COPIES].

The layers are not joined, since a file does not tell how; of groups there is
one.
"""

import sys


def read_layers(path):
    for line in open(path):
        numbers, _, count = line.partition("#")
        if not numbers.strip() or "," not in numbers:
            continue
        c, h, w, k, r, stride, pad, groups = map(int, numbers.split(","))
        yield c // groups, h + 2 * pad, w + 2 * pad, k // groups, r, stride, int(count or 1)


def main():
    copies = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    arguments, body, results = [], [], []
    for c, h, w, k, r, stride, count in read_layers(sys.argv[1]):
        out_h, out_w = (h - r) // stride + 1, (w - r) // stride + 1
        image, result = f"tensor<1x{h}x{w}x{c}xf32>", f"tensor<1x{out_h}x{out_w}x{k}xf32>"
        filter_type = f"tensor<{r}x{r}x{c}x{k}xf32>"
        for _ in range(count * copies):
            n = len(results)
            arguments += [f"%x{n}: {image}", f"%f{n}: {filter_type}", f"%z{n}: {result}"]
            body.append(
                f"  %y{n} = linalg.conv_2d_nhwc_hwcf {{strides = dense<{stride}> : "
                f"tensor<2xi64>}} ins(%x{n}, %f{n} : {image}, {filter_type}) "
                f"outs(%z{n} : {result}) -> {result}")
            results.append(result)
    print(f"func.func @network({', '.join(arguments)}) -> ({', '.join(results)}) {{")
    print("\n".join(body))
    names = ", ".join(f"%y{n}" for n in range(len(results)))
    print(f"  return {names} : {', '.join(results)}\n}}")


main()
