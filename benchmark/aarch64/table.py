"""Markdown tables of measured layers."""

MILLION = 1e6
HEADER = ["layer", "code", "instr. M", "per MAC", "core M", "per MAC", "DRAM MB",
          "with memory M", "max error", "plan"]


def shorten_plan(label):
    """A plan's algorithm or transform, and its schedule."""
    if not label.startswith("#wino.plan<"):
        return label
    inner = label[len("#wino.plan<"):-1]
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


def figures(rows):
    """The cells of the sum of some rows, each as often as the network has it."""
    def total(key):
        return sum(row[key] * row["count"] for row in rows)

    macs = total("macs")
    instructions, core = total("instructions"), total("core_cycles")
    return [number(instructions / MILLION), f"{instructions / macs:.4f}",
            number(core / MILLION), f"{core / macs:.4f}",
            number(total("dram_bytes") / MILLION), number(total("cycles") / MILLION),
            f"{max(row['max_error'] for row in rows):.0e}"]


def is_measured(row):
    return "failed" not in row and "unsupported" not in row


def layer_line(row):
    start = [row["layer"], row["candidate"]]
    if not is_measured(row):
        reason = "failed" if "failed" in row else "not supported"
        return start + ["-"] * 7 + [reason]
    return start + figures([row | {"count": 1}]) + [shorten_plan(row["label"])]


def total_lines(rows):
    """Sums by kind of layer, and over all, per candidate."""
    lines = []
    for candidate in dict.fromkeys(row["candidate"] for row in rows):
        own = [row for row in rows if row["candidate"] == candidate]
        kinds = dict.fromkeys(row["kind"] for row in own)
        groups = [(kind, [row for row in own if row["kind"] == kind]) for kind in kinds]
        if len(groups) > 1:
            groups.append(("all", own))
        for name, group in groups:
            # A sum without some layers would be no sum.
            if len(own) > 1 and all(map(is_measured, group)):
                count = sum(row["count"] for row in group)
                lines.append([f"**{name}: {count}**", candidate, *figures(group), ""])
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
    for layer in dict.fromkeys(row["layer"] for row in rows):
        lines += [layer_line(row) for row in rows if row["layer"] == layer]
    text = render(HEADER, lines + total_lines(rows))
    if with_phases:
        header = ["layer", "code", "phase", "instr. M", "core M", "share", "L2 misses, MB",
                  "with memory M", "share"]
        text += "\n\n" + render(header, phase_lines(rows))
    return text
