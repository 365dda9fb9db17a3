"""Runs a command of wino-tune and sends it SIGINT once it has begun its third
measurement; checks that it ends in order and that the database is whole.

usage: interrupt.py DATABASE COMMAND...
"""

import json
import signal
import subprocess
import sys

database, command = sys.argv[1], sys.argv[2:]
process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
for _ in range(3):
    assert "plan" in process.stderr.readline()
process.send_signal(signal.SIGINT)
output, _ = process.communicate(timeout=60)
assert process.returncode == 128 + signal.SIGINT, process.returncode
with open(database, encoding="utf-8") as file:
    entries = json.load(file)["entries"]
assert len(entries) >= 2, entries
assert f"measured {len(entries)} plans, 0 were known" in output, output
assert "the same command goes on from here" in output, output
print(f"kept {len(entries)}")
result = subprocess.run(command, check=True, capture_output=True, text=True)
assert f", {len(entries)} were known, 0 failed, 0 are left" in result.stdout, result.stdout
print("resumed")
