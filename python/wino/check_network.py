"""Runs a network with wino-run and compares its tensors with a reference.

usage: python3 -m wino.check_network MODEL.onnx DIR --run WINO-RUN
           (--runtime DIR --node-script onnx_reference.mjs | --reference-cpu CPU |
            --expected OUTPUT.pb...)
           [--cpu CPU] [--inner N] [--seed N] [--tol 1e-4] [--steps 0]
           [--run-arg ARG]...

Random inputs go through wino-run for CPU, and through ONNX Runtime or wino-run
for the reference CPU. The tensors compared are the outputs, N inner ones and
that before a final Softmax. With expected outputs, only these are compared, and
the inputs are the rising values of ONNX's own tests. Everything is written to
DIR. Exits with 1 if a tensor differs by more than the tolerance times the
reference's largest value, or one of integers by more than the steps, or if a
computed reference is constant, which would prove little.
"""

import argparse
import os
import subprocess
import sys
import time

import numpy as np
import onnx

from wino.compare import compare, load
from wino.expose import expose, pick_inner_tensors
from wino.inputs import input_types, random_values


def prepare_model(args):
    """Writes the model with more outputs; returns its path and their names."""
    model = onnx.load(args.model)
    if args.inner and not args.expected:
        expose(model, pick_inner_tensors(model.graph, args.inner))
    path = os.path.join(args.directory, "model.onnx")
    onnx.save(model, path)
    return path, [output.name for output in model.graph.output]


def write_inputs(args, path):
    """Writes the inputs; returns the options that name them."""
    rng = np.random.default_rng(args.seed)
    options = []
    for index, (shape, dtype) in enumerate(input_types(onnx.load(path).graph, {})):
        name = os.path.join(args.directory, f"input_{index}.npy")
        if args.expected:
            count = int(np.prod(shape))
            values = (np.arange(count) / count).astype(np.float32).reshape(shape)
        else:
            values = random_values(rng, shape, dtype)
        np.save(name, values)
        options.append(f"--input={name}")
    return options


def call(title, command):
    start = time.monotonic()
    subprocess.run(command, check=True)
    print(f"{title}: {time.monotonic() - start:.1f} s")


def run_cpu(args, cpu, model, inputs, outputs):
    """Runs the model for `cpu`; writes its results to the files `outputs`."""
    options = [f"--output={path}" for path in outputs]
    report = f"--report={os.path.join(args.directory, cpu)}.json"
    call(cpu, [args.run, model, f"--cpu={cpu}", report, *args.run_arg, *inputs, *options])


def run_reference(args, model, inputs, outputs):
    """Returns the files with the reference's results: `outputs`, or given ones."""
    if args.expected:
        return args.expected
    if args.reference_cpu:
        run_cpu(args, args.reference_cpu, model, inputs, outputs)
        return outputs
    options = [f"--output={path}" for path in outputs]
    command = ["node", args.node_script, "--runtime", args.runtime, model]
    call("ONNX Runtime", [*command, *inputs, *options])
    return outputs


def compare_all(args, names, actual, reference):
    """Prints a line for each tensor; returns the number that disagree."""
    failures = 0
    for name, ours, theirs in zip(names, map(load, actual), map(load, reference)):
        agree, message = compare(ours, theirs, args.tol, args.steps)
        if not args.expected and theirs.size > 1 and np.min(theirs) == np.max(theirs):
            agree, message = False, "the reference is constant"
        failures += not agree
        print(f"{'PASS' if agree else 'FAIL'} {name} {theirs.shape}: {message}")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("directory")
    parser.add_argument("--run", required=True, metavar="WINO-RUN")
    parser.add_argument("--run-arg", action="append", default=[], metavar="ARG")
    parser.add_argument("--cpu", default="host")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--reference-cpu", metavar="CPU")
    group.add_argument("--runtime", metavar="DIR")
    group.add_argument("--expected", action="append", metavar="OUTPUT.pb")
    parser.add_argument("--node-script")
    parser.add_argument("--inner", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tol", type=float, default=1e-4)
    parser.add_argument("--steps", type=int, default=0)
    args = parser.parse_args()
    if args.runtime and not args.node_script:
        parser.error("--runtime needs --node-script")
    os.makedirs(args.directory, exist_ok=True)
    model, names = prepare_model(args)
    if args.expected and len(args.expected) != len(names):
        parser.error(f"the model has {len(names)} outputs")
    inputs = write_inputs(args, model)
    actual = [os.path.join(args.directory, f"actual_{i}.npy") for i in range(len(names))]
    computed = [os.path.join(args.directory, f"reference_{i}.npy") for i in range(len(names))]
    try:
        reference = run_reference(args, model, inputs, computed)
        run_cpu(args, args.cpu, model, inputs, actual)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"check_network: {error}", file=sys.stderr)
        return 1
    failures = compare_all(args, names, actual, reference)
    print(f"{len(names)} tensors, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
