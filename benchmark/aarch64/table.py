"""Markdown tables of measured layers."""

MILLION = 1e6
HEADER = ["layer", "code", "instr. M", "per MAC", "core M", "per MAC", "DRAM MB",
          "with memory M", "best peer", "max error", "plan"]


def shorten_numbers(label):
    """The plan with only the name of its numbers."""
    before, key, rest = label.partition("numbers = #wino.")
    if not key:
        return label
    depth = 0
    for position, letter in enumerate(rest):
        depth += (letter == "<") - (letter == ">")
        if depth == 0 and letter == ",":
            return before + rest[:position].split("<")[0] + rest[position:]
    return label


def shorten_plan(label):
    """A plan's algorithm or transform, and its schedule."""
    if not label.startswith("#wino.plan<"):
        return label
    inner = shorten_numbers(label)[len("#wino.plan<"):-1]
    for text in ("algorithm = winograd, ", "algorithm = ", "transform = ", "schedule = ",
                 "micro_", "<", ">", " = "):
        inner = inner.replace(text, " " if text == " = " else "")
    return inner


def progress(row):
    """A line about a measured layer."""
    what = f"{row['candidate']} {row['cpu']} {row['layer']}"
    if "failed" in row:
        return f"{what}: failed"
    if "unsupported" in row:
        return f"{what}: not supported"
    return f"{what}: {row['cycles'] / MILLION:.2f} M cycles, error {row['max_error']:.0e}"


def number(value):
    """Four digits."""
    return f"{value:.{max(0, 4 - len(str(int(value))))}f}"


def is_measured(row):
    return "failed" not in row and "unsupported" not in row


def is_ours(row):
    return row["candidate"].startswith("wino")


def total(rows, key):
    """The sum of some rows, each as often as the network has it."""
    return sum(row[key] * row["count"] for row in rows)


def compare(rows, all_rows):
    """How many times the cycles of `rows`, of one of our candidates, the best
    peer takes for the same layers."""
    if not is_ours(rows[0]):
        return ""
    layers = [row["layer"] for row in rows]
    others = {}
    for row in all_rows:
        if not is_ours(row) and is_measured(row) and row["layer"] in layers:
            others.setdefault(row["candidate"], []).append(row)
    sums = {name: total(found, "cycles") for name, found in others.items()
            if len(found) == len(layers)}
    if not sums:
        return ""
    best = min(sums, key=sums.get)
    return f"{sums[best] / total(rows, 'cycles'):.2f} {best}"


def figures(rows, all_rows):
    """The cells of the sum of some rows of a candidate."""
    macs = total(rows, "macs")
    instructions, core = total(rows, "instructions"), total(rows, "core_cycles")
    return [number(instructions / MILLION), f"{instructions / macs:.4f}",
            number(core / MILLION), f"{core / macs:.4f}",
            number(total(rows, "dram_bytes") / MILLION),
            number(total(rows, "cycles") / MILLION), compare(rows, all_rows),
            f"{max(row['max_error'] for row in rows):.0e}"]


def layer_line(row, all_rows):
    start = [row["layer"], row["candidate"]]
    if not is_measured(row):
        reason = "failed" if "failed" in row else "not supported"
        return start + ["-"] * 8 + [reason]
    return start + figures([row], all_rows) + [shorten_plan(row["label"])]


def group_lines(name, rows):
    """The sums of some rows, one per candidate."""
    lines = []
    for candidate in dict.fromkeys(row["candidate"] for row in rows):
        own = [row for row in rows if row["candidate"] == candidate]
        # A sum without some layers would be no sum.
        if len(own) > 1 and all(map(is_measured, own)):
            count = sum(row["count"] for row in own)
            lines.append([f"{count} layers: {name}", candidate, *figures(own, rows), ""])
    return lines


def total_lines(rows):
    """Sums by set and kind of layer, and over each set."""
    lines = []
    for name in dict.fromkeys(row["set"] for row in rows):
        members = [row for row in rows if row["set"] == name]
        kinds = dict.fromkeys(row["kind"] for row in members)
        for kind in kinds:
            of_kind = [row for row in members if row["kind"] == kind]
            lines += group_lines(f"{name} {kind}".strip(), of_kind)
        if len(kinds) > 1:
            lines += group_lines(f"{name} all".strip(), members)
    return lines


def phase_lines(rows):
    """The phases of each layer, as shares of all."""
    lines = []
    for row in rows:
        if not is_measured(row):
            continue
        for name, phase in row.get("phases", {}).items():
            misses = phase["l2_misses"]
            lines.append([
                row["layer"], row["candidate"], name,
                number(phase["instructions"] / MILLION), number(phase["core_cycles"] / MILLION),
                f"{100 * phase['core_cycles'] / row['core_cycles']:.0f} %",
                number(misses * 64 / MILLION), number(phase["cycles"] / MILLION),
                f"{100 * phase['cycles'] / row['cycles']:.0f} %"])
    return lines


def render(header, lines):
    rows = [header, ["---"] * len(header), *lines]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in rows)


def make(rows, with_phases=False):
    """Returns the table of all rows with their totals."""
    lines = []
    # The count matters for sums only.
    singles = [row | {"count": 1} for row in rows]
    for layer in dict.fromkeys(row["layer"] for row in rows):
        lines += [layer_line(row, singles) for row in singles if row["layer"] == layer]
    text = render(HEADER, lines + total_lines(rows))
    if with_phases:
        header = ["layer", "code", "phase", "instr. M", "core M", "share", "L2 misses, MB",
                  "with memory M", "share"]
        text += "\n\n" + render(header, phase_lines(rows))
    return text
