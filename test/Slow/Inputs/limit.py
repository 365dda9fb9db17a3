"""Runs a command and checks the processor time and the memory that it takes.

usage: limit.py SECONDS GIB COMMAND...

The time of the clock would depend on what else the machine does.
"""

import resource
import subprocess
import sys


def main():
    seconds, gibibytes = float(sys.argv[1]), float(sys.argv[2])
    subprocess.run(sys.argv[3:], check=True)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = usage.ru_utime + usage.ru_stime
    # Linux counts in KiB.
    peak = usage.ru_maxrss / (1 << 20)
    print(f"{took:.1f} s of {seconds:g}, {peak:.2f} GiB of {gibibytes:g}")
    return 1 if took > seconds or peak > gibibytes else 0


if __name__ == "__main__":
    sys.exit(main())
