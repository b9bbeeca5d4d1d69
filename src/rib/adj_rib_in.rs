//! What a peer announced (RFC 4271 section 3.2): the last state of each NLRI.
//!
//! A full table is mostly plain prefixes, which have tables of their own: sixteen octets for one of IPv4.

mod stale;

use std::{
    collections::BTreeMap,
    hash::Hash,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use hashbrown::HashMap;
use wire::{AnyNlri, Family, Key, NextHop, Route, Update, nlri::inet::Inet};

use crate::paths::{PathId, Paths};
use stale::{Mark, stale_for_long};

/// Routes received from one peer: in this session, and those kept from the one before it (see [`crate::Retention`]).
#[derive(Debug, Default)]
pub struct AdjRibIn {
    ipv4: Prefixes<Ipv4Addr>,
    ipv6: Prefixes<Ipv6Addr>,
    /// All that is no plain unicast prefix.
    others: HashMap<Key, (AnyNlri, Held)>,
    /// How many of these there are of each family.
    tally: BTreeMap<Family, usize>,
    paths: Paths,
    orders: u32,
    /// Families of which some routes are stale.
    stale: BTreeMap<Family, Mark>,
}

/// A route of the peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// What was announced; LLGR_STALE (RFC 9494) is added to a route that has been stale for long.
    pub route: Route,
    /// Announced before the peer restarted, or before it began to send its routes again, and not since.
    pub stale: bool,
}

/// Prefixes by network and length.
type Prefixes<A> = HashMap<(A, u8), Held>;

/// What is held for an NLRI.
#[derive(Debug, Clone, Copy)]
struct Held {
    path: PathId,
    /// When it came in. Beyond four thousand million routes all are the last.
    order: u32,
}

/// Where an NLRI is kept.
enum Place {
    Ipv4(Ipv4Addr, u8),
    Ipv6(Ipv6Addr, u8),
    Other,
}

impl Place {
    fn of(nlri: &AnyNlri) -> Self {
        match nlri {
            AnyNlri::Ipv4Unicast(prefix) | AnyNlri::Ipv6Unicast(prefix) if prefix.path.is_none() => {
                match prefix.network() {
                    IpAddr::V4(network) => Self::Ipv4(network, prefix.length),
                    IpAddr::V6(network) => Self::Ipv6(network, prefix.length),
                }
            }
            _ => Self::Other,
        }
    }
}

impl AdjRibIn {
    /// Takes in an UPDATE.
    pub fn learn(&mut self, update: &Update) {
        for nlri in &update.withdrawn {
            if let Some(held) = self.remove(nlri) {
                self.let_go(nlri.family(), held);
            }
        }
        for reach in &update.announced {
            let path = self.paths.take(reach.next_hop, &update.attributes);
            for nlri in &reach.nlris {
                self.orders = self.orders.saturating_add(1);
                self.paths.share(path);
                if let Some(before) = self.insert(nlri, Held { path, order: self.orders }) {
                    self.let_go(nlri.family(), before);
                }
            }
            self.paths.release(path);
        }
    }

    fn let_go(&mut self, family: Family, held: Held) {
        self.paths.release(held.path);
        if let Some(mark) = self.stale.get_mut(&family).filter(|mark| mark.is_on(&held)) {
            mark.left = mark.left.saturating_sub(1);
        }
    }

    fn insert(&mut self, nlri: &AnyNlri, held: Held) -> Option<Held> {
        match Place::of(nlri) {
            Place::Ipv4(network, length) => self.ipv4.insert((network, length), held),
            Place::Ipv6(network, length) => self.ipv6.insert((network, length), held),
            Place::Other => {
                let before = self.others.insert(nlri.key(), (nlri.clone(), held)).map(|(_, before)| before);
                *self.tally.entry(nlri.family()).or_default() += usize::from(before.is_none());
                before
            }
        }
    }

    fn remove(&mut self, nlri: &AnyNlri) -> Option<Held> {
        match Place::of(nlri) {
            Place::Ipv4(network, length) => self.ipv4.remove(&(network, length)),
            Place::Ipv6(network, length) => self.ipv6.remove(&(network, length)),
            Place::Other => {
                let (_, before) = self.others.remove(&nlri.key())?;
                self.tally.entry(nlri.family()).and_modify(|count| *count -= 1);
                Some(before)
            }
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The number of routes.
    pub fn len(&self) -> usize {
        self.ipv4.len() + self.ipv6.len() + self.others.len()
    }

    /// The number of routes of each family of which there is one that is not stale.
    pub fn fresh(&self) -> Vec<(Family, usize)> {
        let stale = |family| self.stale.get(&family).map_or(0, |mark| mark.left);
        let fresh = self.counts().into_iter().map(|(family, count)| (family, count.saturating_sub(stale(family))));
        fresh.filter(|(_, count)| *count > 0).collect()
    }

    /// The number of routes of each family of which there is one.
    pub fn counts(&self) -> Vec<(Family, usize)> {
        let mut counts = self.tally.clone();
        for (family, count) in [(Family::Ipv4Unicast, self.ipv4.len()), (Family::Ipv6Unicast, self.ipv6.len())] {
            *counts.entry(family).or_default() += count;
        }
        counts.into_iter().filter(|(_, count)| *count > 0).collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All routes, in the order in which they came.
    pub fn routes(&self) -> Vec<Received> {
        let mut received: Vec<(Held, AnyNlri)> =
            self.plain_ipv4().chain(self.plain_ipv6()).chain(self.other()).collect();
        received.sort_by_key(|(held, _)| held.order);
        received.into_iter().map(|(held, nlri)| self.route(held, nlri)).collect()
    }

    fn plain_ipv4(&self) -> impl Iterator<Item = (Held, AnyNlri)> {
        plain(&self.ipv4, AnyNlri::Ipv4Unicast)
    }

    fn plain_ipv6(&self) -> impl Iterator<Item = (Held, AnyNlri)> {
        plain(&self.ipv6, AnyNlri::Ipv6Unicast)
    }

    fn other(&self) -> impl Iterator<Item = (Held, AnyNlri)> {
        self.others.values().map(|(nlri, held)| (*held, nlri.clone()))
    }

    /// The routes of a family, in no order.
    fn entries(&self, family: Family) -> impl Iterator<Item = (Held, AnyNlri)> {
        let ipv4 = (family == Family::Ipv4Unicast).then(|| self.plain_ipv4());
        let ipv6 = (family == Family::Ipv6Unicast).then(|| self.plain_ipv6());
        let others = self.others.values().filter(move |(nlri, _)| nlri.family() == family);
        let others = others.map(|(nlri, held)| (*held, nlri.clone()));
        ipv4.into_iter().flatten().chain(ipv6.into_iter().flatten()).chain(others)
    }

    fn route(&self, held: Held, nlri: AnyNlri) -> Received {
        let (next_hop, mut attributes): (NextHop, _) = self.paths.get(held.path);
        let mark = self.stale.get(&nlri.family()).filter(|mark| mark.is_on(&held));
        if mark.is_some_and(|mark| mark.long) {
            attributes = stale_for_long(&attributes);
        }
        Received { route: Route { nlri, next_hop, attributes }, stale: mark.is_some() }
    }
}

fn plain<A: Copy + Eq + Hash + Into<IpAddr>>(
    table: &Prefixes<A>,
    nlri: fn(Inet) -> AnyNlri,
) -> impl Iterator<Item = (Held, AnyNlri)> {
    table.iter().map(move |((network, length), held)| (*held, nlri(Inet::new((*network).into(), *length))))
}

#[cfg(test)]
mod tests {
    use wire::{Intent, Reach, Words, route::parse_route};

    use super::*;

    fn update(announced: &[&str], withdrawn: &[&str]) -> Update {
        let route = |text: &&str| parse_route(&mut Words::new(text), Intent::Withdraw).unwrap().routes.remove(0);
        let announced = announced.iter().map(|text| {
            let route = route(text);
            Reach { family: route.nlri.family(), next_hop: route.next_hop, link_local: None, nlris: vec![route.nlri] }
        });
        let announced = announced.collect();
        Update { announced, withdrawn: withdrawn.iter().map(|text| route(text).nlri).collect(), ..Update::default() }
    }

    fn held(rib: &AdjRibIn) -> Vec<String> {
        rib.routes().iter().map(|received| received.route.to_string()).collect()
    }

    #[test]
    fn the_last_state_counts() {
        let mut rib = AdjRibIn::default();
        rib.learn(&update(&["10.0.0.0/8 next-hop 1.1.1.1", "11.0.0.0/8 next-hop 1.1.1.1"], &[]));
        rib.learn(&update(&["10.0.0.0/8 next-hop 2.2.2.2"], &["11.0.0.0/8", "12.0.0.0/8"]));
        assert_eq!(held(&rib), ["10.0.0.0/8 next-hop 2.2.2.2"]);
        assert_eq!(rib.paths.len(), 1);
        rib.clear();
        assert!(rib.is_empty() && rib.paths.len() == 0);
    }

    #[test]
    fn families_are_counted() {
        let mut rib = AdjRibIn::default();
        let mut flow = update(&["10.0.0.0/8 next-hop 1.1.1.1", "11.0.0.0/8 next-hop 1.1.1.1"], &[]);
        let words = "10.0.0.0/24 rd 1:1 label 5";
        let labelled = AnyNlri::parse(Family::Ipv4MplsVpn, &mut Words::new(words)).unwrap();
        for reach in &mut flow.announced {
            reach.nlris.extend([labelled.clone(), labelled.clone()]);
        }
        rib.learn(&flow);
        assert_eq!(rib.counts(), [(Family::Ipv4Unicast, 2), (Family::Ipv4MplsVpn, 1)]);
        rib.learn(&Update { withdrawn: vec![labelled.clone(), labelled], ..Update::default() });
        assert_eq!(rib.counts(), [(Family::Ipv4Unicast, 2)]);
    }

    #[test]
    fn what_differs_in_more_than_its_prefix_is_kept_apart() {
        let mut rib = AdjRibIn::default();
        let all = [
            "10.0.0.0/8 next-hop 1.1.1.1",
            "10.0.0.0/8 next-hop 1.1.1.1 path-information 0.0.0.7",
            "10.0.0.0/9 next-hop 1.1.1.1",
            "2001:db8::/32 next-hop 2001:db8::1",
            "10.0.0.0/8 next-hop 1.1.1.1 rd 1:1 label 5",
        ];
        rib.learn(&update(&all, &[]));
        assert_eq!((rib.len(), held(&rib).len()), (5, 5));
        rib.learn(&update(&[], &["10.0.0.0/8", "2001:db8::/32"]));
        assert_eq!(rib.len(), 3);
        assert!(held(&rib)[0].contains("path-information 0.0.0.7"), "{:?}", held(&rib));
    }
}
