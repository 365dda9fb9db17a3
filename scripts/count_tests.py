#!/usr/bin/env python3
"""Adds up the results of ctest (JUnit XML) and lit (JSON) in one line.

usage: count_tests.py FILE...

Exits with 1 if a test failed, or if a file is missing or holds no test that
ran: a suite that did not run must not look like one that passed.
"""

import collections
import json
import pathlib
import sys
import xml.etree.ElementTree

LIT_CODES = {
    "PASS": "passed",
    "XFAIL": "passed",
    "FLAKYPASS": "passed",
    "UNSUPPORTED": "skipped",
    "SKIPPED": "skipped",
    "EXCLUDED": "skipped",
}
CTEST_STATUS = {"run": "passed", "notrun": "skipped", "disabled": "skipped"}


def results(path):
    """Yields "passed", "failed" or "skipped" for each test of a result file."""
    if path.suffix == ".json":
        for test in json.loads(path.read_text())["tests"]:
            yield LIT_CODES.get(test["code"], "failed")
        return
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        # A test whose program is missing is "notrun" too.
        skipped = case.find("skipped")
        if skipped is not None and not skipped.get("message", "").startswith("SKIP_"):
            yield "failed"
        else:
            yield CTEST_STATUS.get(case.get("status"), "failed")


def main(arguments):
    total = collections.Counter()
    complete = True
    for argument in arguments:
        try:
            counts = collections.Counter(results(pathlib.Path(argument)))
        except (OSError, ValueError, KeyError, xml.etree.ElementTree.ParseError) as error:
            print(f"count_tests: {argument}: {error}")
            counts = collections.Counter()
        if not counts["passed"] + counts["failed"]:
            print(f"count_tests: {argument}: no test ran")
            complete = False
        total += counts
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 0 if complete and not total["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
