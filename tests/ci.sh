#!/bin/bash
# `make lint layers test golden` in that order, every step even if one fails, then a line with the counts:
# `N passed, N failed, N skipped`. A step which is no test counts as one; a test that reports `SKIPPED name: why`
# passed nothing and counts as skipped, and fails where CI=true asks for everything; one that reports
# `UNABLE name: why` needs what nobody can install, such as another kernel, and only counts as skipped.
set -uo pipefail

out=${CARGO_TARGET_DIR:-target}/ci
mkdir -p "$out"

passed=0
failed=0
for step in lint layers test golden; do
    echo "ci: $step"
    part=$out/$step.log
    status=0
    make --no-print-directory "$step" TESTFLAGS=--show-output </dev/null 2>&1 | tee "$part" || status=$?
    ran=$(awk '/^test result:/ { p += $4 } END { print p + 0 }' "$part")
    broken=$(awk '/^test result:/ { f += $6 } END { print f + 0 }' "$part")
    case $step in
    lint | layers) ran=1 ;;
    # Part of what `test` ran: counted only if it fails.
    golden) ran=0 ;;
    esac
    if [ "$status" -ne 0 ] && [ "$broken" -eq 0 ]; then
        broken=1
    fi
    if [ "$status" -ne 0 ]; then
        echo "ci: $step FAILED"
        case $step in lint | layers) ran=0 ;; esac
    elif [ "$step" = test ] && [ "$ran" -eq 0 ]; then
        echo "ci: test ran nothing"
        broken=1
    fi
    passed=$((passed + ran))
    failed=$((failed + broken))
done

# A test that was skipped says so on a line of its own, each name counted once; `#[ignore]` is counted by cargo.
names=$(grep -hoE '(SKIPPED|UNABLE) [^ :]+:.*' "$out/test.log" | sort -u)
named=$(grep -c . <<<"$names")
missing=$(grep -c '^SKIPPED ' <<<"$names")
ignored=$(awk '/^test result:/ { i += $8 } END { print i + 0 }' "$out/test.log")
skipped=$((named + ignored))
# Cargo counts a test that returned early as passed.
passed=$((passed > named ? passed - named : 0))
if [ "$named" -gt 0 ]; then
    echo "$names"
fi
if [ "${CI:-}" = true ] && [ "$missing" -gt 0 ]; then
    echo "ci: CI=true, and yet tests were skipped"
    failed=$((failed + missing))
    skipped=$((skipped - missing))
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
