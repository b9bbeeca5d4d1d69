//! The identity of an NLRI in a RIB.

use smallvec::SmallVec;

use crate::Family;

/// Family and identity as octets: small enough to sit in a table without an allocation for prefixes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(SmallVec<[u8; 24]>);

impl Key {
    /// Its octets.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// The key that has these octets; it need not be that of any NLRI.
    pub fn from_octets(octets: &[u8]) -> Self {
        Self(SmallVec::from_slice(octets))
    }
}

/// A [`Key`] being written.
#[derive(Debug)]
pub struct KeyBuf(SmallVec<[u8; 24]>);

impl KeyBuf {
    pub(super) fn new(family: Family) -> Self {
        let mut octets = SmallVec::new();
        octets.push(u8::try_from(family.index()).unwrap_or(u8::MAX));
        Self(octets)
    }

    pub(super) fn finish(self) -> Key {
        Key(self.0)
    }

    /// Appends one octet.
    pub fn push(&mut self, octet: u8) {
        self.0.push(octet);
    }

    /// Appends octets.
    pub fn extend(&mut self, octets: &[u8]) {
        self.0.extend_from_slice(octets);
    }
}
