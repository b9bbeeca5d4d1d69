//! GoBGP and we exchange EVPN routes of types 1 to 5 and labelled unicast, and take them back.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use support::{
    exchange::{Announced, Evpn, Side, attributes, evpn, rest},
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
    let ours: Vec<_> = (0..ROUTES).map(announced).collect();
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

/// The route of this number: its type, and what it says.
fn route(index: u32, asn: u32) -> (u64, Evpn, u32) {
    let code = u64::from(1 + index % 5);
    let rd = if index.is_multiple_of(2) { format!("{asn}:{index}") } else { format!("192.0.2.1:{index}") };
    let segment = format!("00:11:22:33:44:55:66:77:88:{:02x}", index % 256);
    let v6 = index % 3 == 2;
    let host = if v6 { format!("2001:db8::{index:x}") } else { format!("10.0.0.{index}") };
    let label = 16 + index * 1000;
    let none = || "none".to_owned();
    let empty = Evpn {
        rd,
        tag: (index * 7).to_string(),
        esi: none(),
        mac: none(),
        ip: none(),
        gateway: none(),
        labels: Vec::new(),
    };
    // GoBGP takes and shows label fields as numbers of 24 bits.
    let labels = vec![u64::from(label)];
    let route = match code {
        1 => Evpn { esi: segment, labels, ..empty },
        2 => {
            let esi = if index.is_multiple_of(4) { segment } else { "-".to_owned() };
            Evpn { esi, labels, mac: format!("aa:bb:cc:dd:ee:{index:02x}"), ip: host, ..empty }
        }
        3 => Evpn { ip: host, ..empty },
        4 => Evpn { esi: segment, ip: host, tag: none(), ..empty },
        _ => {
            let (ip, gateway) = match v6 {
                true => (format!("2001:db8:{index:x}::/48"), format!("2001:db8::{index:x}")),
                false => (format!("10.{index}.0.0/16"), format!("10.0.0.{index}")),
            };
            Evpn { esi: "-".to_owned(), labels, ip, gateway, ..empty }
        }
    };
    (code, route, label)
}

fn path(index: u32, asn: u32) -> (String, Vec<u32>, Vec<String>) {
    let next_hop = if index % 7 == 3 { "2001:db8::1".to_owned() } else { format!("192.0.2.{}", 1 + index % 10) };
    let as_path = [asn].into_iter().chain((0..index % 3).map(|hop| 65100 + hop + index)).collect();
    (next_hop, as_path, (0..=index % 2).map(|tag| format!("{asn}:{}", index + tag)).collect())
}

fn theirs(index: u32) -> Said {
    let (code, route, label) = route(index, PEER_AS);
    let (next_hop, as_path, targets) = path(index, PEER_AS);
    let Evpn { rd, tag, esi, mac, ip, gateway, .. } = &route;
    let esi = match esi.strip_prefix("00:") {
        Some(rest) => format!("esi arbitrary {rest}"),
        None => "esi single-homed".to_owned(),
    };
    let words = match code {
        1 => format!("a-d {esi} etag {tag} label {label} rd {rd}"),
        2 => format!("macadv {mac} {ip} {esi} etag {tag} label {label} rd {rd}"),
        3 => format!("multicast {ip} etag {tag} rd {rd}"),
        4 => format!("esi {ip} {esi} rd {rd}"),
        _ => format!("prefix {ip} gw {gateway} {esi} etag {tag} label {label} rd {rd}"),
    };
    let (key, nlri) = evpn(code, &route);
    let words = format!("{words} rt {} nexthop {next_hop}{}", targets.join(" "), gobgp::aspath(&as_path));
    Said { family: "evpn", words, heard: (key, rest(&nlri, &next_hop, &as_path, &targets)) }
}

/// Every other one says its label as a VNI.
fn announced(index: u32) -> Announced {
    let (code, mut route, label) = route(index, 65000);
    let (next_hop, as_path, targets) = path(index, 65000);
    let label = if index % 4 < 2 {
        format!("vni {label}")
    } else {
        // 20 bits, three of traffic class, and that this is the last.
        route.labels.iter_mut().for_each(|field| *field = *field << 4 | 1);
        format!("label {label}")
    };
    let Evpn { rd, tag, esi, mac, ip, gateway, .. } = &route;
    let words = match code {
        1 => format!("ethernet-ad rd {rd} esi {esi} ethernet-tag {tag} {label}"),
        2 => format!("mac-ip rd {rd} esi {esi} ethernet-tag {tag} mac {mac} ip {ip} {label}"),
        3 => format!("multicast rd {rd} ethernet-tag {tag} ip {ip}"),
        4 => format!("ethernet-segment rd {rd} esi {esi} ip {ip}"),
        _ => format!("ip-prefix rd {rd} ethernet-tag {tag} prefix {ip} gateway {gateway} {label}"),
    };
    let (key, nlri) = evpn(code, &route);
    Announced {
        short: format!("l2vpn evpn {words}"),
        route: format!("l2vpn evpn {words} next-hop {next_hop}"),
        attributes: attributes(&as_path, &targets),
        held: (key, rest(&nlri, &next_hop, &as_path, &targets)),
    }
}

/// A labelled route as we announce it, and as GoBGP does; each third has a stack of two labels.
fn labelled(v6: bool, index: u32, asn: u32) -> (Announced, Said) {
    let prefix =
        if v6 { format!("2001:db8:{:x}::/48", 0x1000 + index) } else { format!("10.{}.{index}.0/24", asn % 250) };
    let next_hop = if v6 { format!("2001:db8::{:x}", 1 + index % 10) } else { format!("192.0.2.{}", 1 + index % 10) };
    let (_, as_path, _) = path(index, asn);
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
