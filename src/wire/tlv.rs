//! Type, length, value: how BGP-LS lays out descriptors and attributes (RFC 9552 section 5.1).
//!
//! ```text
//! +---------------+---------------+----------------+
//! |   Type (2)    |  Length (2)   | Value          |
//! +---------------+---------------+----------------+
//! ```

use crate::Reader;

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tlv<'a> {
    /// What the value is.
    pub(crate) code: u16,
    /// The value.
    pub(crate) value: Reader<'a>,
}

impl<'a> Tlv<'a> {
    /// Takes one from the front of `octets`.
    pub(crate) fn read(octets: &mut Reader<'a>) -> Option<Self> {
        let (code, length) = octets.u16().zip(octets.u16())?;
        Some(Self { code, value: octets.sub(length.into())? })
    }

    /// All of them, in the order of the octets; `None` when they do not fill the octets exactly.
    pub(crate) fn all(mut octets: Reader<'a>) -> Option<Vec<Self>> {
        let mut all = Vec::new();
        while !octets.is_empty() {
            all.push(Self::read(&mut octets)?);
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_fill_their_field() {
        let octets = [0, 1, 0, 2, 8, 9, 1, 0, 0, 0];
        let all = Tlv::all(Reader::new(&octets)).unwrap();
        assert_eq!(all.iter().map(|tlv| (tlv.code, tlv.value.len())).collect::<Vec<_>>(), [(1, 2), (256, 0)]);
        assert!(Tlv::all(Reader::new(&octets[..9])).is_none());
        assert!(Tlv::all(Reader::new(&octets[..5])).is_none());
    }
}
