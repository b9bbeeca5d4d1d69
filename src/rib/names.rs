//! Numbers for NLRIs, shared by the tables of many neighbors.
//!
//! What is announced to a hundred neighbors is looked up in a hundred tables. With a number for it that all of them
//! share, it is looked up by its octets in one place, which the processor has at hand after the first time, and in each
//! table by its number: numbers of routes that came together are neighbors, and so are their places.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;
use wire::Key;

/// The numbers of all NLRIs that some table of a group holds. Tables on one thread share one.
#[derive(Debug, Clone, Default)]
pub struct Names(Arc<Mutex<Register>>);

impl Names {
    /// For a moment.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Register> {
        // Whoever panicked here left at most a name without a holder.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who is called what.
#[derive(Debug, Default)]
pub(crate) struct Register {
    known: HashMap<Key, Name>,
    free: Vec<u32>,
    numbers: u32,
}

/// A number, and how many tables hold it.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) number: u32,
    pub(crate) holders: u32,
}

impl Register {
    /// The name of an NLRI. Who begins to hold it adds itself to its holders.
    pub(crate) fn name(&mut self, key: Key) -> &mut Name {
        let (free, numbers) = (&mut self.free, &mut self.numbers);
        self.known.entry(key).or_insert_with(|| {
            let number = free.pop().unwrap_or_else(|| {
                *numbers += 1;
                *numbers - 1
            });
            Name { number, holders: 0 }
        })
    }

    /// The number of an NLRI, if some table holds it.
    pub(crate) fn number(&self, key: &Key) -> Option<u32> {
        self.known.get(key).map(|name| name.number)
    }

    /// A table holds it no more.
    pub(crate) fn release(&mut self, key: &Key) {
        let Some(name) = self.known.get_mut(key) else { return };
        name.holders = name.holders.saturating_sub(1);
        if name.holders == 0 {
            self.free.push(name.number);
            self.known.remove(key);
        }
    }
}

/// What belongs to each number in one table, in pages, for a table may hold few of many.
#[derive(Debug, Default)]
pub(crate) struct Pages(Vec<Option<Box<Page>>>);

/// One more than what is kept; 0 is nothing.
type Page = [u32; PAGE];

impl Pages {
    pub(crate) fn get(&self, number: u32) -> Option<u32> {
        let (page, line) = place(number);
        self.0.get(page)?.as_ref()?.get(line)?.checked_sub(1)
    }

    /// Keeps this, or nothing.
    pub(crate) fn set(&mut self, number: u32, value: Option<u32>) {
        let (page, line) = place(number);
        if page >= self.0.len() {
            self.0.resize_with(page + 1, || None);
        }
        let page = self.0.get_mut(page).map(|page| page.get_or_insert_with(|| Box::new([0; PAGE])));
        if let Some(line) = page.and_then(|page| page.get_mut(line)) {
            *line = value.map_or(0, |value| value.saturating_add(1));
        }
    }
}

const fn place(number: u32) -> (usize, usize) {
    let number = number as usize;
    (number / PAGE, number % PAGE)
}

const PAGE: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_lasts_as_long_as_it_is_held() {
        let names = Names::default();
        let keys: Vec<Key> = (0..4_u8).map(|octet| Key::from_octets(&[octet])).collect();
        let hold = |key: &Key| {
            let mut register = names.lock();
            let name = register.name(key.clone());
            name.holders += 1;
            name.number
        };
        assert_eq!(keys.iter().map(hold).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(hold(&keys[1]), 1);
        names.lock().release(&keys[1]);
        assert_eq!(names.lock().number(&keys[1]), Some(1));
        names.lock().release(&keys[1]);
        names.lock().release(&keys[3]);
        assert_eq!(names.lock().number(&keys[1]), None);
        let other = [Key::from_octets(b"a"), Key::from_octets(b"b"), Key::from_octets(b"c")];
        assert_eq!(other.iter().map(hold).collect::<Vec<_>>(), [3, 1, 4]);
    }

    #[test]
    fn pages_keep_what_they_are_told() {
        let mut pages = Pages::default();
        assert_eq!(pages.get(5), None);
        for number in [0, 255, 256, 100_000] {
            pages.set(number, Some(number * 2));
        }
        assert_eq!(
            [0, 1, 255, 256, 100_000].map(|number| pages.get(number)),
            [Some(0), None, Some(510), Some(512), Some(200_000)]
        );
        pages.set(255, None);
        assert_eq!(pages.get(255), None);
    }
}
