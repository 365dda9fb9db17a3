"""Checks the readers of layers and the estimates of cycles.

usage: check_estimates.py BENCHMARK_FOLDER"""

import sys

sys.path.insert(0, sys.argv[1])

import cycles  # noqa: E402
import inorder  # noqa: E402
from layers import parse_layer  # noqa: E402


def fmla(count):
    return [f"fmla\tv{i}.4s, v30.4s, v31.s[0]" for i in range(count)]


def check_inorder(expected, instructions):
    cycles_found = inorder.estimate_cycles(instructions)
    assert abs(cycles_found - expected) < 1e-9, (instructions, cycles_found)


def loop(first, count):
    """A loop of `first` and independent multiply-adds."""
    return [*first, "subs\tx0, x0, #1", *fmla(count), "b.ne\t#-4"]


# One vector operation a cycle; the loop's own instructions hide behind them.
check_inorder(8, loop([], 8))
# The next multiply-add of an accumulator starts four cycles later.
check_inorder(4, loop([], 2))
# A vector load takes a cycle per 8 bytes, all of them its own.
check_inorder(10, loop(["ldr\tq16, [x1, #16]"], 8))
check_inorder(12, loop(["ldp\tq16, q17, [x1]"], 8))
# An integer load pairs with a vector operation.
check_inorder(8, ["ldr\tx3, [x1, #16]", *fmla(8)])
# A load's result is there after five cycles and the second of its own.
check_inorder(7, ["ldr\tq30, [x1]", "fmla\tv0.4s, v30.4s, v31.s[0]"])

# Two instructions a cycle at most on A73; multiply-adds issue one a cycle.
a73 = cycles.MODELS["cortex-a73"]
(found,) = cycles.estimate_blocks([loop([], 8)], a73)
assert abs(found - 8) < 0.1, found
(found,) = cycles.estimate_blocks([[f"add\tx{i}, x{i}, #1" for i in range(12)]], a73)
assert abs(found - 6) < 0.1, found

# Half of the instructions are in a block; phases are not scaled to all.
counts = {"instructions": 4000, "blocks": [
    {"executions": 1000, "words": "9100042191000442", "phase": "input"}]}
assert cycles.disassemble(["9100042191000442", "91000463"]) == [
    ["add\tx1, x1, #1", "add\tx2, x2, #1"], ["add\tx3, x3, #1"]]
total, phases = cycles.estimate(counts, a73)
assert abs(total - 2000) < 20 and abs(phases["input"] - 1000) < 10, (total, phases)
# Blocks that are known are not estimated again.
assert cycles.estimate(counts, a73) == (total, phases)

layer = parse_layer("8,10,12,16,1x7,2,0x3,4,2")
assert (layer.r, layer.s, layer.pad_h, layer.pad_w, layer.n) == (1, 7, 0, 3, 2)
assert (layer.out_h, layer.out_w) == (5, 6)
assert layer.macs == 2 * 5 * 6 * 16 * 7 * 2 and str(layer) == "8,10,12,16,1x7,2,0x3,4,2"
for text in ("1,2,3", "8,8,8,8,3,1,1,x", "8,8,8,8,3x3x3,1,1,1", "8,8,8,8,3,0,1,1",
             "8,8,8,8,3,1,1,3", "8,2,8,8,5,1,1,1", "8,8,8,8,3,1,-1,1"):
    try:
        parse_layer(text)
    except ValueError:
        continue
    raise AssertionError(text)
print("all good")
