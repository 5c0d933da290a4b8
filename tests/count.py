#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""count.py MESON-LOGS: names what failed and was skipped, and ends with "N passed, N failed".

GoogleTest programs count by their single tests; one that crashed or hung before it could report them counts as one
failure more.
"""
import json
import os
import sys
import xml.etree.ElementTree as ET


def single_tests(logs):
    """{"project.meson test.suite": [(name, "passed" | "failed" | "skipped")]} of what the programs reported."""
    path = os.path.join(logs, "testlog.junit.xml")
    found = {}
    if not os.path.exists(path):
        return found
    for suite in ET.parse(path).getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            kinds = {child.tag for child in case}
            result = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
            found.setdefault(suite.get("name", ""), []).append((case.get("name", ""), result))
    return found


def main():
    logs = sys.argv[1]
    listing = os.path.join(logs, "testlog.json")
    if not os.path.exists(listing):
        print("no test ran: the build failed, or there is no such suite\n0 passed, 1 failed")
        return 1
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    reported = single_tests(logs)
    for line in open(listing, encoding="utf-8"):
        test = json.loads(line)
        name, result = test["name"], test["result"]
        short = name.split(" / ")[-1]
        cases = [case for suite, found in reported.items() if f".{name}." in suite for case in found]
        failed_before = counts["failed"]
        for case, outcome in cases:
            counts[outcome] += 1
            if outcome != "passed":
                print(f"{outcome}: {short}: {case}")
        bad = result not in ("OK", "SKIP", "EXPECTEDFAIL")
        if cases and (not bad or counts["failed"] > failed_before):
            continue
        outcome = "failed" if bad else "skipped" if result == "SKIP" else "passed"
        counts[outcome] += 1
        if outcome != "passed":
            print(f"{outcome}: {short} ({result})")
    if counts["skipped"]:
        print(f"{counts['skipped']} skipped")
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
