//! A configuration as an object: keys by the alphabet, and what has a type beyond JSON's says which with `_type`.

use std::net::IpAddr;

use config::{Api, Capability, Config, Neighbor, Process, StaticRoute};
use serde_json::{Map, Value, json};
use wire::Family;

/// The whole of it.
pub(super) fn json(config: &Config) -> Value {
    let neighbors: Map<String, Value> =
        config.neighbors.iter().map(|neighbor| (neighbor.name(), self::neighbor(neighbor))).collect();
    let processes: Map<String, Value> =
        config.processes.iter().map(|process| (process.name.clone(), self::process(process))).collect();
    let mut value = json!({ "neighbors": neighbors, "processes": processes });
    value.sort_all_objects();
    value
}

fn typed(name: &str, value: impl Into<Value>) -> Value {
    json!({ "_type": name, "value": value.into() })
}

fn process(process: &Process) -> Value {
    json!({ "run": process.run, "encoder": process.encoder.name(), "respawn": process.respawn })
}

fn neighbor(neighbor: &Neighbor) -> Value {
    json!({
        "addpaths": neighbor.add_paths.iter().map(|(family, limit)| json!({ "family": self::family(*family), "limit": limit })).collect::<Vec<_>>(),
        "adj_rib_in": neighbor.adj_rib_in,
        "adj_rib_out": neighbor.adj_rib_out,
        "api": neighbor.apis.iter().map(|api| (api.name.clone(), self::api(api))).collect::<Map<_, _>>(),
        "auto_flush": neighbor.auto_flush,
        "capability": capability(&neighbor.capability),
        "description": neighbor.description,
        "domain_name": neighbor.domain_name,
        "families": neighbor.families.iter().copied().map(family).collect::<Vec<_>>(),
        "group_updates": neighbor.group_updates,
        "hold_time": typed("HoldTime", neighbor.hold_time),
        "host_name": neighbor.host_name,
        "manual_eor": neighbor.manual_eor,
        "nexthops": neighbor.next_hops.iter().map(next_hop).collect::<Vec<_>>(),
        "operational": neighbor.operational.len(),
        "rate_limit": neighbor.rate_limit,
        "prefix_rate_limit": neighbor.prefix_rate_limit,
        "send_hold_time": neighbor.send_hold_time,
        "prefix_limit": neighbor.prefix_limit,
        "prefix_limit_warning": neighbor.prefix_limit_warning,
        "prefix_limit_idle": neighbor.prefix_limit_idle,
        "eor_within": neighbor.eor_within,
        "range_limit": neighbor.range_limit,
        "routes": neighbor.routes.iter().map(route).collect::<Vec<_>>(),
        "session": session(neighbor),
    })
}

fn session(neighbor: &Neighbor) -> Value {
    let address = |address: IpAddr| typed("IP", address.to_string());
    let peer = match neighbor.peer_mask {
        Some(mask) => typed("IPRange", format!("{}/{mask}", neighbor.peer_address)),
        None => address(neighbor.peer_address),
    };
    json!({
        "_type": "Session",
        "connect": neighbor.connect,
        "incoming_ttl": neighbor.incoming_ttl,
        "listen": neighbor.listen,
        "local_address": neighbor.local_address.map_or_else(|| typed("IPSelf", "auto"), address),
        "local_as": typed("ASN", neighbor.local_as),
        "local_link_local": neighbor.local_link_local.map(|local| address(local.into())),
        "md5_ip": neighbor.md5_ip.map(address),
        // The key itself is nobody's business.
        "md5_password": neighbor.md5.as_ref().map(|md5| json!({ "_type": "bytes", "length": md5.key.len() })),
        "outgoing_ttl": neighbor.outgoing_ttl,
        "passive": neighbor.passive,
        "peer_address": peer,
        "peer_as": typed("ASN", neighbor.peer_as),
        "router_id": address(neighbor.router_id.into()),
        "source_interface": neighbor.source_interface,
    })
}

fn capability(capability: &Capability) -> Value {
    let either = |set: Option<bool>| typed("TriState", set);
    let restart = capability.graceful_restart.map(|time| json!({ "_type": "GracefulRestartConfig", "time": time }));
    json!({
        "_type": "NeighborCapability",
        "add_path": typed("AddPath", capability.add_path.name()),
        "aigp": capability.aigp,
        "asn4": capability.asn4,
        "extended_message": capability.extended_message,
        "graceful_restart": restart,
        "link_local_nexthop": either(capability.link_local_nexthop),
        "link_local_prefer": capability.link_local_prefer,
        "multi_session": capability.multi_session,
        "nexthop": either(capability.nexthop),
        "operational": capability.operational,
        "route_refresh": capability.route_refresh,
        "software_version": capability.software_version,
    })
}

fn api(api: &Api) -> Value {
    json!({
        "fsm": api.fsm,
        "negotiated": api.negotiated,
        "neighbor_changes": api.neighbor_changes,
        "processes": api.processes,
        "processes_match": api.processes_match,
        "receive": api.receive.words(),
        "send": api.send.words(),
        "signal": api.signal,
    })
}

fn family(family: Family) -> Value {
    json!([typed("AFI", family.afi_name()), typed("SAFI", family.safi_name())])
}

fn next_hop((family, afi): &(Family, u16)) -> Value {
    let name = if *afi == 1 { "ipv4" } else { "ipv6" };
    json!([typed("AFI", family.afi_name()), typed("SAFI", family.safi_name()), typed("AFI", name)])
}

fn route(spec: &StaticRoute) -> Value {
    let family = spec.route.nlri.family();
    json!({
        "_type": "Route",
        "family": format!("{} {}", family.afi_name(), family.safi_name()),
        "value": spec.route.to_string(),
        "watchdog": spec.watchdog.as_ref().map(|watchdog| watchdog.name.clone()),
    })
}

#[cfg(test)]
mod tests {
    use config::{Env, Origin};

    use super::*;

    fn exported(text: &str) -> Value {
        json(&config::load_str(text, &Origin::named("test.conf"), &Env::default()).unwrap())
    }

    #[test]
    fn a_neighbor() {
        let text = "process a { run /bin/cat; encoder json; }\nneighbor 192.0.2.1 { local-address 192.0.2.2; local-as 1; \
                    peer-as 2; hold-time 9; md5-password secret; family { ipv4 unicast; } api { processes [ a ]; \
                    receive { parsed; update; } } static { route 10.0.0.0/24 next-hop self; } }";
        let value = exported(text);
        let (name, neighbor) = value["neighbors"].as_object().unwrap().iter().next().unwrap();
        assert!(name.starts_with("neighbor 192.0.2.1 local-ip 192.0.2.2 local-as 1 peer-as 2 router-id"), "{name}");
        assert_eq!(neighbor["hold_time"], json!({ "_type": "HoldTime", "value": 9 }));
        assert_eq!(neighbor["session"]["peer_as"], json!({ "_type": "ASN", "value": 2 }));
        assert_eq!(neighbor["session"]["md5_password"], json!({ "_type": "bytes", "length": 6 }));
        assert_eq!(neighbor["families"][0][1], json!({ "_type": "SAFI", "value": "unicast" }));
        assert_eq!(neighbor["routes"][0]["_type"], "Route");
        let api = neighbor["api"].as_object().unwrap().values().next().unwrap();
        assert_eq!((&api["processes"], &api["receive"]), (&json!(["a"]), &json!(["parsed", "update"])));
        assert_eq!(value["processes"]["a"], json!({ "encoder": "json", "respawn": true, "run": ["/bin/cat"] }));
    }

    #[test]
    fn keys_are_sorted_and_complete() {
        let value =
            exported("neighbor 10.0.0.0/8 { local-as 1; peer-as 2; router-id 1.1.1.1; local-address auto; passive; }");
        let neighbor = value["neighbors"].as_object().unwrap().values().next().unwrap().as_object().unwrap();
        let keys: Vec<_> = neighbor.keys().map(String::as_str).collect();
        assert!(keys.is_sorted(), "{keys:?}");
        let expected = "addpaths adj_rib_in adj_rib_out api auto_flush capability description domain_name families \
                        group_updates hold_time host_name manual_eor nexthops rate_limit routes session";
        assert!(expected.split(' ').all(|key| keys.contains(&key)), "{keys:?}");
        assert_eq!(neighbor["session"]["peer_address"]["_type"], "IPRange");
    }
}
