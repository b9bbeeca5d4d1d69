#!/bin/sh
# A helper that announces a hundred routes, then waits. The daemon answers each command with a line.
n=0
while [ $n -lt 100 ]; do
    echo "announce route 10.200.$n.0/24 next-hop self med $n"
    read -r answer || exit 0
    [ "$answer" = done ] || echo "feed: $answer" >&2
    n=$((n + 1))
done
while read -r _; do :; done
