#!/usr/bin/env python3
"""Prints random commands, one every few milliseconds, and keeps a journal of them and of their answers.

random_helper.py DIRECTORY NUMBER PEERS SEED

The journal of each life is a file of its own: its process id, then for each command what it changes and, on the next line,
its answer. A command without an answer may have been carried out or not. It ends when there is a file DIRECTORY/stop.
"""

import json
import os
import random
import sys
import time

PREFIXES = 10
GROUPS = 10
PAUSE = 0.05


def address(peer):
    return f"127.1.0.{peer + 1}"


class Journal:
    def __init__(self, directory, number):
        self.life = 0
        while os.path.exists(self.path(directory, number)):
            self.life += 1
        self.file = open(self.path(directory, number), "wb", buffering=0)
        self.write(os.getpid())

    def path(self, directory, number):
        return os.path.join(directory, f"journal-{number}-{self.life}")

    def write(self, value):
        self.file.write(json.dumps(value).encode() + b"\n")


class Commands:
    def __init__(self, number, peers, random):
        self.number, self.peers, self.random = number, peers, random

    def selection(self):
        """Indices of peers, and their selector for the one grammar and for the other."""
        everybody = range(self.peers)
        kind = self.random.randrange(10)
        if kind < 2:
            return list(everybody), "", "peer * "
        if kind < 4:
            group = self.random.randrange(GROUPS)
            selector = f"* peer-as {65001 + group} "
            return [peer for peer in everybody if peer % GROUPS == group], f"neighbor {selector}", f"peer {selector}"
        some = sorted(self.random.sample(everybody, 1 if kind < 8 else 3))
        addresses = [address(peer) for peer in some]
        one = ", ".join(f"neighbor {address} " for address in addresses)
        other = f"peer {addresses[0]} " if len(addresses) == 1 else f"peer [ {' , '.join(addresses)} ] "
        return some, one, other

    def prefix(self):
        return f"10.{self.number}.{self.random.randrange(PREFIXES)}.0/24"

    def next(self):
        """A command, and what it changes: peers, prefixes, and their MED or nothing."""
        kind = self.random.randrange(20)
        peers, *selectors = self.selection()
        selector = self.random.choice(selectors)
        med = self.random.randrange(1, 1000)
        prefix = self.prefix()
        if kind < 10:
            return f"{selector}announce route {prefix} next-hop 192.0.2.1 med {med}", [peers, [prefix], med]
        if kind < 14:
            return f"{selector}withdraw route {prefix}", [peers, [prefix], None]
        if kind < 17:
            some = sorted({prefix, self.prefix(), self.prefix()})
            text = f"{selector}announce attributes next-hop 192.0.2.1 med {med} nlri {' '.join(some)}"
            return text, [peers, some, med]
        idle = [
            f"{selectors[0]}announce route-refresh ipv4 unicast",
            "flush adj-rib out",
            "show neighbor summary",
            "announce nonsense",
            "show adj-rib out",
            f"neighbor {address(peers[0])} teardown 4",
        ]
        # What ends a session is rare: its routes are to arrive before the next end of it.
        return self.random.choices(idle, [4, 1, 4, 4, 0.5, 0.5])[0], [[], [], None]


def answer():
    """What the daemon says of the last command; nothing once it has gone."""
    for line in sys.stdin:
        if line.strip() in ("done", "error"):
            return line.strip()
    sys.exit(0)


def main(directory, number, peers, seed):
    journal = Journal(directory, number)
    commands = Commands(number, peers, random.Random(f"{seed} {number} {journal.life}"))
    while not os.path.exists(os.path.join(directory, "stop")):
        command, changes = commands.next()
        journal.write([command, *changes])
        print(command, flush=True)
        journal.write(answer())
        time.sleep(commands.random.random() * 2 * PAUSE)
    journal.write("end")
    sys.stdin.read()


main(sys.argv[1], *map(int, sys.argv[2:]))
