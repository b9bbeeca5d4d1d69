"""What the commands of a helper cost beyond the plain case: with answers read, to a hundred peers, and for the neighbor
of a helper that has much to say.

    BENCH=../shared/bench EXABGP=target/release/exactix BENCH_NAME=exactix python3 tests/bench/api.py [RUNS] [SCENARIO ...]

- `silent`, `acks`: LINES single lines to one peer, without answers, and with answers that the helper reads
- `fanout`: the same lines to a hundred peers
- `beside`: one line a millisecond of a second helper while those lines are on their way, from its write to the peer

The load generator and the scripts of $BENCH are needed; results go where theirs do ($BENCH_OUT).
"""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.environ.get("BENCH", "../shared/bench"))
from common import Load, PORT, T, exa, exa_neighbor, path, record, remove, write  # noqa: E402

LINES, PEERS, BEATS = 100000, 100, 100
PEER = "127.0.0.2"
API = "  api { processes [ burst ]; }\n"


def helper(name, script):
    file = write(f"{name}.sh", "#!/bin/sh\n" + script)
    os.chmod(file, 0o755)
    return f"process {name} {{ run {file}; encoder json; }}\n"


def burst():
    """A helper that prints all lines at once when told to, and reads what it is answered."""
    lines = write("lines", "".join(
        f"announce route 10.{i >> 16}.{i >> 8 & 255}.{i & 255}/32 next-hop 192.0.2.1\n" for i in range(LINES)))
    remove("go")
    os.mkfifo(path("go"))
    return helper("burst", f"exec 3<&0\ncat <&3 >/dev/null &\nread word <{path('go')}\ncat {lines}\nexec sleep 600\n")


def go():
    began = time.monotonic_ns()
    with open(path("go"), "w") as fifo:
        fifo.write("go\n")
    return began


def lines(run, scenario):
    """LINES to one peer, or to PEERS of them."""
    peers = PEERS if scenario == "fanout" else 1
    address = lambda index: f"127.0.0.{2 + index}"
    config = write("api.conf", burst() + "".join(exa_neighbor(address(i), api=API) for i in range(peers)))
    sink = Load("sink", local=PEER, port=PORT, sessions=peers, target=LINES * peers, timeout=120, unique=True, stay=0.2)
    sink.wait_event("ready", 5)
    daemon = exa(config, {"exabgp_api_ack": "false"} if scenario == "silent" else {})
    if not sink.wait_event("eor", 60):
        sys.exit(f"{scenario}: no session")
    time.sleep(1)
    daemon.mark()
    began = go()
    result = sink.result(130)
    seconds = (result["t_target_ns"] - began) / 1e9 if result["ok"] else None
    record("api_lines", "exabgp", scenario, LINES * peers, run=run, ok=result["ok"], seconds=seconds,
           per_s=round(LINES * peers / seconds) if seconds else None, **daemon.stats())
    daemon.stop()


def beside(run):
    """The time from a line of the second helper to the peer, for lines written while the burst is on its way."""
    remove("beat", "beat.json", "beat.json.lines", "arrivals")
    beat = (f"process beat {{ run {T['BGPLOAD']} helper --count {BEATS} --interval-us 1000 --start 20.0.0.0"
            f" --trigger {path('beat')} --stamp {path('beat.json')}; encoder json; }}\n")
    config = write("api.conf", burst() + beat + exa_neighbor(PEER, api="  api { processes [ burst beat ]; }\n"))
    sink = Load("sink", local=PEER, port=PORT, target=LINES + BEATS, timeout=120, stay=0.2, arrivals=path("arrivals"))
    sink.wait_event("ready", 5)
    daemon = exa(config)
    if not sink.wait_event("eor", 60):
        sys.exit("beside: no session")
    time.sleep(1)
    write("beat", "")
    time.sleep(0.002)
    go()
    result = sink.result(130)
    answer = subprocess.run([T["BGPLOAD"], "latency", "--sent", path("beat.json.lines"), "--got", path("arrivals")],
                            capture_output=True, text=True)
    times = json.loads(answer.stdout)["latency"] or {}
    record("api_beside", "exabgp", f"a line each ms beside {LINES}", BEATS, run=run, ok=result["ok"],
           p50_ms=times.get("p50_ms"), p99_ms=times.get("p99_ms"), max_ms=times.get("max_ms"))
    daemon.stop()


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    for scenario in sys.argv[2:] or ["silent", "acks", "fanout", "beside"]:
        for run in range(runs):
            beside(run) if scenario == "beside" else lines(run, scenario)


if __name__ == "__main__":
    main()
