//! Pending work as one pass over it will be sent: withdrawals first, then announcements bucket by bucket.
//!
//! A pass that has begun takes nothing more in; what comes meanwhile waits in the next one. An entry is a ticket:
//! it counts only while its slot still holds the same ticket, so a newer state of an NLRI makes the older one void
//! without a search.

use std::collections::{BTreeMap, VecDeque};

use hashbrown::HashMap;
use wire::{Attributes, Family, NextHop};

use crate::Place;

/// A place in a queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) place: Place,
    pub(crate) ticket: u32,
}

/// Announcements with the same attributes and next hop, by family in the order of their first one.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    pub(crate) families: VecDeque<(Family, VecDeque<Entry>)>,
    /// The family in front is in the order in which it is to be sent.
    pub(crate) sorted: bool,
}

/// A family to be sent once more.
#[derive(Debug)]
pub(crate) struct Resend {
    pub(crate) family: Family,
    /// The marker at its beginning has been sent.
    pub(crate) begun: bool,
    pub(crate) places: VecDeque<Place>,
}

/// One pass.
#[derive(Debug, Default)]
pub(crate) struct Pass {
    pub(crate) refresh: VecDeque<Resend>,
    pub(crate) withdrawals: BTreeMap<Family, VecDeque<Entry>>,
    pub(crate) buckets: VecDeque<Bucket>,
    numbers: HashMap<(Attributes, NextHop), usize>,
    entries: usize,
}

impl Pass {
    pub(crate) fn withdraw(&mut self, family: Family, entry: Entry) {
        self.withdrawals.entry(family).or_default().push_back(entry);
        self.entries += 1;
    }

    pub(crate) fn announce(&mut self, group: (Attributes, NextHop), family: Family, entry: Entry) {
        let buckets = &mut self.buckets;
        let number = *self.numbers.entry(group).or_insert_with(|| {
            buckets.push_back(Bucket::default());
            buckets.len() - 1
        });
        self.entries += 1;
        let Some(bucket) = buckets.get_mut(number) else { return };
        match bucket.families.iter_mut().find(|(of, _)| *of == family) {
            Some((_, queue)) => queue.push_back(entry),
            None => bucket.families.push_back((family, VecDeque::from([entry]))),
        }
    }

    /// No more is taken in: buckets may now be emptied from the front.
    pub(crate) fn close(&mut self) {
        self.numbers = HashMap::new();
    }

    /// The number of entries taken in, void ones included.
    pub(crate) const fn entries(&self) -> usize {
        self.entries
    }

    /// Drops void entries, so that churn of a few NLRIs cannot grow the queues.
    pub(crate) fn compact(&mut self, withdrawn: impl Fn(&Entry) -> bool, announced: impl Fn(&Entry) -> bool) {
        for queue in self.withdrawals.values_mut() {
            queue.retain(&withdrawn);
        }
        let mut kept = vec![false; self.buckets.len()];
        for (bucket, kept) in self.buckets.iter_mut().zip(&mut kept) {
            bucket.families.iter_mut().for_each(|(_, queue)| queue.retain(&announced));
            bucket.families.retain(|(_, queue)| !queue.is_empty());
            *kept = !bucket.families.is_empty();
        }
        self.renumber(&kept);
        let announcements = self.buckets.iter().flat_map(|bucket| &bucket.families).map(|(_, queue)| queue.len());
        self.entries = announcements.sum::<usize>() + self.withdrawals.values().map(VecDeque::len).sum::<usize>();
    }

    fn renumber(&mut self, kept: &[bool]) {
        let mut moved = 0..;
        let numbers: Vec<Option<usize>> = kept.iter().map(|kept| if *kept { moved.next() } else { None }).collect();
        let new = |number: &usize| numbers.get(*number).copied().flatten();
        self.numbers.retain(|_, number| match new(number) {
            Some(moved) => {
                *number = moved;
                true
            }
            None => false,
        });
        self.buckets.retain(|bucket| !bucket.families.is_empty());
    }
}
