#!/usr/bin/env python3
"""Compares the cost of tasks in whet's pool with oneTBB and libgomp: a thousand tasks that do
nothing, as a loop with automatic chunks, as a loop handed out one by one, and as tasks
submitted one by one; and a single one after a pause.

usage: pool.py --build DIR [--launches N]

All programs share one compiled task and one clock, and are launched in turn, in an order
drawn anew each round. Compared is processor time, which a shared machine disturbs least:
medians over launches, each the median of 15 batches of 200 rounds.
"""
import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent / "pool"
ROOT = HERE.parent.parent.parent
TOOLS = {"whet": ("whet", {}),
         "oneTBB": ("tbb", {}),
         "libgomp, passive": ("openmp", {"OMP_WAIT_POLICY": "passive"}),
         "libgomp, as it comes": ("openmp", {})}
CASES = {"automatic": "loop, automatic chunks",
         "calls": "loop, automatic chunks, a call for each", "one": "loop, one by one",
         "tasks": "tasks, submitted by one thread",
         "single": "a single one, after 0.2 ms of sleep"}
THREADS = (1, 2)


def run(*argv, **environment):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          text=True, env={**os.environ, **environment}).stdout


def build(folder, library):
    work = str(folder / "work.o")
    common = ["-O2", "-g", f"-I{HERE}", f"-I{ROOT}/include"]
    run("gcc", *common, "-std=gnu11", "-c", "-o", work, str(HERE / "work.c"))
    run("gcc", *common, "-std=gnu11", "-o", str(folder / "whet"), str(HERE / "with_whet.c"), work,
        f"-L{library}", "-lwhet", f"-Wl,-rpath,{library}")
    run("g++", *common, "-std=c++17", "-o", str(folder / "tbb"), str(HERE / "with_tbb.cc"), work,
        "-ltbb")
    run("gcc", *common, "-std=gnu11", "-fopenmp", "-o", str(folder / "openmp"),
        str(HERE / "with_openmp.c"), work)


def measure(folder, launches):
    """{(case, threads, tool): [processor time in us]}; the first round warms up."""
    turns = [(tool, threads) for tool in TOOLS for threads in THREADS]
    samples = {}
    for number in range(launches + 1):
        for tool, threads in random.sample(turns, len(turns)):
            program, environment = TOOLS[tool]
            if tool == "libgomp, as it comes" and threads > 1 and number > 3:
                continue  # it spins, for seconds
            for line in run(str(folder / program), str(threads), **environment).splitlines():
                case, cpu, _ = line.split()
                if number:
                    samples.setdefault((case, threads, tool), []).append(float(cpu))
    return samples


INTRODUCTION = """# The pool: a thousand tasks that do nothing

{launches} launches of each program in random order (bench/peers/pool.py). Processor time of the whole
process for the thousand, in microseconds: median (lowest to highest). libgomp spins by default,
which on shared cores takes the time of those that it waits for; `passive` is OMP_WAIT_POLICY.

With automatic chunks a body is handed a range in which it loops itself, with oneTBB as with
whet_pool_for_ranges; libgomp's compiler makes the loop. whet_pool_for calls its body for each
index: from a shared library, into a body that calls the task in turn, a loop alone takes 3.3.

A single task after a pause is what idle threads cost where work comes in drops. With one thread
it is the sleep alone; with two a sleeping one is woken for it: a wake, a wait (1.8 futex calls and
0.4 sched_yield, by `strace -f -c`) and two changes of thread. oneTBB's second thread mostly does
not sleep in such a pause, but yields, 7 times by the same count: its processor time is what it
gets to use of the pause.
"""


def report(samples, launches):
    lines = [*INTRODUCTION.format(launches=launches).splitlines(), "",
             "| 1,000 empty tasks | threads | " + " | ".join(TOOLS) + " |",
             "|---|--:|" + "--:|" * len(TOOLS)]
    for case, title in CASES.items():
        for threads in THREADS:
            cells = []
            for tool in TOOLS:
                values = samples.get((case, threads, tool))
                if values is None:  # it has no such thing
                    cells.append("")
                    continue
                cells.append(f"{statistics.median(values):.1f} "
                             f"({min(values):.1f} to {max(values):.1f})")
            lines.append(f"| {title} | {threads} | " + " | ".join(cells) + " |")
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True, help="build folder with libwhet.so")
    parser.add_argument("--launches", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        build(Path(scratch), Path(options.build).resolve())
        lines = report(measure(Path(scratch), options.launches), options.launches)
    sys.stdout.write("\n".join(lines) + "\n")


main()
