//! FRR's bgpd, without zebra, and we exchange routes of VPNs; labelled unicast it takes from us, and gives up again.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{collections::BTreeSet, fmt::Write as _, path::PathBuf, process::Command};

use serde_json::{Deserializer, Value};
use support::{
    exchange::{Announced, Side, Texts, rest},
    interop::{self, PEER, PEER_AS, Program},
    lab::Lab,
    net,
    wait::{eventually, secs},
};

#[test]
fn frr_and_we_hold_the_same_vpn_routes() {
    let Some(programs) = interop::programs("interop_frr_vpn", ["bgpd", "vtysh"]) else { return };
    let lab = Lab::new();
    let theirs: Vec<_> = both(PEER_AS).collect();
    let mut frr = Frr::start(&lab, programs, "vpn", &theirs);
    let us = Side::calling(&lab, frr.port, &["family { ipv4 mpls-vpn; ipv6 mpls-vpn; }"]);
    us.up(&mut frr.program);

    let table = |routes: &[Vpn]| -> Texts { routes.iter().map(Vpn::heard).collect() };
    us.hears("their routes", &table(&theirs));
    let (gone, kept) = theirs.split_at(theirs.len() / 2);
    frr.withdraw(gone);
    us.hears("the rest of their routes", &table(kept));

    let ours: Vec<_> = both(65000).map(|route| route.announced()).collect();
    us.announce(&ours, || frr.held_vpn());
    frr.program.assert_alive();
    us.finish();
}

#[test]
fn frr_holds_our_labelled_routes() {
    let Some(programs) = interop::programs("interop_frr_vpn", ["bgpd", "vtysh"]) else { return };
    let lab = Lab::new();
    let mut frr = Frr::start(&lab, programs, "labeled-unicast", &[]);
    let us = Side::calling(&lab, frr.port, &["family { ipv4 nlri-mpls; ipv6 nlri-mpls; }"]);
    us.up(&mut frr.program);
    let ours: Vec<_> = both(65000).filter(|route| route.index % 2 == 0).map(|route| route.labelled()).collect();
    us.announce(&ours, || frr.held_labelled());
    frr.program.assert_alive();
    us.finish();
}

fn both(asn: u32) -> impl Iterator<Item = Vpn> {
    (0..ROUTES).flat_map(move |index| [false, true].map(|v6| Vpn::new(v6, index, asn)))
}

/// A route of a VPN.
struct Vpn {
    index: u32,
    v6: bool,
    prefix: String,
    rd: String,
    label: u32,
    next_hop: String,
    as_path: Vec<u32>,
    targets: Vec<String>,
}

impl Vpn {
    /// Distinguishers and targets of every type; each prefix is in two VPNs.
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
            2 => vec![format!("4200000000:{index}")],
            _ => vec![format!("{asn}:1"), format!("{asn}:{}", 1_000_000 + index)],
        };
        let label = if index == 0 { 1_048_575 } else { 16 + index * 1000 };
        Self { index, v6, prefix, rd, label, next_hop, as_path, targets }
    }

    fn heard(&self) -> (String, String) {
        let label = format!("label [{}]", self.label);
        (format!("{} rd {}", self.prefix, self.rd), rest(&label, &self.next_hop, &self.as_path, &self.targets))
    }

    fn announced(&self) -> Announced {
        let Self { prefix, rd, label, next_hop, .. } = self;
        let targets: Vec<_> = self.targets.iter().map(|target| format!("target:{target}")).collect();
        Announced {
            short: format!("{} mpls-vpn {prefix} rd {rd}", self.family()),
            route: format!("{} mpls-vpn {prefix} rd {rd} label {label} next-hop {next_hop}", self.family()),
            attributes: format!("{} extended-community [ {} ]", self.as_path_words(), targets.join(" ")),
            held: self.heard(),
        }
    }

    /// The same without a VPN.
    fn labelled(&self) -> Announced {
        let Self { prefix, label, next_hop, .. } = self;
        Announced {
            short: format!("{} nlri-mpls {prefix}", self.family()),
            route: format!("{} nlri-mpls {prefix} label {label} next-hop {next_hop}", self.family()),
            attributes: self.as_path_words(),
            held: (prefix.clone(), rest(&format!("label [{label}]"), next_hop, &self.as_path, &[])),
        }
    }

    fn as_path_words(&self) -> String {
        let asns: Vec<_> = self.as_path.iter().map(u32::to_string).collect();
        format!("as-path [ {} ]", asns.join(" "))
    }

    fn family(&self) -> &'static str {
        if self.v6 { "ipv6" } else { "ipv4" }
    }

    /// As FRR's configuration names it.
    fn network(&self) -> String {
        format!("network {} rd {} label {}", self.prefix, self.rd, self.label)
    }
}

/// FRR's bgpd, and the program that commands it.
struct Frr {
    program: Program,
    port: u16,
    vtysh: PathBuf,
    directory: PathBuf,
}

impl Frr {
    /// Starts it, to speak this subsequent family with us and announce these routes.
    fn start(lab: &Lab, [bgpd, vtysh]: [PathBuf; 2], safi: &str, theirs: &[Vpn]) -> Self {
        let port = net::free_port(PEER);
        let conf = lab.write("bgpd.conf", configuration(safi, theirs));
        let mut command = Command::new(bgpd);
        // No zebra, no kernel routes, the user we are, and no terminal but the socket.
        command.args(["-Z", "-n", "-S", "-P", "0", "-p"]).arg(port.to_string()).arg("-l").arg(PEER.to_string());
        command.arg("-f").arg(conf).arg("-i").arg(lab.path("bgpd.pid")).arg("--vty_socket").arg(lab.directory());
        let program = Program::start(lab, "bgpd", &mut command);
        let frr = Self { program, port, vtysh, directory: lab.directory().to_owned() };
        eventually(secs(20), "FRR's terminal", || frr.run(["show version"]));
        frr
    }

    fn run<S: AsRef<str>>(&self, lines: impl IntoIterator<Item = S>) -> Result<String, String> {
        let mut command = Command::new(&self.vtysh);
        command.arg("--vty_socket").arg(&self.directory).args(["-d", "bgpd"]);
        for line in lines {
            command.arg("-c").arg(line.as_ref());
        }
        interop::output(&mut command)
    }

    /// The objects that these commands print, one each.
    fn objects<S: AsRef<str>>(&self, lines: impl IntoIterator<Item = S>) -> Result<Vec<Value>, String> {
        let text = self.run(lines)?;
        let objects: Result<Vec<Value>, _> = Deserializer::from_str(&text).into_iter().collect();
        objects.map_err(|error| format!("{error} in {text}"))
    }

    fn withdraw(&self, routes: &[Vpn]) {
        let mut lines = vec!["configure terminal".to_owned(), format!("router bgp {PEER_AS}")];
        for route in routes {
            lines.push(format!("address-family {} vpn", route.family()));
            lines.push(format!("no {}", route.network()));
            lines.push("exit-address-family".to_owned());
        }
        self.run(lines).unwrap();
    }

    /// The routes of VPNs it has got from us. Labels and targets are told of one prefix at a time.
    fn held_vpn(&self) -> Result<Texts, String> {
        let mut table = Texts::new();
        for family in ["ipv4", "ipv6"] {
            let all = self.objects([format!("show bgp {family} vpn json")])?;
            let vpns = interop::members(&all[0]["routes"]["routeDistinguishers"]).map(|(_, routes)| routes);
            let prefixes: BTreeSet<&String> = vpns.flat_map(interop::members).map(|(prefix, _)| prefix).collect();
            if prefixes.is_empty() {
                continue;
            }
            let lines = prefixes.iter().map(|prefix| format!("show bgp {family} vpn {prefix} json"));
            for object in self.objects(lines)? {
                for (rd, route) in interop::members(&object) {
                    let prefix = interop::text(&route["prefix"])?;
                    for path in paths(&route["paths"]) {
                        table.insert(format!("{prefix} rd {rd}"), path?);
                    }
                }
            }
        }
        Ok(table)
    }

    /// The labelled routes it has got from us.
    fn held_labelled(&self) -> Result<Texts, String> {
        let mut table = Texts::new();
        for object in self.objects(["ipv4", "ipv6"].map(|afi| format!("show bgp {afi} labeled-unicast json detail")))? {
            for (prefix, entries) in interop::members(&object["routes"]) {
                for path in paths(entries) {
                    table.insert(prefix.clone(), path?);
                }
            }
        }
        Ok(table)
    }
}

/// Those of these entries that are paths it has not made itself.
fn paths(entries: &Value) -> impl Iterator<Item = Result<String, String>> {
    let entries = entries.as_array().into_iter().flatten();
    entries.filter(|entry| entry["nexthops"].is_array() && entry["local"] != Value::Bool(true)).map(|entry| {
        let segments = entry["aspath"]["segments"].as_array().into_iter().flatten();
        let as_path: Vec<u32> = segments.flat_map(|segment| interop::numbers(&segment["list"])).collect();
        let targets = entry["extendedCommunity"]["string"].as_str().unwrap_or_default().split_whitespace();
        let targets: Vec<_> = targets.filter_map(|target| target.strip_prefix("RT:")).map(str::to_owned).collect();
        let next_hop = interop::text(&entry["nexthops"][0]["ip"])?;
        Ok(rest(&format!("label [{}]", entry["remoteLabel"]), next_hop, &as_path, &targets))
    })
}

/// Route maps stand before their use: FRR takes its time to notice one that comes later.
fn configuration(safi: &str, theirs: &[Vpn]) -> String {
    // What came from us is not to come back to us.
    let mut text =
        "log stdout\nbgp as-path access-list OWN deny _65000_\nbgp as-path access-list OWN permit .*\n".to_owned();
    for Vpn { index, v6, next_hop, as_path, targets, .. } in theirs {
        let statement = if *v6 { "ipv6 next-hop global" } else { "ip next-hop" };
        write!(text, "route-map {} permit 10\n set {statement} {next_hop}\n", map(*v6, *index)).unwrap();
        writeln!(text, " set extcommunity rt {}", targets.join(" ")).unwrap();
        // FRR itself prepends its AS.
        let asns: Vec<_> = as_path.iter().skip(1).map(u32::to_string).collect();
        if !asns.is_empty() {
            writeln!(text, " set as-path prepend {}", asns.join(" ")).unwrap();
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
    for (family, six) in [("ipv4", false), ("ipv6", true)] {
        write!(
            text,
            " address-family {family} {safi}\n  neighbor {us} activate\n  neighbor {us} attribute-unchanged next-hop\n\
             \x20 neighbor {us} filter-list OWN out\n"
        )
        .unwrap();
        for route in theirs.iter().filter(|route| route.v6 == six) {
            writeln!(text, "  {} route-map {}", route.network(), map(six, route.index)).unwrap();
        }
        text.push_str(" exit-address-family\n");
    }
    text
}

fn map(v6: bool, index: u32) -> String {
    format!("{}V{index}", if v6 { "SIX" } else { "FOUR" })
}

/// Of each family, each way.
const ROUTES: u32 = 30;
