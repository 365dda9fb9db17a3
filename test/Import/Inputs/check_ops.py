"""Checks every model of a text file, by import or by comparison of its values.

usage: check_ops.py TOOL TEXT DIR [--case NAME]... [--every N]
       check_ops.py RUN-TOOL TEXT DIR --node-script SCRIPT --runtime DIR
                    [--tool-arg ARG]... [--tol 1e-5] [--steps 0]

The first form only asks that TOOL imports all models. The second runs them on
random inputs with RUN-TOOL (--input X.npy ... --output Y.npy ...) and with ONNX
Runtime, and compares all outputs: floats within the tolerance, integers within
so many steps. --every N takes one model of N.
"""

import argparse
import os
import subprocess
import sys

import make_onnx
import numpy as np
import onnx

from wino.compare import compare
from wino.inputs import input_types, random_values


def write_inputs(model, directory):
    rng = np.random.default_rng(1)
    paths = []
    for index, (shape, dtype) in enumerate(input_types(model.graph, {})):
        paths.append(os.path.join(directory, f"input_{index}.npy"))
        np.save(paths[-1], random_values(rng, shape, dtype))
    return [f"--input={path}" for path in paths]


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        return f"exit code {result.returncode} of {' '.join(command)}\n{result.stderr[:800]}"
    return None


def check_values(args, path, model, directory):
    inputs = write_inputs(model, directory)
    count = len(model.graph.output)
    ours = [os.path.join(directory, f"actual_{i}.npy") for i in range(count)]
    theirs = [os.path.join(directory, f"output_{i}.npy") for i in range(count)]
    error = run([args.tool, path, *args.tool_arg, *inputs, *[f"--output={p}" for p in ours]])
    error = error or run(
        ["node", args.node_script, "--runtime", args.runtime, path, *inputs, "--output-dir", directory]
    )
    if error:
        return error
    for info, actual, reference in zip(model.graph.output, ours, theirs):
        agree, message = compare(np.load(actual), np.load(reference), args.tol, args.steps)
        if not agree:
            return f"output {info.name}: {message}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("text")
    parser.add_argument("directory")
    parser.add_argument("--case", action="append")
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--node-script")
    parser.add_argument("--runtime")
    parser.add_argument("--tool-arg", action="append", default=[])
    parser.add_argument("--tol", type=float, default=1e-5)
    parser.add_argument("--steps", type=int, default=0)
    args = parser.parse_args()
    failures = count = 0
    for name, text in list(make_onnx.read_cases(args.text).items())[:: args.every]:
        if args.case and name not in args.case:
            continue
        count += 1
        directory = os.path.join(args.directory, name)
        os.makedirs(directory, exist_ok=True)
        path = os.path.join(directory, "model.onnx")
        model = make_onnx.make_model(text)
        onnx.save(model, path)
        if args.runtime:
            error = check_values(args, path, model, directory)
        else:
            error = run([args.tool, path, "-o", os.devnull])
        if error:
            failures += 1
            print(f"{name}: {error}")
    print(f"{count} models, {failures} failures")
    return 1 if failures or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
