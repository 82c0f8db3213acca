#!/usr/bin/env python3
"""Writes the header that names the analyser by a digest of its sources.

usage: analyser-version.py OUTPUT SOURCE...
"""
import hashlib
import sys

digest = hashlib.sha256()
for path in sorted(sys.argv[2:], key=lambda p: p.rsplit("/", 1)[-1]):
    with open(path, "rb") as source:
        digest.update(hashlib.sha256(source.read()).digest())
with open(sys.argv[1], "w", encoding="ascii") as header:
    header.write(f'#define WHET_ANALYSER_VERSION "1-{digest.hexdigest()[:16]}"\n')
