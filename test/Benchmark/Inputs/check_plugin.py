"""Checks the count plugin on a program whose counts are known.

usage: check_plugin.py BENCHMARK_FOLDER FOLDER"""

import json
import pathlib
import subprocess
import sys

benchmark, folder = (pathlib.Path(argument) for argument in sys.argv[1:])
sys.path.insert(0, str(benchmark))

from emulator import CROSS_COMPILER, build_plugin, call  # noqa: E402

COUNT = 1000
plugin = build_plugin(folder)
program = folder / "known_counts"
call([CROSS_COMPILER, "-std=c++17", "-O2", "-static", f"-I{benchmark / 'programs'}",
      pathlib.Path(__file__).parent / "known_counts.cpp", "-o", program])


def count(options):
    output = folder / "counts"
    output.unlink(missing_ok=True)
    call(["qemu-aarch64", "-plugin", f"{plugin},out={output}{options}", program, COUNT])
    return [json.loads(line) for line in output.read_text().splitlines()]


def check_loop(region):
    # One instruction each moves the arguments to where the loop has them.
    extra = region["instructions"] - 13 * COUNT
    assert 0 <= extra <= 4, region["instructions"]
    classes = region["classes"]
    expected = {"vector_fma": 1, "vector_mul": 1, "vector_int_mla": 1, "vector_load": 5,
                "vector_store": 2, "prefetch": 1, "branch": 1}
    for name, number in expected.items():
        assert classes.pop(name) == number * COUNT, name
    assert classes.pop("integer") == COUNT + extra and not classes
    assert region["half_vectors"] == COUNT
    assert region["load_bytes"] == 180 * COUNT and region["store_bytes"] == 64 * COUNT
    hot = region["blocks"][0]
    assert hot["executions"] == COUNT - 1 and len(hot["words"]) == 13 * 8
    assert "phase" not in hot


LINES = 256 * 1024 // 64

for core, l1_lines in (("a53", 32 * 1024 // 64), ("a73", 64 * 1024 // 64)):
    first, second, third, fourth, changed, read, crossing = count(f",core={core}")
    for region in (first, second):
        check_loop(region)
        # The model saw what the decoder says.
        assert region["modelled_load_bytes"] == region["load_bytes"]
        assert region["modelled_store_bytes"] == region["store_bytes"]
    assert second["l1"]["misses"] == 0
    # The array exceeds the first level, not the second. Its first line is there
    # from the loop; the second time, the reading evicted it.
    assert third["l1"]["misses"] == third["l2"]["misses"] == LINES - 1
    assert third["l1"]["write_backs"] == 1
    assert fourth["l1"]["misses"] == fourth["l2"]["accesses"] == LINES
    assert fourth["l2"]["misses"] == 0
    assert fourth["main_tlb"]["accesses"] >= 64 * (core == "a53")
    # The changed lines leave the first level later, to the second.
    assert changed["l1"]["misses"] == LINES
    assert changed["l1"]["write_backs"] == LINES - l1_lines
    assert read["l1"]["write_backs"] == l1_lines
    for region in (changed, read):
        assert region["l2"]["accesses"] == LINES + region["l1"]["write_backs"]
        assert region["l2"]["misses"] == region["l2"]["write_backs"] == 0
    assert crossing["l1"]["accesses"] == 2 * COUNT
    assert crossing["modelled_load_bytes"] == crossing["load_bytes"] == 8 * COUNT

for region in count("")[:2]:
    check_loop(region)
    assert "l1" not in region

for option in ("core=a99", "hot=101", "colour=red"):
    process = subprocess.run(["qemu-aarch64", "-plugin", f"{plugin},{option}", program, "1"],
                             capture_output=True, text=True, check=False)
    assert process.returncode and f"wrong option '{option}'" in process.stderr, process
print("all good")
