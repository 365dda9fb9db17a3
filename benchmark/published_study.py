#!/usr/bin/python3
"""Compares the cost model with a published study: ResNet-18 for images of 32x32
pixels on Cortex-A73 and Cortex-A53, by im2col, im2row, and Winograd with tiles of 2
and 4 pixels, in fp32 and int8 (Fernandez-Marques et al., "Searching for
Winograd-aware Quantized Networks", MLSys 2020, table 3).

Int8 layers by Winograd are quantized there, as in the rows F2 and F4 here (8
bits, scales per tap); the rows `exact` compute in the ring modulo 2^32 instead.
The uniform rows have the stem and the 1x1 layers by im2row. The row `searched`
takes the best of im2row, F2, F4 and F6 for each layer, `all` the best of all
algorithms; `exact` leaves out what is quantized.

With --sweep the same choice is shown by the size of the map and the number of
channels, with --plot the predicted times are drawn as well.

Examples:
  published_study.py
  published_study.py --sweep --cpu=cortex-a73 --plot=maps.png
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "aarch64"))

from layer_module import write_module  # noqa: E402
from layers import parse_layer, read_layers  # noqa: E402

# Milliseconds of table 3; None where it has none.
PUBLISHED = {
    ("f32", "cortex-a53"): {"im2col": 156, "im2row": 118, "F2": 126, "F4": 97},
    ("f32", "cortex-a73"): {"im2col": 102, "im2row": 85, "F2": 56, "F4": 46},
    ("i8", "cortex-a53"): {"im2col": 124, "im2row": 117, "F2": 91},
    ("i8", "cortex-a73"): {"im2col": 59, "im2row": 54, "F2": 38},
}
UNIFORM = {"f32": ["im2col", "im2row", "F2", "F4"],
           "i8": ["im2col", "im2row", "F2", "F4", "F2 exact", "F4 exact"]}
RESTRICTED = ["im2row", "F2", "F4", "F6"]
MAPS = [4, 7, 8, 14, 16, 28, 32, 56, 112]
CHANNELS = [64, 128, 256, 512]


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--cpu", action="append", default=[], choices=["cortex-a53", "cortex-a73"],
        help="may be repeated; default: both")
    add("--element", action="append", default=[], choices=["f32", "i8"],
        help="may be repeated; default: both")
    add("--layers", type=pathlib.Path, default=HERE / "layers" / "cifar-resnet18.txt",
        metavar="FILE", help="default: %(default)s")
    add("--per-layer", action="store_true", help="also print each layer")
    add("--check", action="store_true",
        help="fail unless the published rows of Cortex-A73 are in the same order here, by type; "
        "with --sweep, unless it takes F4 at 4, 7 and 8 pixels of 64 channels, and F6 at 28, "
        "56 and 112 of all, in f32")
    add("--sweep", action="store_true", help="print choices by map and channels instead")
    add("--plot", type=pathlib.Path, metavar="IMAGE", help="with --sweep, draw it as well")
    add("--candidates", type=pathlib.Path, default=HERE.parent / "build" / "bin" / "wino-candidates",
        help="default: %(default)s")
    arguments = parser.parse_args()
    if arguments.plot and not arguments.sweep:
        parser.error("--plot needs --sweep")
    arguments.cpu = arguments.cpu or ["cortex-a73", "cortex-a53"]
    arguments.element = arguments.element or ["f32", "i8"]
    return arguments


def get_name(plan, algorithm):
    """F2 for Winograd with tiles of two pixels, else the algorithm's name. Residues
    are not part of the study."""
    if algorithm == "winograd-rns":
        return None
    exact = " exact" if algorithm == "winograd-ring" else ""
    for m in range(2, 10):
        if f"<F({m}x{m}, 3x3)" in plan:
            return f"F{m}{exact}"
    return None if "F(" in plan else algorithm


def predict(arguments, cpu, element, layer):
    """Returns the least predicted milliseconds of each name."""
    requests = [[]]
    if element == "i8" and layer.r == 3:
        requests += [[f"--algorithm=winograd-quantized:F({m},3)"] for m in (2, 4)]
    with tempfile.TemporaryDirectory() as temporary:
        module = pathlib.Path(temporary) / "layer.mlir"
        module.write_text(write_module(layer, element=element))
        lines = [line for request in requests for line in subprocess.run(
            [arguments.candidates, module, f"--cpu={cpu}", "--schedules=1", "--min-plans=0",
             *request], check=True, capture_output=True, text=True).stdout.splitlines()]
    file = HERE.parent / "lib" / "Target" / "cpus" / f"{cpu}.json"
    cycles_per_ms = json.loads(file.read_text())["frequency_mhz"] * 1e3
    times = {}
    for row in map(json.loads, lines):
        if name := get_name(row["plan"], row["algorithm"]):
            times[name] = min(times.get(name, float("inf")), row["cycles"] / cycles_per_ms)
    return times


def choose(times, names):
    return min((name for name in names if name in times), key=times.__getitem__)


def print_network(arguments, cpu, element):
    choices = {"searched": RESTRICTED, "all": None}
    if element == "i8":
        choices |= {"exact": ["im2row", "direct", "F2 exact", "F3 exact", "F4 exact"]}
    totals = dict.fromkeys([*UNIFORM[element], *choices], 0)
    for layer in read_layers(arguments.layers):
        times = predict(arguments, cpu, element, layer)
        is_uniform = layer.r == 3 and layer.c > 3
        for name in UNIFORM[element]:
            totals[name] += layer.count * times[name if is_uniform else "im2row"]
        best = {name: choose(times, of or times) for name, of in choices.items()}
        for name, choice in best.items():
            totals[name] += layer.count * times[choice]
        if arguments.per_layer:
            shown = ", ".join(f"{name} {time:.3f}" for name, time in times.items())
            chosen = ", ".join(f"{name}: {choice}" for name, choice in best.items())
            print(f"  {layer!s:22} {layer.count} x  {shown}; {chosen}")
    published = PUBLISHED[element, cpu]
    for name, total in totals.items():
        theirs = published.get(name)
        print(f"| {cpu} | {element} | {name} | {total:.1f} | {totals['im2row'] / total:.2f} | "
              + (f"{theirs} | {published['im2row'] / theirs:.2f} |" if theirs else "- | - |"))
    order = sorted(published, key=published.get)
    if arguments.check and cpu == "cortex-a73" and order != sorted(published, key=totals.get):
        sys.exit(f"published_study.py: the order of {element} is not that of the study")


def print_sweep(arguments, cpu, element):
    """Prints what is chosen; returns predicted times by channels and map."""
    print(f"| {cpu}, {element}: map | " + " | ".join(str(c) for c in CHANNELS) + " |")
    print("|---" * (len(CHANNELS) + 1) + "|")
    times = {}
    for size in MAPS:
        for c in CHANNELS:
            layer = parse_layer(f"{c},{size},{size},{c},3,1,1,1")
            times[c, size] = predict(arguments, cpu, element, layer)
        print(f"| {size} | " + " | ".join(choose(times[c, size], RESTRICTED) for c in CHANNELS)
              + " |")
    if arguments.check and (cpu, element) == ("cortex-a73", "f32"):
        expected = {(64, 4): "F4", (64, 7): "F4", (64, 8): "F4",
                    **{(c, size): "F6" for c in CHANNELS for size in (28, 56, 112)}}
        for case, name in expected.items():
            if choose(times[case], RESTRICTED) != name:
                sys.exit(f"published_study.py: {case} should take {name}")
    return times


def draw(path, panels):
    """One picture a core and type, one group of lines a number of channels."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots(len(panels), len(CHANNELS), sharex=True, squeeze=False,
                                figsize=(4 * len(CHANNELS), 3.2 * len(panels)))
    for row, ((cpu, element), times) in zip(axes, panels.items()):
        for axis, c in zip(row, CHANNELS):
            for name in RESTRICTED:
                known = [(size, times[c, size][name]) for size in MAPS if name in times[c, size]]
                if known:
                    axis.loglog(*zip(*known), marker="o", markersize=3, label=name)
            axis.set_title(f"{cpu}, {element}, {c} -> {c} channels", fontsize=9)
            axis.set_xticks(MAPS, [str(size) for size in MAPS], fontsize=7)
            axis.minorticks_off()
            axis.grid(True, linewidth=0.3)
        row[0].set_ylabel("predicted ms")
        row[0].legend(fontsize=8)
    for axis in axes[-1]:
        axis.set_xlabel("map")
    figure.tight_layout()
    figure.savefig(path)


def main():
    arguments = parse_arguments()
    cases = [(cpu, element) for cpu in arguments.cpu for element in arguments.element]
    if arguments.sweep:
        panels = {case: print_sweep(arguments, *case) for case in cases}
        if arguments.plot:
            draw(arguments.plot, panels)
        return
    print("| core | type | algorithm | ms | over im2row | published ms | over im2row |")
    print("|---|---|---|---|---|---|---|")
    for case in cases:
        print_network(arguments, *case)


if __name__ == "__main__":
    main()
