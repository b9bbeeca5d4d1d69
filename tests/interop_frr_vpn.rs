//! FRR's bgpd and we exchange routes of VPNs, and take them back.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{collections::BTreeSet, fmt::Write as _};

use support::{
    exchange::{Side, Texts},
    frr::{self, Frr, Terminal},
    interop::{self, PEER_AS},
    lab::Lab,
    vpn::Vpn,
};

#[test]
fn frr_and_we_hold_the_same_vpn_routes() {
    let Some(programs) = interop::programs("interop_frr_vpn", ["bgpd", "vtysh"]) else { return };
    let lab = Lab::new();
    let theirs: Vec<_> = Vpn::both(PEER_AS).collect();
    let mut frr = Frr::start(&lab, programs, &configuration(&theirs));
    let us = Side::calling(&lab, frr.port, &["family { ipv4 mpls-vpn; ipv6 mpls-vpn; }"]);
    us.up(&mut frr.program);

    let table = |routes: &[Vpn]| -> Texts { routes.iter().map(Vpn::heard).collect() };
    us.hears("their routes", &table(&theirs));
    let (gone, kept) = theirs.split_at(theirs.len() / 2);
    withdraw(&frr.terminal, gone);
    us.hears("the rest of their routes", &table(kept));

    let ours: Vec<_> = Vpn::both(65000).map(|route| route.announced()).collect();
    us.announce(&ours, || held(&frr.terminal));
    frr.program.assert_alive();
    us.finish();
}

fn configuration(theirs: &[Vpn]) -> String {
    let mut maps = String::new();
    for Vpn { index, v6, next_hop, as_path, targets, .. } in theirs {
        let statement = if *v6 { "ipv6 next-hop global" } else { "ip next-hop" };
        write!(maps, "route-map {} permit 10\n set {statement} {next_hop}\n", map(*v6, *index)).unwrap();
        writeln!(maps, " set extcommunity rt {}", targets.join(" ")).unwrap();
        // FRR itself prepends its AS.
        let asns: Vec<_> = as_path.iter().skip(1).map(u32::to_string).collect();
        if !asns.is_empty() {
            writeln!(maps, " set as-path prepend {}", asns.join(" ")).unwrap();
        }
        maps.push_str("exit\n");
    }
    let networks = |v6| {
        let networks = theirs.iter().filter(|route| route.v6 == v6);
        networks.map(|route| format!("  {} route-map {}\n", network(route), map(v6, route.index))).collect()
    };
    frr::configuration(&maps, [("ipv4 vpn", networks(false)), ("ipv6 vpn", networks(true))])
}

/// As FRR's configuration names it.
fn network(Vpn { prefix, rd, label, .. }: &Vpn) -> String {
    format!("network {prefix} rd {rd} label {label}")
}

fn map(v6: bool, index: u32) -> String {
    format!("{}V{index}", if v6 { "SIX" } else { "FOUR" })
}

fn withdraw(terminal: &Terminal, routes: &[Vpn]) {
    let mut lines = vec!["configure terminal".to_owned(), format!("router bgp {PEER_AS}")];
    for route in routes {
        lines.push(format!("address-family {} vpn", route.family()));
        lines.push(format!("no {}", network(route)));
        lines.push("exit-address-family".to_owned());
    }
    terminal.run(lines).unwrap();
}

/// What FRR has got from us. Labels and targets are told of one prefix at a time.
fn held(terminal: &Terminal) -> Result<Texts, String> {
    let mut table = Texts::new();
    for family in ["ipv4", "ipv6"] {
        let all = terminal.objects([format!("show bgp {family} vpn json")])?;
        let vpns = interop::members(&all[0]["routes"]["routeDistinguishers"]).map(|(_, routes)| routes);
        let prefixes: BTreeSet<&String> = vpns.flat_map(interop::members).map(|(prefix, _)| prefix).collect();
        if prefixes.is_empty() {
            continue;
        }
        let lines = prefixes.iter().map(|prefix| format!("show bgp {family} vpn {prefix} json"));
        for object in terminal.objects(lines)? {
            for (rd, route) in interop::members(&object) {
                let prefix = interop::text(&route["prefix"])?;
                for path in frr::foreign(&route["paths"]) {
                    table.insert(format!("{prefix} rd {rd}"), frr::labelled(path)?);
                }
            }
        }
    }
    Ok(table)
}
