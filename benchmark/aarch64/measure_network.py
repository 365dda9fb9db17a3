#!/usr/bin/python3
"""Measures a whole network on AArch64 without AArch64 hardware, once with the plans
that the search finds, and once with each algorithm forced on all layers that it
applies to; the others are then as the default rule has them.

Example:
  python3 -m wino.models resnet18 -o resnet18.onnx
  measure_network.py resnet18.onnx --cpu=cortex-a73
"""

import argparse
import pathlib
import sys
import tempfile

import cycles
from emulator import CROSS_COMPILER, HERE, Emulator, RunError, call
from measure import BUILD

UNIFORM = ["winograd:F(2,3)", "winograd:F(4,3)", "winograd:F(6,3)", "im2row"]


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("model", type=pathlib.Path, help="one input and one output of f32")
    add("--cpu", default="cortex-a73", choices=cycles.MODELS, help="default: %(default)s")
    add("--algorithm", action="append", default=[], metavar="NAME",
        help=f"may be repeated; default: {', '.join(UNIFORM)}")
    add("--compiler", type=pathlib.Path, default=BUILD / "bin" / "wino-compile",
        help="default: %(default)s")
    add("--work-dir", type=pathlib.Path, default=BUILD / "aarch64-bench", metavar="DIR",
        help="built programs and results of unchanged ones (default: %(default)s)")
    add("--tolerance", type=float, default=1e-3, metavar="ERROR",
        help="largest difference of results, relative to their norm (default: %(default)s)")
    return parser.parse_args()


def measure(arguments, emulator, options):
    """Compiles with `options` and runs; returns what is known."""
    with tempfile.TemporaryDirectory() as temporary:
        directory = pathlib.Path(temporary)
        call([arguments.compiler, arguments.model, f"--cpu={arguments.cpu}", "--prefix=network",
              *options, "-o", directory / "network.o", "--header"])
        call([CROSS_COMPILER, "-std=c++17", "-O2", "-static", "-Wl,--build-id=none",
              f"-I{directory}", HERE / "programs" / "NetworkProgram.cpp", directory / "network.o",
              "-o", directory / "program"])
        weights = directory / "network.weights"
        result = emulator.run(directory / "program", [weights.name], directory, data=[weights])
    return result


def main():
    arguments = parse_arguments()
    emulator = Emulator(arguments.cpu, arguments.work_dir)
    requests = {"searched": ["--search"]}
    requests |= {name: [f"--algorithm={name}"] for name in arguments.algorithm or UNIFORM}
    print("| network | core | assignment | core M | DRAM MB | with memory M | over the search |")
    print("|---|---|---|---|---|---|---|")
    results = {}
    for name, options in requests.items():
        try:
            result = results[name] = measure(arguments, emulator, options)
        except (OSError, RunError, ValueError) as error:
            sys.exit(f"measure_network.py: {name}: {error}")
        searched = results["searched"]
        print(f"| {arguments.model.stem} | {arguments.cpu} | {name} "
              f"| {result['core_cycles'] / 1e6:.4g} | {result['dram_bytes'] / 1e6:.4g} "
              f"| {result['cycles'] / 1e6:.4g} | {result['cycles'] / searched['cycles']:.3f} |",
              flush=True)
        difference = max(abs(a - b) for a, b in zip(result["first"], searched["first"]))
        if difference > arguments.tolerance * searched["norm"]:
            sys.exit(f"measure_network.py: {name}: the result differs by {difference}")


if __name__ == "__main__":
    main()
