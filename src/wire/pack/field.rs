//! The NLRIs of an UPDATE that is being filled.

use bytes::BytesMut;

/// Octets at the front of a buffer that has room behind them: a prefix is one store of a size known in advance.
#[derive(Debug, Default)]
pub(super) struct Field {
    buffer: Vec<u8>,
    filled: usize,
    /// Where NLRIs of other kinds are written first.
    other: BytesMut,
}

/// Octets of the store.
const STORE: usize = 8;
/// The smallest buffer.
const SMALL: usize = 512;

impl Field {
    /// How many octets there are.
    pub(super) const fn len(&self) -> usize {
        self.filled
    }

    /// The octets.
    pub(super) fn octets(&self) -> &[u8] {
        self.buffer.get(..self.filled).unwrap_or_default()
    }

    /// Leaves the first `length` octets.
    pub(super) fn truncate(&mut self, length: usize) {
        self.filled = self.filled.min(length);
    }

    /// Appends an IPv4 prefix; the octets behind its length are written, and overwritten by what comes next.
    #[inline]
    pub(super) fn prefix(&mut self, length: u8, address: [u8; 4]) {
        let whole = (u64::from(u32::from_le_bytes(address)) << 8 | u64::from(length)).to_le_bytes();
        match self.buffer.get_mut(self.filled..).and_then(<[u8]>::first_chunk_mut::<STORE>) {
            Some(place) => *place = whole,
            None => self.copy(&whole),
        }
        self.filled += 1 + usize::from(length.div_ceil(8).min(4));
    }

    /// Appends what `write` writes.
    pub(super) fn put(&mut self, write: impl FnOnce(&mut BytesMut)) {
        let mut other = std::mem::take(&mut self.other);
        other.clear();
        write(&mut other);
        self.append(&other);
        self.other = other;
    }

    /// Appends these octets.
    pub(super) fn append(&mut self, octets: &[u8]) {
        self.copy(octets);
        self.filled += octets.len();
    }

    /// Writes octets behind the last one, making room for them.
    #[cold]
    fn copy(&mut self, octets: &[u8]) {
        let end = self.filled + octets.len();
        if end > self.buffer.len() {
            self.buffer.resize(end.next_power_of_two().max(SMALL), 0);
        }
        if let Some(place) = self.buffer.get_mut(self.filled..end) {
            place.copy_from_slice(octets);
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::BufMut as _;

    use super::*;

    #[test]
    fn prefixes_and_others_follow_each_other() {
        let mut field = Field::default();
        field.prefix(0, [0; 4]);
        field.prefix(24, [10, 0, 1, 255]);
        field.put(|out| out.put_slice(&[9, 9]));
        field.prefix(32, [10, 0, 0, 1]);
        assert_eq!(field.octets(), [0, 24, 10, 0, 1, 9, 9, 32, 10, 0, 0, 1]);
        field.truncate(5);
        assert_eq!(field.octets(), [0, 24, 10, 0, 1]);
    }

    #[test]
    fn it_grows() {
        let mut field = Field::default();
        (0..10_000).for_each(|_| field.prefix(16, [10, 1, 0, 0]));
        assert_eq!(field.len(), 30_000);
        assert!(field.octets().chunks(3).all(|prefix| prefix == [16, 10, 1]));
    }
}
