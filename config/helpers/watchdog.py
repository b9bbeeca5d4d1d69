#!/usr/bin/env python3
"""Announces a watchdog group of the configuration as long as a file exists, and withdraws it when that is gone.

watchdog.py GROUP FILE
"""

import os
import sys
import time

PAUSE = 0.2


def main(group, path):
    before = None
    while True:
        there = os.path.exists(path)
        if there != before:
            before = there
            print(f"{'announce' if there else 'withdraw'} watchdog {group}", flush=True)
            sys.stdin.readline()
        time.sleep(PAUSE)


main(*sys.argv[1:])
