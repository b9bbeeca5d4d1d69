#!/usr/bin/env python3
"""Announces a service as well as it is: a command tells every so often whether it works.

check.py [--interval S] [--timeout S] [--rise N] [--fall N] [--withdraw] [--disable FILE] PREFIX NEXT-HOP COMMAND...

With MED 100 after --rise successes in a row, with MED 1000 (or, with --withdraw, not at all) after --fall failures.
As long as the file of --disable is there, not at all either.
"""

import argparse
import os
import queue
import subprocess
import sys
import threading
import time

UP, DOWN, DISABLED = "up", "down", "disabled"
METRIC = {UP: 100, DOWN: 1000}
ANSWERS = queue.SimpleQueue()


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--interval", type=float, default=5)
    parser.add_argument("--rise", type=int, default=3)
    parser.add_argument("--fall", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=5)
    parser.add_argument("--withdraw", action="store_true")
    parser.add_argument("--disable", default="")
    parser.add_argument("prefix")
    parser.add_argument("next_hop")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    return parser.parse_args()


def works(options):
    """Our own input and output are for the daemon, and not for the command."""
    nothing = subprocess.DEVNULL
    try:
        command = subprocess.run(options.command, stdin=nothing, stdout=nothing, timeout=options.timeout, check=False)
        return command.returncode == 0
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)
        return False


def states(options):
    """How the service is after each check, once that is known."""
    state, alike, before = None, 0, None
    while True:
        if options.disable and os.path.exists(options.disable):
            state, alike = DISABLED, 0
        else:
            now = UP if works(options) else DOWN
            alike = alike + 1 if now == before else 1
            before = now
            if alike >= (options.rise if now == UP else options.fall):
                state = now
        if state:
            yield state
        time.sleep(options.interval)


def listen():
    """Keeps the answers and lets events go; what is left of a daemon that is gone is no use to anybody."""
    for line in sys.stdin:
        if line.strip() in ("done", "error"):
            ANSWERS.put(line.strip())
    os._exit(0)


def ask(line):
    """Whether the daemon has carried the line out."""
    print(line, flush=True)
    return ANSWERS.get() == "done"


def main(options):
    said, route = None, f"route {options.prefix} next-hop {options.next_hop}"
    for state in states(options):
        if state == said:
            continue
        if state == DISABLED or (state == DOWN and options.withdraw):
            line = f"withdraw {route}"
        else:
            line = f"announce {route} med {METRIC[state]}"
        # What was refused is said again after the next check.
        if ask(line):
            said = state


OPTIONS = arguments()
threading.Thread(target=listen, daemon=True).start()
main(OPTIONS)
