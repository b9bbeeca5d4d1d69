//! Groups of routes that are announced and withdrawn together.

use std::collections::HashMap;

use wire::{Key, Route, WatchdogTag};

/// All groups of a peer.
#[derive(Debug, Default)]
pub(crate) struct Watchdogs(HashMap<String, Vec<Member>>);

#[derive(Debug)]
struct Member {
    key: Key,
    route: Route,
    held: bool,
}

impl Watchdogs {
    /// Puts a route into its group, in place of one with the same identity.
    pub(crate) fn add(&mut self, route: Route, tag: WatchdogTag) {
        let key = route.nlri.key();
        let group = self.0.entry(tag.name).or_default();
        group.retain(|member| member.key != key);
        group.push(Member { key, route, held: tag.held });
    }

    /// Takes a route out of every group.
    pub(crate) fn forget(&mut self, key: &Key) {
        self.0.values_mut().for_each(|group| group.retain(|member| member.key != *key));
        self.0.retain(|_, group| !group.is_empty());
    }

    /// Routes of a group that change side: those held when it is announced, the others when it is withdrawn.
    pub(crate) fn turn(&mut self, name: &str, announce: bool) -> Vec<Route> {
        let group = self.0.get_mut(name).map(Vec::as_mut_slice).unwrap_or_default();
        let turned = group.iter_mut().filter(|member| member.held == announce);
        turned
            .map(|member| {
                member.held = !announce;
                member.route.clone()
            })
            .collect()
    }
}
