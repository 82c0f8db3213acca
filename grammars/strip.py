#!/usr/bin/env python3
"""Copies a generated parser without the pragma that turns optimisation off.

usage: strip.py INPUT OUTPUT

Some grammar packages carry `optimize off` to spare their own builds time; it
costs 3 to 25 % of the parse.
"""
import sys

OFF = ('#pragma optimize("", off)', "#pragma clang optimize off", '#pragma GCC optimize ("O0")')

with open(sys.argv[1], encoding="utf-8") as source:
    lines = [line for line in source if line.strip() not in OFF]
with open(sys.argv[2], "w", encoding="utf-8") as target:
    target.writelines(lines)
