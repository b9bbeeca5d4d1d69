//! What has to change to get from one configuration to another. Pure, so that a reload is tested without a daemon.

use std::{collections::HashMap, hash::Hash};

use crate::{
    model::{Config, Process},
    neighbor::Neighbor,
};

/// Whether any of the fields named differs.
macro_rules! differ {
    ($old:ident, $new:ident: $($field:ident)*) => { $($old.$field != $new.$field)||* };
}

/// One thing to carry out. An index counts in the new configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A neighbor that was not there.
    Added(usize),
    /// A neighbor that is gone, by name.
    Removed(String),
    /// The session has to be established anew.
    SessionChanged {
        /// Name of the neighbor.
        name: String,
        /// Its index.
        index: usize,
    },
    /// Other configured routes or OPERATIONAL messages; the session stays.
    RoutesChanged {
        /// Name of the neighbor.
        name: String,
        /// Its index.
        index: usize,
    },
    /// Other helpers, or they are told other things; the session stays.
    ApiChanged {
        /// Name of the neighbor.
        name: String,
        /// Its index.
        index: usize,
    },
    /// What has no effect on a session that is up: the description, who sends End-of-RIB.
    SettingsChanged {
        /// Name of the neighbor.
        name: String,
        /// Its index.
        index: usize,
    },
    /// A process that was not there.
    ProcessAdded(usize),
    /// A process that is gone, by name.
    ProcessRemoved(String),
    /// A process that is defined differently.
    ProcessChanged(usize),
    /// The numbers of supervision.
    RestartChanged,
    /// Whether faults may be injected.
    FaultsChanged,
    /// What signals do.
    SignalsChanged,
    /// Where the reference's bytes are wanted.
    QuirksChanged,
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
    let (before, after) = (keyed(old, |process| &process.name), keyed(new, |process| &process.name));
    let gone = old.iter().filter(|process| !after.contains_key(&process.name));
    changes.extend(gone.map(|process| Change::ProcessRemoved(process.name.clone())));
    for (index, process) in new.iter().enumerate() {
        match before.get(&process.name) {
            None => changes.push(Change::ProcessAdded(index)),
            Some(known) if *known != process => changes.push(Change::ProcessChanged(index)),
            Some(_) => {}
        }
    }
}

fn neighbors(old: &[Neighbor], new: &[Neighbor], changes: &mut Vec<Change>) {
    let (was, is) = (identities(old), identities(new));
    let before: HashMap<_, _> = was.iter().zip(old).collect();
    let after: HashMap<_, _> = is.iter().zip(new).collect();
    let gone = was.iter().filter(|identity| !after.contains_key(identity));
    changes.extend(gone.map(|(name, _)| Change::Removed(name.clone())));
    for (index, (identity, neighbor)) in is.iter().zip(new).enumerate() {
        match before.get(identity) {
            None => changes.push(Change::Added(index)),
            Some(known) => neighbor_changes(known, neighbor, (&identity.0, index), changes),
        }
    }
}

fn neighbor_changes(old: &Neighbor, new: &Neighbor, (name, index): (&str, usize), changes: &mut Vec<Change>) {
    let name = || name.to_owned();
    if session_differs(old, new) {
        changes.push(Change::SessionChanged { name: name(), index });
    }
    if differ!(old, new: routes bare operational) {
        changes.push(Change::RoutesChanged { name: name(), index });
    }
    if old.apis != new.apis {
        changes.push(Change::ApiChanged { name: name(), index });
    }
    if (&old.description, old.manual_eor) != (&new.description, new.manual_eor) {
        changes.push(Change::SettingsChanged { name: name(), index });
    }
}

/// ExaBGP's list of what resets a session, and the interface, the link-local address and TCP-AO, which it forgot.
fn session_differs(old: &Neighbor, new: &Neighbor) -> bool {
    differ!(old, new: peer_address peer_mask local_address local_link_local local_as peer_as router_id)
        || differ!(old, new: host_name domain_name hold_time rate_limit passive listen connect)
        || differ!(old, new: source_interface outgoing_ttl incoming_ttl md5 md5_ip tcp_ao)
        || differ!(old, new: group_updates auto_flush adj_rib_in adj_rib_out capability families)
        || differ!(old, new: add_paths next_hops)
}

/// The name of each neighbor, and how many of that name came before: two that differ in `listen` share theirs.
fn identities(neighbors: &[Neighbor]) -> Vec<(String, usize)> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let identity = |neighbor: &Neighbor| {
        let name = neighbor.name();
        let count = counts.entry(name.clone()).or_default();
        *count += 1;
        (name, *count)
    };
    neighbors.iter().map(identity).collect()
}

fn keyed<T, K: Eq + Hash>(items: &[T], key: impl Fn(&T) -> &K) -> HashMap<&K, &T> {
    items.iter().map(|item| (key(item), item)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Env, Origin, load_str};

    fn config(body: &str) -> Config {
        let processes = "process p { run /bin/cat; } process q { run /bin/cat; encoder json; }";
        let text =
            format!("{processes}\nneighbor 10.0.0.1 {{ local-address 10.0.0.2; local-as 1; peer-as 2;\n{body}\n}}");
        load_str(&text, &Origin::named("test.conf"), &Env::default()).unwrap()
    }

    fn named(name: String, change: impl Fn(String, usize) -> Change) -> Vec<Change> {
        vec![change(name, 0)]
    }

    #[test]
    fn equal_configurations_need_nothing() {
        let body = "static { route 1.0.0.0/8 next-hop 1.1.1.1; }";
        assert_eq!(diff(&config(body), &config(body)), []);
    }

    #[test]
    fn each_kind_of_change_is_told_apart() {
        let base = config("");
        let name = || base.neighbors[0].name();
        let changes = |body: &str| diff(&base, &config(body));
        let session = |name, index| Change::SessionChanged { name, index };
        const AO: &str = "tcp-ao { keyid 1; algorithm hmac-sha-256; password a; }";
        for body in
            ["hold-time 30;", "capability { route-refresh; }", "family { ipv4 unicast; }", "md5-password a;", AO]
        {
            assert_eq!(changes(body), named(name(), session), "{body}");
        }
        let routes = changes("static { route 1.0.0.0/8 next-hop 1.1.1.1; }");
        assert_eq!(routes, named(name(), |name, index| Change::RoutesChanged { name, index }));
        let apis = changes("api { processes [ p ]; }");
        assert_eq!(apis, named(name(), |name, index| Change::ApiChanged { name, index }));
        let settings = changes("description new; manual-eor true;");
        assert_eq!(settings, named(name(), |name, index| Change::SettingsChanged { name, index }));
    }

    #[test]
    fn another_name_is_another_neighbor() {
        let (old, new) = (config(""), config("router-id 9.9.9.9;"));
        assert_eq!(diff(&old, &new), [Change::Removed(old.neighbors[0].name()), Change::Added(0)]);
    }

    #[test]
    fn processes_come_go_and_change() {
        let old = config("");
        let mut new = old.clone();
        new.processes[0].respawn = false;
        new.processes[1].name = "r".to_owned();
        let expected = [Change::ProcessRemoved("q".to_owned()), Change::ProcessChanged(0), Change::ProcessAdded(1)];
        assert_eq!(diff(&old, &new), expected);
    }

    #[test]
    fn the_rest_is_told_too() {
        let old = config("");
        let mut new = Config { faults: true, ..old.clone() };
        new.restart.peer.intensity = 9;
        assert_eq!(diff(&old, &new), [Change::RestartChanged, Change::FaultsChanged]);
    }

    #[test]
    fn neighbors_that_share_a_name_are_kept_apart() {
        let mut old = config("listen 1790;");
        old.neighbors.push(Neighbor { listen: 1791, ..old.neighbors[0].clone() });
        let mut new = old.clone();
        new.neighbors[1].hold_time = 9;
        let name = old.neighbors[1].name();
        assert_eq!(diff(&old, &new), [Change::SessionChanged { name, index: 1 }]);
    }
}
