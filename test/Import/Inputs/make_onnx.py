"""Writes ONNX models given as text.

usage: make_onnx.py TEXT [--case NAME] -o OUT.onnx
       make_onnx.py TEXT --list

TEXT holds a model in the syntax of onnx.parser, without the header: the opset
stands in a line `opset N` before. With lines `--- NAME`, TEXT holds several
models. Graph inputs whose names start with `w` become initializers with random
values, those with `p` ones with random positive values; nodes are named n0, n1
and so on. Random integers are of the whole range, those of 32 bits below 2^12.
Inputs named `inf` and `nan`, which the syntax cannot write, have these values.
"""

import argparse
import sys

import numpy as np
import onnx
from onnx import numpy_helper, parser
from onnx.mapping import TENSOR_TYPE_TO_NP_TYPE

from wino.inputs import random_values


def read_cases(path):
    """Returns the texts of a file by name; the name of a lone one is ''."""
    cases = {}
    name = ""
    with open(path) as file:
        for line in file:
            if line.startswith("--- "):
                name = line.split()[1]
                if name in cases:
                    raise ValueError(f"case {name} is given twice")
            elif not line.startswith("//"):
                cases[name] = cases.get(name, "") + line
    if len(cases) > 1 and not cases.get("", "x").strip():
        del cases[""]
    return cases


def make_model(text, seed=0):
    """Parses a model and replaces its weights."""
    opset, body = text.strip().split("\n", 1)
    domains = f'"" : {int(opset.split()[1])}'
    if "com.microsoft." in body:
        domains += ', "com.microsoft" : 1'
    header = f"<ir_version: 7, opset_import: [{domains}]>\n"
    model = parser.parse_model(header + body)
    rng = np.random.default_rng(seed)
    inputs = list(model.graph.input)
    del model.graph.input[:]
    for info in inputs:
        shape = [dim.dim_value for dim in info.type.tensor_type.shape.dim]
        dtype = TENSOR_TYPE_TO_NP_TYPE[info.type.tensor_type.elem_type]
        if info.name.startswith("w") and dtype == np.int32:
            values = rng.integers(-4096, 4096, shape, dtype)
        elif info.name.startswith("w"):
            values = random_values(rng, shape, dtype)
        elif info.name.startswith("p"):
            values = rng.random(shape, dtype=np.float32) + np.float32(0.5)
        elif info.name in ("inf", "nan"):
            values = np.full(shape, float(info.name), np.float32)
        else:
            model.graph.input.append(info)
            continue
        model.graph.initializer.append(numpy_helper.from_array(np.asarray(values), info.name))
    for index, node in enumerate(model.graph.node):
        node.name = f"n{index}"
    return model


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("text")
    arguments.add_argument("--case", default="")
    arguments.add_argument("--list", action="store_true")
    arguments.add_argument("-o", "--output")
    args = arguments.parse_args()
    cases = read_cases(args.text)
    if args.list:
        print("\n".join(cases))
        return
    onnx.save(make_model(cases[args.case]), args.output)


if __name__ == "__main__":
    sys.exit(main())
