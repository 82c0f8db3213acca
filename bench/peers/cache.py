#!/usr/bin/env python3
"""Compares whet's cache with what programs use instead: in memory an LRU of one's own, glib's
containers, memcached and Redis over loopback; on disk SQLite; of a server hiredis alone.

usage: cache.py --build DIR [--launches N]

All programs share one compiled driver and its keys, and are launched in turn, in an order drawn
anew each round. The servers are started on free ports and stopped by their process id.
"""
import argparse
import os
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
CASES = {"hits": "hits only", "many": "hits only, 100 keys a call", "mixed": "hits and puts"}
THREADS = (1, 2)
OPERATIONS = 500_000
ASKED = 5_000  # of a server, one by one
BY_HAND = "LRU by hand"
DISK = {"put": "put, a thousand at a time", "get": "get, many in a row",
        "lone": "get, others write meanwhile"}
REMOTE = {"one": "get, one by one", "many": "get, a hundred at a time"}


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
    run("gcc", "-O2", "-g", "-std=gnu11", f"-I{ROOT}/include", "-o", folder / "remote",
        HERE / "remote.c", *links["whet"], *links["redis"])


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


def measure_disk(library, launches):
    """{case: [(whet ns, SQLite ns)]} of processor time."""
    samples = {case: [] for case in DISK}
    for _ in range(launches):
        ns = {}
        for subject in random.sample(["level", "bare"], 2):
            with tempfile.TemporaryDirectory() as folder:
                lines = run(library / "bench/disk/disk-cost", subject, folder).splitlines()
            ns[subject] = dict(line.split() for line in lines)
        for case, pairs in samples.items():
            pairs.append((float(ns["level"][case]), float(ns["bare"][case])))
    return samples


def measure_remote(folder, launches):
    """{case: [(whet ns, hiredis ns, memcached ns)]} of wall time."""
    samples = {case: [] for case in REMOTE}
    with ExitStack() as stack:
        ports = [start(stack, folder, name) for name in ("redis", "memcached")]
        for _ in range(launches):
            for line in run(folder / "remote", *ports).splitlines():
                case, *ns = line.split()
                samples[case].append([float(n) for n in ns])
    return samples


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


INTRODUCTION = """# The cache

{launches} launches of each program in random order (bench/peers/cache.py). Figures are the median
(lowest to highest); a ratio is of what ran in one round. When it ended, the load
average was {load:.0f} on {processors} processors: where it is high, wall times and what two threads gain say
little.

In memory: 100,000 entries, keys and values of 8 bytes, keys drawn by Zipf's law (exponent 0.99). Hits
only: of 90,000 keys. Hits and puts: of 1,000,000 keys, each miss is put. Nanoseconds of processor
time for one operation. whet's entries have keys and values of any length, a life, a cost and what
they were made of, in blocks of their own; its capacity is in bytes, as many as hold the entries that the
others are given: {held}.

What limits a hit is memory. One look at a line of 64 bytes among 90,000, drawn as here, took 23 to 53
ns in a loop where each look waits for the one before, by what else the machine did, and 1.4 to 5 ns where
it need not; a hit of 1,000 keys, which stay in the processor's own cache, takes 18 ns. Under S3-FIFO
whet_cache_read looks at two lines: a group's hashes, and the one with key and value. For a key of eight
bytes that is 255 instructions, few enough that the processor begins the next hit while it waits for this
one's memory. "100 keys a call" is whet_cache_read_many, which asks for the lines of sixteen keys before it
looks at the first; the others have no such call, and are asked one by one.

A put is what remains dear: some 2,000 instructions, in which a block is made and one is dropped, and the
key's turn and its shard are locked. An entry's bytes are, under S3-FIFO, its block of 128, a line of the
index of 64 (a fifth of them is free), and what the policy and its ghosts keep of two keys. A policy that has
to be told of each hit, like LRU, takes the shard's lock for it."""


def cell(values, digits=0):
    values = sorted(values)
    return (f"{statistics.median(values):.{digits}f} ({values[0]:.{digits}f} to"
            f" {values[-1]:.{digits}f})")


def row(title, threads, cells):
    return f"| {title} | {threads} | " + " | ".join(cells) + " |"


def report_memory(samples):
    turns = [(case, threads) for case in CASES for threads in THREADS]
    lines = ["| nanoseconds | threads | " + " | ".join(INSIDE) + " |",
             "|---|--:|" + "--:|" * len(INSIDE)]
    for case, threads in turns:
        lines.append(row(CASES[case], threads,
                         [cell([s[0] for s in samples[case, threads, tool]]) for tool in INSIDE]))
    lines += ["", "| times the LRU by hand | threads | " + " | ".join(INSIDE) + " |",
              "|---|--:|" + "--:|" * len(INSIDE)]
    for case, threads in turns:
        hand = [s[0] for s in samples[case, threads, BY_HAND]]
        lines.append(row(CASES[case], threads,
                         [cell([s[0] / h for s, h in zip(samples[case, threads, tool], hand)], 2)
                          for tool in INSIDE]))
    lines += ["", "| | threads | " + " | ".join(INSIDE) + " |",
              "|---|--:|" + "--:|" * len(INSIDE)]
    lines.append(row("operations of hits only in a second, two threads to one", 2, [
        cell([one[1] / two[1] for one, two in zip(samples["hits", 1, tool],
                                                  samples["hits", 2, tool])], 2)
        for tool in INSIDE]))
    lines.append(row("twice the processor time of one, to that of each of two", 2, [
        cell([2 * one[0] / two[0] for one, two in zip(samples["hits", 1, tool],
                                                      samples["hits", 2, tool])], 2)
        for tool in INSIDE]))
    lines.append(row("hit ratio of hits and puts", 1, [
        f"{statistics.median(s[2] for s in samples['mixed', 1, tool]):.3f}" for tool in INSIDE]))
    return lines


def report_servers(samples):
    lines = ["Servers over loopback, asked one by one by a client per thread: wall time.", "",
             "| microseconds | threads | memcached | Redis |", "|---|--:|--:|--:|"]
    for threads in THREADS:
        cells = [cell([s[1] / 1000 for s in samples["hits", threads, tool]])
                 for tool in ("memcached", "redis")]
        lines.append(row("hits only", threads, cells))
    return lines


def report_beside(introduction, samples, titles, peers):
    lines = [introduction, "", "| microseconds | whet | " + " | ".join(peers) + " | "
             + " | ".join(f"{peer} / whet" for peer in peers) + " |",
             "|---|--:|" + "--:|" * 2 * len(peers)]
    for case, title in titles.items():
        cells = [cell([s[i] / 1000 for s in samples[case]], 1) for i in range(len(peers) + 1)]
        ratios = [cell([s[i] / s[0] for s in samples[case]], 2) for i in range(1, len(peers) + 1)]
        lines.append(f"| {title} | " + " | ".join(cells + ratios) + " |")
    return lines


def report(samples, disk, remote, launches):
    held = "; ".join(f"{s[1]:.0f} bytes each for {s[0]:.0f} under {tool.split(', ')[1]}"
                     for tool in list(INSIDE)[:2] for s in samples["held", 1, tool][:1])
    return [*INTRODUCTION.format(launches=launches, held=held, load=os.getloadavg()[0],
                                 processors=os.cpu_count()).splitlines(), "",
            *report_memory(samples), "", *report_servers(samples), "",
            *report_beside("On disk: 10,000 values of 500 bytes in the level on disk, and in a table"
                          " with a unique index on\nthe key by prepared statements with the same"
                          " settings (bench/disk): processor time.", disk, DISK, ["bare SQLite"]), "",
            *report_beside("Of servers over loopback: 2,000 values of 500 bytes through whet without"
                           " other levels, and through\nhiredis, both of one Redis, by a command"
                           " each and pipelined; and of a memcached by its text protocol, by\na"
                           " `get` each and of a hundred keys: wall time.", remote, REMOTE,
                           ["hiredis", "memcached"])]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True, help="build folder with libwhet.so")
    parser.add_argument("--launches", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        library, folder = Path(options.build).resolve(), Path(scratch)
        build(folder, library)
        lines = report(measure(folder, options.launches), measure_disk(library, options.launches),
                       measure_remote(folder, options.launches), options.launches)
    sys.stdout.write("\n".join(lines) + "\n")


main()
