#!/usr/bin/env python3
"""Compares whet's cache in memory with what programs use instead: an LRU of one's own, glib's
containers, memcached and Redis over loopback.

usage: cache.py --build DIR [--launches N]

All programs share one compiled driver and its keys, and are launched in turn, in an order drawn
anew each round. The servers are started on free ports and stopped by their process id.
"""
import argparse
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).parent / "cache"
ROOT = HERE.parent.parent.parent
INSIDE = {"whet, S3-FIFO": ("whet", ["s3fifo"]), "whet, LRU": ("whet", ["lru"]),
          "LRU by hand": ("plain", []), "glib LRU": ("glib", [])}
CASES = {"hits": "hits only", "mixed": "hits and puts"}
THREADS = (1, 2)
OPERATIONS = 500_000
ASKED = 5_000  # of a server, one by one


def run(*argv):
    return subprocess.run([str(a) for a in argv], check=True, stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, text=True).stdout


def build(folder, library):
    glib = run("pkg-config", "--cflags", "--libs", "glib-2.0").split()
    links = {"whet": [f"-L{library}", "-lwhet", f"-Wl,-rpath,{library}"], "plain": [],
             "glib": glib, "redis": ["-lhiredis"], "memcached": []}
    for name, flags in links.items():
        run("gcc", "-O2", "-g", "-std=gnu11", f"-I{HERE}", f"-I{ROOT}/include", "-o",
            folder / name, HERE / f"with_{name}.c", HERE / "work.c", *flags, "-pthread", "-lm")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(stack, folder, name):
    """The port of a server that lives as long as `stack`."""
    port = str(free_port())
    argv = {"redis": ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "",
                      "--appendonly", "no", "--dir", str(folder)],
            "memcached": ["memcached", "-l", "127.0.0.1", "-p", port, "-t", "1", "-u", "nobody"]}
    server = stack.enter_context(subprocess.Popen(argv[name], stdout=subprocess.DEVNULL,
                                                  stdin=subprocess.DEVNULL))
    stack.callback(server.terminate)
    for _ in range(100):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", int(port))) == 0:
                return port
        time.sleep(0.05)
    sys.exit(f"cache.py: {name} does not answer")


def measure(folder, launches):
    """{(case, threads, tool): [(CPU ns, wall ns, hit ratio)]}; the first round warms up."""
    samples = {}
    with ExitStack() as stack:
        servers = {name: (name, [start(stack, folder, name)]) for name in ("memcached", "redis")}
        turns = [(tool, threads) for tool in {**INSIDE, **servers} for threads in THREADS]
        for number in range(launches + 1):
            for tool, threads in random.sample(turns, len(turns)):
                program, arguments = {**INSIDE, **servers}[tool]
                count = ASKED if tool in servers else OPERATIONS
                for line in run(folder / program, threads, count, *arguments).splitlines():
                    case, *figures = line.split()
                    if number:
                        samples.setdefault((case, threads, tool), []).append(
                            [float(f) for f in figures])
    return samples


INTRODUCTION = """# The cache: memory

100,000 entries, keys and values of 8 bytes, keys drawn by Zipf's law (exponent 0.99), {launches} launches
of each program in random order (bench/peers/cache.py). Hits only: of 90,000 keys. Hits and puts: of
1,000,000 keys, each miss is put. Nanoseconds of processor time for one operation, median (lowest to
highest); of servers, wall time seen by one client per thread that asks one by one. whet's entries have
keys and values of any length, a life, a cost and what they were made of, in blocks of their own;
its bytes are bounded, those of the others, as written here, are not. So whet is given 24,000,000 bytes, which
held 98,380 entries under S3-FIFO and 124,208 under LRU: its LRU's hit ratio is of a larger cache than
the other two, and not a merit.
"""


def cell(values):
    return f"{statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f})"


def report(samples, launches):
    lines = [*INTRODUCTION.format(launches=launches).splitlines(), "",
             "| | threads | " + " | ".join(INSIDE) + " |", "|---|--:|" + "--:|" * len(INSIDE)]
    for case, title in CASES.items():
        for threads in THREADS:
            cells = [cell([s[0] for s in samples[case, threads, tool]]) for tool in INSIDE]
            lines.append(f"| {title}, ns | {threads} | " + " | ".join(cells) + " |")
    ratios = [statistics.median(s[2] for s in samples["mixed", 1, tool]) for tool in INSIDE]
    lines.append("| hit ratio of hits and puts | 1 | " +
                 " | ".join(f"{r:.3f}" for r in ratios) + " |")
    lines += ["", "| over loopback | threads | memcached | Redis |", "|---|--:|--:|--:|"]
    for threads in THREADS:
        cells = [cell([s[1] for s in samples["hits", threads, tool]])
                 for tool in ("memcached", "redis")]
        lines.append(f"| hits only, wall ns | {threads} | " + " | ".join(cells) + " |")
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True, help="build folder with libwhet.so")
    parser.add_argument("--launches", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        build(Path(scratch), Path(options.build).resolve())
        lines = report(measure(Path(scratch), options.launches), options.launches)
    sys.stdout.write("\n".join(lines) + "\n")


main()
