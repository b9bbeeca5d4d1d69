#!/bin/sh
# Who may import whom: `sh tests/layers.sh`, from the root of the repository.
#
# The manifests are the law; this compares them with the table below (docs: ARCHITECTURE), and looks for what no
# manifest can forbid. Every fault is printed, and any fails.
set -eu

# A crate, a colon, and all crates of the workspace it may depend on. A crate may depend on fewer.
allowed='
wire:
rib: wire
session: wire
fault: wire session
config: wire rib fault
api: wire rib session fault config
actors: wire rib session fault config api
cli: config api session wire actors
exactix: cli
'
core='wire session rib fault config api'
runtime='actix actix-rt tokio tokio-util slog'

faults=0
fault() {
    echo "layers: $*"
    faults=$((faults + 1))
}

package() {
    if [ "$1" = exactix ]; then echo exactix; else echo "exactix-$1"; fi
}

# Direct dependencies of a package, without those of tests and builds.
direct() {
    cargo tree --locked --quiet -p "$(package "$1")" -e normal --depth 1 --prefix none | sed 1d | cut -d' ' -f1
}

members=$(cargo metadata --locked --quiet --format-version 1 --no-deps | tr ',' '\n' | sed -n 's/.*"name":"exactix-\([a-z]*\)"$/\1/p' | sort -u)
for member in $members; do
    echo "$allowed" | grep -q "^$member:" || fault "the crate $member has no row in the table of tests/layers.sh"
done

for row in $(echo "$allowed" | sed -n 's/^\([a-z]*\):.*/\1/p'); do
    may=$(echo "$allowed" | sed -n "s/^$row://p")
    if ! dependencies=$(direct "$row"); then
        fault "cargo tree of $row failed"
        continue
    fi
    for dependency in $(echo "$dependencies" | sed -n 's/^exactix-//p'); do
        case " $may " in
        *" $dependency "*) ;;
        *) fault "$row depends on $dependency, which the table does not allow" ;;
        esac
    done
done

for crate in $core; do
    if ! tree=$(cargo tree --locked --quiet -p "exactix-$crate" -e normal --prefix none); then
        fault "cargo tree of $crate failed"
        continue
    fi
    for name in $runtime; do
        if echo "$tree" | grep -q "^$name v"; then
            fault "$name is in the tree of $crate, which is pure"
        fi
    done
done

sources=$(git ls-files -co --exclude-standard -- '*.rs')
# Comments and the names of lints do not count.
for source in $sources; do
    [ "$source" = actors/sockopt.rs ] && continue
    if sed 's://.*::' "$source" | grep -nE '(^|[^_[:alnum:]])unsafe([^_[:alnum:]]|$)' >/dev/null; then
        fault "$source has unsafe code: it belongs into actors/sockopt.rs"
    fi
done
for path in $sources; do
    case "/$path" in
    */utils.rs | */utils/* | */helpers.rs | */helpers/* | */common.rs | */common/* | *[Mm]anager*)
        fault "$path has a name that says nothing (utils, helpers, common, manager)" ;;
    esac
done

# A child that panics is restarted; with abort the daemon would die instead.
for manifest in $(git ls-files -co --exclude-standard -- '*Cargo.toml' '*.cargo/config.toml'); do
    settings=$(awk '/^[[:space:]]*\[/ { profile = /\[profile\./ } profile && /^[[:space:]]*panic[[:space:]]*=/' "$manifest")
    if echo "$settings" | grep . | grep -vqE '=[[:space:]]*"unwind"[[:space:]]*(#.*)?$'; then
        fault "$manifest sets panic to something else than unwind"
    fi
done
for profile in dev release; do
    awk -v wanted="[profile.$profile]" '/^\[/ { here = $0 == wanted } here && /^panic = "unwind"/ { found = 1 } END { exit !found }' \
        Cargo.toml || fault "profile $profile does not fix panic = \"unwind\""
done

if [ "$faults" -gt 0 ]; then
    echo "layers: $faults faults"
    exit 1
fi
echo "layers: every crate depends on what it may"
