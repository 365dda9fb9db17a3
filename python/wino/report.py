"""Prints the report of a compiled model as a table.

usage: python3 -m wino.report REPORT.json
"""

import argparse
import json


def format_bytes(size):
    """A size in KiB or MiB."""
    if size < 1 << 20:
        return f"{size / 1024:.0f} KiB"
    return f"{size / (1 << 20):.1f} MiB"


def get_row(layer):
    """The cells of one layer's row; a dynamic size shows as ?."""
    size = lambda key: str(layer.get(key, "?"))
    stride = size("stride_h") + "x" + size("stride_w")
    return [
        layer["name"],
        "x".join(size(key) for key in ("c", "out_h", "out_w", "k")),
        size("kh") + "x" + size("kw") + ("/" + stride if stride != "1x1" else ""),
        layer.get("transform", layer["algorithm"]),
        f"{layer['macs'] / 1e6:.1f}" if "macs" in layer else "?",
        format_bytes(layer.get("weight_bytes", 0)),
        format_bytes(layer.get("scratch_bytes", 0)),
    ]


def print_report(report):
    """Prints the layers, then the totals."""
    header = ["layer", "C x OH x OW x K", "filter", "by", "M MACs", "weights", "block"]
    rows = [header] + [get_row(layer) for layer in report["layers"]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    for row in rows:
        cells = [
            cell.rjust(width) if i >= 4 else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths))
        ]
        print("  ".join(cells).rstrip())
    memory = report["memory"]
    print(
        f"{report['model']} for {report['cpu']}: "
        f"{report['totals']['macs'] / 1e9:.2f} G MACs, "
        f"packed weights {format_bytes(memory['packed_bytes'])}, "
        f"scratch {format_bytes(memory['scratch_bytes'])} "
        f"(largest live set {format_bytes(memory['scratch_lower_bound'])}), "
        f"compiled in {report['seconds']['total']:.1f} s"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("report")
    with open(parser.parse_args().report, encoding="utf-8") as file:
        print_report(json.load(file))


if __name__ == "__main__":
    main()
