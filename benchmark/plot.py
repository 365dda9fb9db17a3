#!/usr/bin/python3
"""Draws the results of wino-bench (--benchmark_out) or of aarch64/measure.py
(--json): above, the speed of each candidate on each layer; below, the phases of
Wino's code.

usage: plot.py RESULT.json|RESULT.jsonl IMAGE.png|IMAGE.svg
"""

import json
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

PHASES = ["filter", "input", "products", "output"]


def read_host(benchmarks):
    """Returns speeds over oneDNN's direct convolution, or in GFLOP/s without
    it, and milliseconds by phase."""
    key = "vs_direct" if any("vs_direct" in entry for entry in benchmarks) else "GFLOP/s"
    speeds, phases = {}, {}
    for entry in benchmarks:
        layer, candidate = entry["name"].split("/", 1)
        candidate = candidate.split("/iterations")[0]
        if key not in entry:
            continue
        speeds.setdefault(candidate, {})[layer] = entry[key]
        found = {phase: entry[f"{phase}_ms"] for phase in PHASES if f"{phase}_ms" in entry}
        if found:
            phases.setdefault(layer, found)
    return ("speed over oneDNN's direct convolution" if key == "vs_direct" else key), speeds, phases


def read_aarch64(rows):
    """Returns multiply-adds of the direct convolution per modelled cycle, and
    cycles by phase."""
    speeds, phases = {}, {}
    for row in rows:
        if "cycles" not in row:
            continue
        speeds.setdefault(row["candidate"], {})[row["layer"]] = row["macs"] / row["cycles"]
        if "phases" in row:
            phases.setdefault(row["layer"], {name: phase["cycles"]
                                             for name, phase in row["phases"].items()})
    return f"multiply-adds per cycle, {rows[0]['cpu']} with memory", speeds, phases


def read(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        return read_host(json.loads(text)["benchmarks"])
    except (json.JSONDecodeError, KeyError):
        return read_aarch64([json.loads(line) for line in text.splitlines()])


def draw_speeds(axes, label, layers, speeds):
    width = 0.8 / len(speeds)
    for index, (candidate, values) in enumerate(speeds.items()):
        positions = [i - 0.4 + width * (index + 0.5) for i, layer in enumerate(layers)
                     if layer in values]
        axes.bar(positions, [values[layer] for layer in layers if layer in values], width,
                 label=candidate)
    axes.set_title(label)
    axes.grid(axis="y", alpha=0.3)
    axes.legend()


def draw_phases(axes, layers, phases):
    """Draws shares; together they make 1."""
    bottom = [0] * len(layers)
    for phase in PHASES:
        shares = [phases.get(layer, {}).get(phase, 0) / (sum(phases.get(layer, {}).values()) or 1)
                  for layer in layers]
        axes.bar(range(len(layers)), shares, 0.6, bottom=bottom, label=phase)
        bottom = [a + b for a, b in zip(bottom, shares)]
    axes.set_title("share of the phases", pad=28)
    axes.legend(ncol=len(PHASES), loc="lower center", bbox_to_anchor=(0.5, 1))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    label, speeds, phases = read(sys.argv[1])
    layers = list(dict.fromkeys(layer for values in speeds.values() for layer in values))
    if not layers:
        sys.exit("plot.py: nothing was measured")
    size = (max(6, 0.7 * len(layers)), 8)
    figure, (upper, lower) = plt.subplots(2, 1, sharex=True, figsize=size)
    draw_speeds(upper, label, layers, speeds)
    draw_phases(lower, layers, phases)
    lower.set_xticks(range(len(layers)), layers, rotation=60, ha="right")
    figure.tight_layout()
    figure.savefig(sys.argv[2])


if __name__ == "__main__":
    main()
