//! Routes of a configuration, and what a new configuration changes about them.

use std::sync::Arc;

use hashbrown::HashMap;
use wire::{Key, Route, WatchdogTag};

/// A route of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticRoute {
    /// The route.
    pub route: Route,
    /// The watchdog group it belongs to.
    pub watchdog: Option<Arc<WatchdogTag>>,
}

/// The routes of a configuration for one neighbor: there once, whoever holds them.
pub type StaticRoutes = Arc<Vec<StaticRoute>>;

/// A route that is new or other than it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fresh<'a> {
    /// As it shall be.
    pub now: &'a StaticRoute,
    /// As it was, if there was one with that NLRI.
    pub before: Option<&'a StaticRoute>,
}

/// What leads from the routes of one configuration to those of another. Of several definitions of one NLRI the last one
/// counts. Worked out where it keeps nobody waiting: a full table takes a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticChange {
    from: StaticRoutes,
    to: StaticRoutes,
    /// Indices in `to` and in `from`.
    fresh: Vec<(usize, Option<usize>)>,
    /// Indices in `from`.
    gone: Vec<usize>,
}

impl StaticChange {
    /// What leads from `from` to `to`.
    pub fn between(from: StaticRoutes, to: StaticRoutes) -> Self {
        let (mut fresh, mut gone) = (Vec::new(), Vec::new());
        if !Arc::ptr_eq(&from, &to) {
            let (before, after) = (last_definitions(&from), last_definitions(&to));
            for (index, now) in to.iter().enumerate() {
                let key = now.route.nlri.key();
                let former = before.get(&key).copied();
                if after.get(&key) == Some(&index) && former.and_then(|former| from.get(former)) != Some(now) {
                    fresh.push((index, former));
                }
            }
            for (index, entry) in from.iter().enumerate() {
                let key = entry.route.nlri.key();
                if before.get(&key) == Some(&index) && !after.contains_key(&key) {
                    gone.push(index);
                }
            }
        }
        Self { from, to, fresh, gone }
    }

    /// The routes it starts from.
    pub const fn from(&self) -> &StaticRoutes {
        &self.from
    }

    /// The routes it leads to.
    pub const fn to(&self) -> &StaticRoutes {
        &self.to
    }

    /// Those to be announced, in the order of the new configuration.
    pub fn fresh(&self) -> impl Iterator<Item = Fresh<'_>> {
        let fresh = |(now, before): &(usize, Option<usize>)| {
            Some(Fresh { now: self.to.get(*now)?, before: before.and_then(|before| self.from.get(before)) })
        };
        self.fresh.iter().filter_map(fresh)
    }

    /// Those that only the old configuration had, in its order.
    pub fn gone(&self) -> impl Iterator<Item = &Route> {
        self.gone.iter().filter_map(|index| self.from.get(*index)).map(|entry| &entry.route)
    }
}

/// The index of the last definition of each NLRI.
fn last_definitions(routes: &[StaticRoute]) -> HashMap<Key, usize> {
    routes.iter().enumerate().map(|(index, entry)| (entry.route.nlri.key(), index)).collect()
}

#[cfg(test)]
mod tests {
    use wire::{Intent, Words, route::parse_route};

    use super::*;

    fn routes(texts: &[&str]) -> StaticRoutes {
        let route = |text: &&str| parse_route(&mut Words::new(text), Intent::Announce).unwrap().routes.remove(0);
        Arc::new(texts.iter().map(|text| StaticRoute { route: route(text), watchdog: None }).collect())
    }

    fn told(old: &[&str], new: &[&str]) -> (Vec<String>, Vec<String>) {
        let change = StaticChange::between(routes(old), routes(new));
        let fresh = change.fresh().map(|fresh| fresh.now.route.to_string()).collect();
        (fresh, change.gone().map(|route| route.nlri.to_string()).collect())
    }

    const A: &str = "10.0.0.0/24 next-hop 1.1.1.1";
    const OTHER_A: &str = "10.0.0.0/24 next-hop 1.1.1.2";
    const B: &str = "10.0.1.0/24 next-hop 1.1.1.1";

    #[test]
    fn what_is_equal_is_left_alone() {
        assert_eq!(told(&[A, B], &[B, A]), (vec![], vec![]));
        assert_eq!(told(&[A, B], &[OTHER_A]), (vec![OTHER_A.to_owned()], vec!["10.0.1.0/24".to_owned()]));
        assert_eq!(told(&[], &[A, B]).0, [A, B]);
        assert_eq!(told(&[A], &[]).1, ["10.0.0.0/24"]);
    }

    #[test]
    fn the_last_definition_counts() {
        assert_eq!(told(&[A, OTHER_A], &[A, OTHER_A]), (vec![], vec![]));
        assert_eq!(told(&[A, OTHER_A], &[OTHER_A, A]).0, [A]);
        assert_eq!(told(&[A, B, OTHER_A], &[A, B]).0, [A]);
        assert_eq!(told(&[B, A, OTHER_A], &[B]).1, ["10.0.0.0/24"]);
    }
}
