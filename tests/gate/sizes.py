#!/usr/bin/env python3
"""How large files and functions may grow; TAP, one case per file.

usage: sizes.py ROOT

Aim at 150 lines a file and 20 a function. This stops 700 lines a file, 80 lines a
function, complexity 20; files of exempt.txt (pure tables) may be longer.
"""
import subprocess
import sys
from pathlib import Path

FILE_LINES = 700
FUNCTION_LINES = 80
COMPLEXITY = 20


def read_exempt():
    lines = (Path(__file__).parent / "exempt.txt").read_text(encoding="utf-8").splitlines()
    return {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}


def functions(file):
    """(name, line, complexity, lines) of each function, by pmccabe."""
    rows = subprocess.run(["pmccabe", str(file)], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False).stdout
    for row in rows.splitlines():
        # modified complexity, complexity, statements, first line, lines, file(line): name
        words = row.split("\t")
        if len(words) == 6:
            yield words[5].split(": ", 1)[1], int(words[3]), int(words[0]), int(words[4])


def judge(file, exempt):
    """The faults of one file."""
    count = len(file.read_text(encoding="utf-8").splitlines())
    if count > FILE_LINES and not exempt:
        yield f"{count} lines, at most {FILE_LINES}: is there a second noun inside?"
    for name, line, complexity, lines in functions(file):
        if lines > FUNCTION_LINES:
            yield f"line {line}: {name} has {lines} lines, at most {FUNCTION_LINES}"
        if complexity > COMPLEXITY:
            yield f"line {line}: {name} has complexity {complexity}, at most {COMPLEXITY}"


def main():
    root = Path(sys.argv[1])
    exempt = read_exempt()
    files = [file for folder in ("src", "include", "tests", "fuzz", "examples", "bench")
             for file in sorted((root / folder).glob("**/*.[ch]"))
             if "node_modules" not in file.parts and root / "tests/data" not in file.parents]
    missing = sorted(name for name in exempt if not (root / name).is_file())
    print(f"1..{len(files) + 1}")
    print(f"{'not ok' if missing else 'ok'} 1 - exempt.txt names files that exist")
    for name in missing:
        print(f"# {name} does not")
    bad = len(missing)
    for number, file in enumerate(files, 2):
        name = file.relative_to(root).as_posix()
        faults = list(judge(file, name in exempt))
        bad += bool(faults)
        print(f"{'not ok' if faults else 'ok'} {number} - {name}")
        for fault in faults:
            print(f"# {fault}")
    sys.exit(1 if bad else 0)


main()
