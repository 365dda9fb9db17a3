#!/usr/bin/python3
"""Compares the cost model with measurements: per layer, how much more the plan
that the model prefers costs than the best one measured, and how well the two
orders of the plans agree (Spearman's rank correlation).

Plans come from wino-candidates, measurements from the emulator, as measure.py
makes them, or for the host from wino-tune. They are kept in --measured, one JSON
object a line, so that a run that was interrupted goes on where it was, and so
that another model can be compared with the same measurements.

Example:
  model_quality.py --cpu=cortex-a73 --layer=64,56,56,64,3,1,1,1 --measured=a73.jsonl
"""

import argparse
import json
import math
import pathlib
import statistics
import sys
import tempfile

import cycles
from candidates import Wino
from emulator import Emulator, RunError, call
from layer_module import write_module
from layers import parse_layer, read_layers
from measure import BUILD


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--cpu", default="cortex-a73", choices=[*cycles.MODELS, "host"],
        help="default: %(default)s")
    add("--element", default="f32", choices=["f32", "i8"])
    add("--layers", action="append", default=[], metavar="FILE", help="as measure.py reads them")
    add("--layer", action="append", default=[], metavar="C,H,...")
    add("--schedules", type=int, default=3, help="of each algorithm (default: %(default)s)")
    add("--measured", type=pathlib.Path, required=True, metavar="FILE",
        help="measurements, which are read and extended")
    add("--known", action="store_true", help="measure nothing: only plans that are in the file, by default of all layers")
    add("--check", action="store_true",
        help="fail if a choice costs 20 %% more than the best plan, or 5 %% on average, or "
        "if correlations are below 0.9 in the median")
    add("--phases", action="store_true", help="also measure phases, and print each plan with them")
    add("--build", type=pathlib.Path, default=BUILD, metavar="DIR", help="default: %(default)s")
    add("--work-dir", type=pathlib.Path, default=BUILD / "aarch64-bench", metavar="DIR")
    return parser.parse_args()


def list_plans(arguments, layer):
    """The plans of a layer, as wino-candidates predicts them."""
    with tempfile.TemporaryDirectory() as temporary:
        module = pathlib.Path(temporary) / "layer.mlir"
        module.write_text(write_module(layer, element=arguments.element))
        text = call([arguments.build / "bin" / "wino-candidates", module,
                     f"--cpu={arguments.cpu}", f"--schedules={arguments.schedules}"])
    return [json.loads(line) for line in text.splitlines()]


def predict(arguments, layer, plans):
    """What the model says of plans that are known by their text."""
    with tempfile.TemporaryDirectory() as temporary:
        module = pathlib.Path(temporary) / "layer.mlir"
        module.write_text(write_module(layer, element=arguments.element))
        given = pathlib.Path(temporary) / "plans"
        given.write_text("\n".join(plans) + "\n")
        text = call([arguments.build / "bin" / "wino-candidates", module,
                     f"--cpu={arguments.cpu}", f"--plans={given}"])
    return [json.loads(line) for line in text.splitlines()]


class Measurements:
    """Costs of plans in a file."""

    def __init__(self, path):
        self.path = path
        self.rows = {}
        if path.exists():
            for line in path.read_text().splitlines():
                row = json.loads(line)
                self.rows[self.key(row)] = row

    @staticmethod
    def key(row):
        return row["cpu"], row["element"], row["layer"], row["plan"]

    def add(self, row):
        self.rows[self.key(row)] = row
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def get_layers(self, arguments):
        """The texts of all layers, in the order of the file."""
        return dict.fromkeys(layer for cpu, element, layer, _ in self.rows
                             if (cpu, element) == (arguments.cpu, arguments.element))

    def of(self, cpu, element, layer):
        return [row for key, row in self.rows.items() if key[:3] == (cpu, element, str(layer))]


def measure(arguments, layer, plan, emulator):
    """Returns the row of a plan."""
    row = {"cpu": arguments.cpu, "element": arguments.element, "layer": str(layer), "plan": plan}
    wino = Wino("wino", arguments.build / "bin" / "wino-compile", arguments.cpu, plan=plan,
                element=arguments.element)
    try:
        result = wino.measure(layer, emulator)
    except (OSError, RunError, ValueError) as error:
        return row | {"failed": str(error)}
    row |= {key: round(result[key]) for key in ("cycles", "core_cycles")}
    # For wino-tune --import.
    row |= {key: result[key] for key in ("wino_version", "key") if key in result}
    if arguments.phases:
        row["phases"] = {name: {"core_cycles": phase["core_cycles"]}
                         for name, phase in result.get("phases", {}).items()}
    return row


def measure_all(arguments, layer, measurements, emulator):
    """Measures plans of a layer one after the other, as far as they are not known."""
    plans = list_plans(arguments, layer)
    for index, each in enumerate(plans):
        key = (arguments.cpu, arguments.element, str(layer), each["plan"])
        if key not in measurements.rows:
            measurements.add(measure(arguments, layer, each["plan"], emulator))
        print(f"{layer} {index + 1}/{len(plans)}", file=sys.stderr)


def measure_on_host(arguments, layer, measurements):
    """Measures plans of a layer on this machine, unless some are known."""
    if measurements.of(arguments.cpu, arguments.element, layer):
        return
    with tempfile.TemporaryDirectory() as temporary:
        module = pathlib.Path(temporary) / "layer.mlir"
        module.write_text(write_module(layer, element=arguments.element))
        database = pathlib.Path(temporary) / "times.json"
        call([arguments.build / "bin" / "wino-tune", module, f"--database={database}",
              f"--schedules={arguments.schedules}"])
        for entry in json.loads(database.read_text())["entries"]:
            measurements.add({"cpu": arguments.cpu, "element": arguments.element,
                              "layer": str(layer), "plan": entry["plan"], "ns": entry["ns"]})
    print(layer, file=sys.stderr)


def get_cost(row):
    """Cycles under the emulator, nanoseconds on the host; None if it failed."""
    return row.get("cycles", row.get("ns"))


def get_ranks(values):
    """Ranks, equal values sharing the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    begin = 0
    while begin < len(order):
        end = begin
        while end < len(order) and values[order[end]] == values[order[begin]]:
            end += 1
        for index in order[begin:end]:
            ranks[index] = (begin + end - 1) / 2
        begin = end
    return ranks


def get_spearman(a, b):
    a, b = get_ranks(a), get_ranks(b)
    if len(set(a)) < 2 or len(set(b)) < 2:
        return 1.0
    return statistics.correlation(a, b)


def report_layer(arguments, layer, measurements):
    """Prints a layer's line; returns the cost of the choice over the best, and
    the correlation."""
    measured = {row["plan"]: row for row in
                measurements.of(arguments.cpu, arguments.element, layer)
                if get_cost(row) is not None}
    predicted = predict(arguments, layer, list(measured))
    if not predicted:
        return None
    rows = [(each["cycles"], get_cost(measured[each["plan"]]), each) for each in predicted]
    choice, best = min(rows, key=lambda row: row[0]), min(rows, key=lambda row: row[1])
    loss = choice[1] / best[1]
    correlation = get_spearman([row[0] for row in rows], [row[1] for row in rows])
    print(f"{layer!s:28} {len(rows):3} plans  choice / best {loss:.3f}  Spearman {correlation:.3f}  "
          f"predicted / measured {choice[0] / choice[1]:.2f}")
    if arguments.phases:
        print_phases(rows, measured)
    return loss, correlation


def print_phases(rows, measured):
    """Predicted and measured parts of each plan in millions of cycles, or in ms."""
    names = {"input_transform": "input", "products": "products", "output_transform": "output"}
    for prediction, cost, each in sorted(rows, key=lambda row: row[1]):
        row = measured[each["plan"]]
        parts = []
        if "core_cycles" in row:
            parts = [f"core {sum(each[key] for key in (*names, 'filter')) / 1e6:6.2f}"
                     f"/{row['core_cycles'] / 1e6:6.2f}",
                     f"memory {each['memory'] / 1e6:5.2f}"
                     f"/{(row['cycles'] - row['core_cycles']) / 1e6:5.2f}"]
        for key, name in names.items():
            if phase := row.get("phases", {}).get(name):
                value = each[key] + (each["filter"] if key == "products" else 0)
                parts.append(f"{name} {value / 1e6:.2f}/{phase['core_cycles'] / 1e6:.2f}")
        print(f"    {prediction / 1e6:7.2f}/{cost / 1e6:7.2f}  {'  '.join(parts)}  "
              f"{each['plan'].removeprefix('#wino.plan')}")


def main():
    arguments = parse_arguments()
    layers = [parse_layer(text) for text in arguments.layer]
    for path in arguments.layers:
        layers += read_layers(path)
    measurements = Measurements(arguments.measured)
    if arguments.known and not layers:
        layers = [parse_layer(text) for text in measurements.get_layers(arguments)]
    emulator = None
    if arguments.cpu != "host" and not arguments.known:
        emulator = Emulator(arguments.cpu, arguments.work_dir)
    for layer in [] if arguments.known else layers:
        if emulator:
            measure_all(arguments, layer, measurements, emulator)
        else:
            measure_on_host(arguments, layer, measurements)
    results = [result for layer in layers
               if (result := report_layer(arguments, layer, measurements))]
    if not results:
        sys.exit("model_quality.py: nothing is measured")
    losses, correlations = zip(*results)
    mean = math.exp(statistics.mean(map(math.log, losses)))
    median = statistics.median(correlations)
    print(f"choice / best: geometric mean {mean:.3f}, worst {max(losses):.3f}; "
          f"Spearman: median {median:.3f}, least {min(correlations):.3f}")
    if arguments.check and (mean > 1.05 or max(losses) > 1.2 or median < 0.9):
        sys.exit("model_quality.py: the model is worse than that")


if __name__ == "__main__":
    main()
