"""How long a reload keeps peers waiting, and what it sends again.

Two peers hear a beat of routes from a helper; one of them has ROUTES static routes as well, of which CHANGED get another
next hop in the file. After SIGUSR1 the longest pause of the beat at either peer is measured, and the static routes that
were sent once more are counted.

    BENCH=../shared/bench EXABGP=target/release/exactix BENCH_NAME=exactix python3 tests/bench/reload.py [RUNS]

The load generator and the scripts of $BENCH are needed; results go where theirs do ($BENCH_OUT).
"""
import os
import signal
import sys
import time

sys.path.insert(0, os.environ.get("BENCH", "../shared/bench"))
from common import Load, PORT, exa, exa_neighbor, path, record, remove, write  # noqa: E402

ROUTES, CHANGED = 65536, 100
BEAT_MS, AFTER = 5, 12.0
PEERS = ["127.0.0.2", "127.0.0.3"]


def prefix(i):
    return f"10.{i >> 8}.{i & 255}.0/24"


def configuration(changed, helper):
    """The first peer has the routes, the second none; the helper may command both."""
    hop = lambda i: "192.0.2.2" if changed and i % (ROUTES // CHANGED) == 0 and i < ROUTES // CHANGED * CHANGED else "192.0.2.1"
    static = "  static {\n" + "".join(f"    route {prefix(i)} next-hop {hop(i)};\n" for i in range(ROUTES)) + "  }\n"
    api = "  api { processes [ beat ]; }\n"
    process = f"process beat {{ run {sys.executable} {helper}; encoder json; }}\n"
    return process + exa_neighbor(PEERS[0], api=api, body=static) + exa_neighbor(PEERS[1], api=api)


HELPER = f"""import sys, time
for i in range(65536):
    sys.stdout.write("announce route 203.%d.%d.0/24 next-hop 192.0.2.9\\n" % (i >> 8, i & 255))
    sys.stdout.flush()
    time.sleep({BEAT_MS / 1000})
time.sleep(3600)
"""


def arrivals(file, since):
    """(time in seconds, prefix) of what came after `since`, and the last beat before it."""
    rows = []
    with open(file) as lines:
        for line in lines:
            stamp, what = line.split()
            rows.append((int(stamp) / 1e9, what))
    before = [row for row in rows if row[0] < since and row[1].startswith("203.")]
    return before[-1:] + [row for row in rows if row[0] >= since]


def once(run, helper):
    config = write("reload.conf", configuration(False, helper))
    remove("reload.stop")
    files = [path(f"arrivals-{i}") for i in range(len(PEERS))]
    sinks = [Load("sink", local=peer, port=PORT, target=target, timeout=300, stay=300, arrivals=file,
                  stop_file=path("reload.stop")) for peer, target, file in zip(PEERS, (ROUTES, 100), files)]
    for sink in sinks:
        sink.wait_event("ready", 5)
    daemon = exa(config)
    for sink in sinks:
        if sink.wait_event("target", 200) is None:
            sys.exit("reload: the routes do not come")
    time.sleep(1)
    write("reload.conf", configuration(True, helper))
    daemon.mark()
    since = time.monotonic()
    os.kill(daemon.pid, signal.SIGUSR1)
    time.sleep(AFTER)
    stats = daemon.stats()
    write("reload.stop", "")
    for sink in sinks:
        sink.result(10)
    daemon.stop()
    seen = [arrivals(file, since) for file in files]
    gaps = []
    for rows in seen:
        beats = [stamp for stamp, what in rows if what.startswith("203.")]
        gaps.append(max((b - a for a, b in zip(beats, beats[1:])), default=AFTER))
    again = sum(1 for _, what in seen[0] if what.startswith("10."))
    record("reload", "exabgp", f"{CHANGED} of {ROUTES}", ROUTES, run=run, ok=again == CHANGED, sent_again=again,
           gap_s=max(gaps), gap_busy_peer_s=gaps[0], gap_other_peer_s=gaps[1], **stats)


def main():
    helper = write("beat.py", HELPER)
    for run in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
        once(run, helper)


if __name__ == "__main__":
    main()
