//! What is to be written of processes and neighbors, key by key: the part both forms share.

use std::fmt::Display;

use wire::Family;

use super::Unsayable;
use crate::{
    model::{Encoder, Process},
    neighbor::{Api, Capability, Neighbor, PREFIX_LIMIT_IDLE, PREFIX_LIMIT_WARNING, RANGE_LIMIT},
    value::to_base64,
};

/// A key as ExaBGP spells it, and its value.
pub(super) type Setting = (&'static str, Value);

/// A value of one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A number, or one of a few words.
    Bare(String),
    /// Anything else.
    Text(String),
}

/// The settings that differ from their defaults.
#[derive(Default)]
struct Settings(Vec<Setting>);

impl Settings {
    fn bare(&mut self, key: &'static str, value: impl Display) {
        self.0.push((key, Value::Bare(value.to_string())));
    }

    fn text(&mut self, key: &'static str, value: impl Display) {
        self.0.push((key, Value::Text(value.to_string())));
    }

    fn differing<T: Display + PartialEq>(&mut self, key: &'static str, value: T, default: T) {
        if value != default {
            self.bare(key, value);
        }
    }

    fn bare_if(&mut self, key: &'static str, value: Option<impl Display>) {
        value.into_iter().for_each(|value| self.bare(key, value));
    }

    fn text_if(&mut self, key: &'static str, value: Option<impl Display>) {
        value.into_iter().for_each(|value| self.text(key, value));
    }
}

/// Those of a process besides its name and its program.
pub(super) fn of_process(process: &Process, default: Encoder) -> Vec<Setting> {
    let mut out = Settings::default();
    if process.encoder != default {
        out.bare("encoder", process.encoder.name());
    }
    out.differing("respawn", process.respawn, true);
    out.differing("rate-limit", process.rate_limit, 0);
    out.0
}

/// Those of a neighbor that are one word each, but for its address. `sayable` tells which texts the form can say.
pub(super) fn of_neighbor(neighbor: &Neighbor, sayable: fn(&str) -> bool) -> Result<Vec<Setting>, Unsayable> {
    let mut out = Settings::default();
    identity(neighbor, &mut out);
    connection(neighbor, &mut out);
    if let Some(md5) = &neighbor.md5 {
        secret(neighbor, ("md5-password", "md5-base64"), &md5.key, sayable, &mut out)?;
    }
    out.text_if("md5-ip", neighbor.md5_ip.filter(|_| neighbor.md5_ip != neighbor.local_address));
    out.differing("group-updates", neighbor.group_updates, true);
    out.differing("auto-flush", neighbor.auto_flush, true);
    out.differing("adj-rib-in", neighbor.adj_rib_in, true);
    out.differing("adj-rib-out", neighbor.adj_rib_out, true);
    out.differing("manual-eor", neighbor.manual_eor, false);
    Ok(out.0)
}

fn identity(neighbor: &Neighbor, out: &mut Settings) {
    out.text_if("description", Some(&neighbor.description).filter(|text| !text.is_empty()));
    out.text_if("local-address", neighbor.local_address);
    out.text_if("local-link-local", neighbor.local_link_local);
    out.bare("local-as", auto(neighbor.local_as));
    out.bare("peer-as", auto(neighbor.peer_as));
    let inferred = neighbor.local_address.is_some_and(|address| address == neighbor.router_id);
    out.text_if("router-id", (!inferred).then_some(neighbor.router_id));
    out.text_if("host-name", neighbor.host_name.as_ref());
    out.text_if("domain-name", neighbor.domain_name.as_ref());
}

fn connection(neighbor: &Neighbor, out: &mut Settings) {
    out.differing("hold-time", neighbor.hold_time, 180);
    out.bare_if("send-hold-time", neighbor.send_hold_time);
    out.bare_if("prefix-limit", neighbor.prefix_limit);
    out.differing("prefix-limit-warning", neighbor.prefix_limit_warning, PREFIX_LIMIT_WARNING);
    out.differing("prefix-limit-idle", neighbor.prefix_limit_idle, PREFIX_LIMIT_IDLE);
    out.bare_if("eor-within", neighbor.eor_within);
    out.differing("range-limit", neighbor.range_limit, RANGE_LIMIT);
    out.differing("rate-limit", neighbor.rate_limit, 0);
    out.differing("prefix-rate-limit", neighbor.prefix_rate_limit, 0);
    out.differing("passive", neighbor.passive, false);
    out.differing("listen", neighbor.listen, 0);
    out.differing("connect", neighbor.connect, 0);
    out.text_if("source-interface", neighbor.source_interface.as_ref());
    out.bare_if("outgoing-ttl", neighbor.outgoing_ttl);
    out.bare_if("incoming-ttl", neighbor.incoming_ttl);
}

/// Those of a `tcp-ao` section.
pub(super) fn of_tcp_ao(neighbor: &Neighbor, sayable: fn(&str) -> bool) -> Result<Vec<Setting>, Unsayable> {
    let mut out = Settings::default();
    if let Some(option) = &neighbor.tcp_ao {
        out.bare("keyid", option.key_id);
        out.text("algorithm", option.algorithm.name());
        secret(neighbor, ("password", "base64"), &option.key, sayable, &mut out)?;
    }
    Ok(out.0)
}

/// A key as text where that says all of its octets, else in base64, and the keywords for both.
fn secret(
    neighbor: &Neighbor,
    (password, base64): (&'static str, &'static str),
    key: &[u8],
    sayable: fn(&str) -> bool,
    out: &mut Settings,
) -> Result<(), Unsayable> {
    if key.is_empty() {
        return Err(Unsayable(format!("{neighbor}: an empty {password} has no words")));
    }
    let text = std::str::from_utf8(key).ok();
    match text.filter(|text| sayable(text) && !text.chars().any(char::is_control)) {
        Some(text) => out.text(password, text),
        None => {
            out.text(password, to_base64(key));
            out.bare(base64, true);
        }
    }
    Ok(())
}

/// Those of a `capability` section.
pub(super) fn of_capability(capability: &Capability) -> Vec<Setting> {
    let default = Capability::default();
    let mut out = Settings::default();
    out.differing("asn4", capability.asn4, default.asn4);
    out.differing("extended-message", capability.extended_message, default.extended_message);
    out.differing("route-refresh", capability.route_refresh, default.route_refresh);
    out.bare_if("graceful-restart", capability.graceful_restart);
    out.differing("graceful-notification", capability.graceful_notification, default.graceful_notification);
    out.bare_if("long-lived-graceful-restart", capability.long_lived_graceful_restart);
    out.differing("multi-session", capability.multi_session, default.multi_session);
    out.differing("operational", capability.operational, default.operational);
    if capability.add_path != default.add_path {
        out.text("add-path", capability.add_path.name());
    }
    out.bare_if("nexthop", capability.nexthop);
    out.differing("aigp", capability.aigp, default.aigp);
    out.differing("software-version", capability.software_version, default.software_version);
    out.bare_if("link-local-nexthop", capability.link_local_nexthop);
    out.differing("link-local-prefer", capability.link_local_prefer, default.link_local_prefer);
    out.0
}

/// Those of an `api` section that are no lists.
pub(super) fn of_api(api: &Api) -> Vec<&'static str> {
    let flags = [
        ("neighbor-changes", api.neighbor_changes),
        ("negotiated", api.negotiated),
        ("fsm", api.fsm),
        ("signal", api.signal),
    ];
    set(&flags)
}

fn set(flags: &[(&'static str, bool)]) -> Vec<&'static str> {
    flags.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect()
}

fn auto(asn: Option<u32>) -> String {
    asn.map_or_else(|| "auto".to_owned(), |asn| asn.to_string())
}

/// The statements of an `add-path` section.
pub(super) fn add_paths(neighbor: &Neighbor) -> Vec<String> {
    let one = |(family, limit): &(Family, Option<u16>)| match limit {
        Some(limit) => format!("{family} limit {limit}"),
        None => family.to_string(),
    };
    neighbor.add_paths.iter().map(one).collect()
}

/// The statements of a `nexthop` section.
pub(super) fn next_hops(neighbor: &Neighbor) -> Vec<String> {
    let one = |(family, afi): &(Family, u16)| format!("{family} {}", if *afi == 1 { "ipv4" } else { "ipv6" });
    neighbor.next_hops.iter().map(one).collect()
}
