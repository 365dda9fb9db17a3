"""Checks that each model of a text file is refused with the expected message.

usage: check_errors.py TOOL TEXT DIR

The file is one for make_onnx.py, with a line `// EXPECT: message` per case.
"""

import os
import subprocess
import sys

import make_onnx
import onnx


def read_expectations(path):
    expectations = {}
    name = ""
    with open(path) as file:
        for line in file:
            if line.startswith("--- "):
                name = line.split()[1]
            elif line.startswith("// EXPECT: "):
                expectations[name] = line.removeprefix("// EXPECT: ").rstrip("\n")
    return expectations


def main():
    tool, text, directory = sys.argv[1:]
    expectations = read_expectations(text)
    os.makedirs(directory, exist_ok=True)
    failures = 0
    for name, model_text in make_onnx.read_cases(text).items():
        model = os.path.join(directory, name + ".onnx")
        onnx.save(make_onnx.make_model(model_text), model)
        run = subprocess.run([tool, model], capture_output=True, text=True)
        expected = f"{model}:0:0: error: "
        found = run.stderr.startswith(expected) and expectations[name] in run.stderr
        if run.returncode != 1 or not found or run.stdout:
            failures += 1
            print(f"{name}: exit code {run.returncode}\n  expected: {expectations[name]}")
            print("  got: " + run.stderr[:500])
    print(f"{len(expectations)} cases, {failures} failures")
    return 1 if failures or not expectations else 0


if __name__ == "__main__":
    sys.exit(main())
