"""Runs a command and checks the time and memory that it takes.

usage: limit.py SECONDS GIB COMMAND...
"""

import resource
import subprocess
import sys
import time


def main():
    seconds, gibibytes = float(sys.argv[1]), float(sys.argv[2])
    start = time.monotonic()
    subprocess.run(sys.argv[3:], check=True)
    took = time.monotonic() - start
    # Linux counts in KiB.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1 << 20)
    print(f"{took:.1f} s of {seconds:g}, {peak:.2f} GiB of {gibibytes:g}")
    return 1 if took > seconds or peak > gibibytes else 0


if __name__ == "__main__":
    sys.exit(main())
