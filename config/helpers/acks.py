#!/usr/bin/env python3
"""Announces prefixes one by one, and tries again what was refused: after --first seconds, and twice as long each time.

acks.py [--first S] [--most S] NEXT-HOP PREFIX...

It never waits longer than --most seconds. Each prefix begins with --first again.
"""

import argparse
import sys
import time


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=float, default=1)
    parser.add_argument("--most", type=float, default=60)
    parser.add_argument("next_hop")
    parser.add_argument("prefixes", nargs="*")
    return parser.parse_args()


def ask(line):
    """Whether the daemon has carried the line out; it ends with us when it is gone."""
    print(line, flush=True)
    for answer in sys.stdin:
        word = answer.strip()
        # Events and explanations may stand before the answer.
        if word in ("done", "error"):
            return word == "done"
    sys.exit(0)


def main(options):
    for prefix in options.prefixes:
        pause = options.first
        while not ask(f"announce route {prefix} next-hop {options.next_hop}"):
            print(f"{prefix} was refused: again in {pause:g} s", file=sys.stderr, flush=True)
            time.sleep(pause)
            pause = min(pause * 2, options.most)
    # Whoever ends is started again, and would say all of it again.
    for _ in sys.stdin:
        pass


main(arguments())
