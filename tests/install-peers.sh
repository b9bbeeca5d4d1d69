#!/bin/sh
# Installs what the interop tests talk to: BIRD, FRR, GoBGP, tshark and ip(8) from the system's packages, and ExaBGP in a
# virtual environment under target/. Does nothing where all is there. Where it may not install, it says what is missing
# and succeeds, except with CI=true.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
exabgp_version=5.0.15
exabgp=$root/target/exabgp
missing=''
policy=''

say() { echo "install-peers: $*"; }

# has <program>: in PATH, or where daemons are.
has() {
    command -v "$1" >/dev/null 2>&1 && return
    for place in /usr/sbin /sbin /usr/lib/frr; do
        [ -x "$place/$1" ] && return
    done
    return 1
}

# The packages of the programs that are not there.
packages() {
    { has bird && has birdc; } || echo bird2
    { has bgpd && has vtysh; } || echo frr
    { has gobgpd && has gobgp; } || echo gobgpd
    has ip || echo iproute2
    has tshark || echo tshark
    has_exabgp || python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
}

may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

# Packages start their services when they are installed, unless this program forbids it.
forbid_services() {
    [ -e /usr/sbin/policy-rc.d ] && return
    policy=/usr/sbin/policy-rc.d
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
}

install_packages() {
    say "installing $*"
    export DEBIAN_FRONTEND=noninteractive
    forbid_services
    apt-get update -q || say 'the package lists are not fresh'
    # One by one, so that one that cannot be had does not keep the others away.
    for package in "$@"; do
        apt-get install -q -y --no-install-recommends "$package" || say "$package could not be installed"
    done
    if [ -n "$policy" ]; then
        rm -f "$policy"
        policy=''
    fi
}

has_exabgp() {
    [ -x "${EXABGP:-$exabgp/bin/exabgp}" ] || return
    # One that the caller chose may be of any version.
    [ -n "${EXABGP:-}" ] || [ -e "$exabgp/version-$exabgp_version" ]
}

install_exabgp() {
    say "installing exabgp $exabgp_version into $exabgp"
    rm -rf "$exabgp"
    if python3 -m venv "$exabgp" && "$exabgp/bin/pip" install -q --disable-pip-version-check "exabgp==$exabgp_version"; then
        : >"$exabgp/version-$exabgp_version"
    else
        rm -rf "$exabgp"
        say 'exabgp could not be installed'
    fi
}

wanted=$(packages)
if [ -n "$wanted" ]; then
    if may_install; then
        # shellcheck disable=SC2086 # one word a package
        install_packages $wanted
    else
        say 'packages can only be installed by root, with apt-get'
    fi
fi
has_exabgp || [ -n "${EXABGP:-}" ] || install_exabgp

missing=$(packages | tr '\n' ' ')
has_exabgp || missing="${missing}exabgp"
if [ -n "$missing" ]; then
    say "MISSING: $missing; their tests report themselves as skipped"
    [ "${CI:-}" != true ]
fi
