#!/usr/bin/python3
"""Measures a whole network on AArch64 without AArch64 hardware, or on this machine,
once with the plans that the search finds, and once with each algorithm forced on all
layers that it applies to; the others are then as the default rule has them.

Example:
  python3 -m wino.models resnet18 -o resnet18.onnx
  measure_network.py resnet18.onnx --cpu=cortex-a73
"""

import argparse
import json
import pathlib
import statistics
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
    add("--cpu", default="cortex-a73", choices=[*cycles.MODELS, "host"],
        help="default: %(default)s")
    add("--algorithm", action="append", default=[], metavar="NAME",
        help=f"may be repeated; default: {', '.join(UNIFORM)}")
    add("--compiler", type=pathlib.Path, default=BUILD / "bin" / "wino-compile",
        help="default: %(default)s")
    add("--work-dir", type=pathlib.Path, default=BUILD / "aarch64-bench", metavar="DIR",
        help="built programs and results of unchanged ones (default: %(default)s)")
    add("--tolerance", type=float, default=1e-3, metavar="ERROR",
        help="largest difference of results, relative to their norm (default: %(default)s)")
    add("--rounds", type=int, default=5, metavar="N",
        help="on the host, in which all assignments run in turn (default: %(default)s)")
    return parser.parse_args()


def compile_network(arguments, options, directory):
    """Makes `program` and its weights in `directory`."""
    call([arguments.compiler, arguments.model, f"--cpu={arguments.cpu}", "--prefix=network",
          *options, "-o", directory / "network.o", "--header"])
    compiler = "c++" if arguments.cpu == "host" else CROSS_COMPILER
    call([compiler, "-std=c++17", "-O2", "-static", "-Wl,--build-id=none",
          f"-I{directory}", HERE / "programs" / "NetworkProgram.cpp", directory / "network.o",
          "-o", directory / "program"])


def check(arguments, name, result, searched):
    difference = max(abs(a - b) for a, b in zip(result["first"], searched["first"]))
    if difference > arguments.tolerance * searched["norm"]:
        sys.exit(f"measure_network.py: {name}: the result differs by {difference}")


def measure_emulated(arguments, requests):
    emulator = Emulator(arguments.cpu, arguments.work_dir)
    print("| network | core | assignment | core M | DRAM MB | with memory M | over the search |")
    print("|---|---|---|---|---|---|---|")
    searched = None
    for name, options in requests.items():
        with tempfile.TemporaryDirectory() as temporary:
            directory = pathlib.Path(temporary)
            compile_network(arguments, options, directory)
            weights = directory / "network.weights"
            result = emulator.run(directory / "program", [weights.name], directory,
                                  data=[weights])
        searched = searched or result
        print(f"| {arguments.model.stem} | {arguments.cpu} | {name} "
              f"| {result['core_cycles'] / 1e6:.4g} | {result['dram_bytes'] / 1e6:.4g} "
              f"| {result['cycles'] / 1e6:.4g} | {result['cycles'] / searched['cycles']:.3f} |",
              flush=True)
        check(arguments, name, result, searched)


def measure_on_host(arguments, requests):
    """Compares times of each round, which the load of the machine changes less than
    times of different rounds."""
    runs_per_round = 5
    times = {name: [] for name in requests}
    with tempfile.TemporaryDirectory() as temporary:
        for number, options in enumerate(requests.values()):
            directory = pathlib.Path(temporary) / str(number)
            directory.mkdir()
            compile_network(arguments, options, directory)
        for _ in range(arguments.rounds):
            searched = None
            for number, name in enumerate(requests):
                result = json.loads(call(["./program", "network.weights", runs_per_round],
                                         cwd=pathlib.Path(temporary) / str(number)))
                searched = searched or result
                check(arguments, name, result, searched)
                times[name].append(result["ns"])
    print("| network | core | assignment | ms | over the search |")
    print("|---|---|---|---|---|")
    for name, own in times.items():
        ratio = statistics.median(a / b for a, b in zip(own, times["searched"]))
        print(f"| {arguments.model.stem} | host | {name} | {statistics.median(own) / 1e6:.4g} "
              f"| {ratio:.3f} |")


def main():
    arguments = parse_arguments()
    requests = {"searched": ["--search"]}
    requests |= {name: [f"--algorithm={name}"] for name in arguments.algorithm or UNIFORM}
    try:
        if arguments.cpu == "host":
            measure_on_host(arguments, requests)
        else:
            measure_emulated(arguments, requests)
    except (OSError, RunError, ValueError) as error:
        sys.exit(f"measure_network.py: {error}")


if __name__ == "__main__":
    main()
