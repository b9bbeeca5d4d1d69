use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use proptest::{prelude::*, sample::subsequence};
use wire::Family;

use super::*;
use crate::{AddPath, Encoder, Env, Hup, Md5, Origin, TcpAo, TcpAoAlgorithm, load_str};

fn config(body: &str) -> Config {
    let processes = "process p { run /bin/cat; } process q { run /bin/cat; encoder json; }";
    let text = format!("{processes}\nneighbor 10.0.0.1 {{ local-address 10.0.0.2; local-as 1; peer-as 2;\n{body}\n}}");
    load_str(&text, &Origin::named("test.conf"), &Env::default()).unwrap()
}

/// What the only change does, of those that touch one neighbor.
fn told(old: &Config, new: &Config) -> Vec<String> {
    steps(old, new, &diff(old, new)).iter().map(ToString::to_string).collect()
}

#[test]
fn equal_configurations_need_nothing() {
    let body = "static { route 1.0.0.0/8 next-hop 1.1.1.1; }";
    assert_eq!(diff(&config(body), &config(body)), []);
}

#[test]
fn each_kind_of_change_is_told_apart() {
    let base = config("static { route 1.0.0.0/8 next-hop 1.1.1.1; route 2.0.0.0/8 next-hop 1.1.1.1; }");
    let name = base.neighbors[0].name();
    let routes = "static { route 1.0.0.0/8 next-hop 1.1.1.1; route 2.0.0.0/8 next-hop 1.1.1.1; }";
    for (body, expected) in [
        (format!("hold-time 30; {routes}"), "the session starts anew, because of hold-time"),
        (format!("md5-password a; {routes}"), "the session starts anew, because of md5-password"),
        (format!("family {{ ipv4 unicast; }} {routes}"), "the session starts anew, because of family"),
        (format!("api {{ processes [ p ]; }} {routes}"), "other helpers, or other events for them"),
        (
            format!("description new; manual-eor true; {routes}"),
            "description, manual-eor differs, without effect on the session",
        ),
        (
            "static { route 2.0.0.0/8 next-hop 1.1.1.2; route 3.0.0.0/8 next-hop 1.1.1.1; }".to_owned(),
            "1 route announced, 1 route announced anew, because they differ, 1 route withdrawn",
        ),
    ] {
        assert_eq!(told(&base, &config(&body)), [format!("{name}: {expected}")]);
    }
}

#[test]
fn another_name_is_another_neighbor() {
    let (old, new) = (config(""), config("router-id 9.9.9.9;"));
    assert_eq!(diff(&old, &new), [Change::NeighborRemoved { old: 0 }, Change::NeighborAdded { new: 0 }]);
}

#[test]
fn processes_come_go_and_change() {
    let old = config("");
    let mut new = old.clone();
    new.processes[0].respawn = false;
    new.processes[1].name = "r".to_owned();
    let expected =
        [Change::ProcessRemoved { old: 1 }, Change::ProcessChanged { new: 0 }, Change::ProcessAdded { new: 1 }];
    assert_eq!(diff(&old, &new), expected);
}

#[test]
fn neighbors_that_share_a_name_are_kept_apart() {
    let mut old = config("listen 1790;");
    old.neighbors.push(Neighbor { listen: 1791, ..old.neighbors[0].clone() });
    let mut new = old.clone();
    new.neighbors.reverse();
    assert_eq!(diff(&old, &new), []);
    new.neighbors[0].hold_time = 9;
    let how = NeighborChange { session: vec!["hold-time"], ..NeighborChange::default() };
    assert_eq!(diff(&old, &new), [Change::NeighborChanged { old: 1, new: 0, how }]);
    new.neighbors.remove(0);
    assert_eq!(diff(&old, &new), [Change::NeighborRemoved { old: 1 }]);
}

#[test]
fn another_port_is_the_same_neighbor_anew() {
    let (old, new) = (config("listen 1790;"), config("listen 1791;"));
    let how = NeighborChange { session: vec!["listen"], ..NeighborChange::default() };
    assert_eq!(diff(&old, &new), [Change::NeighborChanged { old: 0, new: 0, how }]);
}

/// One way in which a neighbor can be other than another. Each field of it is here: a new one does not compile until it
/// has been thought of.
#[expect(clippy::too_many_lines, reason = "one for each field")]
fn vary(neighbor: &mut Neighbor, field: usize) {
    let Neighbor {
        peer_address: _,
        peer_mask,
        local_address: _,
        local_link_local,
        local_as: _,
        peer_as: _,
        router_id: _,
        description,
        host_name,
        domain_name,
        hold_time,
        send_hold_time,
        prefix_limit,
        prefix_limit_warning,
        prefix_limit_idle,
        eor_within,
        range_limit,
        rate_limit,
        prefix_rate_limit,
        passive,
        listen,
        connect,
        source_interface,
        outgoing_ttl,
        incoming_ttl,
        md5,
        md5_ip,
        tcp_ao,
        group_updates,
        auto_flush,
        adj_rib_in,
        adj_rib_out,
        manual_eor,
        capability,
        families,
        add_paths,
        next_hops,
        apis,
        routes,
        bare,
        operational,
    } = neighbor;
    match field {
        0 => *peer_mask = Some(28),
        1 => *local_link_local = "fe80::1".parse().ok(),
        2 => "other".clone_into(description),
        3 => *host_name = Some("host".to_owned()),
        4 => *domain_name = Some("domain".to_owned()),
        5 => *hold_time = 9,
        6 => *rate_limit = 7,
        7 => *passive = !*passive,
        8 => *listen = 1791,
        9 => *connect = 1792,
        10 => *source_interface = Some("lo".to_owned()),
        11 => *outgoing_ttl = Some(3),
        12 => *incoming_ttl = Some(4),
        13 => *md5 = Some(Md5 { key: b"key".to_vec() }),
        14 => *md5_ip = "10.9.9.9".parse().ok(),
        15 => *group_updates = !*group_updates,
        16 => *auto_flush = !*auto_flush,
        17 => *adj_rib_in = !*adj_rib_in,
        18 => *adj_rib_out = !*adj_rib_out,
        19 => *manual_eor = !*manual_eor,
        20 => capability.add_path = AddPath::SendReceive,
        21 => *families = vec![Family::Ipv4Unicast],
        22 => *add_paths = vec![(Family::Ipv4Unicast, None)],
        23 => *next_hops = vec![(Family::Ipv4Unicast, 2)],
        24 => apis.clear(),
        25 => drop(Arc::make_mut(routes).pop()),
        26 => bare.clear(),
        27 => {
            let key = b"key".to_vec();
            *tcp_ao = Some(TcpAo { key_id: 1, algorithm: TcpAoAlgorithm::HmacSha256, key });
        }
        28 => *send_hold_time = Some(20),
        29 => *prefix_limit = Some(1000),
        30 => *prefix_limit_warning = 50,
        31 => *prefix_limit_idle = 60,
        32 => *eor_within = Some(30),
        33 => *range_limit = 7,
        34 => *prefix_rate_limit = 7,
        _ => operational.clear(),
    }
}

/// Neighbors out of a few identities, each varied in some fields.
fn neighbors() -> impl Strategy<Value = Vec<Neighbor>> {
    let body = "api { processes [ p ]; } operational { asm afi ipv4 safi unicast advisory \"text\"; } capability { operational; }
                static { attributes med 1; route 1.0.0.0/8 next-hop 1.1.1.1; route 2.0.0.0/8 next-hop 1.1.1.1; }";
    let base = config(body).neighbors.remove(0);
    let identity = move |(number, fields): (u8, Vec<usize>)| {
        let peer_address = IpAddr::V4(Ipv4Addr::new(10, 0, 0, number));
        let mut neighbor = Neighbor { peer_address, listen: 1790 * u16::from(number % 2), ..base.clone() };
        fields.into_iter().for_each(|field| vary(&mut neighbor, field));
        neighbor
    };
    let one = (0..8_u8, prop::collection::vec(0..35_usize, 0..4)).prop_map(identity);
    prop::collection::vec(one, 0..8).prop_map(|neighbors| {
        let mut seen = BTreeSet::new();
        neighbors.into_iter().filter(|neighbor| seen.insert(neighbor.id())).collect()
    })
}

fn configurations() -> impl Strategy<Value = Config> {
    let processes = subsequence(vec!["p", "q", "r"], 0..=3).prop_shuffle();
    let settings = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (processes, neighbors(), settings).prop_map(|(names, neighbors, (respawn, faults, reloads, patient, quirks))| {
        let mut config = config("");
        config.processes = names
            .into_iter()
            .map(|name| Process {
                name: name.to_owned(),
                run: vec!["/bin/cat".to_owned()],
                encoder: Encoder::Json,
                respawn,
                ..Process::default()
            })
            .collect();
        config.neighbors = neighbors;
        config.faults = faults;
        config.signals.hup = if reloads { Hup::Reload } else { Hup::Stop };
        config.restart.peer.intensity += u32::from(patient);
        config.quirks = wire::Quirks::parse(if quirks { "exabgp" } else { "" }).unwrap();
        config
    })
}

/// `old` after what `diff` says was done to it, with nothing taken from `new` but what that names.
fn carried_out(old: &Config, new: &Config) -> Config {
    let mut state = old.clone();
    let (mut processes, mut places): (BTreeMap<_, _>, BTreeMap<_, _>) = (
        old.processes.iter().map(|process| (process.name.clone(), process.clone())).collect(),
        old.neighbors.iter().cloned().enumerate().collect(),
    );
    let mut added = Vec::new();
    for change in diff(old, new) {
        match change {
            Change::ProcessRemoved { old: index } => drop(processes.remove(&old.processes[index].name)),
            Change::ProcessAdded { new: index } | Change::ProcessChanged { new: index } => {
                let process = new.processes[index].clone();
                processes.insert(process.name.clone(), process);
            }
            Change::NeighborRemoved { old: index } => drop(places.remove(&index)),
            Change::NeighborAdded { new: index } => added.push(new.neighbors[index].clone()),
            Change::NeighborChanged { old: place, new: index, how } => {
                let place = places.get_mut(&place).unwrap();
                *place = changed(place, &new.neighbors[index], &how);
            }
            Change::RestartChanged => state.restart = new.restart.clone(),
            Change::FaultsChanged => state.faults = new.faults,
            Change::SignalsChanged => state.signals = new.signals,
            Change::QuirksChanged => state.quirks = new.quirks,
        }
    }
    state.processes = processes.into_values().collect();
    state.neighbors = places.into_values().chain(added).collect();
    state
}

fn changed(old: &Neighbor, new: &Neighbor, how: &NeighborChange) -> Neighbor {
    let mut now = old.clone();
    if let Some(change) = &how.routes {
        assert!(Arc::ptr_eq(change.from(), &old.routes));
        now.routes = change.to().clone();
    }
    if how.bare {
        now.bare = new.bare.clone();
    }
    if how.operational {
        now.operational = new.operational.clone();
    }
    if how.apis {
        now.apis = new.apis.clone();
    }
    if how.settings.contains(&"description") {
        now.description = new.description.clone();
    }
    if how.settings.contains(&"manual-eor") {
        now.manual_eor = new.manual_eor;
    }
    if how.settings.contains(&"send-hold-time") {
        now.send_hold_time = new.send_hold_time;
    }
    if how.settings.contains(&"prefix-limit") {
        now.prefix_limit = new.prefix_limit;
    }
    if how.settings.contains(&"prefix-limit-warning") {
        now.prefix_limit_warning = new.prefix_limit_warning;
    }
    if how.settings.contains(&"prefix-limit-idle") {
        now.prefix_limit_idle = new.prefix_limit_idle;
    }
    if how.settings.contains(&"eor-within") {
        now.eor_within = new.eor_within;
    }
    if how.settings.contains(&"range-limit") {
        now.range_limit = new.range_limit;
    }
    if how.settings.contains(&"prefix-rate-limit") {
        now.prefix_rate_limit = new.prefix_rate_limit;
    }
    if how.resets() {
        let (range_limit, prefix_rate_limit) = (now.range_limit, now.prefix_rate_limit);
        let Neighbor { description, manual_eor, apis, routes, bare, operational, .. } = now;
        let Neighbor { send_hold_time, prefix_limit, prefix_limit_warning, prefix_limit_idle, eor_within, .. } = now;
        let unchanged = Neighbor { description, manual_eor, apis, routes, bare, operational, ..new.clone() };
        let limits = Neighbor { send_hold_time, prefix_limit, prefix_limit_warning, prefix_limit_idle, ..unchanged };
        now = Neighbor { eor_within, range_limit, prefix_rate_limit, ..limits };
    }
    now
}

/// The same in whatever order.
fn in_order(mut config: Config) -> Config {
    config.processes.sort_by(|one, other| one.name.cmp(&other.name));
    config.neighbors.sort_by_key(Neighbor::id);
    config
}

proptest! {
    #[test]
    fn a_diff_carried_out_is_the_new_configuration(old in configurations(), new in configurations()) {
        prop_assert_eq!(in_order(carried_out(&old, &new)), in_order(new));
    }

    #[test]
    fn what_does_not_differ_is_not_touched(old in configurations(), new in configurations()) {
        for change in diff(&old, &new) {
            match change {
                Change::NeighborRemoved { old: index } => prop_assert!(!new.neighbors.contains(&old.neighbors[index])),
                Change::NeighborAdded { new: index } => prop_assert!(!old.neighbors.contains(&new.neighbors[index])),
                Change::NeighborChanged { old: before, new: after, .. } => {
                    prop_assert_ne!(&old.neighbors[before], &new.neighbors[after]);
                }
                Change::ProcessRemoved { old: index } => prop_assert!(!new.processes.contains(&old.processes[index])),
                Change::ProcessAdded { new: index } | Change::ProcessChanged { new: index } => {
                    prop_assert!(!old.processes.contains(&new.processes[index]));
                }
                _ => {}
            }
        }
        prop_assert_eq!(diff(&old, &old), []);
    }
}
