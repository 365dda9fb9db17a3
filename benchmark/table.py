#!/usr/bin/python3
"""Prints the JSON of wino-bench as a Markdown table, a row per layer."""

import json
import sys


def describe_plan(label):
    """Shortens a plan: its transform or algorithm, and its block of tiles."""
    def field(name):
        value = label.split(name + " = ", 1)
        return value[1].split(",", 1)[0].strip("<> ") if len(value) == 2 else ""

    if "transform = " not in label:
        name = field("algorithm")
    else:
        name = label.split("transform = <", 1)[1].split(">", 1)[0]
    block = field("schedule = <block")
    return f"{name}, {block}" if block else name


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: table.py RESULT.json")
    with open(sys.argv[1], encoding="utf-8") as file:
        benchmarks = json.load(file)["benchmarks"]
    layers = {}
    for entry in benchmarks:
        layer, candidate = entry["name"].split("/", 1)
        layers.setdefault(layer, {})[candidate.split("/iterations")[0]] = entry
    names = list(dict.fromkeys(name for entries in layers.values()
                               for name in entries))
    peers = [name for name in names if not name.startswith("wino")]
    ours = [name for name in names if name.startswith("wino")]
    print("| layer |", " | ".join(f"{name} | plan, block" for name in ours),
          "| max error |", " | ".join(peers), "|")
    print("|---" * (2 + 2 * len(ours) + len(peers)) + "|")
    for layer, entries in layers.items():
        cells = [layer]
        errors = []
        for name in ours + peers:
            entry = entries.get(name)
            if entry is None or entry.get("error_occurred"):
                cells.append("-")
            else:
                speed = f"{entry.get('vs_direct', float('nan')):.2f}"
                if name == "onednn-direct":
                    speed = f"{entry['median_ms']:.3f} ms"
                cells.append(speed)
            if name in ours:
                cells.append(describe_plan(entry.get("label", ""))
                             if entry else "-")
                errors.append(entry.get("max_error", float("nan")))
            if name == ours[-1]:
                cells.append(f"{max(errors):.0e}")
        print("|", " | ".join(cells), "|")


if __name__ == "__main__":
    main()
