//! GoBGP and we exchange routes of VPNs, of IPv4 and IPv6, and take them back.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use support::{
    exchange::{Announced, Side, Texts, rest},
    gobgp::{GoBgp, dotted},
    interop::{self, PEER_AS},
    lab::Lab,
};

#[test]
fn gobgp_and_we_hold_the_same_vpn_routes() {
    let Some(programs) = interop::programs("interop_gobgp_vpn", ["gobgpd", "gobgp"]) else { return };
    let lab = Lab::new();
    let mut gobgp = GoBgp::start(&lab, programs, &["l3vpn-ipv4-unicast", "l3vpn-ipv6-unicast"]);
    let us = Side::calling(&lab, gobgp.port, &["family { ipv4 mpls-vpn; ipv6 mpls-vpn; }"]);
    us.up(&mut gobgp.program);

    let theirs: Vec<_> =
        [false, true].into_iter().flat_map(|v6| (0..ROUTES).map(move |index| Vpn::theirs(v6, index))).collect();
    let table = |routes: &[Vpn]| -> Texts { routes.iter().map(Vpn::heard).collect() };
    for route in &theirs {
        gobgp.run(&format!("global rib add {}", route.gobgp())).unwrap();
    }
    us.hears("their routes", &table(&theirs));
    let (gone, kept) = theirs.split_at(theirs.len() / 2 + 7);
    for route in gone {
        gobgp.run(&format!("global rib del {}", route.gobgp())).unwrap();
    }
    us.hears("the rest of their routes", &table(kept));

    let ours: Vec<_> = [false, true]
        .into_iter()
        .flat_map(|v6| (0..ROUTES).map(move |index| Vpn::ours(v6, index).announced()))
        .collect();
    us.announce(&ours, || gobgp.held(&["vpnv4", "vpnv6"]));
    gobgp.program.assert_alive();
    us.finish();
}

struct Vpn {
    v6: bool,
    prefix: String,
    rd: String,
    label: u32,
    next_hop: String,
    as_path: Vec<u32>,
    targets: Vec<String>,
}

impl Vpn {
    /// Distinguishers and targets of every type; some prefixes are in several VPNs.
    fn new(v6: bool, index: u32, asn: u32) -> Self {
        let number = index / 2;
        let prefix = match v6 {
            true => format!("2001:db8:{:x}::/{}", 0x1000 + number, 48 + number % 3 * 8),
            false => format!("10.{}.{number}.0/{}", asn % 250, 24 + number % 3),
        };
        let rd = match index % 3 {
            0 => format!("{asn}:{index}"),
            1 => format!("192.0.2.1:{index}"),
            _ => format!("{}:{index}", 4_200_000_000 + index),
        };
        let next_hop =
            if v6 { format!("2001:db8::{:x}", 1 + index % 10) } else { format!("192.0.2.{}", 1 + index % 10) };
        let as_path =
            [asn].into_iter().chain((0..index % 3).map(|hop| 65100 + 4_200_000_000 * (hop % 2) + index)).collect();
        let targets = match index % 4 {
            0 => vec![format!("{asn}:{index}")],
            1 => vec![format!("192.0.2.7:{index}")],
            2 => vec![format!("{}:{index}", 4_200_000_000_u32)],
            _ => vec![format!("{asn}:1"), format!("{asn}:{}", 1_000_000 + index)],
        };
        let label = if index == 0 { 1_048_575 } else { 16 + index * 1000 };
        Self { v6, prefix, rd, label, next_hop, as_path, targets }
    }

    fn ours(v6: bool, index: u32) -> Self {
        Self::new(v6, index, 65000)
    }

    fn theirs(v6: bool, index: u32) -> Self {
        Self::new(v6, index, PEER_AS)
    }

    fn heard(&self) -> (String, String) {
        let label = format!("label [{}]", self.label);
        (format!("{} rd {}", self.prefix, self.rd), rest(&label, &self.next_hop, &self.as_path, &self.targets))
    }

    fn announced(&self) -> Announced {
        let Self { prefix, rd, label, next_hop, .. } = self;
        let family = if self.v6 { "ipv6" } else { "ipv4" };
        let targets: Vec<_> = self.targets.iter().map(|target| format!("target:{target}")).collect();
        let as_path: Vec<_> = self.as_path.iter().map(u32::to_string).collect();
        Announced {
            short: format!("{family} mpls-vpn {prefix} rd {rd}"),
            route: format!("{family} mpls-vpn {prefix} rd {rd} label {label} next-hop {next_hop}"),
            attributes: format!("as-path [ {} ] extended-community [ {} ]", as_path.join(" "), targets.join(" ")),
            held: self.heard(),
        }
    }

    /// As GoBGP's client takes it; GoBGP itself prepends its AS.
    fn gobgp(&self) -> String {
        let Self { prefix, label, next_hop, .. } = self;
        let rd = dotted(&self.rd);
        let family = if self.v6 { "vpnv6" } else { "vpnv4" };
        let as_path: Vec<_> = self.as_path.iter().skip(1).map(u32::to_string).collect();
        let as_path = if as_path.is_empty() { String::new() } else { format!("aspath {}", as_path.join(",")) };
        let targets: String = self.targets.iter().map(|target| format!(" rt {}", dotted(target))).collect();
        format!("-a {family} {prefix} label {label} rd {rd}{targets} nexthop {next_hop} {as_path}")
    }
}

/// Of each family, each way.
const ROUTES: u32 = 30;
