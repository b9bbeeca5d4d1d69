#!/usr/bin/env python3
"""Writes each event as it came to a file, one JSON object a line; for a process with `encoder json`.

logger.py FILE
"""

import json
import sys


def main(path):
    with open(path, "a", encoding="utf-8") as log:
        for line in sys.stdin:
            try:
                json.loads(line)
            except ValueError:
                # An answer, or the word shutdown: no event.
                continue
            log.write(line)
            log.flush()


main(*sys.argv[1:])
