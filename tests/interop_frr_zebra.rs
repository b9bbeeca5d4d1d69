//! FRR, with zebra in a network of its own, announces EVPN routes of types 2, 3 and 5 to us and takes them back: bridges,
//! VXLAN devices, MAC addresses and neighbors are the kernel's.
//!
//! Type 1 and 4 it has for bonds only. Without the right to a network of one's own, or VXLAN devices, there is no test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    fmt::Write as _,
    net::{IpAddr, Ipv4Addr},
    path::Path,
    process::Command,
};

use nix::sched::{CloneFlags, unshare};
use support::{
    evpn::{Evpn, Numbered},
    exchange::{Side, Texts},
    frr::{Frr, Zebra},
    interop::{self, PEER_AS, skipped},
    lab::Lab,
};

#[test]
fn frr_announces_evpn_routes_to_us() {
    let names = ["bgpd", "vtysh", "zebra", "ip", "bridge"];
    let Some([bgpd, vtysh, zebra, ip, bridge]) = interop::programs("interop_frr_zebra", names) else { return };
    // Of this thread, and of all it starts.
    if let Err(error) = unshare(CloneFlags::CLONE_NEWNET) {
        return skipped("interop_frr_zebra", &format!("no network of our own: {error}"));
    }
    let lab = Lab::new();
    if let Err(error) = batch(&lab, &ip, &network()) {
        return skipped("interop_frr_zebra", &format!("no VXLAN: {error}"));
    }
    let hosts: Vec<Host> = (0..HOSTS).map(Host).collect();
    let all = |line: fn(&Host, &str) -> String, verb: &str, hosts: &[Host]| -> String {
        hosts.iter().map(|host| line(host, verb)).collect()
    };
    batch(&lab, &bridge, &all(Host::address, "add", &hosts)).unwrap();
    batch(&lab, &ip, &all(Host::neighbors, "add", &hosts)).unwrap();

    let zebra = Zebra::start(&lab, zebra, &format!("log stdout\nvni {ROUTED}\n"));
    let mut frr = Frr::beside(&zebra, FRR, &lab, [bgpd, vtysh], &configuration());
    let us = Side::between(US, FRR, &lab, frr.port, &["family { l2vpn evpn; }"]);
    us.up(&mut frr.program);

    us.hears("their routes", &table(&hosts, 0..PREFIXES));
    let (gone, kept) = hosts.split_at(hosts.len() / 2);
    batch(&lab, &ip, &all(Host::neighbors, "del", gone)).unwrap();
    batch(&lab, &bridge, &all(Host::address, "del", gone)).unwrap();
    let mut lines = vec!["configure terminal".to_owned(), format!("router bgp {PEER_AS}")];
    for v6 in [false, true] {
        lines.push(format!("address-family {} unicast", if v6 { "ipv6" } else { "ipv4" }));
        lines.extend((0..PREFIXES / 3).map(|index| format!("no network {}", prefix(v6, index))));
        lines.push("exit-address-family".to_owned());
    }
    frr.terminal.run(lines).unwrap();
    us.hears("the rest of their routes", &table(kept, PREFIXES / 3..PREFIXES));
    frr.program.assert_alive();
    us.finish();
}

/// A host at a port of the bridge: a MAC address, of two thirds of them with an IPv4 address, of some with an IPv6 one.
struct Host(u32);

impl Host {
    fn mac(&self) -> String {
        format!("02:00:00:00:01:{:02x}", self.0)
    }

    fn ips(&self) -> impl Iterator<Item = String> {
        let v4 = (!self.0.is_multiple_of(3)).then(|| format!("10.1.0.{}", 10 + self.0));
        let v6 = self.0.is_multiple_of(4).then(|| format!("2001:db8:1::{:x}", 10 + self.0));
        v4.into_iter().chain(v6)
    }

    fn address(&self, verb: &str) -> String {
        format!("fdb {verb} {} dev port master static\n", self.mac())
    }

    fn neighbors(&self, verb: &str) -> String {
        self.ips()
            .map(|ip| format!("neigh {verb} {ip} lladdr {} dev bridge{BRIDGED} nud permanent\n", self.mac()))
            .collect()
    }

    /// Its routes: one of the MAC address, and one of each IP address, which is of the routed VNI too.
    fn routes(&self) -> Vec<Numbered> {
        let route = |ip: String, routed: bool| {
            let labels = if routed { vec![BRIDGED, ROUTED] } else { vec![BRIDGED] };
            let targets = labels.iter().map(|vni| format!("{PEER_AS}:{vni}")).collect();
            numbered(2, BRIDGED, Evpn { esi: "-".to_owned(), mac: self.mac(), ip, labels, ..evpn() }, targets, routed)
        };
        [route("none".to_owned(), false)].into_iter().chain(self.ips().map(|ip| route(ip, true))).collect()
    }
}

/// Interfaces have no addresses of their own making, and bridges learn nothing: else there were routes of those.
fn network() -> String {
    let mut text = format!("link set lo up\naddr add {FRR}/32 dev lo\naddr add {US}/32 dev lo\n");
    for vni in [BRIDGED, ROUTED] {
        write!(
            text,
            "link add bridge{vni} address {ROUTER} type bridge\nlink set bridge{vni} addrgenmode none\n\
             link set bridge{vni} up\nlink add vxlan{vni} type vxlan id {vni} local {FRR} dstport 4789 nolearning\n\
             link set vxlan{vni} addrgenmode none\nlink set vxlan{vni} master bridge{vni}\nlink set vxlan{vni} up\n"
        )
        .unwrap();
    }
    write!(
        text,
        "addr add 10.1.0.1/24 dev bridge{BRIDGED}\naddr add 2001:db8:1::1/64 dev bridge{BRIDGED} nodad\n\
         link add port type veth peer name host\nlink set port addrgenmode none\nlink set host addrgenmode none\n\
         link set port master bridge{BRIDGED}\nlink set port type bridge_slave learning off\nlink set port up\n\
         link set host up\n"
    )
    .unwrap();
    text
}

fn batch(lab: &Lab, program: &Path, lines: &str) -> Result<String, String> {
    interop::output(Command::new(program).arg("-batch").arg(lab.write("batch", lines)))
}

fn configuration() -> String {
    let mut text = format!(
        "log stdout\nrouter bgp {PEER_AS}\n bgp router-id {FRR}\n no bgp default ipv4-unicast\n\
         \x20no bgp ebgp-requires-policy\n no bgp network import-check\n neighbor {US} remote-as 65000\n\
         \x20neighbor {US} passive\n neighbor {US} disable-connected-check\n neighbor {US} timers 30 90\n"
    );
    for v6 in [false, true] {
        writeln!(text, " address-family {} unicast", if v6 { "ipv6" } else { "ipv4" }).unwrap();
        (0..PREFIXES).for_each(|index| writeln!(text, "  network {}", prefix(v6, index)).unwrap());
        text.push_str(" exit-address-family\n");
    }
    write!(
        text,
        " address-family l2vpn evpn\n  neighbor {US} activate\n  advertise-all-vni\n  vni {BRIDGED}\n\
         \x20  rd {PEER_AS}:{BRIDGED}\n   route-target both {PEER_AS}:{BRIDGED}\n  exit-vni\n  rd {PEER_AS}:{ROUTED}\n\
         \x20 route-target export {PEER_AS}:{ROUTED}\n  advertise ipv4 unicast\n  advertise ipv6 unicast\n\
         \x20exit-address-family\n"
    )
    .unwrap();
    text
}

fn prefix(v6: bool, index: u32) -> String {
    if v6 { format!("2001:db8:9:{:x}::/64", 1 + index) } else { format!("10.9.{index}.0/24") }
}

/// What we have to hear of with these hosts and these prefixes.
fn table(hosts: &[Host], prefixes: std::ops::Range<u32>) -> Texts {
    let target = |vni| vec![format!("{PEER_AS}:{vni}")];
    let multicast = numbered(3, BRIDGED, Evpn { ip: FRR.to_string(), ..evpn() }, target(BRIDGED), false);
    let prefixes = prefixes.flat_map(|index| {
        [false, true].map(|v6| {
            let gateway = if v6 { "::" } else { "0.0.0.0" }.to_owned();
            let route = Evpn { esi: "-".to_owned(), ip: prefix(v6, index), gateway, labels: vec![ROUTED], ..evpn() };
            numbered(5, ROUTED, route, target(ROUTED), true)
        })
    });
    let all = hosts.iter().flat_map(Host::routes).chain([multicast]).chain(prefixes);
    all.map(|route| route.heard()).collect()
}

fn evpn() -> Evpn {
    let none = || "none".to_owned();
    Evpn {
        rd: String::new(),
        tag: "0".to_owned(),
        esi: none(),
        mac: none(),
        ip: none(),
        gateway: none(),
        labels: vec![],
    }
}

/// A route of this VNI; that of routed packets has the router's MAC address.
fn numbered(code: u64, vni: u64, route: Evpn, targets: Vec<String>, routed: bool) -> Numbered {
    let mut communities = vec!["encap:VXLAN".to_owned()];
    communities.extend(targets);
    communities.extend(routed.then(|| format!("0x0603{}", ROUTER.replace(':', ""))));
    let route = Evpn { rd: format!("{PEER_AS}:{vni}"), ..route };
    Numbered { code, route, next_hop: FRR.to_string(), as_path: vec![PEER_AS], communities }
}

/// zebra keeps addresses of 127.0.0.0/8 to itself.
const FRR: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 255, 0, 1));
const US: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 255, 0, 2));
const ROUTER: &str = "02:00:00:00:02:00";
const BRIDGED: u64 = 100;
const ROUTED: u64 = 200;
const HOSTS: u32 = 60;
const PREFIXES: u32 = 60;
