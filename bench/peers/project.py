#!/usr/bin/env python3
"""Compares make -j, make -j with ccache, and whet run --cache where a whole project is compiled: this
one's own sources with the flags of build/compile_commands.json, and an archive of what comes of them.

usage: project.py --whet PROGRAM --build FOLDER [--files N] [--rounds N] [--unchanged N]

Each tool has a copy of the sources, its own objects and its own cache. In each round all go through
the same cases, in turn and in an order drawn anew for each. How many compilers were started is
counted, by what make printed, ccache's statistics and whet's own summary, and has to be what is right.
With --unchanged nothing is done after the first build but to find, N times, that nothing is to be done.
"""
import argparse
import json
import os
import random
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

AT_ONCE = 2
HEADER = "src/base/vec.h"
INTRODUCTION = """# A project that is compiled: {files} files of C

This project's own sources with its own flags, and an archive of their objects; {at_once} compilers at
once; {rounds} rounds, the tools in turn (bench/peers/project.py). Seconds of the whole, make or whet
included: median (lowest to highest). Ratios are of what ran in one round. All three know headers by
`gcc -MD`; ccache looks in its direct mode. Load average at the end: {load:.0f} on {processors} processors.

The first time that nothing has changed, whet reads what was made a moment before, as its times are too
young to tell it by; once more, and it knows it by its look.
"""


class Source:
    """A file, its object, and how it is compiled, seen from the folder build/ of a copy."""

    def __init__(self, entry, root):
        argv = shlex.split(entry["command"].replace(str(root) + "/", "../"))
        if Path(argv[0]).name == "ccache":
            argv.pop(0)
        self.file, self.object = entry["file"], entry["output"]
        self.depfile = self.object + ".d"
        self.argv = argv


def sources(build, count):
    root = build.parent
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    own = {e["file"]: e for e in entries if e["file"].startswith("../src/")}
    return [Source(own[name], root) for name in sorted(own)[:count]]


def makefile(found):
    objects = " ".join(s.object for s in found)
    rules = [f"all: lib.a\nlib.a: {objects}\n\trm -f $@\n\tar rcs $@ {objects}\n"]
    for s in found:
        line = " ".join(shlex.quote(word) for word in s.argv).replace("$", "$$")
        rules.append(f"{s.object}: {s.file}\n\t@echo CC\n\t@$(LAUNCHER) {line}\n-include {s.depfile}\n")
    return "\n".join(rules)


def jobs(found):
    lines = [json.dumps({"name": s.object, "argv": s.argv, "inputs": [s.file],
                         "outputs": [s.object], "depfile": s.depfile}) for s in found]
    objects = [s.object for s in found]
    lines.append(json.dumps({"name": "lib.a", "shell": True, "inputs": objects, "outputs": ["lib.a"],
                             "command": "rm -f lib.a && ar rcs lib.a " + " ".join(objects),
                             "needs": objects}))
    return "\n".join(lines) + "\n"


class Tool:
    """A copy of the project, and the way to bring it up to date."""

    def __init__(self, folder, build, found):
        self.folder, self.build, self.found = folder, folder / "build", found
        self.environment = {**os.environ, "CCACHE_DIR": str(folder / "kept")}
        root = build.parent
        for part in ("src", "include"):
            shutil.copytree(root / part, folder / part)
        (folder / "grammars").symlink_to(root / "grammars")
        self.build.mkdir()
        for part in [*build.glob("*.h"), *build.glob("src/**/*.h"), *build.glob("include/**/*.h")]:
            made = self.build / part.relative_to(build)
            made.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(part, made)
        for s in found:
            (self.build / s.object).parent.mkdir(parents=True, exist_ok=True)
        (self.build / "Makefile").write_text(makefile(found), encoding="utf-8")
        (self.build / "jobs").write_text(jobs(found), encoding="utf-8")

    def outputs(self):
        return [name for s in self.found for name in (s.object, s.depfile)] + ["lib.a"]

    def update(self):
        """(processor time, time) in seconds, compilers that were started."""
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        printed = subprocess.run(self.argv, check=True, cwd=self.build, env=self.environment,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout
        wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        missing = [name for name in self.outputs() if not (self.build / name).exists()]
        if missing:
            sys.exit(f"project.py: {self.name}: not made: {missing[:3]}")
        return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall,
                self.compilers(printed))


class Make(Tool):
    name = "make -j"
    argv = ["make", "-s", f"-j{AT_ONCE}", "LAUNCHER="]

    def compilers(self, printed):
        return printed.split().count(b"CC")


class Ccache(Tool):
    name = "make -j, ccache"
    argv = ["make", "-s", f"-j{AT_ONCE}", "LAUNCHER=ccache"]

    def compilers(self, _printed):
        said = subprocess.run(["ccache", "--print-stats"], check=True, env=self.environment,
                              stdout=subprocess.PIPE, text=True).stdout
        subprocess.run(["ccache", "-z"], check=True, env=self.environment, stdout=subprocess.DEVNULL)
        return int(dict(line.split("\t") for line in said.splitlines())["cache_miss"])


class Whet(Tool):
    name = "whet run --cache"
    argv = ["whet", "run", "-q", f"-j{AT_ONCE}", "--cache", "--cache-dir", "../kept", "--log", "log",
            "-f", "jobs"]

    def compilers(self, _printed):
        log = self.build / "log"
        ended = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()[1:]]
        log.unlink()
        return sum(1 for job in ended if job["attempts"] and job["name"] != "lib.a")


def nothing(_tool):
    pass


def delete_all(tool):
    for name in tool.outputs():
        (tool.build / name).unlink()


def delete_one(tool):
    (tool.build / tool.found[0].object).unlink()


def touch(tool):
    os.utime(tool.folder / HEADER)


def edit(tool):
    with open(tool.folder / HEADER, "a", encoding="utf-8") as header:
        header.write("\nextern int whet__edited;\n")


# What is done to the copy, and which files are to be compiled then: by make, and by who keeps results.
CASES = {"nothing is there yet": (nothing, "all", "all"),
         "nothing has changed": (nothing, "none", "none"),
         "nothing has changed once more": (nothing, "none", "none"),
         "all that was made is deleted": (delete_all, "all", "none"),
         "one object is deleted": (delete_one, "one", "none"),
         "a header is touched": (touch, "users", "none"),
         "a header is edited": (edit, "users", "users")}


def right(tool, case):
    """How many compilers are to be started."""
    _, by_make, by_others = CASES[case]
    which = by_make if isinstance(tool, Make) else by_others
    if which == "users":
        named = f"../{HEADER}"
        return sum(1 for s in tool.found
                   if named in (tool.build / s.depfile).read_text(encoding="utf-8").split())
    return {"all": len(tool.found), "one": 1, "none": 0}[which]


def one_round(build, found, cases, samples, scratch):
    tools = [kind(Path(scratch) / kind.__name__, build, found) for kind in (Make, Ccache, Whet)]
    for case in cases:
        change, _, _ = CASES[case]
        for tool in random.sample(tools, len(tools)):
            change(tool)
            wanted = right(tool, case)
            time.sleep(1.2)  # ccache does not trust a file of this second
            cpu, wall, started = tool.update()
            if started != wanted:
                sys.exit(f"project.py: {tool.name}: {case}: compiled {started} files instead of {wanted}")
            samples.setdefault((case, tool.name), []).append((cpu, wall, started))


def cell(values):
    values = sorted(values)
    digits = 2 if values[0] < 10 else 1
    return f"{statistics.median(values):.{digits}f} ({values[0]:.{digits}f} to {values[-1]:.{digits}f})"


def ratio(samples, case, name, which, to):
    if name == to:
        return "1"
    return cell([own[which] / other[which]
                 for own, other in zip(samples[case, name], samples[case, to])])


def report(samples, files, rounds):
    load, processors = os.getloadavg()[0], os.cpu_count()
    lines = [*INTRODUCTION.format(files=files, rounds=rounds, at_once=AT_ONCE, load=load,
                                  processors=processors).splitlines(), "",
             "| | | compiled | processor time | time | processor time, of make's | of ccache's |",
             "|---|---|--:|--:|--:|--:|--:|"]
    for case in dict.fromkeys(case for case, _ in samples):
        for kind in (Make, Ccache, Whet):
            own = samples[case, kind.name]
            lines.append(f"| {case} | {kind.name} | {own[0][2]} | {cell([s[0] for s in own])} | "
                         f"{cell([s[1] for s in own])} | {ratio(samples, case, kind.name, 0, Make.name)} | "
                         f"{ratio(samples, case, kind.name, 0, Ccache.name) if kind is Whet else ''} |")
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--whet", required=True, help="the program to compare")
    parser.add_argument("--build", required=True, help="the build folder whose flags are taken")
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--unchanged", type=int, metavar="N",
                        help="nothing but the first build and then N times nothing to do")
    options = parser.parse_args()
    Whet.argv = [str(Path(options.whet).resolve()), *Whet.argv[1:]]
    found = sources(Path(options.build).resolve(), options.files)
    samples, cases = {}, list(CASES)
    if options.unchanged:
        cases = cases[:2] + cases[2:3] * (options.unchanged - 1)
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as scratch:
            one_round(Path(options.build).resolve(), found, cases, samples, scratch)
    sys.stdout.write("\n".join(report(samples, len(found), options.rounds)) + "\n")


main()
