//! Routes that make a Peer panic whenever it packs them: which they are is found out by what the panics have in common.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use wire::Key;

/// So many panics of the same route at the same place are no accident.
const PROOF: u32 = 3;
/// Routes under suspicion; beyond that the search begins anew.
const SUSPECTS: usize = 256;

/// The poisonous routes of a neighbor, and those that may be.
#[derive(Debug, Default)]
pub(crate) struct Poison {
    /// Panics by route and place.
    suspects: HashMap<(Key, String), u32>,
    /// What to tell people of a route that is withheld: its words, and the panic.
    withheld: BTreeMap<Key, (String, String)>,
}

impl Poison {
    /// Packing this route has panicked at this place; whether the route is withheld from now on.
    pub(crate) fn suspect(&mut self, key: Key, route: String, place: String) -> bool {
        if self.suspects.len() >= SUSPECTS {
            self.suspects.clear();
        }
        let seen = self.suspects.entry((key.clone(), place.clone())).or_default();
        *seen += 1;
        if *seen < PROOF {
            return false;
        }
        self.suspects.retain(|(suspect, _), _| *suspect != key);
        self.withheld.insert(key, (route, place)).is_none()
    }

    /// The routes that are withheld.
    pub(crate) fn keys(&self) -> Arc<HashSet<Key>> {
        Arc::new(self.withheld.keys().cloned().collect())
    }

    /// The same for people: the route, and where packing it has panicked.
    pub(crate) fn withheld(&self) -> impl Iterator<Item = (&str, &str)> {
        self.withheld.values().map(|(route, place)| (route.as_str(), place.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(octet: u8) -> Key {
        Key::from_octets(&[octet])
    }

    fn suspect(poison: &mut Poison, octet: u8, place: &str) -> bool {
        poison.suspect(key(octet), format!("route {octet}"), place.to_owned())
    }

    #[test]
    fn the_third_panic_of_a_route_at_a_place_is_proof() {
        let mut poison = Poison::default();
        assert!(!suspect(&mut poison, 1, "a.rs:1") && !suspect(&mut poison, 1, "a.rs:1"));
        assert!(!suspect(&mut poison, 2, "a.rs:1"), "another route");
        assert!(!suspect(&mut poison, 1, "b.rs:1"), "another place");
        assert!(poison.keys().is_empty());
        assert!(suspect(&mut poison, 1, "a.rs:1"));
        assert_eq!(*poison.keys(), HashSet::from([key(1)]));
        assert_eq!(poison.withheld().collect::<Vec<_>>(), [("route 1", "a.rs:1")]);
    }

    #[test]
    fn suspicion_takes_no_memory_without_bound() {
        let mut poison = Poison::default();
        for octet in 0..=u8::MAX {
            for place in ["a.rs:1", "a.rs:2", "a.rs:3"] {
                suspect(&mut poison, octet, place);
            }
        }
        assert!(poison.suspects.len() <= SUSPECTS);
    }
}
