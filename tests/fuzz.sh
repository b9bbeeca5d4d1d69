#!/bin/sh
# Fuzzes every target for a while, or those named: `sh tests/fuzz.sh [SECONDS [TARGET …]]`, from the root of the repository.
#
# Sanitizers are left out, so that a stable compiler will do: the crates have no unsafe code. What the fuzzer learns
# stays under target/; the seeds in tests/fuzz/corpus are what is kept. A finding ends the run with its input in
# tests/fuzz/artifacts.
set -eu

seconds=${1:-60}
[ $# -eq 0 ] || shift
target=${CARGO_TARGET_DIR:-target}/fuzz
tool=${CARGO_TARGET_DIR:-target}/tools

if ! command -v cargo-fuzz >/dev/null; then
    PATH=$tool/bin:$PATH
    export PATH
    if ! command -v cargo-fuzz >/dev/null; then
        echo "fuzz: installing cargo-fuzz under $tool"
        cargo install cargo-fuzz --locked --quiet --root "$tool"
    fi
fi

if [ $# -eq 0 ]; then
    for target_file in tests/fuzz/fuzz_targets/*.rs; do
        set -- "$@" "$(basename "$target_file" .rs)"
    done
fi

found=0
for name in "$@"; do
    learned=$target/corpus/$name
    log=$target/$name.log
    mkdir -p "$learned"
    echo "fuzz: $name for $seconds s"
    status=0
    CARGO_TARGET_DIR=$target cargo fuzz run --fuzz-dir tests/fuzz -s none "$name" "$learned" "tests/fuzz/corpus/$name" -- \
        -max_total_time="$seconds" -timeout=10 -max_len=2048 -print_final_stats=1 >"$log" 2>&1 || status=$?
    if [ "$status" -eq 0 ]; then
        echo "fuzz: $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions, no finding"
    else
        found=1
        tail -n 40 "$log"
        echo "fuzz: $name: FAILED, log in $log"
    fi
done
exit $found
