#!/usr/bin/env python3
"""Compares what a command costs when `whet run`, xargs -P and GNU parallel start it: many that
do nothing, two at once, from standard input.

usage: run.py --whet PROGRAM [--jobs N] [--rounds N]

The tools take turns, in an order drawn anew each round. Compared is processor time of the tool and
of all that it starts, which a shared machine disturbs least: medians over rounds. The bare cost
of the process is in all three alike.
"""
import argparse
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

COMMAND = "true\n"
AT_ONCE = 2

INTRODUCTION = """# Starting commands: {jobs} that do nothing

{rounds} rounds, the tools in turn, {at_once} commands at once (bench/peers/run.py). Milliseconds for each
command, its own process included: median (lowest to highest).
"""


def tools(whet):
    found = {"whet run": [whet, "run", "-q", f"-j{AT_ONCE}"],
             "xargs -P": ["xargs", f"-P{AT_ONCE}", "-I@", "true"]}
    if shutil.which("parallel"):
        found["GNU parallel"] = ["parallel", "--will-cite", f"-j{AT_ONCE}"]
    return found


def once(argv, lines):
    """(processor time, time) in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    with open(lines, encoding="ascii") as stdin:
        subprocess.run(argv, check=True, stdin=stdin, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall)


def measure(found, jobs, rounds):
    samples = {name: [] for name in found}
    with tempfile.NamedTemporaryFile("w", encoding="ascii") as lines:
        lines.write(COMMAND * jobs)
        lines.flush()
        for _ in range(rounds):
            for name in random.sample(list(found), len(found)):
                cpu, wall = once(found[name], lines.name)
                samples[name].append((cpu * 1e3 / jobs, wall * 1e3 / jobs))
    return samples


def cell(values):
    return f"{statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def report(samples, jobs, rounds):
    lines = [*INTRODUCTION.format(jobs=jobs, rounds=rounds, at_once=AT_ONCE).splitlines(), "",
             "| tool | processor time | time | processor time of whet run is |",
             "|---|--:|--:|--:|"]
    mine = statistics.median(cpu for cpu, _ in samples["whet run"])
    for name, values in samples.items():
        cpu = [c for c, _ in values]
        ratio = "" if name == "whet run" else f"{mine / statistics.median(cpu):.2f} of it"
        lines.append(f"| {name} | {cell(cpu)} | {cell([w for _, w in values])} | {ratio} |")
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--whet", required=True, help="the program to compare")
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    samples = measure(tools(options.whet), options.jobs, options.rounds)
    sys.stdout.write("\n".join(report(samples, options.jobs, options.rounds)) + "\n")


main()
