"""Fills in the times of plans that wino-tune has listed: the predicted cycles
times the factor of the first name that the plan contains. Others stay open.

usage: scale_times.py LIST.csv NAME=FACTOR...
"""

import csv
import sys

factors = [argument.split("=") for argument in sys.argv[2:]]
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))
writer = csv.DictWriter(sys.stdout, rows[0].keys())
writer.writeheader()
for row in rows:
    for name, factor in factors:
        if f"algorithm = {name}" in row["plan"]:
            row["ns"] = float(row["predicted_cycles"]) * float(factor)
            break
    writer.writerow(row)
