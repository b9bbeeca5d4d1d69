#!/usr/bin/env python3
"""Announces on events: for each prefix that a neighbor announces, the same one with a community, until it withdraws it.

relay.py COMMUNITY NEXT-HOP

For a process with `encoder json` that is told updates (`receive { parsed; update; }`). Events and answers share one stream:
here the answers are skipped.
"""

import json
import sys


def prefixes(update, what):
    for routes in update.get(what, {}).values():
        # Announcements are by next hop, withdrawals are not.
        for nlris in routes.values() if isinstance(routes, dict) else [routes]:
            for nlri in nlris:
                yield nlri["nlri"] if isinstance(nlri, dict) else nlri


def main(community, next_hop):
    for line in sys.stdin:
        if not line.startswith("{"):
            continue
        event = json.loads(line)
        if event.get("type") != "update":
            continue
        update = event["neighbor"]["message"].get("update", {})
        for prefix in prefixes(update, "withdraw"):
            print(f"withdraw route {prefix} next-hop {next_hop}", flush=True)
        for prefix in prefixes(update, "announce"):
            print(f"announce route {prefix} next-hop {next_hop} community [ {community} ]", flush=True)


main(*sys.argv[1:])
