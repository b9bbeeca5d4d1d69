//! The one validation of both forms: drafts become neighbors, or are refused.
//!
//! The order of the checks is ExaBGP's, so that of several faults the same one is reported.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use rib::StaticRoute;
use wire::{Family, NextHop};

use crate::{
    authentication,
    draft::{Capabilities, Draft, Graceful, PathFamilies, Settings},
    env::Env,
    neighbor::{Capability, Neighbor, PREFIX_LIMIT_IDLE, PREFIX_LIMIT_WARNING, RANGE_LIMIT},
    value::Auto,
};

/// Why a neighbor is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The keyword to look at, if it is one.
    pub(crate) key: Option<&'static str>,
    /// What is wrong.
    pub(crate) message: String,
    /// About the meaning of a route rather than about a statement.
    pub(crate) semantic: bool,
    /// Which of the neighbors admitted before is the same one.
    pub(crate) twin: Option<usize>,
}

impl Refusal {
    pub(crate) fn new(key: Option<&'static str>, message: impl Into<String>) -> Self {
        Self { key, message: message.into(), semantic: false, twin: None }
    }

    fn missing(keys: &[&'static str]) -> Self {
        Self::new(None, format!("incomplete neighbor, missing {}", keys.join(", ")))
    }
}

/// Finishes the neighbors of one configuration, and knows which there were.
#[derive(Debug, Default)]
pub(crate) struct Census {
    /// The identities there are, and how many neighbors were admitted before each.
    seen: HashMap<String, usize>,
    admitted: usize,
    /// What was accepted with a remark since this was last emptied.
    pub(crate) remarks: Vec<String>,
}

impl Census {
    /// The neighbor a draft describes.
    pub(crate) fn admit(&mut self, mut draft: Draft, env: &Env) -> Result<Neighbor, Refusal> {
        self.remarks.append(&mut draft.remarks);
        let neighbor = self.complete(draft, env)?;
        let key = match neighbor.listen {
            0 => neighbor.name(),
            port => format!("{} listen {port}", neighbor.peer_address),
        };
        match self.seen.entry(key) {
            Entry::Occupied(before) => {
                let reason = format!("duplicate peer definition {}", neighbor.peer_address);
                return Err(Refusal { twin: Some(*before.get()), ..Refusal::new(Some("peer-address"), reason) });
            }
            Entry::Vacant(place) => drop(place.insert(self.admitted)),
        }
        check_routes(&neighbor)?;
        self.admitted += 1;
        Ok(neighbor)
    }

    fn complete(&mut self, draft: Draft, env: &Env) -> Result<Neighbor, Refusal> {
        let mut settings = draft.settings;
        let (peer, local_as, peer_as) = mandatory(&settings)?;
        authentication::is_whole(&draft.tcp_ao)?;
        let families = draft.families.resolved();
        let hold_time = settings.hold_time.unwrap_or(180);
        let capability = self.capability(&draft.capability, hold_time);
        let adj_rib_out = self.adj_rib_out(settings.adj_rib_out, &capability);
        let local_address = settings.local_address.and_then(Auto::known);
        check_self(&draft.routes, local_address)?;
        let router_id = router_id(&settings, local_address)?;
        check_addresses(&settings, peer, local_address, env)?;
        self.check_names(&settings);
        Ok(Neighbor {
            peer_address: peer.0,
            peer_mask: peer.1,
            local_address,
            local_link_local: settings.local_link_local,
            local_as,
            peer_as,
            router_id,
            description: settings.description.take().unwrap_or_default(),
            md5: authentication::md5(&settings)?,
            tcp_ao: authentication::tcp_ao(&draft.tcp_ao, &settings)?,
            md5_ip: local_address.map(|local| settings.md5_ip.unwrap_or(local)),
            host_name: settings.host_name.filter(|name| !name.is_empty()),
            domain_name: settings.domain_name.filter(|name| !name.is_empty()),
            hold_time,
            send_hold_time: settings.send_hold_time,
            prefix_limit: settings.prefix_limit,
            prefix_limit_warning: settings.prefix_limit_warning.unwrap_or(PREFIX_LIMIT_WARNING),
            prefix_limit_idle: settings.prefix_limit_idle.unwrap_or(PREFIX_LIMIT_IDLE),
            eor_within: settings.eor_within,
            range_limit: settings.range_limit.unwrap_or(RANGE_LIMIT),
            rate_limit: settings.rate_limit.unwrap_or(0),
            prefix_rate_limit: settings.prefix_rate_limit.unwrap_or(0),
            passive: settings.passive.unwrap_or(false) || env.bgp.passive,
            listen: settings.listen.unwrap_or(0),
            connect: settings.connect.unwrap_or(0),
            source_interface: settings.source_interface.filter(|name| !name.is_empty()),
            outgoing_ttl: settings.outgoing_ttl.flatten(),
            incoming_ttl: settings.incoming_ttl.flatten(),
            group_updates: settings.group_updates.unwrap_or(true),
            auto_flush: settings.auto_flush.unwrap_or(true),
            adj_rib_in: settings.adj_rib_in.unwrap_or(true),
            adj_rib_out,
            manual_eor: settings.manual_eor.unwrap_or(false),
            capability,
            add_paths: self.add_paths(&draft.add_paths, &families),
            next_hops: self.next_hops(&draft.next_hops, &families),
            families,
            apis: draft.apis,
            routes: Arc::new(draft.routes),
            bare: draft.bare,
            operational: draft.operational.into_iter().map(|message| message.by(router_id)).collect(),
        })
    }

    fn capability(&mut self, written: &Capabilities, hold_time: u16) -> Capability {
        let default = Capability::default();
        self.check_graceful(written);
        Capability {
            asn4: written.asn4.unwrap_or(default.asn4),
            extended_message: written.extended_message.unwrap_or(default.extended_message),
            route_refresh: written.route_refresh.unwrap_or(default.route_refresh),
            graceful_restart: self.graceful(written.graceful_restart, hold_time),
            graceful_notification: written.graceful_notification.unwrap_or(default.graceful_notification),
            long_lived_graceful_restart: match written.long_lived_graceful_restart {
                Some(Graceful::Seconds(seconds)) => Some(seconds),
                Some(Graceful::Off) | None => None,
            },
            multi_session: written.multi_session.unwrap_or(default.multi_session),
            operational: written.operational.unwrap_or(default.operational),
            add_path: written.add_path.unwrap_or(default.add_path),
            nexthop: written.nexthop,
            aigp: written.aigp.unwrap_or(default.aigp),
            software_version: written.software_version.unwrap_or(default.software_version),
            link_local_nexthop: written.link_local_nexthop,
            link_local_prefer: written.link_local_prefer.unwrap_or(default.link_local_prefer),
        }
    }

    /// Those written; none when all of them are meant. What the session does not have stays, and means nothing.
    fn add_paths(&mut self, written: &PathFamilies, families: &[Family]) -> Vec<(Family, Option<u16>)> {
        let listed = if written.all { &[][..] } else { &written.listed };
        let skipped = listed.iter().filter(|(family, _)| !families.contains(family));
        let remark = |(family, _): &_| format!("add-path {family} is skipped, the neighbor does not have that family");
        self.remarks.extend(skipped.map(remark));
        listed.to_vec()
    }

    /// Those for which the session has both the family and the one of the next hop.
    fn next_hops(&mut self, written: &[(Family, u16)], families: &[Family]) -> Vec<(Family, u16)> {
        let other = |(family, afi): &(Family, u16)| Family::from_codes(*afi, family.safi());
        let has = |pair: &(Family, u16)| {
            families.contains(&pair.0) && other(pair).is_some_and(|other| families.contains(&other))
        };
        let (kept, skipped): (Vec<_>, Vec<_>) = written.iter().copied().partition(has);
        let remark = |(family, _): &_| format!("nexthop {family} is skipped, the neighbor does not have both families");
        self.remarks.extend(skipped.iter().map(remark));
        kept
    }

    fn graceful(&mut self, written: Option<Graceful>, hold_time: u16) -> Option<u16> {
        let Some(Graceful::Seconds(seconds)) = written else { return None };
        let wanted = if seconds == 0 { u32::from(hold_time) } else { seconds };
        let time = u16::try_from(wanted).unwrap_or(u16::MAX).min(RESTART_TIME_MAX);
        if u32::from(time) < wanted {
            self.remarks.push(format!("graceful-restart {wanted} is more than its field holds, {time} is used"));
        }
        Some(time)
    }

    fn check_graceful(&mut self, written: &Capabilities) {
        let seconds = |graceful: Option<Graceful>| matches!(graceful, Some(Graceful::Seconds(_)));
        if seconds(written.graceful_restart) {
            return;
        }
        for (key, wanted) in [
            ("graceful-notification", written.graceful_notification == Some(true)),
            ("long-lived-graceful-restart", seconds(written.long_lived_graceful_restart)),
        ] {
            if wanted {
                self.remarks.push(format!("{key} means nothing without graceful-restart"));
            }
        }
    }

    fn adj_rib_out(&mut self, written: Option<bool>, capability: &Capability) -> bool {
        if written == Some(false) && capability.route_refresh {
            self.remarks.push("route-refresh needs adj-rib-out, which is kept although it is disabled".into());
            return true;
        }
        written.unwrap_or(true)
    }

    fn check_names(&mut self, settings: &Settings) {
        for (key, name) in [("host-name", &settings.host_name), ("domain-name", &settings.domain_name)] {
            if name.as_ref().is_some_and(|name| !name.is_empty() && !is_host_name(name)) {
                self.remarks.push(format!("{key} is not a valid name, and is sent as it is"));
            }
        }
    }
}

type Peer = (IpAddr, Option<u8>);

fn mandatory(settings: &Settings) -> Result<(Peer, Option<u32>, Option<u32>), Refusal> {
    let (Some(peer), Some(local), Some(remote)) = (settings.peer_address, settings.local_as, settings.peer_as) else {
        let given = [
            ("local-as", settings.local_as.is_some()),
            ("peer-as", settings.peer_as.is_some()),
            ("peer-address", settings.peer_address.is_some()),
        ];
        let missing: Vec<_> = given.iter().filter(|(_, given)| !given).map(|(key, _)| *key).collect();
        return Err(Refusal::missing(&missing));
    };
    Ok((peer, local.known(), remote.known()))
}

fn router_id(settings: &Settings, local: Option<IpAddr>) -> Result<Ipv4Addr, Refusal> {
    if settings.listen.is_some_and(|port| port > 0) && local.is_none() {
        return Err(Refusal::missing(&["local-address"]));
    }
    match (settings.router_id, local) {
        (Some(id), _) | (None, Some(IpAddr::V4(id))) => Ok(id),
        _ => Err(Refusal::missing(&["router-id"])),
    }
}

fn check_addresses(settings: &Settings, peer: Peer, local: Option<IpAddr>, env: &Env) -> Result<(), Refusal> {
    if local.is_some_and(|local| local.is_ipv4() != peer.0.is_ipv4()) {
        let reason = "local-address and peer-address must be of the same family";
        return Err(Refusal::new(Some("local-address"), reason));
    }
    if peer.1.is_some() && settings.passive != Some(true) && !env.bgp.passive {
        let reason = "can only use ip ranges for the peer address with passive neighbors";
        return Err(Refusal::new(Some("peer-address"), reason));
    }
    Ok(())
}

/// `next-hop self` has to be an address the route's family can use.
fn check_self(routes: &[StaticRoute], local: Option<IpAddr>) -> Result<(), Refusal> {
    let Some(IpAddr::V4(_)) = local else { return Ok(()) };
    let impossible =
        |spec: &&StaticRoute| spec.route.next_hop == NextHop::Itself && spec.route.nlri.family().afi_name() == "ipv6";
    let Some(spec) = routes.iter().find(impossible) else { return Ok(()) };
    let family = spec.route.nlri.family();
    let message = format!("use of \"next-hop self\": the session is ipv4, the route {} is {family}", spec.route.nlri);
    Err(Refusal { semantic: true, ..Refusal::new(Some("routes"), message) })
}

fn check_routes(neighbor: &Neighbor) -> Result<(), Refusal> {
    let missing = |spec: &&StaticRoute| {
        let family = spec.route.nlri.family();
        family != Family::Ipv4Unicast && !neighbor.families.contains(&family)
    };
    let Some(spec) = neighbor.routes.iter().find(missing) else { return Ok(()) };
    let family = spec.route.nlri.family();
    let names = (family.afi_name(), family.safi_name());
    let reason = format!(
        "trying to announce a route of type {},{} when the neighbor does not have that family: {}",
        names.0, names.1, spec.route.nlri
    );
    Err(Refusal::new(Some("routes"), reason))
}

/// The rule of ExaBGP 5 for names, and underscores.
fn is_host_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    let edges = edge(bytes.first()) && edge(bytes.last());
    edges && bytes.len() <= 255 && !name.contains("..") && bytes.iter().all(|b| allowed(*b))
}

/// The restart time is a field of 12 bits (RFC 4724 section 3).
const RESTART_TIME_MAX: u16 = 4095;
