#!/usr/bin/env python3
"""Announces the prefixes of a file as routes to be thrown away (RFC 7999), and follows the file as it changes.

blocklist.py FILE NEXT-HOP

One prefix a line; what follows a # is a comment.
"""

import ipaddress
import os
import queue
import sys
import threading
import time

PAUSE = 1
ANSWERS = queue.SimpleQueue()


def read(path):
    prefixes = set()
    with open(path, encoding="ascii", errors="replace") as file:
        for line in file:
            text = line.partition("#")[0].strip()
            try:
                if text:
                    prefixes.add(str(ipaddress.ip_network(text)))
            except ValueError as error:
                print(f"left out: {error}", file=sys.stderr)
    return prefixes


def listen():
    """Keeps the answers and lets events go; what is left of a daemon that is gone is no use to anybody."""
    for line in sys.stdin:
        if line.strip() in ("done", "error"):
            ANSWERS.put(line.strip())
    os._exit(0)


def say(line):
    print(line, flush=True)
    return ANSWERS.get() == "done"


def main(path, next_hop):
    announced = set()
    while True:
        try:
            wanted = read(path)
        except OSError as error:
            # A file that is being replaced is no reason to let everybody in.
            print(error, file=sys.stderr)
            wanted = announced
        for prefix in sorted(announced - wanted):
            say(f"withdraw route {prefix} next-hop {next_hop}")
        for prefix in sorted(wanted - announced):
            say(f"announce route {prefix} next-hop {next_hop} community [ 65535:666 65535:65281 ]")
        announced = wanted
        time.sleep(PAUSE)


threading.Thread(target=listen, daemon=True).start()
main(*sys.argv[1:])
