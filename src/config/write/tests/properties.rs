//! Any model that can be read is written so that it is read again.

use std::net::{IpAddr, Ipv4Addr};

use proptest::{collection::vec, option, prelude::*, sample::select};
use wire::Family;

use super::{again, neighbor};
use crate::{AddPath, Api, ApiFlags, Capability, Config, Encoder, Form, Md5, Neighbor, Process, TcpAo, TcpAoAlgorithm};

const ROUTES: &[&str] = &[
    "static { route 10.0.0.0/24 next-hop self med 5 community [ 2:2 1:1 no-export ]; }",
    "static { route 2001:db8::/32 next-hop ::1 as-path [ 1 70000 ] ( 2 ) aggregator 1:1.1.1.1 watchdog 'a \"b' withdraw; }",
    "static { route 10.0.0.0/24 rd 1:2 label [ 3 4 ] path-information 5 next-hop 1.1.1.1; }",
    "static { attributes next-hop self origin egp large-community [ 1:2:3 4:5:6 ]; }",
    "static { attributes next-hop 1.1.1.1 origin egp nlri 10.0.0.0/24 10.0.1.0/24; }",
    "flow { route source 10.0.0.0/8 port [ =80 >8080&<8088 ] redirect 1:2 rate-limit 5; }",
    "flow { route rd 1:2 destination ::/0 next-header [ =tcp =udp ] extended-community [ target:1:2 origin:1:2 ]; }",
    "announce { ipv4 { mup mup-dsd 10.0.0.1 rd 1:2 next-hop 1.1.1.1; } l2vpn { vpls endpoint 1 base 2 offset 3 size 4 rd 1:2 next-hop 1.1.1.1; } }",
    "l2vpn { vpls endpoint 5 base 2 offset 3 size 4 rd 1:2 next-hop self; }",
    "operational { asm afi ipv4 safi unicast advisory \"it's\"; rpcp afi ipv4 safi unicast sequence 1 counter 2; }",
];

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9._-]{1,9}"
}

/// A text that has not both kinds of quotes, which a `.conf` cannot say.
fn text() -> impl Strategy<Value = String> {
    let odd = "[ -~\u{0}-\u{20}äé€#;{}\\\\,]{0,12}";
    prop_oneof![any::<String>(), odd.prop_map(String::from)].prop_map(|text| text.replace('"', "'"))
}

fn named(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn add_path() -> impl Strategy<Value = AddPath> {
    select(&[AddPath::Disable, AddPath::Receive, AddPath::Send, AddPath::SendReceive])
}

prop_compose! {
    fn capability()(
        switches in any::<[bool; 8]>(),
        graceful_restart in option::of(1..4096_u16),
        long_lived_graceful_restart in option::of(0..0x0100_0000_u32),
        add_path in add_path(),
        nexthop: Option<bool>,
        link_local_nexthop: Option<bool>,
    ) -> Capability {
        let [asn4, extended_message, route_refresh, operational, aigp, software_version, link_local_prefer,
            graceful_notification] = switches;
        Capability {
            asn4, extended_message, route_refresh, graceful_restart, graceful_notification,
            long_lived_graceful_restart, multi_session: false, operational, add_path, nexthop, aigp, software_version, link_local_nexthop, link_local_prefer,
        }
    }
}

prop_compose! {
    fn flags()(on in any::<[bool; 9]>()) -> ApiFlags {
        let [parsed, packets, consolidate, open, update, notification, keepalive, refresh, operational] = on;
        ApiFlags { parsed, packets, consolidate, open, update, notification, keepalive, refresh, operational }
    }
}

prop_compose! {
    fn api()(name in name(), on in any::<[bool; 4]>(), receive in flags(), send in flags()) -> Api {
        let [neighbor_changes, negotiated, fsm, signal] = on;
        Api { name, neighbor_changes, negotiated, fsm, signal, receive, send, ..Api::default() }
    }
}

prop_compose! {
    fn process()(arguments in vec(text(), 0..4), json: bool, respawn: bool) -> Process {
        let run = std::iter::once("/bin/cat".to_owned()).chain(arguments).collect();
        Process { name: "p q".to_owned(), run, encoder: if json { Encoder::Json } else { Encoder::Text }, respawn, ..Process::default() }
    }
}

prop_compose! {
    fn texts()(
        description in text(),
        host_name in text(),
        domain_name in text(),
        source_interface in text(),
        key in option::of(prop_oneof![vec(any::<u8>(), 1..80), text().prop_map(String::into_bytes)]),
        tcp_ao in option::of((any::<u8>(), select(&TcpAoAlgorithm::ALL))),
        base in vec(select(ROUTES), 0..6),
    ) -> Neighbor {
        let mut neighbor = neighbor(&base.concat()).neighbors.remove(0);
        neighbor.description = description;
        (neighbor.host_name, neighbor.domain_name) = (named(host_name), named(domain_name));
        neighbor.source_interface = named(source_interface);
        let key = key.filter(|key| (1..=80).contains(&key.len()));
        match tcp_ao {
            Some((key_id, algorithm)) => neighbor.tcp_ao = key.map(|key| TcpAo { key_id, algorithm, key }),
            None => neighbor.md5 = key.map(|key| Md5 { key }),
        }
        neighbor
    }
}

prop_compose! {
    fn any_neighbor()(
        mut neighbor in texts(),
        capability in capability(),
        switches in any::<[bool; 6]>(),
        numbers in any::<[u16; 3]>(),
        asns in any::<[Option<u32>; 2]>(),
        ttls in any::<[Option<u8>; 2]>(),
        rates: [u32; 2],
        limits in (any::<Option<u16>>(), option::of(1..u32::MAX), 1..=100_u8, 1..u16::MAX, option::of(1..u16::MAX), 1..u32::MAX),
        mask in option::of(0..32_u8),
        router_id: u32,
        md5_ip: Option<IpAddr>,
        add_paths in vec((select(Family::ALL), option::of(1..u16::MAX)), 0..4),
        next_hop: bool,
    ) -> Neighbor {
        let [passive, group_updates, auto_flush, adj_rib_in, adj_rib_out, manual_eor] = switches;
        let ([hold_time, listen, connect], [local_as, peer_as]) = (numbers, asns.map(|asn| asn.filter(|asn| *asn > 0)));
        let [outgoing_ttl, incoming_ttl] = ttls.map(|ttl| ttl.filter(|ttl| *ttl > 0));
        let said = neighbor.operational.len();
        if said == 0 {
            neighbor.router_id = Ipv4Addr::from(router_id);
        }
        neighbor.md5_ip = md5_ip.or(neighbor.local_address);
        neighbor.hold_time = if hold_time < 3 { 0 } else { hold_time };
        neighbor.adj_rib_out = adj_rib_out || capability.route_refresh;
        neighbor.passive = passive || mask.is_some();
        for (family, limit) in add_paths {
            neighbor.add_paths.retain(|(listed, _)| *listed != family);
            neighbor.add_paths.push((family, limit));
        }
        neighbor.next_hops.extend(next_hop.then_some((Family::Ipv4MplsVpn, 2)));
        let [rate_limit, prefix_rate_limit] = rates;
        let (send_hold_time, prefix_limit, prefix_limit_warning, prefix_limit_idle, eor_within, range_limit) = limits;
        Neighbor {
            send_hold_time, prefix_limit, prefix_limit_warning, prefix_limit_idle, eor_within, range_limit,
            peer_mask: mask, local_as, peer_as, listen, connect, outgoing_ttl, incoming_ttl, rate_limit, capability,
            prefix_rate_limit, group_updates, auto_flush, adj_rib_in, manual_eor, ..neighbor
        }
    }
}

prop_compose! {
    fn config()(
        mut neighbor in any_neighbor(),
        mut apis in vec(api(), 0..3),
        programs in vec(process(), 0..2),
    ) -> Config {
        let names: Vec<String> = programs.iter().map(|process| process.name.clone()).collect();
        for (index, api) in apis.iter_mut().enumerate() {
            api.name.push_str(&index.to_string());
            (api.processes, api.commanders) = (names.clone(), names.clone());
        }
        neighbor.apis = apis;
        Config {
            processes: programs, neighbors: vec![neighbor], restart: crate::Restart::default(), faults: false,
            signals: Form::Exabgp.signals(), quirks: wire::Quirks::NONE, form: Form::Exabgp, warnings: Vec::new(),
        }
    }
}

proptest! {
    #[test]
    fn any_model_survives_both_forms(config in config()) {
        for form in [Form::Ron, Form::Exabgp] {
            prop_assert_eq!(again(&config, form).err(), None);
        }
    }
}
