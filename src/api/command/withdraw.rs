//! `withdraw route …`, `withdraw ipv4 unicast …`, `withdraw attributes … nlri …`.

use wire::{Intent, route as grammar};

use super::{Entry, Group, Spelling, Usage, route};

pub(super) const ROUTE: Entry = Entry {
    spelling: Spelling { v4: "withdraw route", v6: "peer <selector> withdraw route" },
    usage: Usage::new(Group::Routes, "Withdraw a route, announced or not.", "withdraw route 10.0.0.0/24")
        .syntax("<prefix> [next-hop <ip>|self] [<attribute> …]"),
    parse: |words, request| route::withdraw(words, request, grammar::parse_route),
};

pub(super) const IPV4: Entry = Entry {
    spelling: Spelling { v4: "withdraw ipv4", v6: "peer <selector> withdraw ipv4" },
    usage: Usage::new(Group::Routes, "Withdraw a route of this IPv4 family.", "withdraw ipv4 unicast 10.0.0.0/24")
        .syntax("<safi> <prefix> [next-hop <ip>|self] [<attribute> …]"),
    parse: |words, request| route::of_family("ipv4", words, request, Intent::Withdraw),
};

pub(super) const IPV6: Entry = Entry {
    spelling: Spelling { v4: "withdraw ipv6", v6: "peer <selector> withdraw ipv6" },
    usage: Usage::new(Group::Routes, "Withdraw a route of this IPv6 family.", "withdraw ipv6 unicast 2001:db8::/32")
        .syntax("<safi> <prefix> [next-hop <ip>|self] [<attribute> …]"),
    parse: |words, request| route::of_family("ipv6", words, request, Intent::Withdraw),
};

pub(super) const L2VPN: Entry = Entry {
    spelling: Spelling { v4: "withdraw l2vpn", v6: "peer <selector> withdraw l2vpn" },
    usage: Usage::new(
        Group::Routes,
        "Withdraw a route of this layer 2 VPN family.",
        "withdraw l2vpn evpn multicast rd 65000:1 ip 192.0.2.1",
    )
    .syntax("<safi> <route type> <words of the type> [next-hop <ip>|self] [<attribute> …]")
    .unlisted(),
    parse: |words, request| route::of_family("l2vpn", words, request, Intent::Withdraw),
};

const MANY: Usage = Usage::new(
    Group::Routes,
    "Withdraw many prefixes.",
    "withdraw attributes next-hop 192.0.2.1 nlri 10.0.0.0/24 10.0.1.0/24",
)
.syntax("[<attribute> …] nlri <prefix> …");

pub(super) const ATTRIBUTES: Entry = Entry {
    spelling: Spelling { v4: "withdraw attributes", v6: "peer <selector> withdraw attributes" },
    usage: MANY,
    parse: |words, request| route::withdraw(words, request, grammar::parse_attributes),
};

/// The same in the singular, which ExaBGP takes as well.
pub(super) const ATTRIBUTE: Entry = Entry {
    spelling: Spelling { v4: "withdraw attribute", v6: "peer <selector> withdraw attribute" },
    usage: MANY,
    parse: ATTRIBUTES.parse,
};

pub(super) const FLOW: Entry = Entry {
    spelling: Spelling { v4: "withdraw flow", v6: "peer <selector> withdraw flow" },
    usage: Usage::new(
        Group::Routes,
        "Withdraw a flow specification.",
        "withdraw flow route { match { source 10.0.0.0/24; destination-port =80; } }",
    )
    .syntax(super::announce::FLOW_SYNTAX),
    parse: |words, request| route::withdraw(words, request, route::flow),
};

pub(super) const VPLS: Entry = Entry {
    spelling: Spelling { v4: "withdraw vpls", v6: "peer <selector> withdraw vpls" },
    usage: Usage::new(
        Group::Routes,
        "Withdraw a site of VPLS.",
        "withdraw vpls rd 65000:1 endpoint 5 base 10702 offset 1 size 8",
    )
    .syntax("rd <rd> endpoint <n> base <label> offset <n> size <n> [next-hop <ip>] [<attribute> …]"),
    parse: |words, request| route::withdraw(words, request, route::vpls),
};

pub(super) const SR_POLICY: Entry = Entry {
    spelling: Spelling { v4: "withdraw sr-policy", v6: "peer <selector> withdraw sr-policy" },
    usage: Usage::new(
        Group::Routes,
        "Withdraw a candidate path of an SR policy.",
        "withdraw sr-policy distinguisher 0 color 100 endpoint 10.0.0.1",
    )
    .syntax("distinguisher <n> color <n> endpoint <ip> [next-hop <ip>] [<attribute> …]")
    .unlisted(),
    parse: |words, request| route::withdraw(words, request, grammar::parse_sr_policy),
};
