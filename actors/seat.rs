//! A seat: one neighbor's place in the daemon. It outlives the Rib and the Peer that sit in it.

use std::{sync::Arc, time::Duration};

use actix::Addr;
use api::{Subscription, interest, subscription};
use config::{AddPath, Env, Neighbor, NeighborId};
use rib::Policy;
use session::{Interest, PrefixLimit, Settings};
use wire::{
    AnyCapability, Family, FamilyCode, FamilySet, Quirks,
    capability::{HostName, LinkLocalNextHop, PathsLimit, SoftwareVersion},
};

use crate::{
    lifeline::Lifeline,
    messages::{ProcessId, SeatId},
    peer::Peer,
    poison::Poison,
    rib::Rib,
};

/// Calls within one attempt, a tenth of a second apart: a neighbor that is just starting is met at once.
const DIALS: u32 = 50;

/// What the Supervisor knows of one neighbor.
#[derive(Debug)]
pub(crate) struct Seat {
    /// Its number.
    pub id: SeatId,
    /// The neighbor's name.
    pub name: Arc<str>,
    /// Its configuration.
    pub neighbor: Arc<Neighbor>,
    /// The running Rib.
    pub rib: Option<Addr<Rib>>,
    /// Which start of the Rib.
    pub rib_generation: u32,
    /// The running Peer.
    pub peer: Option<Addr<Peer>>,
    /// Which start of the Peer.
    pub peer_generation: u32,
    /// The session is Established.
    pub established: bool,
    /// Helpers were told that a connection is up, and not yet that it is down.
    pub told_connected: bool,
    /// All connection attempts are used up.
    pub exhausted: bool,
    /// Which neighbor of the configuration that is: itself, or the range it is a member of.
    pub of: Arc<NeighborId>,
    /// The neighbor is a member of a range: the seat goes with its session.
    pub range: bool,
    /// A command created the neighbor: no file speaks of it.
    pub created: bool,
    /// The neighbor is no longer configured: the seat goes when its actors have ended.
    pub leaving: bool,
    /// To cut the connections of the Peer, should it hang.
    pub lifelines: Vec<Lifeline>,
    /// Reading is suspended because a helper cannot keep up.
    pub held: bool,
    /// Which helpers are told what.
    pub subscriptions: Vec<(ProcessId, Arc<Subscription>)>,
    /// What clients that watch want to be told.
    pub watched: Interest,
    /// Routes that are withheld because packing them panics.
    pub poison: Poison,
}

impl Seat {
    /// An empty seat.
    pub(crate) fn new(id: SeatId, neighbor: Arc<Neighbor>) -> Self {
        Self {
            id,
            name: neighbor.name().into(),
            of: Arc::new(neighbor.id()),
            neighbor,
            rib: None,
            rib_generation: 0,
            peer: None,
            peer_generation: 0,
            established: false,
            told_connected: false,
            exhausted: false,
            range: false,
            created: false,
            leaving: false,
            lifelines: Vec::new(),
            held: false,
            subscriptions: Vec::new(),
            watched: Interest::default(),
            poison: Poison::default(),
        }
    }

    /// Finds out which helpers are told what, `processes` being the names of those that run, beside clients that watch.
    pub(crate) fn subscribe(
        &mut self,
        processes: impl Iterator<Item = (ProcessId, Arc<str>)>,
        watching: Vec<(ProcessId, Arc<Subscription>)>,
    ) {
        let wanted = processes.filter_map(|(id, name)| {
            let subscription = subscription(&self.neighbor, &name);
            (subscription != Subscription::default()).then(|| (id, Arc::new(subscription)))
        });
        self.subscriptions = wanted.collect();
        let interests = watching.iter().map(|(_, subscription)| subscription.interest());
        self.watched = interests.fold(Interest::default(), Interest::union);
        self.subscriptions.extend(watching);
    }

    /// What its session has to report.
    pub(crate) fn interest(&self) -> Interest {
        interest(&self.neighbor).union(self.watched)
    }

    /// Whether a helper may command this neighbor.
    pub(crate) fn obeys(&self, process: &str) -> bool {
        process.starts_with(api::INTERNAL)
            || self.neighbor.apis.iter().any(|api| api.commanders.iter().any(|name| name == process))
    }

    /// How its routes are kept. Route refresh needs them all.
    pub(crate) fn policy(&self) -> Policy {
        let neighbor = &self.neighbor;
        let keep = neighbor.adj_rib_out || neighbor.capability.route_refresh;
        Policy { keep, manual_eor: neighbor.manual_eor || neighbor.eor_within.is_some() }
    }
}

/// What a neighbor's configuration means to its session.
pub(crate) fn settings(neighbor: &Neighbor, env: &Env, version: &str, quirks: Quirks, seed: u64) -> Settings {
    let capability = &neighbor.capability;
    let (local, peer) = (neighbor.local_as, neighbor.peer_as);
    let directions =
        |wanted: &[AddPath]| if wanted.contains(&capability.add_path) { add_path(neighbor) } else { FamilySet::new() };
    Settings {
        local_address: neighbor.local_address,
        hold_time: neighbor.hold_time,
        send_hold_time: neighbor.send_hold_time,
        prefix_limit: prefix_limit(neighbor),
        families: neighbor.families.clone(),
        asn4: capability.asn4,
        extended_message: capability.extended_message,
        route_refresh: capability.route_refresh,
        graceful_restart: capability.graceful_restart,
        graceful_notification: capability.graceful_notification,
        long_lived: capability.long_lived_graceful_restart,
        add_path: capability.add_path != AddPath::Disable,
        add_path_send: directions(&[AddPath::Send, AddPath::SendReceive]),
        add_path_receive: directions(&[AddPath::Receive, AddPath::SendReceive]),
        next_hops: next_hops(neighbor),
        // Across several hops a link-local address means nothing.
        link_local: neighbor.local_link_local.filter(|_| neighbor.outgoing_ttl.is_none_or(|ttl| ttl == 1)),
        capabilities: names(neighbor, version),
        operational: capability.operational,
        multisession: capability.multi_session,
        passive: neighbor.passive || env.bgp.passive,
        aigp: capability.aigp,
        group_updates: neighbor.group_updates,
        // Who counts routes has to know them.
        adj_rib_in: neighbor.adj_rib_in || neighbor.prefix_limit.is_some(),
        attempts: env.tcp.attempts,
        dials: DIALS,
        open_wait: Duration::from_secs(env.bgp.openwait.into()),
        interest: interest(neighbor),
        quirks,
        seed,
        ..Settings::new(local, peer, neighbor.router_id, neighbor.peer_address)
    }
}

fn prefix_limit(neighbor: &Neighbor) -> Option<PrefixLimit> {
    let most = neighbor.prefix_limit?;
    let warn = u64::from(most) * u64::from(neighbor.prefix_limit_warning) / 100;
    let idle = Duration::from_secs(neighbor.prefix_limit_idle.into());
    Some(PrefixLimit { most, warn: u32::try_from(warn).unwrap_or(most).max(1), idle })
}

/// Capabilities that say who we are.
fn names(neighbor: &Neighbor, version: &str) -> Vec<AnyCapability> {
    let domain = neighbor.domain_name.clone().unwrap_or_default();
    let host = neighbor.host_name.clone().map(|host| AnyCapability::HostName(HostName { host, domain }));
    let software = || AnyCapability::SoftwareVersion(SoftwareVersion(format!("ExaBGP/{version}")));
    let software = neighbor.capability.software_version.then(software);
    let link_local = neighbor.capability.link_local_nexthop == Some(true);
    let link_local = link_local.then_some(AnyCapability::LinkLocalNextHop(LinkLocalNextHop));
    host.into_iter().chain(software).chain(link_local).chain(paths_limit(neighbor)).collect()
}

/// How many paths are taken, of the families for which several are.
fn paths_limit(neighbor: &Neighbor) -> Option<AnyCapability> {
    if !matches!(neighbor.capability.add_path, AddPath::Receive | AddPath::SendReceive) {
        return None;
    }
    let offered = add_path(neighbor);
    let limits = neighbor.add_paths.iter().filter(|(family, _)| offered.contains(*family));
    let limits: Vec<_> = limits.filter_map(|(family, limit)| Some((FamilyCode::from(*family), (*limit)?))).collect();
    (!limits.is_empty()).then_some(AnyCapability::PathsLimit(PathsLimit(limits)))
}

/// The entries ExaBGP offers: IPv4 routes with IPv6 next hops. Without a word on it, having any decides.
fn next_hops(neighbor: &Neighbor) -> Option<Vec<(Family, u16)>> {
    let offered = |(family, afi): &&(Family, u16)| {
        let prefixes = matches!((family.afi(), family.safi()), (1, 1 | 2 | 4 | 128));
        prefixes && *afi == 2 && neighbor.families.contains(family)
    };
    let wanted = neighbor.capability.nexthop.unwrap_or(!neighbor.next_hops.is_empty());
    wanted.then(|| {
        let mut pairs: Vec<_> = neighbor.next_hops.iter().filter(offered).copied().collect();
        pairs.sort_unstable();
        pairs
    })
}

/// The families that ExaBGP offers path identifiers for.
fn add_path(neighbor: &Neighbor) -> FamilySet {
    neighbor.families.iter().copied().filter(|family| neighbor.has_paths(*family)).collect()
}

#[cfg(test)]
mod tests {
    use config::{Origin, load_str};

    use super::*;

    fn offered(body: &str) -> Settings {
        let text = format!("neighbor 10.0.0.1 {{ local-address 10.0.0.2; local-as 1; peer-as 2; {body} }}");
        let env = Env::default();
        let config = load_str(&text, &Origin::named("test.conf"), &env).unwrap();
        settings(&config.neighbors[0], &env, "1", Quirks::NONE, 0)
    }

    #[test]
    fn paths_are_offered_for_the_families_listed() {
        let body = "family { ipv4 unicast; ipv6 unicast; } add-path { ipv4 unicast limit 4; }";
        let both = offered(&format!("{body} capability {{ add-path send/receive; }}"));
        assert_eq!(both.add_path_send.iter().collect::<Vec<_>>(), [Family::Ipv4Unicast]);
        let limits = PathsLimit(vec![(FamilyCode::from(Family::Ipv4Unicast), 4)]);
        assert_eq!(both.capabilities, [AnyCapability::PathsLimit(limits)]);
        assert!(offered(&format!("{body} capability {{ add-path send; }}")).capabilities.is_empty());
        let all = offered("family { ipv4 unicast; ipv6 unicast; } capability { add-path send; }");
        assert_eq!(all.add_path_send.iter().count(), 2);
    }

    #[test]
    fn next_hops_are_offered_for_ipv4() {
        let body = "family { ipv4 unicast; ipv6 unicast; } nexthop { ipv6 unicast ipv4; ipv4 unicast ipv6; }";
        assert_eq!(offered(body).next_hops, Some(vec![(Family::Ipv4Unicast, 2)]));
        assert_eq!(offered(&format!("{body} capability {{ nexthop disable; }}")).next_hops, None);
        assert_eq!(offered("capability { nexthop; }").next_hops, Some(Vec::new()));
        assert_eq!(offered("").next_hops, None);
    }
}
