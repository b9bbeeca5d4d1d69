#!/usr/bin/env python3
"""Announces a watchdog group of the configuration as long as a file exists, and withdraws it when that is gone.

watchdog.py GROUP FILE
"""

import os
import queue
import sys
import threading
import time

PAUSE = 0.2
ANSWERS = queue.SimpleQueue()


def listen():
    """Keeps the answers and lets events go; what is left of a daemon that is gone is no use to anybody."""
    for line in sys.stdin:
        if line.strip() in ("done", "error"):
            ANSWERS.put(line.strip())
    os._exit(0)


def main(group, path):
    before = None
    while True:
        there = os.path.exists(path)
        if there != before:
            before = there
            print(f"{'announce' if there else 'withdraw'} watchdog {group}", flush=True)
            ANSWERS.get()
        time.sleep(PAUSE)


threading.Thread(target=listen, daemon=True).start()
main(*sys.argv[1:])
