//! A bounded cursor over received octets: every read is checked, none can panic.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Reads big-endian values from the front of a slice.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader over all of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether nothing is left.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The number of octets left.
    pub const fn len(&self) -> usize {
        self.rest.len()
    }

    /// What is left, without consuming it.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Takes exactly `count` octets, or nothing.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// A reader bounded to the next `count` octets.
    pub fn sub(&mut self, count: usize) -> Option<Self> {
        self.take(count).map(Self::new)
    }

    /// Takes `N` octets as an array.
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*taken)
    }

    /// Takes `count` octets, at most `N` of them, as an array with zeros behind.
    ///
    /// Where `N` octets are there they are read whole and those behind `count` cleared: no branch depends on `count`,
    /// which in a list of prefixes is hard to predict.
    #[inline(always)]
    pub fn padded<const N: usize>(&mut self, count: usize) -> Option<[u8; N]> {
        let mut whole = match self.rest.first_chunk::<N>() {
            Some(chunk) => *chunk,
            None => self.short(),
        };
        self.take(count)?;
        whole.iter_mut().enumerate().for_each(|(place, octet)| *octet = if place < count { *octet } else { 0 });
        Some(whole)
    }

    /// What is left, less than `N` octets, with zeros behind.
    fn short<const N: usize>(&self) -> [u8; N] {
        let mut whole = [0; N];
        whole.iter_mut().zip(self.rest).for_each(|(to, from)| *to = *from);
        whole
    }

    /// Takes one octet.
    pub fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[octet]| octet)
    }

    /// Takes a 16-bit number.
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// Takes a 32-bit number.
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// Takes an IPv4 address.
    pub fn ipv4(&mut self) -> Option<Ipv4Addr> {
        self.array::<4>().map(Ipv4Addr::from)
    }

    /// Takes an IPv6 address.
    pub fn ipv6(&mut self) -> Option<Ipv6Addr> {
        self.array::<16>().map(Ipv6Addr::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_read_consumes_nothing() {
        let mut reader = Reader::new(&[1, 2, 3]);
        assert_eq!(reader.u32(), None);
        assert_eq!(reader.u16(), Some(0x0102));
        assert_eq!(reader.u8(), Some(3));
        assert!(reader.is_empty());
    }
    #[test]
    fn padded_octets() {
        for (count, four) in [(0, [0, 0, 0, 0]), (1, [1, 0, 0, 0]), (3, [1, 2, 3, 0]), (4, [1, 2, 3, 4])] {
            let mut reader = Reader::new(&[1, 2, 3, 4, 5]);
            assert_eq!(reader.padded::<4>(count), Some(four));
            assert_eq!(reader.len(), 5 - count);
        }
        let mut end = Reader::new(&[1, 2]);
        assert_eq!(end.padded::<4>(3), None);
        assert_eq!(end.padded::<4>(1), Some([1, 0, 0, 0]));
        assert_eq!(end.padded::<4>(1), Some([2, 0, 0, 0]));
        assert_eq!(end.padded::<4>(0), Some([0; 4]));
    }
}
