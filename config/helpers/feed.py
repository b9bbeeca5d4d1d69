#!/usr/bin/env python3
"""Announces many prefixes, of a file or made up, without waiting for each answer: at most WINDOW of them are open.

feed.py NEXT-HOP FILE | feed.py NEXT-HOP COUNT
"""

import sys

WINDOW = 1000


def prefixes(source):
    if source.isdigit():
        return (f"{10 + (n >> 16)}.{n >> 8 & 255}.{n & 255}.0/24" for n in range(int(source)))
    with open(source, encoding="ascii") as file:
        return [line.split()[0] for line in file if line.strip()]


def main(next_hop, source):
    open_lines = 0
    for prefix in prefixes(source):
        print(f"announce route {prefix} next-hop {next_hop}")
        open_lines += 1
        if open_lines == WINDOW:
            sys.stdout.flush()
            for _ in range(open_lines):
                sys.stdin.readline()
            open_lines = 0
    sys.stdout.flush()
    # Whoever ends is started again, and would say all of it again.
    for _ in sys.stdin:
        pass


main(*sys.argv[1:])
