//! Next hops with attributes, each combination once, under a number that a table of routes can hold.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};
use wire::{Attributes, NextHop};

/// The number of a path, valid as long as somebody uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PathId(u32);

#[derive(Debug, Default)]
struct Path {
    next_hop: NextHop,
    attributes: Attributes,
    /// Routes that have it; nobody has one that is free.
    users: u32,
}

/// All paths in use.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    paths: Vec<Path>,
    free: Vec<u32>,
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Paths {
    /// The number of a path, which has one user more from now on.
    pub(crate) fn take(&mut self, next_hop: NextHop, attributes: &Attributes) -> PathId {
        let Self { paths, free, numbers, hasher } = self;
        let path = |number: &u32| paths.get(*number as usize);
        let same =
            |number: &u32| path(number).is_some_and(|it| it.next_hop == next_hop && it.attributes == *attributes);
        let hash = hasher.hash_one((next_hop, attributes));
        let hash_of = |number: &u32| path(number).map_or(0, |it| hasher.hash_one((it.next_hop, &it.attributes)));
        let entry = numbers.entry(hash, same, hash_of);
        let number = match entry {
            hashbrown::hash_table::Entry::Occupied(known) => *known.get(),
            hashbrown::hash_table::Entry::Vacant(place) => {
                let number = free.pop().unwrap_or_else(|| u32::try_from(paths.len()).unwrap_or(u32::MAX));
                place.insert(number);
                let path = Path { next_hop, attributes: attributes.clone(), users: 0 };
                match paths.get_mut(number as usize) {
                    Some(slot) => *slot = path,
                    None => paths.push(path),
                }
                number
            }
        };
        self.share(PathId(number));
        PathId(number)
    }

    /// The path has one user more.
    pub(crate) fn share(&mut self, PathId(number): PathId) {
        if let Some(path) = self.paths.get_mut(number as usize) {
            path.users += 1;
        }
    }

    /// A route that had the path is gone.
    pub(crate) fn release(&mut self, PathId(number): PathId) {
        let Some(path) = self.paths.get_mut(number as usize) else { return };
        path.users = path.users.saturating_sub(1);
        if path.users > 0 {
            return;
        }
        let unused = std::mem::take(path);
        let hash = self.hasher.hash_one((unused.next_hop, &unused.attributes));
        if let Ok(entry) = self.numbers.find_entry(hash, |known| *known == number) {
            entry.remove();
            self.free.push(number);
        }
    }

    /// What a number stands for.
    pub(crate) fn get(&self, PathId(number): PathId) -> (NextHop, Attributes) {
        self.paths.get(number as usize).map(|path| (path.next_hop, path.attributes.clone())).unwrap_or_default()
    }

    /// The number of paths in use.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }
}

#[cfg(test)]
mod tests {
    use wire::{AnyAttribute, attribute::AttributesBuilder, attribute::Med};

    use super::*;

    fn med(value: u32) -> Attributes {
        let mut builder = AttributesBuilder::default();
        builder.add(AnyAttribute::Med(Med(value)));
        builder.finish()
    }

    #[test]
    fn equal_paths_are_one_until_nobody_has_them() {
        let mut paths = Paths::default();
        let first = paths.take(NextHop::None, &med(1));
        assert_eq!(paths.take(NextHop::None, &med(1)), first);
        let other = paths.take(NextHop::Itself, &med(1));
        assert_ne!(other, first);
        paths.release(first);
        assert_eq!((paths.len(), paths.get(first)), (2, (NextHop::None, med(1))));
        paths.release(first);
        assert_eq!(paths.len(), 1);
        assert_eq!(paths.take(NextHop::None, &med(2)), first, "a number is used again");
        assert_eq!(paths.get(first), (NextHop::None, med(2)));
        assert_eq!(paths.get(other), (NextHop::Itself, med(1)));
    }
}
