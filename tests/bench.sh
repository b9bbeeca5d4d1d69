#!/bin/sh
# The criterion benchmarks, then routes per second from a helper's lines to the wire: `sh tests/bench.sh`.
#
# BENCH and BGPLOAD are the directories of the benchmark scripts and of the load generator.
set -eu

target=${CARGO_TARGET_DIR:-target}
bench=${BENCH:-../shared/bench}
bgpload=${BGPLOAD:-../shared/bgpload}

# Two seconds of measurement each: the whole run stays under two minutes. What is printed besides the results is left
# out, unless a benchmark fails.
log=$target/bench.log
for file in src/*/benches/*.rs; do
    crate=$(basename "$(dirname "$(dirname "$file")")")
    if ! cargo bench --locked --quiet -p "exactix-$crate" --bench "$(basename "$file" .rs)" -- \
        --warm-up-time 0.5 --measurement-time 2 --noplot >"$log" 2>&1; then
        cat "$log"
        echo "bench: $file FAILED"
        exit 1
    fi
    grep -E 'time:|thrpt:|^[^ ].*[0-9a-z]$' "$log" | grep -vE '^(Benchmarking|Warning|Gnuplot|Found|running)' || {
        echo "bench: $file measured nothing"
        exit 1
    }
done

if [ ! -f "$bgpload/Cargo.toml" ] || [ ! -f "$bench/bench.py" ]; then
    echo "SKIPPED whole-path: no load generator in $bgpload, no scripts in $bench"
    exit 0
fi

cargo build --release --locked
CARGO_TARGET_DIR=$target/bgpload cargo build --release --quiet --manifest-path "$bgpload/Cargo.toml"
absolute() { (cd "$(dirname "$1")" && printf '%s/%s\n' "$(pwd)" "$(basename "$1")"); }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
EXABGP=$(absolute "$target/release/exactix") BENCH_NAME=exactix BGPLOAD=$(absolute "$target/bgpload/release/bgpload") \
    BENCH_DIR=$scratch BENCH_OUT=$scratch/results.jsonl \
    python3 "$bench/bench.py" api --runs 3 --sizes 100000 --variants single >"$scratch/log" 2>&1 || {
    cat "$scratch/log"
    exit 1
}
python3 - "$scratch/results.jsonl" <<'EOF'
import json
import statistics
import sys

rows = [json.loads(line) for line in open(sys.argv[1])]
good = [row for row in rows if row.get('ok') and row.get('seconds')]
for row in rows:
    if row not in good:
        print('whole path: a run failed:', row)
if not good:
    sys.exit(1)
count = good[0]['got']
seconds = statistics.median(row['seconds'] for row in good)
cpu = statistics.median(row['cpu_s'] for row in good)
print(f'whole path, helper lines to wire: {count / seconds:,.0f} routes/s '
      f'({count:,} routes in {seconds:.3f} s, {cpu:.3f} s of CPU, median of {len(good)})')
sys.exit(0 if len(good) == len(rows) else 1)
EOF
