#!/bin/sh
# A helper that only listens: shows each event on standard error, behind the name it was given.
while read -r line; do
    echo "${1:-event}: $line" >&2
done
