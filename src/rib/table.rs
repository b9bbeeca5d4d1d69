//! Routes by identity, in slots with a number, in the order in which they came.

use wire::{AnyNlri, Attributes, Key, NextHop, Route};

use crate::names::{Names, Pages};

/// Names a slot for as long as it holds the same NLRI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When the NLRI came in: places sort by it.
    order: u64,
    slot: u32,
}

/// What is known of one NLRI.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) nlri: AnyNlri,
    /// The route as it should be at the peer; `None` when it should not.
    pub(crate) route: Option<(NextHop, Attributes)>,
    /// It comes from the configuration.
    pub(crate) configured: bool,
    /// The peer has been told of it in this session.
    pub(crate) told: bool,
    /// The ticket of the queued announcement, 0 for none.
    pub(crate) announce: u32,
    /// The ticket of the queued withdrawal, 0 for none.
    pub(crate) withdraw: u32,
    /// Next hop and attributes of the queued withdrawal, in families whose withdrawals have some.
    pub(crate) parting: Option<Box<(NextHop, Attributes)>>,
    order: u64,
    /// That of the NLRI among the names.
    number: u32,
}

impl Slot {
    /// The route, if it should be at the peer.
    pub(crate) fn route(&self) -> Option<Route> {
        let (next_hop, attributes) = self.route.clone()?;
        Some(Route { nlri: self.nlri.clone(), next_hop, attributes })
    }

    /// Whether nothing is left to remember.
    const fn is_spent(&self) -> bool {
        self.route.is_none() && self.announce == 0 && self.withdraw == 0
    }
}

/// All slots of one Adj-RIB-Out.
#[derive(Debug, Default)]
pub(crate) struct Table {
    slots: Vec<Option<Slot>>,
    free: Vec<u32>,
    /// Slots by the numbers of their NLRIs.
    index: Pages,
    names: Names,
    orders: u64,
}

impl Table {
    /// An empty one that shares its names with others.
    pub(crate) fn sharing(names: Names) -> Self {
        let mut table = Self::default();
        table.names = names;
        table
    }

    /// The slot of an NLRI, made if there is none.
    pub(crate) fn occupy(&mut self, nlri: &AnyNlri) -> Place {
        let mut register = self.names.lock();
        let name = register.name(nlri.key());
        if let Some(slot) = self.index.get(name.number) {
            let known = self.slots.get(slot as usize).and_then(Option::as_ref);
            return Place { slot, order: known.map_or(0, |slot| slot.order) };
        }
        name.holders += 1;
        self.orders += 1;
        let new = Slot {
            nlri: nlri.clone(),
            number: name.number,
            route: None,
            configured: false,
            told: false,
            announce: 0,
            withdraw: 0,
            parting: None,
            order: self.orders,
        };
        let slot = place(&mut self.slots, &mut self.free, new);
        self.index.set(name.number, Some(slot));
        Place { slot, order: self.orders }
    }

    /// What is known of an NLRI.
    pub(crate) fn find_mut(&mut self, nlri: &AnyNlri) -> Option<&mut Slot> {
        let number = self.names.lock().number(&nlri.key())?;
        self.slots.get_mut(self.index.get(number)? as usize)?.as_mut()
    }

    /// What is known of the NLRI of this identity.
    pub(crate) fn find(&self, key: &Key) -> Option<&Slot> {
        let number = self.names.lock().number(key)?;
        self.slots.get(self.index.get(number)? as usize)?.as_ref()
    }

    /// What is at a place, unless it has been given up.
    pub(crate) fn get(&self, place: Place) -> Option<&Slot> {
        self.slots.get(place.slot as usize)?.as_ref().filter(|slot| slot.order == place.order)
    }

    /// What is at a place, to change it.
    pub(crate) fn get_mut(&mut self, place: Place) -> Option<&mut Slot> {
        self.slots.get_mut(place.slot as usize)?.as_mut().filter(|slot| slot.order == place.order)
    }

    /// Gives the place up if nothing is left to remember.
    pub(crate) fn release(&mut self, place: Place) {
        if !self.get(place).is_some_and(Slot::is_spent) {
            return;
        }
        if let Some(slot) = self.slots.get_mut(place.slot as usize).and_then(Option::take) {
            self.index.set(slot.number, None);
            self.free.push(place.slot);
            self.names.lock().release(&slot.nlri.key());
        }
    }

    /// Places of all routes that should be at the peer, in the order in which they came.
    pub(crate) fn places(&self) -> Vec<Place> {
        let live = |(slot, entry): (usize, &Option<Slot>)| {
            let entry = entry.as_ref().filter(|entry| entry.route.is_some())?;
            Some(Place { order: entry.order, slot: u32::try_from(slot).ok()? })
        };
        let mut places: Vec<Place> = self.slots.iter().enumerate().filter_map(live).collect();
        places.sort_unstable();
        places
    }

    /// Every place in use.
    pub(crate) fn all(&self) -> Vec<Place> {
        let used = |(slot, entry): (usize, &Option<Slot>)| {
            Some(Place { order: entry.as_ref()?.order, slot: u32::try_from(slot).ok()? })
        };
        self.slots.iter().enumerate().filter_map(used).collect()
    }

    /// The number of NLRIs remembered.
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}

/// Others share the names: they are given back.
impl Drop for Table {
    fn drop(&mut self) {
        let mut register = self.names.lock();
        self.slots.iter().flatten().for_each(|slot| register.release(&slot.nlri.key()));
    }
}

fn place(slots: &mut Vec<Option<Slot>>, free: &mut Vec<u32>, new: Slot) -> u32 {
    let reused = free.pop().and_then(|slot| slots.get_mut(slot as usize).map(|entry| (slot, entry)));
    if let Some((slot, entry)) = reused {
        *entry = Some(new);
        return slot;
    }
    slots.push(Some(new));
    u32::try_from(slots.len() - 1).unwrap_or(u32::MAX)
}
