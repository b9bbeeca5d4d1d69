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
#[derive(Debug, PartialEq, Eq)]
pub struct Fresh<'a> {
    /// As it shall be.
    pub now: &'a StaticRoute,
    /// As it was, if there was one with that NLRI.
    pub before: Option<&'a StaticRoute>,
}

/// The difference between the routes of two configurations. Of several definitions of one NLRI the last one counts.
#[derive(Debug, Default)]
pub struct Difference<'a> {
    /// Those to be announced, in the order of the new configuration.
    pub fresh: Vec<Fresh<'a>>,
    /// Those that only the old configuration had, in its order.
    pub gone: Vec<&'a Route>,
}

impl<'a> Difference<'a> {
    /// What leads from `old` to `new`.
    pub fn between(old: &'a [StaticRoute], new: &'a [StaticRoute]) -> Self {
        if old.is_empty() {
            // Each definition takes the place of the one before: there is nothing to look up.
            let fresh = new.iter().map(|now| Fresh { now, before: None }).collect();
            return Self { fresh, gone: Vec::new() };
        }
        let (before, after) = (last_definitions(old), last_definitions(new));
        let mut difference = Self::default();
        for (index, now) in new.iter().enumerate() {
            let key = now.route.nlri.key();
            let former = before.get(&key).and_then(|index| old.get(*index));
            if after.get(&key) == Some(&index) && former != Some(now) {
                difference.fresh.push(Fresh { now, before: former });
            }
        }
        for (index, entry) in old.iter().enumerate() {
            let key = entry.route.nlri.key();
            if before.get(&key) == Some(&index) && !after.contains_key(&key) {
                difference.gone.push(&entry.route);
            }
        }
        difference
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

    fn routes(texts: &[&str]) -> Vec<StaticRoute> {
        let route = |text: &&str| parse_route(&mut Words::new(text), Intent::Announce).unwrap().routes.remove(0);
        texts.iter().map(|text| StaticRoute { route: route(text), watchdog: None }).collect()
    }

    fn told(old: &[&str], new: &[&str]) -> (Vec<String>, Vec<String>) {
        let (old, new) = (routes(old), routes(new));
        let difference = Difference::between(&old, &new);
        let fresh = difference.fresh.iter().map(|fresh| fresh.now.route.to_string()).collect();
        (fresh, difference.gone.iter().map(|route| route.nlri.to_string()).collect())
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
