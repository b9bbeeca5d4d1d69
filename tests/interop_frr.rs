//! FRR's bgpd, without zebra, and we hold a session and exchange a thousand routes of each family.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use std::fmt::Write as _;

use serde_json::Value;
use support::{
    frr::{self, Frr, Terminal},
    interop::{self, Us},
    lab::Lab,
    record::{Path, Table},
};

#[test]
fn frr_and_we_hold_the_same_routes() {
    let Some(programs) = interop::programs("interop_frr", ["bgpd", "vtysh"]) else { return };
    let lab = Lab::new();
    let Frr { mut program, port, terminal } = Frr::start(&lab, programs, &configuration());
    Us::calling(&lab, port).exchange(&mut program, || held(&terminal));
}

fn configuration() -> String {
    let mut maps = String::new();
    for number in 0..interop::VARIANTS {
        writeln!(maps, "route-map V{number} permit 10").unwrap();
        let (v4, v6) = (interop::variant(number, false), interop::variant(number, true));
        writeln!(maps, " set ip next-hop {}\n set ipv6 next-hop global {}", v4.next_hop, v6.next_hop).unwrap();
        // FRR itself prepends its AS.
        let asns: Vec<String> = v4.as_path.iter().skip(1).map(u32::to_string).collect();
        for (statement, list) in [
            ("as-path prepend", asns.join(" ")),
            ("community", interop::communities(&v4, 2).join(" ")),
            ("large-community", interop::communities(&v4, 3).join(" ")),
        ] {
            if !list.is_empty() {
                writeln!(maps, " set {statement} {list}").unwrap();
            }
        }
        maps.push_str("exit\n");
    }
    let networks = |v6| {
        let prefixes = interop::prefixes(v6).zip(0..);
        prefixes
            .map(|(prefix, index)| format!("  network {prefix} route-map V{}\n", index % interop::VARIANTS))
            .collect()
    };
    frr::configuration(&maps, [("ipv4 unicast", networks(false)), ("ipv6 unicast", networks(true))])
}

/// What FRR has got from us.
fn held(terminal: &Terminal) -> Result<Table, String> {
    let mut table = Table::new();
    for object in terminal.objects(["ipv4", "ipv6"].map(|family| format!("show bgp {family} unicast json detail")))? {
        for (prefix, entries) in interop::members(&object["routes"]) {
            for entry in frr::foreign(entries) {
                table.insert(prefix.clone(), path(entry)?);
            }
        }
    }
    Ok(table)
}

fn path(entry: &Value) -> Result<Path, String> {
    let next_hop = interop::text(&entry["nexthops"][0]["ip"])?.to_owned();
    let mut path = Path { next_hop, as_path: frr::as_path(entry), communities: Vec::new() };
    for list in [&entry["community"]["list"], &entry["largeCommunity"]["list"]] {
        for community in list.as_array().into_iter().flatten() {
            path.communities.push(interop::text(community)?.to_owned());
        }
    }
    path.communities.sort();
    Ok(path)
}
