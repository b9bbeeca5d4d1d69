//! `announce route …`, `announce ipv4 unicast …`, `announce attributes … nlri …`.

use wire::{Intent, route as grammar};

use super::{Entry, Group, Spelling, Usage, route};

pub(super) const ROUTE: Entry = Entry {
    spelling: Spelling { v4: "announce route", v6: "peer <selector> announce route" },
    usage: Usage::new(
        Group::Routes,
        "Announce a route; its family follows from the prefix.",
        "announce route 10.0.0.0/24 next-hop 192.0.2.1 med 5",
    )
    .syntax("<prefix> next-hop <ip>|self [<attribute> …]"),
    parse: |words, request| route::announce(words, request, grammar::parse_route),
};

pub(super) const IPV4: Entry = Entry {
    spelling: Spelling { v4: "announce ipv4", v6: "peer <selector> announce ipv4" },
    usage: Usage::new(
        Group::Routes,
        "Announce a route of this IPv4 family.",
        "announce ipv4 unicast 10.0.0.0/24 next-hop 192.0.2.1",
    )
    .syntax("<safi> <prefix> next-hop <ip>|self [<attribute> …]"),
    parse: |words, request| route::of_family("ipv4", words, request, Intent::Announce),
};

pub(super) const IPV6: Entry = Entry {
    spelling: Spelling { v4: "announce ipv6", v6: "peer <selector> announce ipv6" },
    usage: Usage::new(
        Group::Routes,
        "Announce a route of this IPv6 family.",
        "announce ipv6 unicast 2001:db8::/32 next-hop 2001:db8::1",
    )
    .syntax("<safi> <prefix> next-hop <ip>|self [<attribute> …]"),
    parse: |words, request| route::of_family("ipv6", words, request, Intent::Announce),
};

pub(super) const L2VPN: Entry = Entry {
    spelling: Spelling { v4: "announce l2vpn", v6: "peer <selector> announce l2vpn" },
    usage: Usage::new(
        Group::Routes,
        "Announce a route of this layer 2 VPN family.",
        "announce l2vpn evpn multicast rd 65000:1 ip 192.0.2.1 next-hop 192.0.2.1",
    )
    .syntax("<safi> <route type> <words of the type> next-hop <ip>|self [<attribute> …]")
    .unlisted(),
    parse: |words, request| route::of_family("l2vpn", words, request, Intent::Announce),
};

const MANY: Usage = Usage::new(
    Group::Routes,
    "Announce many prefixes with the same attributes; without nlri, attributes alone.",
    "announce attributes next-hop 192.0.2.1 med 5 nlri 10.0.0.0/24 10.0.1.0/24",
)
.syntax("<attribute> … [nlri <prefix> …]");

pub(super) const ATTRIBUTES: Entry = Entry {
    spelling: Spelling { v4: "announce attributes", v6: "peer <selector> announce attributes" },
    usage: MANY,
    parse: |words, request| route::announce(words, request, grammar::parse_attributes),
};

/// The same in the singular, which ExaBGP takes as well.
pub(super) const ATTRIBUTE: Entry = Entry {
    spelling: Spelling { v4: "announce attribute", v6: "peer <selector> announce attribute" },
    usage: MANY,
    parse: ATTRIBUTES.parse,
};

pub(super) const FLOW: Entry = Entry {
    spelling: Spelling { v4: "announce flow", v6: "peer <selector> announce flow" },
    usage: Usage::new(
        Group::Routes,
        "Announce a flow specification; its family follows from its conditions.",
        "announce flow route { match { source 10.0.0.0/24; destination-port =80; } then { rate-limit 9600; } }",
    )
    .syntax(FLOW_SYNTAX),
    parse: |words, request| route::announce(words, request, route::flow),
};

/// What follows in both directions.
pub(super) const FLOW_SYNTAX: &str =
    "route <condition> … [<action> …] | route [<name>] { [rd <rd>;] match { … } [then { … }] [scope { … }] }";

pub(super) const VPLS: Entry = Entry {
    spelling: Spelling { v4: "announce vpls", v6: "peer <selector> announce vpls" },
    usage: Usage::new(
        Group::Routes,
        "Announce a site of VPLS.",
        "announce vpls rd 65000:1 endpoint 5 base 10702 offset 1 size 8 next-hop 192.0.2.1",
    )
    .syntax("rd <rd> endpoint <n> base <label> offset <n> size <n> next-hop <ip> [<attribute> …]"),
    parse: |words, request| route::announce(words, request, route::vpls),
};

pub(super) const SR_POLICY: Entry = Entry {
    spelling: Spelling { v4: "announce sr-policy", v6: "peer <selector> announce sr-policy" },
    usage: Usage::new(
        Group::Routes,
        "Announce a candidate path of an SR policy; its family is that of the endpoint.",
        "announce sr-policy distinguisher 0 color 100 endpoint 10.0.0.1 next-hop 192.0.2.1 preference 100",
    )
    .syntax("distinguisher <n> color <n> endpoint <ip> next-hop <ip> [<part of the path> …] [<attribute> …]")
    .unlisted(),
    parse: |words, request| route::announce(words, request, grammar::parse_sr_policy),
};
