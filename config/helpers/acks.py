#!/usr/bin/env python3
"""Announces prefixes one by one, and tries again what was refused: after 1 s, 2 s, 4 s, and at most a minute.

acks.py NEXT-HOP PREFIX...
"""

import sys
import time

FIRST, MOST = 1, 60


def ask(line):
    """Whether the daemon has carried the line out; it ends with us when it is gone."""
    print(line, flush=True)
    for answer in sys.stdin:
        word = answer.strip()
        # Events and explanations may stand before the answer.
        if word in ("done", "error"):
            return word == "done"
    sys.exit(0)


def main(next_hop, *prefixes):
    for prefix in prefixes:
        pause = FIRST
        while not ask(f"announce route {prefix} next-hop {next_hop}"):
            time.sleep(pause)
            pause = min(pause * 2, MOST)
    # Whoever ends is started again, and would say all of it again.
    for _ in sys.stdin:
        pass


main(*sys.argv[1:])
