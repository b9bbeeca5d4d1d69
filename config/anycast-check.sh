#!/bin/sh
# The helper of anycast.ron: `anycast-check.sh PREFIX COMMAND…` announces PREFIX while COMMAND succeeds.
prefix=$1
shift
exec 3>&1 # commands for the daemon; what the check prints goes to standard error
(
    up=no good=0 bad=0
    while :; do
        if "$@" >&2; then
            good=$((good + 1)) bad=0
        else
            good=0 bad=$((bad + 1))
        fi
        if [ $up = no ] && [ $good -ge 3 ]; then
            up=yes
            echo "announce route $prefix next-hop self"
        elif [ $up = yes ] && [ $bad -ge 3 ]; then
            up=no
            echo "withdraw route $prefix next-hop self"
        fi
        sleep 1
    done
) >&3 3>&- &
trap 'kill $! 2>/dev/null' EXIT TERM
# The daemon answers each command with a line. When there are no more, it has ended.
while read -r _; do :; done
