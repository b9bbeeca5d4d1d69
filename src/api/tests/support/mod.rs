//! What several tests share: one neighbor, and files of expected output.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, reason = "each test uses a part of it")]

use std::{
    env, fs,
    net::{IpAddr, Ipv4Addr},
    path::Path,
};

use config::{Api, ApiFlags, Capability, Neighbor};
use wire::Family;

pub(crate) const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Compares with `golden/<name>.txt`; with `REGENERATE` set, writes it instead.
pub(crate) fn golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.txt"));
    if env::var_os("REGENERATE").is_some() {
        fs::write(&path, actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == actual, "{} differs, expected:\n{expected}\nfound:\n{actual}", path.display());
}

/// `neighbor 127.0.0.9`, with no helper.
pub(crate) fn neighbor() -> Neighbor {
    Neighbor {
        peer_address: "127.0.0.9".parse().unwrap(),
        peer_mask: None,
        local_address: Some(LOCAL),
        local_link_local: None,
        local_as: Some(65001),
        peer_as: Some(65009),
        router_id: Ipv4Addr::new(10, 0, 0, 1),
        description: String::new(),
        host_name: None,
        domain_name: None,
        hold_time: 180,
        send_hold_time: None,
        prefix_limit: None,
        prefix_limit_warning: 75,
        prefix_limit_idle: 300,
        eor_within: None,
        range_limit: 10_000,
        rate_limit: 0,
        prefix_rate_limit: 0,
        passive: false,
        listen: 0,
        connect: 0,
        source_interface: None,
        outgoing_ttl: None,
        incoming_ttl: None,
        md5: None,
        tcp_ao: None,
        md5_ip: None,
        group_updates: true,
        auto_flush: true,
        adj_rib_in: true,
        adj_rib_out: true,
        manual_eor: false,
        capability: Capability::default(),
        families: vec![Family::Ipv4Unicast, Family::Ipv6Unicast],
        add_paths: Vec::new(),
        next_hops: Vec::new(),
        apis: Vec::new(),
        routes: std::sync::Arc::default(),
        bare: Vec::new(),
        operational: Vec::new(),
    }
}

/// A section for these helpers.
pub(crate) fn section(processes: &[&str]) -> Api {
    Api { processes: processes.iter().map(|name| (*name).to_owned()).collect(), ..Api::default() }
}

/// Flags by their names.
pub(crate) fn flags(names: &[&str]) -> ApiFlags {
    let has = |name| names.contains(&name);
    ApiFlags {
        parsed: has("parsed"),
        packets: has("packets"),
        consolidate: has("consolidate"),
        open: has("open"),
        update: has("update"),
        notification: has("notification"),
        keepalive: has("keepalive"),
        refresh: has("refresh"),
        operational: has("operational"),
    }
}
