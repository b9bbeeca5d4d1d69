#!/usr/bin/env python3
"""Neighbors that come and go with the lines of a file: each is created, and deleted when its line is gone.

peers.py FILE

A line is what follows `peer create`, as in `192.0.2.1 local-address 192.0.2.2 local-as 65000 peer-as 65001`; what follows a
# is a comment. A line that changes is another neighbor. exactix alone creates neighbors for a helper; ExaBGP 5 refuses it.
"""

import os
import queue
import sys
import threading
import time

PAUSE = 1
ANSWERS = queue.SimpleQueue()


def read(path):
    """The words of each neighbor, by its address."""
    with open(path, encoding="ascii", errors="replace") as file:
        lines = [line.partition("#")[0].split() for line in file]
    return {words[0]: " ".join(words) for words in lines if words}


def listen():
    """Keeps why each line was refused, or nothing; what is left of a daemon that is gone is no use to anybody."""
    why = "refused"
    for line in sys.stdin:
        word = line.strip()
        # What comes before `error` explains it, unless it is an event.
        if word.startswith("error: "):
            why = word.removeprefix("error: ")
        elif word in ("done", "error"):
            ANSWERS.put(None if word == "done" else why)
            why = "refused"
    os._exit(0)


def ask(line):
    """Why the daemon refuses the line, or nothing."""
    print(line, flush=True)
    return ANSWERS.get()


def main(path):
    there, refused = {}, {}
    while True:
        try:
            wanted = read(path)
        except OSError as error:
            # A file that is being replaced is no reason to end sessions.
            print(error, file=sys.stderr)
            wanted = dict(there)
        for address in [address for address, words in there.items() if wanted.get(address) != words]:
            if why := ask(f"peer delete {address}"):
                print(f"{address} stays: {why}", file=sys.stderr)
            del there[address]
        for address, words in wanted.items():
            if address in there:
                continue
            why = ask(f"peer create {words}")
            # One that is there already is that of an earlier life of ours.
            if not why or why.startswith("peer already exists"):
                there[address] = words
            elif refused.get(address) != words:
                print(f"{words}: {why}", file=sys.stderr)
            refused[address] = words
        time.sleep(PAUSE)


threading.Thread(target=listen, daemon=True).start()
main(*sys.argv[1:])
