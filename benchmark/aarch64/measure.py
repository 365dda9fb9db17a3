#!/usr/bin/python3
"""Measures convolution layers on AArch64 without AArch64 hardware: compiles them
by wino-compile, runs them under qemu-aarch64 with a plugin that counts
instructions and models caches, and estimates cycles.

Example:
  measure.py --cpu=cortex-a73 --layers=benchmark/layers/vgg16.txt
"""

import argparse
import concurrent.futures
import json
import pathlib
import sys

import cycles
import table
from candidates import Wino
from emulator import HERE, Emulator, RunError
from layers import parse_layer, read_layers
from peers import get_peers

BUILD = HERE.parent.parent / "build"


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--cpu", default="cortex-a73", choices=cycles.MODELS, help="default: %(default)s")
    add("--layers", action="append", default=[], metavar="FILE",
        help="layers, one C,H,W,K,R,stride,pad,groups[,N] a line; a comment `# 3` gives "
        "the layer's weight in totals; may be repeated")
    add("--layer", action="append", default=[], metavar="C,H,...",
        help="one layer; may be repeated")
    add("--algorithm", action="append", default=[], metavar="NAME",
        help="force an algorithm, e.g. winograd:F(4,3); may be repeated, which measures each")
    add("--plan", action="append", default=[], metavar="ATTRIBUTE",
        help="compile by this #wino.plan<...>; may be repeated, which measures each")
    add("--max-error", type=float, default=0, metavar="ERROR",
        help="allow plans that are not exact this error by the largest result; what they "
        "compute is compared with --tolerance as the others (default: %(default)s)")
    add("--layout", default="nhwc", choices=["nhwc", "nchw"],
        help="of image and result (default: %(default)s)")
    add("--element", default="f32", choices=["f32", "i8"],
        help="type of image, filter and result; sums of i8 are i32, with a bias, scaled by "
        "channel, rounded and saturated (default: %(default)s)")
    add("--max-weight", type=int, default=127, metavar="N", choices=range(1, 128),
        help="draw weights of i8 from -N to N - 1: small ones are proved exact in fewer "
        "residues (default: %(default)s)")
    add("--peers", type=pathlib.Path, metavar="DIR",
        help="also measure the libraries that setup_peers.sh unpacked into DIR")
    add("--only-peer", action="append", default=[], metavar="NAME",
        help="of them, this one; may be repeated")
    add("--phases", action="store_true", help="also print the phases of each layer")
    add("--json", metavar="FILE", type=pathlib.Path, help="append a line of JSON a layer")
    add("--jobs", type=int, default=1, metavar="N", help="layers to run at a time")
    add("--compiler", type=pathlib.Path, default=BUILD / "bin" / "wino-compile",
        help="default: %(default)s")
    add("--work-dir", type=pathlib.Path, default=BUILD / "aarch64-bench", metavar="DIR",
        help="built programs and results of unchanged ones (default: %(default)s)")
    add("--keep", type=pathlib.Path, metavar="DIR",
        help="leave the code of each layer in a folder here")
    add("--tolerance", type=float, default=1e-4, metavar="ERROR",
        help="largest error to accept, relative to the largest value (default: %(default)s)")
    return parser.parse_args()


def get_layers(arguments):
    """Returns the layers, each with the name of its set."""
    layers = [("", parse_layer(text)) for text in arguments.layer]
    for path in arguments.layers:
        layers += [(pathlib.Path(path).stem, layer) for layer in read_layers(path)]
    if not layers:
        raise ValueError("expected --layers=FILE or --layer=C,H,W,K,R,stride,pad,groups[,N]")
    return layers


def get_candidates(arguments):
    requests = {f"wino:{name}": {"algorithm": name} for name in arguments.algorithm}
    requests |= {f"wino:plan{i}": {"plan": plan} for i, plan in enumerate(arguments.plan)}
    candidates = [Wino(name, arguments.compiler, arguments.cpu, arguments.layout,
                       keep=arguments.keep, element=arguments.element,
                       max_error=arguments.max_error,
                       max_weight=arguments.max_weight, **request)
                  for name, request in (requests or {"wino": {}}).items()]
    if not arguments.peers:
        return candidates
    if arguments.element != "f32":
        raise ValueError("peers compute in f32 only")
    if not arguments.peers.is_dir():
        print(f"measure.py: there is no {arguments.peers}, so no peers; setup_peers.sh makes it",
              file=sys.stderr)
        return candidates
    peers = get_peers(arguments.peers, arguments.work_dir, arguments.cpu)
    return candidates + [peer for peer in peers
                         if not arguments.only_peer or peer.name in arguments.only_peer]


def measure(task):
    """Returns the row of a candidate on a layer."""
    candidate, (name, layer), cpu, emulator = task
    row = {"candidate": candidate.name, "cpu": cpu, "set": name, "layer": str(layer),
           "kind": layer.kind, "count": layer.count, "macs": layer.macs}
    try:
        row |= candidate.measure(layer, emulator)
        if "max_error" in row:
            row["max_error"] /= row["max_value"]
    except (OSError, RunError, ValueError) as error:
        row["failed"] = str(error)
    return row


def main():
    arguments = parse_arguments()
    try:
        layers = get_layers(arguments)
        emulator = Emulator(arguments.cpu, arguments.work_dir)
        candidates = get_candidates(arguments)
    except (OSError, ValueError, RunError) as error:
        sys.exit(f"measure.py: error: {error}")
    tasks = [(candidate, layer, arguments.cpu, emulator)
             for candidate in candidates for layer in layers]
    rows = []
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for row in pool.map(measure, tasks):
            rows.append(row)
            print(table.progress(row), file=sys.stderr)
            if arguments.json:
                with arguments.json.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
    print(table.make(rows, arguments.phases))
    bad = [row for row in rows
           if "failed" in row or row.get("max_error", 0) > arguments.tolerance]
    for row in bad:
        reason = row.get("failed") or f"error {row['max_error']:.1e}"
        print(f"measure.py: {row['layer']}: {row['candidate']}: {reason}", file=sys.stderr)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
