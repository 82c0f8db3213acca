#!/usr/bin/env python3
"""Who may include what: floors.txt, public.txt and doors.txt; TAP, one case per file.

usage: floors.py ROOT
"""
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)

# The C library and POSIX, which every floor may use; <sys/...>, <linux/...> and the rest
# of Linux are for os alone.
STANDARD = set("""assert complex ctype errno fenv float inttypes iso646 limits locale math
    setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn
    string strings tgmath threads time uchar wchar wctype
    dirent fcntl fnmatch glob iconv langinfo poll pthread pwd regex sched semaphore
    termios unistd""".split())
POSIX_SYS = {"sys/types.h", "sys/stat.h", "sys/mman.h"}
LINUX_FLOOR = "os"


def read_table(name):
    """Rows of words, without comments."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line.strip() and not line.startswith("#")]


FLOORS = {folder: int(floor) for folder, floor in read_table("floors.txt")}
PUBLIC = dict(read_table("public.txt"))
DOORS = dict(read_table("doors.txt"))


def place(path):
    """The folder of floors.txt that holds src/PATH: a room of a house before the house."""
    folder = path.rpartition("/")[0]
    return folder if folder in FLOORS else folder.split("/")[0]


def may_use(folder, other):
    """Down only: from house to house by their floors, inside a house from room to room, and
    from the house's own files to each room."""
    house, its = folder.split("/")[0], other.split("/")[0]
    if house != its:
        return FLOORS[its] < FLOORS[house]
    if house in (folder, other):
        return folder == house
    return folder == other or FLOORS[other] < FLOORS[folder]


def judge_ours(folder, name):
    """Why a file in `folder` may not include "name" of ours; None when it may."""
    other = place(name)
    if "/" not in name:
        return None  # a generated header of its own folder
    if other not in FLOORS:
        return f'"{name}" is in no folder of floors.txt'
    if not may_use(folder, other):
        return f'"{name}" is on floor {FLOORS[other]}, {folder} on {FLOORS[folder]}'
    return None


def judge_other(folder, path, name):
    """The same for <name>."""
    if name.startswith("whet/"):
        if name not in PUBLIC:
            return f"<{name}> is not in public.txt"
        other = PUBLIC[name]
        return None if may_use(folder, other) else f"<{name}> belongs to {other}"
    if name in DOORS:
        return None if DOORS[name] == path else f"<{name}> may only be included by {DOORS[name]}"
    if folder == LINUX_FLOOR or name in POSIX_SYS or name.removesuffix(".h") in STANDARD:
        return None
    return f"<{name}> is neither C nor POSIX: give it a door in doors.txt"


def judge(root, file):
    """The faults of one file."""
    path = file.relative_to(root).as_posix()
    folder = place(path.removeprefix("src/"))
    if folder not in FLOORS:
        yield f"folder {folder} is not in floors.txt"
        return
    for kind, name in INCLUDE.findall(file.read_text(encoding="utf-8")):
        if ".." in name:
            fault = f'"{name}": include "floor/file.h", not a way there'
        elif kind == '"':
            fault = judge_ours(folder, name)
        else:
            fault = judge_other(folder, path, name)
        if fault:
            yield fault


def main():
    root = Path(sys.argv[1])
    files = sorted(root.glob("src/**/*.[ch]"))
    print(f"1..{len(files)}")
    bad = 0
    for number, file in enumerate(files, 1):
        faults = list(judge(root, file))
        bad += bool(faults)
        print(f"{'not ok' if faults else 'ok'} {number} - {file.relative_to(root)}")
        for fault in faults:
            print(f"# {fault}")
    sys.exit(1 if bad else 0)


main()
