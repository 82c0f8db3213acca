#!/usr/bin/env python3
"""Compares whet scan with its peers on the same files, and prints a section of
doc/performance.md.

usage: scan.py --whet WHET --trees DIR [--rounds N]

Measured by whet bench: every arm runs once per round, in an order drawn anew each round, so
that whatever else the machine does hits all alike. Compared is processor time (user + system,
children included), which a shared machine disturbs least; quoted are medians, and ratios to
whet as medians of the ratios within rounds.
"""
import argparse
import json
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

MIB = 1 << 20


def measure(whet, arms, rounds):
    """All samples by arm name: CPU seconds, wall seconds, peak bytes."""
    argv = [whet, "bench", "--json", "--quiet", "--no-history", "--warmup", "1", "--runs",
            str(rounds), "--cwd", arms[0]["cwd"]]
    codes = {code for arm in arms for code in arm.get("codes", ())}
    if codes:
        argv.append("--ignore-failure=" + ",".join(map(str, sorted(codes))))
    for arm in arms:
        argv += ["--name", arm["name"], "--prepare", arm.get("before", "true")]
    answer = subprocess.run(argv + [shlex.join(arm["argv"]) for arm in arms], check=True,
                            stdout=subprocess.PIPE)
    measured = json.loads(answer.stdout)["outcomes"][0]["result"]["arms"]
    failed = [arm["failure"] for arm in measured if "failure" in arm]
    if failed:
        sys.exit(failed[0])
    samples = {}
    for arm in measured:
        values = arm["samples"]["values"]
        # A peak below that of whet bench itself is not known.
        memory = values.get("memory", [None] * len(values["cpu"]))
        samples[arm["name"]] = [(cpu / 1e9, wall / 1e9, peak or 0) for cpu, wall, peak in
                                zip(values["cpu"], values["wall"], memory)]
    return samples


def count(whet, tree, *options):
    """Files and bytes that a scan covers, by its own count."""
    answer = subprocess.run([whet, "scan", "--json", "--summary", "-q", *options, tree],
                            check=True, stdout=subprocess.PIPE)
    return json.loads(answer.stdout)


def write_list(whet, tree, path):
    """The files that a scan reads, a line each: what a peer is to read too."""
    answer = subprocess.run([whet, "scan", "--list", "--json", "-q", "."], check=True, cwd=tree,
                            stdout=subprocess.PIPE)
    rows = map(json.loads, answer.stdout.splitlines())
    path.write_text("".join(row["path"] + "\n" for row in rows if row["type"] == "file"))
    return str(path)


def listed(whet, tree):
    answer = subprocess.run([whet, "scan", "--list", "--skipped", "--json", "-q", tree],
                            check=True, stdout=subprocess.PIPE)
    return sum(1 for line in answer.stdout.splitlines() if b'"type":"file"' in line
               or b'"reason":"unknown language"' in line)


def groups_of(whet, mix, peers, scratch):
    """The comparisons: name, what is counted, and arms, whet's own first."""
    scan = [whet, "scan", "-q", "-j", "1", "--summary", "--no-config"]
    full = count(whet, mix, "--cache", "off", "-j", "1")
    python = str(Path(mix) / "python")
    python_full = count(whet, python, "--cache", "off", "-j", "1")
    names = listed(whet, mix)
    lines = count(whet, mix, "--cache", "off", "--lines", "-j", "1")

    def arm(name, argv, cwd=mix, **more):
        return {"name": name, "argv": argv, "cwd": cwd, **more}

    ast_grep = shutil.which("ast-grep") or str(
        peers / "node_modules/@ast-grep/cli-linux-x64-gnu/ast-grep")
    rules = [ast_grep, "scan", "-c", str(peers / "sgconfig.yml"), "-j", "1", "--json=stream"]
    cold = scratch / "cold"
    yield ("Names with ignore rules", names, None, [
        arm("whet scan --list", [whet, "scan", "-q", "-j", "1", "--list"]),
        arm("rg --files --hidden", ["rg", "--files", "--hidden", "--no-messages", "-j1"]),
        arm("fdfind --hidden --type f", ["fdfind", "--hidden", "--type", "f", "-j1"]),
    ])
    yield ("Lines only", lines["files"], lines["bytes"], [
        arm("whet scan --lines", scan + ["--cache", "off", "--lines"]),
        arm("cloc", ["cloc", "--quiet", "--skip-uniqueness", "--timeout", "0", "."]),
    ])
    for tree, what, numbers in ((mix, "mixed tree", full), (python, "Python library", python_full)):
        yield (f"Cold, {what}", numbers["files"], numbers["bytes"], [
            arm("whet scan, no cache", scan + ["--cache", "off"], tree),
            arm("whet scan, filling the cache",
                scan + ["--cache", "stat", "--cache-dir", str(cold)], tree,
                before=shlex.join(["rm", "-rf", str(cold)])),
            arm("ctags -R, unsorted", ["ctags", "-R", "--quiet=yes", "--sort=no", "-o", "-", "."], tree),
            arm("ast-grep scan, 6 rules", rules, tree, codes=(1,)),
        ])
    yield ("Isolated, Python library", python_full["files"], python_full["bytes"], [
        arm("whet scan, no cache", scan + ["--cache", "off"], python),
        arm("whet scan --isolate, no cache", scan + ["--cache", "off", "--isolate"], python),
    ])
    for tree, what, numbers in ((mix, "mixed tree", full), (python, "Python library", python_full)):
        files = write_list(whet, tree, scratch / "files")
        yield (f"Cached, {what}", numbers["files"], numbers["bytes"], [
            arm("whet scan, content hashed",
                scan + ["--cache", "content", "--cache-dir", str(scratch / "warm")], tree),
            arm("whet scan, stat trusted",
                scan + ["--cache", "stat", "--cache-dir", str(scratch / "warm")], tree),
            arm("xxh128sum of the same files",
                ["xargs", "-a", files, "-d", "\\n", "xxhsum", "-H2", "-q"], tree),
        ])


def peak_of(samples):
    known = [s[2] for s in samples if s[2]]
    return f"{statistics.median(known) / MIB:.1f} MiB" if known else "small"


def table(name, files, size, arms, samples):
    rows = [f"## {name}", ""]
    subject = f"{files:,} files" + (f", {size / MIB:.1f} MiB" if size else "")
    rows += [f"{subject}; {len(next(iter(samples.values())))} rounds.", "",
             "| | CPU seconds | files/s per core | MB/s per core | times whet's CPU | wall "
             "seconds | peak memory |", "|---|--:|--:|--:|--:|--:|--:|"]
    own = [s[0] for s in samples[arms[0]["name"]]]
    for arm in arms:
        mine = samples[arm["name"]]
        cpu = statistics.median(s[0] for s in mine)
        ratio = statistics.median(s[0] / o for s, o in zip(mine, own))
        rows.append(
            f"| `{arm['name']}` | {cpu:.3f} | {files / cpu:,.0f} | "
            f"{f'{size / cpu / 1e6:,.1f}' if size else '-'} | {ratio:.2f} | "
            f"{statistics.median(s[1] for s in mine):.3f} | "
            f"{peak_of(mine)} |")
    return rows + [""]


def memory_of_jobs(whet, mix):
    rows = ["## Memory of a cold scan", "", "| jobs | peak memory | bound: 64 MB + 32 MB per job |",
            "|--:|--:|--:|"]
    arms = [{"name": str(jobs), "cwd": mix, "argv": [
        whet, "scan", "-q", "--summary", "--cache", "off", "-j", str(jobs)]} for jobs in (1, 2, 4, 8)]
    for jobs, samples in measure(whet, arms, 3).items():
        peak = max(s[2] for s in samples)
        rows.append(f"| {jobs} | {peak / 1e6:.1f} MB | {64 + 32 * int(jobs)} MB |")
    return rows + [""]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--whet", required=True)
    parser.add_argument("--trees", required=True)
    parser.add_argument("--rounds", type=int, default=9)
    args = parser.parse_args()
    whet = str(Path(args.whet).resolve())
    mix = str(Path(args.trees).resolve() / "mix")
    out = ["# Scanning", "",
           "Each arm with one job; the page cache was warm. Mixed tree: redis and git (Debian "
           "source packages), the Python standard library with its tests, eslint and webpack with "
           "their dependencies.", ""]
    with tempfile.TemporaryDirectory() as scratch:
        for name, files, size, arms in groups_of(whet, mix, Path(__file__).resolve().parent,
                                                 Path(scratch)):
            print(f"measuring: {name}", file=sys.stderr)
            out += table(name, files, size, arms, measure(whet, arms, args.rounds))
        out += memory_of_jobs(whet, mix)
    print("\n".join(out))


main()
