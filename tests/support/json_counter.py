#!/usr/bin/env python3
"""Reads events and keeps their number in a file, with what is wrong with them.

json_counter.py FILE

A line is wrong when it is no object of JSON, or when the number of its event is not the one that follows.
"""

import json
import os
import sys

SHOWN = 200


class Counter:
    def __init__(self, path):
        self.path = path
        self.lines = 0
        self.updates = 0
        self.wrong = []
        self.numbers = {}

    def read(self, line):
        self.lines += 1
        try:
            event = json.loads(line.decode("ascii"))
            self.updates += event["type"] == "update"
            self.follow(event["neighbor"]["address"]["peer"], event["counter"])
        except (ValueError, KeyError, TypeError) as error:
            self.wrong.append(f"{type(error).__name__} {error}: {line[:SHOWN]!r}")

    def follow(self, peer, number):
        before = self.numbers.get(peer, 0)
        self.numbers[peer] = number
        if number != before + 1:
            raise ValueError(f"event {number} of {peer} after {before}")

    def write(self):
        with open(self.path + ".new", "w") as file:
            json.dump({"lines": self.lines, "updates": self.updates, "wrong": self.wrong[:10]}, file)
        os.replace(self.path + ".new", self.path)


def main(path):
    counter, partial = Counter(path), b""
    counter.write()
    while chunk := os.read(0, 1 << 20):
        *lines, partial = (partial + chunk).split(b"\n")
        for line in lines:
            counter.read(line)
        counter.write()


main(sys.argv[1])
