#!/bin/sh
# The helper of demo.ron: announces a route a second to 127.0.0.2, and shows every event it is told of.
exec 3>&1 # commands; what the loops print for people goes to standard error
(
    n=0
    while [ $n -lt 1000000 ]; do
        echo "neighbor 127.0.0.2 announce route 10.$((n / 256 % 256)).$((n % 256)).0/24 next-hop self med $n community 65001:$((n % 100))"
        [ $n -ge 5 ] && echo "neighbor 127.0.0.2 withdraw route 10.$(((n - 5) / 256 % 256)).$(((n - 5) % 256)).0/24"
        n=$((n + 1))
        sleep 1
    done
) >&3 &
trap 'kill $! 2>/dev/null' EXIT TERM
while read -r line; do
    case "$line" in
        done) ;;
        *) echo "event: $line" >&2 ;;
    esac
done
