"""Checks the costs of a convolution that one, two and four threads share.

usage: threads.py REMARKS1 REMARKS2 REMARKS4
"""

import re
import sys


def read(path, name):
    with open(path, encoding="utf-8") as file:
        return float(re.search(rf'"{name}: direct, ([0-9.e+]+) cycles', file.read()).group(1))


one, two, four = (read(path, "rows") for path in sys.argv[1:])
# A thread's part may fit a cache that the whole does not.
assert 0.49 * one <= two < 0.6 * one, (one, two)
assert 0.24 * one <= four < 0.35 * one, (one, four)
# One row with all channels in one block cannot be shared.
one, two = (read(path, "row") for path in sys.argv[1:3])
assert one == two, (one, two)
