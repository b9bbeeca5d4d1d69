//! GoBGP and we exchange EVPN routes of types 1 to 5 and labelled unicast, and take them back.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use support::{
    evpn::{Evpn, Numbered},
    exchange::{Announced, Side, attributes, rest},
    gobgp::{self, GoBgp, Said},
    interop::{self, PEER_AS},
    lab::Lab,
};

#[test]
fn gobgp_and_we_hold_the_same_evpn_routes() {
    let Some(programs) = interop::programs("interop_gobgp_evpn", ["gobgpd", "gobgp"]) else { return };
    let lab = Lab::new();
    let mut gobgp = GoBgp::start(&lab, programs, &["l2vpn-evpn"]);
    let us = Side::calling(&lab, gobgp.port, &["family { l2vpn evpn; }"]);
    us.up(&mut gobgp.program);

    let theirs: Vec<_> = (0..ROUTES).map(theirs).collect();
    gobgp.client.tells(&us, &theirs);
    let ours: Vec<_> = (0..ROUTES).map(ours).collect();
    us.announce(&ours, || gobgp.client.held(&["evpn"]));
    gobgp.program.assert_alive();
    us.finish();
}

#[test]
fn gobgp_and_we_hold_the_same_labelled_routes() {
    let Some(programs) = interop::programs("interop_gobgp_evpn", ["gobgpd", "gobgp"]) else { return };
    let lab = Lab::new();
    let mut gobgp = GoBgp::start(&lab, programs, &["ipv4-labelled-unicast", "ipv6-labelled-unicast"]);
    let us = Side::calling(&lab, gobgp.port, &["family { ipv4 nlri-mpls; ipv6 nlri-mpls; }"]);
    us.up(&mut gobgp.program);

    let routes = |asn| (0..ROUTES).flat_map(move |index| [false, true].map(|v6| labelled(v6, index, asn)));
    let theirs: Vec<_> = routes(PEER_AS).map(|(_, said)| said).collect();
    gobgp.client.tells(&us, &theirs);
    let ours: Vec<_> = routes(65000).map(|(ours, _)| ours).collect();
    us.announce(&ours, || gobgp.client.held(&["ipv4-mpls", "ipv6-mpls"]));
    gobgp.program.assert_alive();
    us.finish();
}

/// Every other one of ours says its label as a VNI.
fn ours(index: u32) -> Announced {
    let route = Numbered::new(index, 65000);
    let route = if index % 4 < 2 { route } else { route.with_label() };
    route.announced(route.heard())
}

fn theirs(index: u32) -> Said {
    let numbered = Numbered::new(index, PEER_AS);
    let Numbered { code, route, next_hop, as_path, communities } = &numbered;
    let Evpn { rd, tag, esi, mac, ip, gateway, labels } = route;
    let esi = match esi.strip_prefix("00:") {
        Some(rest) => format!("esi arbitrary {rest}"),
        None => "esi single-homed".to_owned(),
    };
    let label: String = labels.iter().map(|label| format!("label {label}")).collect();
    let words = match code {
        1 => format!("a-d {esi} etag {tag} {label} rd {rd}"),
        2 => format!("macadv {mac} {ip} {esi} etag {tag} {label} rd {rd}"),
        3 => format!("multicast {ip} etag {tag} rd {rd}"),
        4 => format!("esi {ip} {esi} rd {rd}"),
        _ => format!("prefix {ip} gw {gateway} {esi} etag {tag} {label} rd {rd}"),
    };
    let words = format!("{words} rt {} nexthop {next_hop}{}", communities.join(" "), gobgp::aspath(as_path));
    Said { family: "evpn", words, heard: numbered.heard() }
}

/// A labelled route as we announce it, and as GoBGP does; each third has a stack of two labels.
fn labelled(v6: bool, index: u32, asn: u32) -> (Announced, Said) {
    let prefix =
        if v6 { format!("2001:db8:{:x}::/48", 0x1000 + index) } else { format!("10.{}.{index}.0/24", asn % 250) };
    let next_hop = if v6 { format!("2001:db8::{:x}", 1 + index % 10) } else { format!("192.0.2.{}", 1 + index % 10) };
    let Numbered { as_path, .. } = Numbered::new(index, asn);
    let labels: Vec<_> = (0..=u32::from(index.is_multiple_of(3))).map(|label| 16 + index * 1000 + label).collect();
    let each: Vec<_> = labels.iter().map(u32::to_string).collect();
    let family = if v6 { "ipv6" } else { "ipv4" };
    let held = (prefix.clone(), rest(&format!("label {labels:?}"), &next_hop, &as_path, &[]));
    let words = format!("{prefix} {} nexthop {next_hop}{}", each.join("/"), gobgp::aspath(&as_path));
    let ours = Announced {
        short: format!("{family} nlri-mpls {prefix}"),
        route: format!("{family} nlri-mpls {prefix} label [ {} ] next-hop {next_hop}", each.join(" ")),
        attributes: attributes(&as_path, &[]),
        held: held.clone(),
    };
    (ours, Said { family: if v6 { "ipv6-mpls" } else { "ipv4-mpls" }, words, heard: held })
}

/// Of each family, each way.
const ROUTES: u32 = 60;
