#!/usr/bin/env python3
"""Has routers drop or slow down attacks (RFC 8955): a flow specification for each line of a file, as long as it is there.

flowspec.py FILE

A line is the address that is attacked and, as far as known, the protocol, the port, and the octets a second that may pass.
Without a rate none may; what follows a # is a comment:

    192.0.2.1 udp 53
    203.0.113.9 tcp 80 rate 9600
"""

import ipaddress
import os
import queue
import sys
import threading
import time

PAUSE = 1
ANSWERS = queue.SimpleQueue()


def parse(text):
    """The conditions of a line and what is done about it; ValueError says what is wrong."""
    address, *words = text.split()
    network = ipaddress.ip_network(address)
    conditions, action = [f"destination {network}"], "discard"
    if words[-2:-1] == ["rate"]:
        *words, _, rate = words
        if not rate.isdigit():
            raise ValueError(f"{rate!r} is no number of octets")
        action = f"rate-limit {rate}"
    if words:
        protocol = words.pop(0)
        if protocol not in ("tcp", "udp", "icmp"):
            raise ValueError(f"{protocol!r} is neither tcp nor udp nor icmp")
        conditions.append(f"{'protocol' if network.version == 4 else 'next-header'} {protocol}")
    if words:
        port = int(words.pop(0))
        if not 0 <= port <= 65535 or protocol == "icmp":
            raise ValueError(f"{port} is no port of {protocol}")
        conditions.append(f"destination-port ={port}")
    if words:
        raise ValueError(f"{words[0]!r} is too much")
    return " ".join(f"{condition};" for condition in conditions), action


def read(path, told):
    """What is done about which traffic; a bad line is told once."""
    wanted = {}
    with open(path, encoding="ascii", errors="replace") as file:
        for line in file:
            text = line.partition("#")[0].strip()
            try:
                if text:
                    match, action = parse(text)
                    wanted[match] = action
            except ValueError as error:
                if text not in told:
                    told.add(text)
                    print(f"left out: {text}: {error}", file=sys.stderr)
    return wanted


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


def main(path):
    announced, told = {}, set()
    while True:
        try:
            wanted = read(path, told)
        except OSError as error:
            # A file that is being replaced is no reason to let the attack in.
            print(error, file=sys.stderr)
            wanted = dict(announced)
        for match in sorted(announced.keys() - wanted.keys()):
            if ask(f"withdraw flow route {{ match {{ {match} }} }}"):
                del announced[match]
        for match, action in sorted(wanted.items() - announced.items()):
            if ask(f"announce flow route {{ match {{ {match} }} then {{ {action}; }} }}"):
                announced[match] = action
        time.sleep(PAUSE)


threading.Thread(target=listen, daemon=True).start()
main(*sys.argv[1:])
