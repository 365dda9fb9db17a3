"""Checks the JSON of measure.py for two cores.

usage: check_measured.py A53.jsonl A73.jsonl"""

import json
import sys

for path, cpu, penalty in zip(sys.argv[1:], ("cortex-a53", "cortex-a73"), (33, 30)):
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    winograd, strided = rows
    assert [row["count"] for row in rows] == [2, 3]
    assert winograd["macs"] == 12 * 12 * 16 * 9 * 16
    assert strided["macs"] == 5 * 6 * 16 * 8
    assert winograd["algorithm"] == "winograd" and "phases" not in strided
    for row in rows:
        assert row["cpu"] == cpu and row["candidate"] == "wino"
        assert row["max_error"] < 1e-5
        # No core here does more than a vector multiply-add and another
        # instruction a cycle.
        assert row["classes"]["vector_fma"] <= row["core_cycles"]
        assert row["instructions"] <= 2 * row["core_cycles"] * 1.001
        assert row["instructions"] == sum(row["classes"].values())
        l2 = row["l2"]
        assert abs(row["cycles"] - row["core_cycles"] - penalty * l2["misses"]) < 1
        assert row["dram_bytes"] == 64 * (l2["misses"] + l2["write_backs"])
        assert row["modelled_load_bytes"] == row["load_bytes"]
        assert row["modelled_store_bytes"] == row["store_bytes"]
    # Direct code has a multiply-add per four products; Winograd needs fewer.
    assert strided["classes"]["vector_fma"] * 4 >= strided["macs"]
    assert winograd["classes"]["vector_fma"] * 4 < winograd["macs"]
    phases = winograd["phases"]
    assert list(phases) == ["input", "products", "output"]
    for key in ("instructions", "core_cycles"):
        parts = [phase[key] for phase in phases.values()]
        assert all(part > 0 for part in parts)
        assert 0.9 * winograd[key] < sum(parts) <= 1.05 * winograd[key], (key, parts)
    # Nearly all multiply-adds are products.
    assert phases["products"]["instructions"] > winograd["classes"]["vector_fma"] * 0.8
