//! GoBGP and we exchange routes of VPNs, of IPv4 and IPv6, and take them back.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use support::{
    exchange::Side,
    gobgp::{self, GoBgp, Said, dotted},
    interop::{self, PEER_AS},
    lab::Lab,
    vpn::Vpn,
};

#[test]
fn gobgp_and_we_hold_the_same_vpn_routes() {
    let Some(programs) = interop::programs("interop_gobgp_vpn", ["gobgpd", "gobgp"]) else { return };
    let lab = Lab::new();
    let mut gobgp = GoBgp::start(&lab, programs, &["l3vpn-ipv4-unicast", "l3vpn-ipv6-unicast"]);
    let us = Side::calling(&lab, gobgp.port, &["family { ipv4 mpls-vpn; ipv6 mpls-vpn; }"]);
    us.up(&mut gobgp.program);

    let theirs: Vec<_> = Vpn::both(PEER_AS).map(|route| said(&route)).collect();
    gobgp.client.tells(&us, &theirs);
    let ours: Vec<_> = Vpn::both(65000).map(|route| route.announced()).collect();
    us.announce(&ours, || gobgp.client.held(&["vpnv4", "vpnv6"]));
    gobgp.program.assert_alive();
    us.finish();
}

fn said(route: &Vpn) -> Said {
    let Vpn { prefix, label, next_hop, .. } = route;
    let rd = dotted(&route.rd);
    let family = if route.v6 { "vpnv6" } else { "vpnv4" };
    let targets: String = route.targets.iter().map(|target| format!(" rt {}", dotted(target))).collect();
    let path = gobgp::aspath(&route.as_path);
    let route_words = format!("{prefix} label {label} rd {rd}{targets} nexthop {next_hop}{path}");
    Said { family, words: route_words, heard: route.heard() }
}
