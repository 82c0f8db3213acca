#!/usr/bin/env python3
"""Compares whet's function benchmarks with Google Benchmark on the same kernels, and with
the truth where it is known.

usage: functions.py --build DIR [--launches N] [--sessions N] [--output FILE]

Both tools are launched in turn, in an order drawn anew each round; a launch is one sample of
one kernel, of about the same length for both. Compared is processor time for each
iteration, which a shared machine disturbs least: medians over launches, with exact
intervals of at least 99 % (order statistics). The truth of a chain of a thousand additions is
what a bare loop of it takes, for five times as long, in launches between those of whet.
"""
import argparse
import json
import math
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent / "functions"
ROOT = HERE.parent.parent.parent
KERNELS = ["empty", "empty_plain", "add", "memcpy_1k", "memcpy_64k", "strlen_256", "sort_1k",
           "hash_4k", "malloc_64", "chase_1m", "atomic_add", "snprintf_line", "chain_1000"]
EPOCHS = 5


def run(*argv):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          text=True).stdout


def build(folder, library):
    """The three programs; kernels.o is one and the same in all of them."""
    kernels = str(folder / "kernels.o")
    common = ["-O2", "-g", f"-I{HERE}", f"-I{ROOT}/include"]
    run("gcc", *common, "-std=gnu11", "-c", "-o", kernels, str(HERE / "kernels.c"))
    run("gcc", *common, "-std=gnu11", "-o", str(folder / "whet"), str(HERE / "with_whet.c"),
        kernels, f"-L{library}", "-lwhet", f"-Wl,-rpath,{library}")
    run("g++", *common, "-std=c++17", "-o", str(folder / "google"),
        str(HERE / "with_google.cc"), kernels, "-lbenchmark", "-lpthread")
    run("gcc", *common, "-std=gnu11", "-o", str(folder / "bare"), str(HERE / "bare.c"), kernels)


class Whet:
    """A launch of the worker, as a session of whet makes it."""

    def __init__(self, folder):
        self.program, self.folder, self.counts = str(folder / "whet"), folder, {}

    def ask(self, *lines):
        answer = self.folder / "answer"
        run(self.program, "--worker", "\n".join((*lines, f"file={answer}", "")))
        return json.loads(answer.read_text())

    def sample(self, name):
        if name not in self.counts:
            self.counts[name] = self.ask("calibrate", f"name={name}")["iterations"]
        count = self.counts[name]
        answer = self.ask("run", f"name={name}", f"iterations={count}", f"epochs={EPOCHS}")
        return statistics.median(e["cpu"] / e["iterations"] for e in answer["epochs"])


class Google:
    def __init__(self, folder):
        self.program = str(folder / "google")

    def sample(self, name):
        answer = json.loads(run(self.program, f"--benchmark_filter=^{name}$",
                                "--benchmark_min_time=0.005", "--benchmark_format=json"))
        return answer["benchmarks"][0]["cpu_time"]


def interval(values, level):
    """The median and its exact interval, or the extremes when there are too few values."""
    ordered, n = sorted(values), len(values)
    tail, cut = 0.0, 0
    while cut < n // 2:
        tail += math.comb(n, cut) / 2**n
        if 2 * tail > 1 - level:
            break
        cut += 1
    low = max(cut - 1, 0)
    return statistics.median(ordered), ordered[low], ordered[n - 1 - low]


def compare(whet, google, launches):
    """{kernel: {tool: [samples]}}; the first round warms up."""
    samples = {name: {"whet": [], "google": []} for name in KERNELS}
    turns = [(name, tool) for name in KERNELS for tool in ("whet", "google")]
    tools = {"whet": whet, "google": google}
    for number in range(launches + 1):
        for name, tool in random.sample(turns, len(turns)):
            value = tools[tool].sample(name)
            if number:
                samples[name][tool].append(value)
    return samples


def coverage(whet, bare, sessions, launches):
    """In how many sessions the interval held the truth; median error and half width.

    Taken is the ratio of each sample to the truth of the same round: on processors that
    share a core the truth itself doubles while the other one works.
    """
    held, errors, widths = 0, [], []
    for _ in range(sessions):
        ratios = []
        for _ in range(launches):
            turn = {}
            for tool in random.sample(("whet", "bare"), 2):
                turn[tool] = (whet.sample("chain_1000") if tool == "whet"
                              else float(run(bare, "25")))
            ratios.append(turn["whet"] / turn["bare"])
        median, low, high = interval(ratios, 0.99)
        held += low <= 1 <= high
        errors.append(median - 1)
        widths.append((high - low) / 2)
    return held, statistics.median(errors), statistics.median(widths)


def figure(value):
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"


INTRODUCTION = """# Function benchmarks beside Google Benchmark

Made by `make peers` (bench/peers/functions.py): the same compiled kernels, both tools launched
in turn in random order, {launches} launches each. Processor time of an iteration in
nanoseconds: median and exact interval of 99 %. `empty` is what the loop itself takes;
`empty_plain` is WHET_BENCH_LOOP_PLAIN beside KeepRunning. An answer is the same when the
intervals meet.
"""


def report(samples, launches):
    lines = [*INTRODUCTION.format(launches=launches).splitlines(), "",
             "| kernel | whet | Google Benchmark | ratio | same answer |",
             "|---|--:|--:|--:|---|"]
    for name in KERNELS:
        ours, theirs = (interval(samples[name][tool], 0.99) for tool in ("whet", "google"))
        same = ours[1] <= theirs[2] and theirs[1] <= ours[2]
        lines.append(f"| {name} | " + " | ".join(
            f"{figure(m)} ({figure(low)} to {figure(high)})" for m, low, high in (ours, theirs))
            + f" | {ours[0] / theirs[0]:.3f} | {'yes' if same else 'no'} |")
    lines.append("")
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True, help="build folder with libwhet.so")
    parser.add_argument("--launches", type=int, default=20)
    parser.add_argument("--sessions", type=int, default=40)
    parser.add_argument("--output")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        build(folder, Path(options.build).resolve())
        whet, google = Whet(folder), Google(folder)
        lines = report(compare(whet, google, options.launches), options.launches)
        if options.sessions:
            held, error, width = coverage(whet, str(folder / "bare"), options.sessions,
                                          options.launches)
            lines.append("A chain of a thousand dependent additions beside a bare loop of it, "
                         "each pair of launches in random order: "
                         f"the truth was inside the interval in {held} of "
                         f"{options.sessions} sessions; median error {100 * error:+.2f} %, "
                         f"median half width {100 * width:.2f} %.")
    text = "\n".join(lines) + "\n"
    if options.output:
        Path(options.output).write_text(text, encoding="utf-8")
    sys.stdout.write(text)


main()
