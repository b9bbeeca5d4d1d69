//! FRR's bgpd takes EVPN routes of types 1 to 5 from us and passes them on to a third daemon; what is withdrawn goes
//! everywhere.
//!
//! FRR has routes of its own only for what zebra tells it of. It ends the session over an IPv6 address in a route of
//! type 3 or 4. It does not show the label of type 1, segment and gateway of type 5, and shows 0.0.0.0 for a next hop of
//! IPv6. On passing on it writes the label of type 1 and segment and gateway of type 5 as zeros, and leaves out the second
//! label of type 2 where the first has the bit of a stack's bottom.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use serde_json::Value;
use support::{
    evpn::{Evpn, Numbered},
    exchange::{Texts, rest},
    frr::{self, Terminal},
    interop::{self, PEER_AS},
};

#[test]
fn frr_holds_and_passes_on_our_evpn_routes() {
    let ours: Vec<_> = (0..ROUTES).map(route).collect();
    let shown: Vec<_> = ours.iter().map(|route| route.announced(shown(route))).collect();
    let passed: Vec<_> = ours.iter().map(|route| route.announced(passed(route).heard())).collect();
    frr::transit("interop_frr_evpn", &["l2vpn evpn"], "family { l2vpn evpn; }", |terminal, us, third| {
        us.announce(&shown, || held(terminal));
        us.announce(&passed, || third.heard());
    });
}

/// With the communities of its type: single-active, MAC mobility, which segment imports it, the router's MAC.
fn route(index: u32) -> Numbered {
    let mut numbered = Numbered::new(index, 65000);
    let Numbered { code, route, communities, .. } = &mut numbered;
    match code {
        1 => communities.push("0x0601010000000064".to_owned()),
        2 => communities.push(format!("0x06000100{index:08X}")),
        4 => communities.push(format!("0x0602AABBCCDDEE{index:02X}")),
        5 => communities.push(format!("0x0603AABBCCDDEE{index:02X}")),
        _ => {}
    }
    match code {
        2 if index % 4 == 1 => "none".clone_into(&mut route.ip),
        2 if index % 4 == 2 => route.labels.push(u64::from(32 + index * 1000)),
        3 | 4 => route.ip = format!("10.0.0.{index}"),
        5 if index % 4 == 3 => {
            route.esi = format!("00:11:22:33:44:55:66:77:88:{index:02x}");
            (if route.ip.contains(':') { "::" } else { "0.0.0.0" }).clone_into(&mut route.gateway);
        }
        _ => {}
    }
    if index.is_multiple_of(3) { numbered } else { numbered.with_label() }
}

/// What FRR shows of a route.
fn shown(Numbered { code, route, next_hop, as_path, communities }: &Numbered) -> (String, String) {
    let Evpn { rd, tag, esi, mac, ip, labels, .. } = route;
    let bits = if ip.contains(':') { 128 } else { 32 };
    let segment = if *code == 2 { esi } else { "-" };
    let key = match code {
        1 => format!("[1]:[{tag}]:[{esi}]:[32]:[0.0.0.0]:[0]"),
        2 if ip == "none" => format!("[2]:[{tag}]:[48]:[{mac}]"),
        2 => format!("[2]:[{tag}]:[48]:[{mac}]:[{bits}]:[{ip}]"),
        3 => format!("[3]:[{tag}]:[{bits}]:[{ip}]"),
        4 => format!("[4]:[{esi}]:[{bits}]:[{ip}]"),
        _ => {
            let (address, length) = ip.split_once('/').unwrap();
            format!("[5]:[{tag}]:[{length}]:[{address}]")
        }
    };
    let labels: Vec<_> = labels.iter().filter(|_| matches!(code, 2 | 5)).map(u64::to_string).collect();
    let next_hop = if next_hop.contains(':') { "0.0.0.0" } else { next_hop };
    let communities: Vec<_> = communities.iter().map(|one| community(one)).collect();
    let said = format!("segment {segment} label {}", labels.join("/"));
    (format!("{rd} {key}"), rest(&said, next_hop, as_path, &communities))
}

/// A community as FRR has it.
fn community(text: &str) -> String {
    if let Some(sequence) = sticky(text) {
        return format!("MM:{sequence}, sticky MAC");
    }
    let mac = |digits: &str| {
        let digits: Vec<char> = digits.to_lowercase().chars().collect();
        digits.chunks(2).map(String::from_iter).collect::<Vec<_>>().join(":")
    };
    match text.split_at_checked(6) {
        Some(("0x0601", _)) => "ESI-label-Rt:SA".to_owned(),
        Some(("0x0602", digits)) => format!("ES-Import-Rt:{}", mac(digits)),
        Some(("0x0603", digits)) => format!("Rmac:{}", mac(digits)),
        _ => format!("RT:{text}"),
    }
}

/// The sequence number of MAC mobility for an address that is to stay.
fn sticky(community: &str) -> Option<u32> {
    u32::from_str_radix(community.strip_prefix("0x06000100")?, 16).ok()
}

/// The route as FRR passes it on.
fn passed(numbered: &Numbered) -> Numbered {
    let mut passed = numbered.clone();
    let Numbered { code, route, as_path, communities, .. } = &mut passed;
    as_path.insert(0, PEER_AS);
    match code {
        1 => route.labels = vec![0],
        2 if route.labels.iter().all(|label| label & 1 == 1) => route.labels.truncate(1),
        5 => {
            "-".clone_into(&mut route.esi);
            (if route.ip.contains(':') { "::" } else { "0.0.0.0" }).clone_into(&mut route.gateway);
        }
        _ => {}
    }
    for community in communities {
        if let Some(sequence) = sticky(community) {
            *community = format!("mac-mobility:{sequence}:sticky");
        }
    }
    passed
}

/// What FRR has got from us.
fn held(terminal: &Terminal) -> Result<Texts, String> {
    let mut table = Texts::new();
    for object in terminal.objects(["show bgp l2vpn evpn route detail json"])? {
        for (rd, routes) in interop::members(&object) {
            for (prefix, route) in interop::members(routes).filter(|(prefix, _)| prefix.starts_with('[')) {
                for path in route["paths"].as_array().into_iter().flatten().flat_map(frr::foreign) {
                    table.insert(format!("{rd} {prefix}"), path_of(path)?);
                }
            }
        }
    }
    Ok(table)
}

fn path_of(path: &Value) -> Result<String, String> {
    let words = interop::text(&path["extendedCommunity"]["string"])?.split(' ');
    // `MM:5, sticky MAC` is one.
    let mut communities: Vec<String> = Vec::new();
    for word in words {
        match communities.last_mut() {
            Some(last) if !word.contains(':') => last.push_str(&format!(" {word}")),
            _ => communities.push(word.to_owned()),
        }
    }
    let (segment, label) = (path["esi"].as_str().unwrap_or("-"), path["vni"].as_str().unwrap_or_default());
    let next_hop = interop::text(&path["nexthops"][0]["ip"])?;
    Ok(rest(&format!("segment {segment} label {label}"), next_hop, &frr::as_path(path), &communities))
}

const ROUTES: u32 = 100;
