//! What has to change to get from one configuration to another. Pure, so that a reload is tested without a daemon.

mod steps;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use rib::StaticChange;

pub use steps::{Step, steps};

use crate::{
    model::{Config, Process},
    neighbor::{Neighbor, NeighborId},
};

/// One thing to carry out. An index counts in the old configuration or in the new one, as it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A process that is gone.
    ProcessRemoved {
        /// Its index.
        old: usize,
    },
    /// A process that was not there.
    ProcessAdded {
        /// Its index.
        new: usize,
    },
    /// A process that is defined differently.
    ProcessChanged {
        /// Its index.
        new: usize,
    },
    /// A neighbor that is gone.
    NeighborRemoved {
        /// Its index.
        old: usize,
    },
    /// A neighbor that was not there.
    NeighborAdded {
        /// Its index.
        new: usize,
    },
    /// A neighbor that is not as it was.
    NeighborChanged {
        /// Its index before.
        old: usize,
        /// Its index now.
        new: usize,
        /// In what.
        how: NeighborChange,
    },
    /// The numbers of supervision.
    RestartChanged,
    /// Whether faults may be injected.
    FaultsChanged,
    /// What signals do.
    SignalsChanged,
    /// Where the reference's bytes are wanted.
    QuirksChanged,
}

/// In what a neighbor is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NeighborChange {
    /// Keywords, as a `.conf` has them, for which the session has to be established anew.
    pub session: Vec<&'static str>,
    /// Keywords without effect on a session that is up.
    pub settings: Vec<&'static str>,
    /// Other configured routes; the session stays.
    pub routes: Option<Arc<StaticChange>>,
    /// Other attributes without routes; the session stays.
    pub bare: bool,
    /// Other OPERATIONAL messages; the session stays.
    pub operational: bool,
    /// Other helpers, or they are told other things; the session stays.
    pub apis: bool,
}

impl NeighborChange {
    /// What leads from one definition of a neighbor to another.
    pub fn between(old: &Neighbor, new: &Neighbor) -> Self {
        Self {
            session: session(old, new),
            settings: settings(old, new),
            routes: routes(old, new),
            bare: old.bare != new.bare,
            operational: old.operational != new.operational,
            apis: old.apis != new.apis,
        }
    }

    /// Whether the session has to be established anew.
    pub const fn resets(&self) -> bool {
        !self.session.is_empty()
    }

    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

fn routes(old: &Neighbor, new: &Neighbor) -> Option<Arc<StaticChange>> {
    let differ = old.routes != new.routes;
    differ.then(|| Arc::new(StaticChange::between(old.routes.clone(), new.routes.clone())))
}

/// The keywords whose fields differ.
macro_rules! differing {
    ($old:ident, $new:ident: $($field:ident $keyword:literal)*) => {{
        let fields = [$(($old.$field != $new.$field, $keyword)),*];
        fields.into_iter().filter(|(differs, _)| *differs).map(|(_, keyword)| keyword).collect()
    }};
}

/// ExaBGP's list of what resets a session, and what it forgot: the interface, the link-local address, the families of
/// ADD-PATH and of next hops, TCP-AO.
fn session(old: &Neighbor, new: &Neighbor) -> Vec<&'static str> {
    differing!(old, new:
        peer_address "peer-address" peer_mask "peer-address" local_address "local-address"
        local_link_local "local-link-local" local_as "local-as" peer_as "peer-as" router_id "router-id"
        host_name "host-name" domain_name "domain-name" hold_time "hold-time" rate_limit "rate-limit"
        passive "passive" listen "listen" connect "connect" source_interface "source-interface"
        outgoing_ttl "outgoing-ttl" incoming_ttl "incoming-ttl" md5 "md5-password" md5_ip "md5-ip"
        tcp_ao "tcp-ao"
        group_updates "group-updates" auto_flush "auto-flush" adj_rib_in "adj-rib-in" adj_rib_out "adj-rib-out"
        capability "capability" families "family" add_paths "add-path" next_hops "nexthop")
}

fn settings(old: &Neighbor, new: &Neighbor) -> Vec<&'static str> {
    differing!(old, new:
        description "description" manual_eor "manual-eor" eor_within "eor-within" range_limit "range-limit"
        send_hold_time "send-hold-time" prefix_rate_limit "prefix-rate-limit"
        prefix_limit "prefix-limit" prefix_limit_warning "prefix-limit-warning" prefix_limit_idle "prefix-limit-idle")
}

/// The changes from `old` to `new`: what goes first, then what comes or changes, in the order of the new file.
pub fn diff(old: &Config, new: &Config) -> Vec<Change> {
    let mut changes = Vec::new();
    processes(&old.processes, &new.processes, &mut changes);
    neighbors(&old.neighbors, &new.neighbors, &mut changes);
    let globals = [
        (old.restart != new.restart, Change::RestartChanged),
        (old.faults != new.faults, Change::FaultsChanged),
        (old.signals != new.signals, Change::SignalsChanged),
        (old.quirks != new.quirks, Change::QuirksChanged),
    ];
    changes.extend(globals.into_iter().filter(|(differs, _)| *differs).map(|(_, change)| change));
    changes
}

fn processes(old: &[Process], new: &[Process], changes: &mut Vec<Change>) {
    let before: HashMap<_, _> = old.iter().map(|process| (&process.name, process)).collect();
    let after: HashMap<_, _> = new.iter().map(|process| (&process.name, process)).collect();
    let gone = old.iter().enumerate().filter(|(_, process)| !after.contains_key(&process.name));
    changes.extend(gone.map(|(old, _)| Change::ProcessRemoved { old }));
    for (new, process) in new.iter().enumerate() {
        match before.get(&process.name) {
            None => changes.push(Change::ProcessAdded { new }),
            Some(known) if *known != process => changes.push(Change::ProcessChanged { new }),
            Some(_) => {}
        }
    }
}

fn neighbors(old: &[Neighbor], new: &[Neighbor], changes: &mut Vec<Change>) {
    let former = pairs(old, new);
    let stays: HashSet<usize> = former.iter().flatten().copied().collect();
    changes.extend((0..old.len()).filter(|old| !stays.contains(old)).map(|old| Change::NeighborRemoved { old }));
    for (index, (neighbor, former)) in new.iter().zip(former).enumerate() {
        let Some((place, known)) = former.and_then(|place| Some((place, old.get(place)?))) else {
            changes.push(Change::NeighborAdded { new: index });
            continue;
        };
        let how = NeighborChange::between(known, neighbor);
        if !how.is_none() {
            changes.push(Change::NeighborChanged { old: place, new: index, how });
        }
    }
}

/// Has `new` hold the tables of routes of `old` where they are equal, so that they are there once.
pub fn share(old: &Config, new: &mut Config) {
    let former = pairs(&old.neighbors, &new.neighbors);
    for (neighbor, former) in new.neighbors.iter_mut().zip(former) {
        let former = former.and_then(|former| old.neighbors.get(former));
        if let Some(former) = former.filter(|former| former.routes == neighbor.routes) {
            neighbor.routes = former.routes.clone();
        }
    }
}

/// For each new neighbor the old one it was: that of its name and port, else one of its name whose port is gone.
fn pairs(old: &[Neighbor], new: &[Neighbor]) -> Vec<Option<usize>> {
    let ids: Vec<NeighborId> = new.iter().map(Neighbor::id).collect();
    let mut exact: HashMap<NeighborId, usize> =
        old.iter().enumerate().map(|(index, neighbor)| (neighbor.id(), index)).collect();
    let mut former: Vec<Option<usize>> = ids.iter().map(|id| exact.remove(id)).collect();
    let mut rest: Vec<(NeighborId, usize)> = exact.into_iter().collect();
    rest.sort_unstable_by_key(|(_, index)| *index);
    let mut left: HashMap<String, VecDeque<usize>> = HashMap::new();
    rest.into_iter().for_each(|(id, index)| left.entry(id.name).or_default().push_back(index));
    for (id, former) in ids.iter().zip(&mut former).filter(|(_, former)| former.is_none()) {
        *former = left.get_mut(&id.name).and_then(VecDeque::pop_front);
    }
    former
}

#[cfg(test)]
mod tests;
