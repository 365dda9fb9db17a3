"""Runs a tool on damaged copies of a model: it may refuse, but not crash.

usage: fuzz_onnx.py TOOL MODEL DIR [--seed N] [--truncations N] [--changes N]

Truncations cut the file at random lengths; changes overwrite a few random
bytes. The tool must exit with 0, or with 1 and an error that names the file.
"""

import argparse
import os
import random
import subprocess
import sys


def mutate(data, rng, index, truncations):
    if index < truncations:
        return data[: rng.randrange(len(data))]
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4))):
        position = rng.randrange(len(changed))
        kind = rng.randrange(3)
        if kind == 0:
            changed[position] ^= 1 << rng.randrange(8)
        elif kind == 1:
            changed[position] = rng.randrange(256)
        else:
            changed[position] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
    return bytes(changed)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("model")
    parser.add_argument("directory")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--truncations", type=int, default=20)
    parser.add_argument("--changes", type=int, default=100)
    args = parser.parse_args()
    os.makedirs(args.directory, exist_ok=True)
    with open(args.model, "rb") as file:
        data = file.read()
    rng = random.Random(args.seed)
    path = os.path.join(args.directory, "damaged.onnx")
    refused = failures = 0
    total = args.truncations + args.changes
    for index in range(total):
        with open(path, "wb") as file:
            file.write(mutate(data, rng, index, args.truncations))
        command = [args.tool, path, "-o", os.devnull]
        try:
            run = subprocess.run(command, capture_output=True, timeout=60)
            code, stderr = run.returncode, run.stderr.decode(errors="replace")
        except subprocess.TimeoutExpired:
            code, stderr = "none (timeout)", ""
        refused += code == 1
        if code == 0 or (code == 1 and f"{path}:0:0: error: " in stderr):
            continue
        failures += 1
        kept = os.path.join(args.directory, f"failure_{args.seed}_{index}.onnx")
        os.replace(path, kept)
        print(f"{kept}: exit code {code}\n{stderr[:1000]}")
    print(f"{total} damaged models, {refused} refused, {failures} failures")
    return 1 if failures or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
