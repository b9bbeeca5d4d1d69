//! What a peer announced (RFC 4271 section 3.2): the last state of each NLRI.

use hashbrown::HashMap;
use wire::{Attributes, Key, NextHop, Route, Update};

use crate::interner::Interner;

/// Routes received from one peer in this session.
#[derive(Debug, Default)]
pub struct AdjRibIn {
    routes: HashMap<Key, Received>,
    interner: Interner,
    orders: u64,
}

#[derive(Debug)]
struct Received {
    nlri: wire::AnyNlri,
    next_hop: NextHop,
    attributes: Attributes,
    order: u64,
}

impl AdjRibIn {
    /// Takes in an UPDATE.
    pub fn learn(&mut self, update: &Update) {
        for nlri in &update.withdrawn {
            self.routes.remove(&nlri.key());
        }
        let attributes = self.interner.intern(update.attributes.clone());
        for reach in &update.announced {
            for nlri in &reach.nlris {
                self.orders += 1;
                let (next_hop, attributes, order) = (reach.next_hop, attributes.clone(), self.orders);
                self.routes.insert(nlri.key(), Received { nlri: nlri.clone(), next_hop, attributes, order });
            }
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.routes = HashMap::new();
    }

    /// The number of routes.
    pub fn len(&self) -> usize {
        self.routes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }

    /// All routes, in the order in which they came.
    pub fn routes(&self) -> Vec<Route> {
        let mut received: Vec<&Received> = self.routes.values().collect();
        received.sort_unstable_by_key(|received| received.order);
        received.into_iter().map(Received::route).collect()
    }
}

impl Received {
    fn route(&self) -> Route {
        Route { nlri: self.nlri.clone(), next_hop: self.next_hop, attributes: self.attributes.clone() }
    }
}

#[cfg(test)]
mod tests {
    use wire::{Intent, Reach, Words, route::parse_route};

    use super::*;

    fn update(announced: &[&str], withdrawn: &[&str]) -> Update {
        let route = |text: &&str| parse_route(&mut Words::new(text), Intent::Withdraw).unwrap().routes.remove(0);
        let announced = announced.iter().map(|text| {
            let route = route(text);
            Reach { family: route.nlri.family(), next_hop: route.next_hop, nlris: vec![route.nlri] }
        });
        let announced = announced.collect();
        Update { announced, withdrawn: withdrawn.iter().map(|text| route(text).nlri).collect(), ..Update::default() }
    }

    #[test]
    fn the_last_state_counts() {
        let mut rib = AdjRibIn::default();
        rib.learn(&update(&["10.0.0.0/8 next-hop 1.1.1.1", "11.0.0.0/8 next-hop 1.1.1.1"], &[]));
        rib.learn(&update(&["10.0.0.0/8 next-hop 2.2.2.2"], &["11.0.0.0/8", "12.0.0.0/8"]));
        assert_eq!(rib.routes().iter().map(Route::to_string).collect::<Vec<_>>(), ["10.0.0.0/8 next-hop 2.2.2.2"]);
        rib.clear();
        assert!(rib.is_empty());
    }
}
