#!/usr/bin/env python3
"""Routes that are withdrawn when this program hangs: it renews its lease of each prefix again and again.

lease.py PREFIX...

exactix alone has leases; ExaBGP refuses the command. Each line is answered with done or error.
"""

import sys
import time

LEASE, RENEWAL = 30, 10


def main(prefixes):
    while True:
        for prefix in prefixes:
            print(f"announce route {prefix} next-hop self lease {LEASE}s", flush=True)
            answer = sys.stdin.readline()
            if not answer:
                return
            if answer.strip() != "done":
                print(f"{prefix} was refused: {answer.strip()}", file=sys.stderr)
        time.sleep(RENEWAL)


main(sys.argv[1:])
