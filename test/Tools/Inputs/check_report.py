"""Checks the report of compile-report.mlir against the other files."""

import json
import os
import re
import struct
import sys

directory = sys.argv[1]
with open(os.path.join(directory, "m.json")) as file:
    report = json.load(file)
with open(os.path.join(directory, "m.weights"), "rb") as file:
    weights = file.read()
with open(os.path.join(directory, "m.h")) as file:
    header = file.read()


def expect(value, expected):
    if value != expected:
        sys.exit(f"expected {expected!r}, but got {value!r}")


expect(report["cpu"], "cortex-a73")
expect(report["options"], {"threads": 1, "algorithm": "winograd:F(2x2,3x3)"})
expect(report["inputs"], [{"name": "image", "type": "f32", "shape": [1, 10, 10, 8]}])
expect(report["outputs"][0]["shape"], [1, 8, 8, 16])

(layer,) = report["layers"]
expect(layer["algorithm"], "winograd")
expect("F(2x2, 3x3)" in layer["transform"], True)
expect([layer[key] for key in ("n", "h", "w", "c", "k", "kh", "kw")], [1, 10, 10, 8, 16, 3, 3])
expect(layer["macs"], 8 * 8 * 16 * 8 * 9)
expect(report["totals"], {"layers": 1, "macs": layer["macs"]})

memory = report["memory"]
expect(memory["weight_bytes"], 3 * 3 * 8 * 16 * 4)
expect(memory["object_bytes"], os.path.getsize(os.path.join(directory, "m.o")))
expect(memory["packed_bytes"] >= 4 * 4 * 8 * 16 * 4, True)
expect(0 < memory["scratch_lower_bound"] <= memory["scratch_bytes"], True)

magic, version, header_size, payload, plan, _, zero = struct.unpack_from("<8sIIQQQQ", weights)
expect((magic, version, header_size, zero), (b"WINOWGT\n", 1, 128, 0))
expect(len(weights), header_size + payload)
expect(0 <= payload - memory["packed_bytes"] < 64, True)
expect(report["plan_hash"], f"{plan:016x}")
expect(
    int(re.search(r"#define COMPILE_REPORT_SCRATCH_SIZE (\d+)u", header).group(1)),
    memory["scratch_bytes"],
)
expect(report["prefix"], "compile_report")
expect(report["seconds"]["total"] > 0, True)
