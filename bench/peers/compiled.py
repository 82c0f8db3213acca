#!/usr/bin/env python3
"""Compares what it costs to have the result of a compilation kept: by ccache and by whet run --cache,
when it is there (a hit) and when it is not (a miss), beside the compiler alone.

usage: compiled.py --whet PROGRAM [--launches N]

The tools take turns, in an order drawn anew each round, each with a cache of its own. Whole processes
are timed, from fork to exit: processor time of all that ran, and time.
"""
import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = "int answer(int n);\nint answer(int n) { return n + %d; }\n"
COMPILE = ["gcc", "-O2", "-c", "a.c", "-o", "a.o"]

INTRODUCTION = """# A result that is kept: compiling a file of two lines

{launches} launches of each in random order (bench/peers/compiled.py). Milliseconds of whole processes,
median (lowest to highest). A hit puts the object file back, a miss runs gcc and keeps it; ccache looks in
its direct mode.
"""


class Tool:
    def __init__(self, scratch, name, argv, environment):
        self.folder = Path(scratch) / name.replace(" ", "-")
        self.folder.mkdir()
        self.argv = argv
        self.environment = {**os.environ, **{key: str(self.folder / value)
                                             for key, value in environment.items()}}

    def run(self, number, again):
        """(processor time, time) in milliseconds of the compilation of a source that `number` makes
        different from all others; `again`: its object file is put back."""
        source, made = self.folder / "a.c", self.folder / "a.o"
        if not again:
            source.write_text(SOURCE % number, encoding="ascii")
        made.unlink(missing_ok=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        subprocess.run(self.argv, check=True, cwd=self.folder, env=self.environment,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wall = time.monotonic() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if not made.exists():
            sys.exit(f"compiled.py: made nothing: {self.argv}")
        return ((after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1e3,
                wall * 1e3)


def tools(scratch, whet):
    kept = [whet, "run", "-q", "--cache", "--input", "a.c", "--output", "a.o", "--cache-dir", "kept", "--"]
    return {"gcc alone": Tool(scratch, "gcc", COMPILE, {}),
            "ccache": Tool(scratch, "ccache", ["ccache", *COMPILE], {"CCACHE_DIR": "kept"}),
            "whet run --cache": Tool(scratch, "whet", [*kept, *COMPILE], {})}


def measure(found, launches):
    """{(tool, case): [(processor time, time)]}; the first round warms up."""
    samples = {(name, case): [] for name in found for case in ("miss", "hit")}
    for number in range(launches + 1):
        for name in random.sample(list(found), len(found)):
            tool = found[name]
            miss = tool.run(number, again=False)
            time.sleep(0.02)  # a source that was written just now is not trusted by its times
            tool.run(number, again=True)
            hit = tool.run(number, again=True)
            if number:
                samples[name, "miss"].append(miss)
                samples[name, "hit"].append(hit)
    return samples


def cell(values, digits):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def report(samples, launches):
    lines = [*INTRODUCTION.format(launches=launches).splitlines(), "",
             "| | processor time | time | processor time, of gcc's | of ccache's |", "|---|--:|--:|--:|--:|"]
    gcc = [s[0] for s in samples["gcc alone", "miss"]]
    for case in ("miss", "hit"):
        ccache = [s[0] for s in samples["ccache", case]]
        for name in ("gcc alone", "ccache", "whet run --cache"):
            if (name, case) == ("gcc alone", "hit"):
                continue
            own = samples[name, case]
            cpu = [s[0] for s in own]
            ratios = [cell([c / g for c, g in zip(cpu, gcc)], 2) if name != "gcc alone" else "",
                      cell([c / p for c, p in zip(cpu, ccache)], 2) if name.startswith("whet") else ""]
            title = name if name == "gcc alone" else f"{name}, a {case}"
            lines.append(f"| {title} | {cell(cpu, 1)} | {cell([s[1] for s in own], 1)} | "
                         + " | ".join(ratios) + " |")
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--whet", required=True, help="the program to compare")
    parser.add_argument("--launches", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        samples = measure(tools(scratch, str(Path(options.whet).resolve())), options.launches)
    sys.stdout.write("\n".join(report(samples, options.launches)) + "\n")


main()
