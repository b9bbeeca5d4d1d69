//! Who is behind a route, for those whose routes do not outlive them, and until when a route was asked for.
//!
//! Nothing is kept of helpers whose routes stay, which is the usual case: then there is nothing to look up either.

use std::time::Instant;

use hashbrown::HashMap;
use wire::{AnyNlri, Key};

use crate::Op;

/// What is known of a route beside the tables.
#[derive(Debug)]
struct Owned {
    nlri: AnyNlri,
    /// One life of a helper; none when its routes stay.
    owner: Option<u64>,
    /// When it is withdrawn unless it is announced again.
    until: Option<Instant>,
}

/// The routes that somebody is responsible for.
#[derive(Debug, Default)]
pub struct Owners {
    routes: HashMap<Key, Owned>,
    /// No lease ends before.
    soonest: Option<Instant>,
}

impl Owners {
    /// Notes an operation that was asked for by `owner`, if the routes of that one are looked after.
    pub fn note(&mut self, op: &Op, owner: Option<u64>, now: Instant) {
        match op {
            Op::Leased(route, time) => self.keep(&route.nlri, owner, now.checked_add(*time)),
            Op::Announce(route) | Op::Tagged(route, _) if owner.is_some() => self.keep(&route.nlri, owner, None),
            _ if self.routes.is_empty() => {}
            Op::Announce(route) | Op::Tagged(route, _) => drop(self.routes.remove(&route.nlri.key())),
            Op::Withdraw(withdrawal) => drop(self.routes.remove(&withdrawal.nlri.key())),
            Op::Clear => self.routes.clear(),
            _ => {}
        }
    }

    fn keep(&mut self, nlri: &AnyNlri, owner: Option<u64>, until: Option<Instant>) {
        self.soonest = self.soonest.into_iter().chain(until).min();
        self.routes.insert(nlri.key(), Owned { nlri: nlri.clone(), owner, until });
    }

    /// Forgets the routes of `owner`, and says which they are.
    pub fn take(&mut self, owner: u64) -> Vec<AnyNlri> {
        self.extract(|owned| owned.owner == Some(owner))
    }

    /// Has another one be responsible for the routes of `owner`; without one they stay.
    pub fn hand_over(&mut self, owner: u64, to: Option<u64>) {
        for owned in self.routes.values_mut().filter(|owned| owned.owner == Some(owner)) {
            owned.owner = to;
        }
        self.routes.retain(|_, owned| owned.owner.is_some() || owned.until.is_some());
    }

    /// Forgets the routes whose lease is over, and says which they are.
    pub fn due(&mut self, now: Instant) -> Vec<AnyNlri> {
        if self.soonest.is_none_or(|soonest| soonest > now) {
            return Vec::new();
        }
        let due = self.extract(|owned| owned.until.is_some_and(|until| until <= now));
        self.soonest = self.routes.values().filter_map(|owned| owned.until).min();
        due
    }

    fn extract(&mut self, which: impl Fn(&Owned) -> bool) -> Vec<AnyNlri> {
        self.routes.extract_if(|_, owned| which(owned)).map(|(_, owned)| owned.nlri).collect()
    }

    /// When to look for leases that are over; there may be none then.
    pub const fn next(&self) -> Option<Instant> {
        self.soonest
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use wire::{Intent, Route, Words};

    use super::*;

    fn route(prefix: &str) -> Route {
        let text = format!("{prefix} next-hop 192.0.2.1");
        wire::route::parse_route(&mut Words::new(&text), Intent::Announce).unwrap().routes.remove(0)
    }

    fn told(nlris: Vec<AnyNlri>) -> Vec<String> {
        let mut told: Vec<String> = nlris.iter().map(ToString::to_string).collect();
        told.sort();
        told
    }

    #[test]
    fn the_last_to_announce_is_responsible() {
        let (mut owners, now) = (Owners::default(), Instant::now());
        for (prefix, owner) in [
            ("10.0.0.0/24", Some(1)),
            ("10.0.1.0/24", Some(1)),
            ("10.0.2.0/24", Some(1)),
            ("10.0.1.0/24", Some(2)),
            ("10.0.2.0/24", None),
        ] {
            owners.note(&Op::Announce(route(prefix)), owner, now);
        }
        assert_eq!(told(owners.take(1)), ["10.0.0.0/24"]);
        owners.hand_over(2, Some(3));
        assert!(owners.take(2).is_empty());
        assert_eq!(told(owners.take(3)), ["10.0.1.0/24"]);
    }

    #[test]
    fn a_lease_ends_unless_it_is_renewed() {
        let (mut owners, now) = (Owners::default(), Instant::now());
        let after = |seconds| now + Duration::from_secs(seconds);
        let lease = |prefix| Op::Leased(route(prefix), Duration::from_secs(30));
        owners.note(&lease("10.0.0.0/24"), None, now);
        owners.note(&lease("10.0.1.0/24"), None, now);
        owners.note(&lease("10.0.2.0/24"), None, now);
        owners.note(&lease("10.0.1.0/24"), None, after(20));
        owners.note(&Op::Announce(route("10.0.2.0/24")), None, after(20));
        assert!(owners.due(after(29)).is_empty());
        assert_eq!(owners.next(), Some(after(30)));
        assert_eq!(told(owners.due(after(30))), ["10.0.0.0/24"]);
        assert_eq!(owners.next(), Some(after(50)));
        assert_eq!(told(owners.due(after(60))), ["10.0.1.0/24"]);
        assert_eq!(owners.next(), None);
    }
}
