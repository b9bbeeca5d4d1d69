//! FRR's bgpd, without zebra, and we hold a session and exchange a thousand routes of each family.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{fmt::Write as _, path::Path as FilePath, process::Command};

use serde_json::Value;
use support::{
    interop::{self, PEER, PEER_AS, Program, Us},
    lab::Lab,
    net,
    record::{Path, Table},
};

#[test]
fn frr_and_we_hold_the_same_routes() {
    let Some([bgpd, vtysh]) = interop::programs("interop_frr", ["bgpd", "vtysh"]) else { return };
    let lab = Lab::new();
    let port = net::free_port(PEER);
    let conf = lab.write("bgpd.conf", configuration());
    let mut command = Command::new(bgpd);
    // No zebra, no kernel routes, the user we are, and no terminal but the socket.
    command.args(["-Z", "-n", "-S", "-P", "0", "-p"]).arg(port.to_string()).arg("-l").arg(PEER.to_string());
    command.arg("-f").arg(conf).arg("-i").arg(lab.path("bgpd.pid")).arg("--vty_socket").arg(lab.directory());
    let mut program = Program::start(&lab, "bgpd", &mut command);
    Us::calling(&lab, port).exchange(&mut program, || {
        let mut table = held(&vtysh, lab.directory(), "ipv4")?;
        table.extend(held(&vtysh, lab.directory(), "ipv6")?);
        Ok(table)
    });
}

/// Route maps stand before their use: FRR takes its time to notice one that comes later.
fn configuration() -> String {
    // What came from us is not to come back to us.
    let mut text =
        "log stdout\nbgp as-path access-list OWN deny _65000_\nbgp as-path access-list OWN permit .*\n".to_owned();
    for number in 0..interop::VARIANTS {
        writeln!(text, "route-map V{number} permit 10").unwrap();
        let (v4, v6) = (interop::variant(number, false), interop::variant(number, true));
        writeln!(text, " set ip next-hop {}\n set ipv6 next-hop global {}", v4.next_hop, v6.next_hop).unwrap();
        // FRR itself prepends its AS.
        let asns: Vec<String> = v4.as_path.iter().skip(1).map(u32::to_string).collect();
        for (statement, list) in [
            ("as-path prepend", asns.join(" ")),
            ("community", interop::communities(&v4, 2).join(" ")),
            ("large-community", interop::communities(&v4, 3).join(" ")),
        ] {
            if !list.is_empty() {
                writeln!(text, " set {statement} {list}").unwrap();
            }
        }
        text.push_str("exit\n");
    }
    let us = net::DAEMON;
    write!(
        text,
        "router bgp {PEER_AS}\n bgp router-id {PEER}\n no bgp ebgp-requires-policy\n no bgp network import-check\n\
         \x20no bgp default ipv4-unicast\n neighbor {us} remote-as 65000\n neighbor {us} passive\n\
         \x20neighbor {us} disable-connected-check\n neighbor {us} timers 30 90\n"
    )
    .unwrap();
    for (family, v6) in [("ipv4", false), ("ipv6", true)] {
        write!(
            text,
            " address-family {family} unicast\n  neighbor {us} activate\n  neighbor {us} attribute-unchanged next-hop\n  neighbor {us} filter-list OWN out\n"
        )
        .unwrap();
        for (prefix, index) in interop::prefixes(v6).zip(0..) {
            writeln!(text, "  network {prefix} route-map V{}", index % interop::VARIANTS).unwrap();
        }
        text.push_str(" exit-address-family\n");
    }
    text
}

/// What FRR has got from us.
fn held(vtysh: &FilePath, directory: &FilePath, family: &str) -> Result<Table, String> {
    let mut command = Command::new(vtysh);
    command.arg("--vty_socket").arg(directory).args(["-d", "bgpd", "-c"]);
    let text = interop::output(command.arg(format!("show bgp {family} unicast json detail")))?;
    let all: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let mut table = Table::new();
    for (prefix, entries) in interop::members(&all["routes"]) {
        // The first entry tells of the prefix, each other one of a path.
        for entry in entries.as_array().into_iter().flatten().filter(|entry| entry["nexthops"].is_array()) {
            if entry["local"] != Value::Bool(true) {
                table.insert(prefix.clone(), path(entry)?);
            }
        }
    }
    Ok(table)
}

fn path(entry: &Value) -> Result<Path, String> {
    let mut path = Path { next_hop: interop::text(&entry["nexthops"][0]["ip"])?.to_owned(), ..Path::default() };
    for segment in entry["aspath"]["segments"].as_array().into_iter().flatten() {
        path.as_path.extend(interop::numbers(&segment["list"]));
    }
    for list in [&entry["community"]["list"], &entry["largeCommunity"]["list"]] {
        for community in list.as_array().into_iter().flatten() {
            path.communities.push(interop::text(community)?.to_owned());
        }
    }
    path.communities.sort();
    Ok(path)
}
