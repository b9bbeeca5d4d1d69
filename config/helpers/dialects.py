#!/usr/bin/env python3
"""Reads the JSON of ExaBGP 5 and that of its main line: writes each event, and the facts in it, which are the same in both.

dialects.py FILE

Each line of the file is an object: the `dialect` of the event, its `facts` (what becomes of which route) and the `event`.
For processes with `encoder json` that are told updates. In exactix `api_version: 4` or `6` chooses the dialect of each
process, in ExaBGP the program does.
"""

import json
import sys


def prefix(nlri):
    """With exabgp_api_compact a prefix stands for itself."""
    return nlri["nlri"] if isinstance(nlri, dict) else nlri


def attributes(update):
    """What the dialects tell differently is brought to one form."""
    told = dict(update.get("attribute", {}))
    # The main line tells the next hop here as well when something is withdrawn at the same time.
    told.pop("next-hop", None)
    # One sorts them, the other leaves them as they came.
    return {name: sorted(value) if name.endswith("community") else value for name, value in told.items()}


def facts(event):
    update = event.get("neighbor", {}).get("message", {}).get("update", {})
    for family, nlris in update.get("withdraw", {}).items():
        for nlri in nlris:
            yield {"withdrawn": prefix(nlri), "family": family}
    for family, hops in update.get("announce", {}).items():
        for hop, nlris in hops.items():
            for nlri in nlris:
                yield {"announced": prefix(nlri), "family": family, "next-hop": hop, "attributes": attributes(update)}


def main(path):
    with open(path, "a", encoding="utf-8") as log:
        for line in sys.stdin:
            # An answer, or the word shutdown, is no event.
            if not line.startswith("{"):
                continue
            event = json.loads(line)
            if event.get("type") == "update":
                known = {"dialect": event["exabgp"], "facts": list(facts(event)), "event": event}
                print(json.dumps(known), file=log, flush=True)


main(*sys.argv[1:])
