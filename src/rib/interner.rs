//! Equal attributes are kept once.

use hashbrown::HashSet;
use wire::Attributes;

/// The attribute sets in use.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    sets: HashSet<Attributes>,
    /// The size at which sets that nobody uses are dropped.
    sweep_at: usize,
}

impl Interner {
    /// The shared copy of `attributes`.
    pub(crate) fn intern(&mut self, attributes: Attributes) -> Attributes {
        if attributes.is_empty() {
            return attributes;
        }
        if let Some(known) = self.sets.get(&attributes) {
            return known.clone();
        }
        if self.sets.len() >= self.sweep_at {
            self.sets.retain(|set| set.sharers() > 1);
            self.sweep_at = (self.sets.len() * 2).max(1024);
        }
        self.sets.insert(attributes.clone());
        attributes
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
    fn equal_sets_are_one() {
        let mut interner = Interner::default();
        let (one, two) = (interner.intern(med(1)), interner.intern(med(1)));
        assert_eq!((one.sharers(), two.sharers()), (3, 3));
    }

    #[test]
    fn unused_sets_are_dropped() {
        let mut interner = Interner::default();
        (0..100_000).for_each(|value| drop(interner.intern(med(value))));
        assert!(interner.sets.len() <= 1024);
    }
}
