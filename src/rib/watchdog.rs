//! Groups of routes that are announced and withdrawn together.

use std::collections::{BTreeMap, HashMap};

use wire::{Key, Route, WatchdogTag};

/// All groups of a peer.
#[derive(Debug, Default)]
pub(crate) struct Watchdogs {
    groups: HashMap<String, Group>,
    /// The number of each member, in the order in which they came.
    orders: u64,
}

/// Members by number, and their numbers by NLRI.
#[derive(Debug, Default)]
struct Group {
    members: BTreeMap<u64, Member>,
    numbers: HashMap<Key, u64>,
}

#[derive(Debug)]
struct Member {
    route: Route,
    held: bool,
}

impl Group {
    fn remove(&mut self, key: &Key) {
        if let Some(number) = self.numbers.remove(key) {
            self.members.remove(&number);
        }
    }
}

impl Watchdogs {
    /// Puts a route into its group, in place of one with the same identity.
    pub(crate) fn add(&mut self, route: Route, tag: WatchdogTag) {
        self.orders += 1;
        let (key, number) = (route.nlri.key(), self.orders);
        let group = self.groups.entry(tag.name).or_default();
        group.remove(&key);
        group.numbers.insert(key, number);
        group.members.insert(number, Member { route, held: tag.held });
    }

    /// Takes a route out of every group.
    pub(crate) fn forget(&mut self, key: &Key) {
        self.groups.values_mut().for_each(|group| group.remove(key));
        self.groups.retain(|_, group| !group.members.is_empty());
    }

    /// Whether a route is held back by a group; `None` when it is no member.
    pub(crate) fn is_held(&self, name: &str, key: &Key) -> Option<bool> {
        let group = self.groups.get(name)?;
        group.members.get(group.numbers.get(key)?).map(|member| member.held)
    }

    /// Routes of a group that change side: those held when it is announced, the others when it is withdrawn.
    pub(crate) fn turn(&mut self, name: &str, announce: bool) -> Vec<Route> {
        let Some(group) = self.groups.get_mut(name) else { return Vec::new() };
        let turned = group.members.values_mut().filter(|member| member.held == announce);
        turned
            .map(|member| {
                member.held = !announce;
                member.route.clone()
            })
            .collect()
    }
}
