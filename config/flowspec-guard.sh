#!/bin/sh
# The helper of flowspec.ron: `flowspec-guard.sh FILE` keeps a rule for each IPv4 address in FILE, one a line.
file=$1
rule() {
    echo "$1 flow route destination $2/32 protocol udp rate-limit 100000"
}
exec 3>&1 # commands for the daemon
(
    had=
    while :; do
        has=$(grep -Eo '^[0-9]+(\.[0-9]+){3}' "$file" 2>/dev/null | sort -u)
        for address in $has; do
            echo "$had" | grep -qxF "$address" || rule announce "$address"
        done
        for address in $had; do
            echo "$has" | grep -qxF "$address" || rule withdraw "$address"
        done
        had=$has
        sleep 1
    done
) >&3 3>&- &
trap 'kill $! 2>/dev/null' EXIT TERM
# The daemon answers each command with a line. When there are no more, it has ended.
while read -r _; do :; done
