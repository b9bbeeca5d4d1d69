//! AIGP (26): the accumulated metric of an interior routing protocol (RFC 7311).
//!
//! ```text
//! +-----------+-------------------+--------------------------+
//! | Type 1    | Length 11 (2)     | Accumulated metric (8)   |
//! +-----------+-------------------+--------------------------+
//! ```
//!
//! The value is a list of such TLVs, of which the first of type 1 counts (section 3).

use std::fmt;

use bytes::{BufMut, BytesMut};

use super::{Attribute, OPTIONAL};
use crate::{Malformed, Negotiated, OnError, Reader, WordError, Words, json, json::Style, number};

/// The metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Aigp(pub u64);

/// The type of the TLV that has the metric.
const METRIC: u8 = 1;
/// Octets of its type and length, which the length counts.
const HEADER: usize = 3;

impl Aigp {
    /// The attribute stays within one administration: internal peers, and those it was enabled for (section 3.2).
    const fn is_exchanged(with: &Negotiated) -> bool {
        with.is_ibgp() || with.aigp
    }
}

impl Attribute for Aigp {
    const CODE: u8 = 26;
    const FLAGS: u8 = OPTIONAL;
    const WORD: &'static str = "aigp";
    const ON_ERROR: OnError = OnError::Discard;
    const ON_FLAGS: OnError = OnError::Discard;

    fn decode(value: &mut Reader<'_>, with: &Negotiated) -> Result<Self, Malformed> {
        if !Self::is_exchanged(with) {
            return Err(Malformed::new("AIGP came from an external peer it is not enabled for"));
        }
        let mut metric = None;
        while !value.is_empty() {
            let tlv = value.u8().zip(value.u16());
            let octets =
                tlv.and_then(|(kind, length)| Some((kind, value.sub(usize::from(length).checked_sub(HEADER)?)?)));
            let (kind, mut octets) = octets.ok_or_else(|| Malformed::new("a TLV of AIGP is cut short"))?;
            if kind == METRIC && metric.is_none() {
                let read = octets.array().filter(|_| octets.is_empty()).map(u64::from_be_bytes);
                metric = Some(read.ok_or_else(|| Malformed::new("the metric of AIGP has a length other than 11"))?);
            }
        }
        metric.map(Self).ok_or_else(|| Malformed::new("AIGP has no metric"))
    }

    /// Writes nothing where the attribute must not go: an optional one without value is left out.
    fn encode(&self, out: &mut BytesMut, with: &Negotiated) {
        if Self::is_exchanged(with) {
            out.put_slice(&[METRIC, 0, 11]);
            out.put_u64(self.0);
        }
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let word = words.expect("the metric")?;
        number::u64(word.text)
            .or_else(|| number::hex_u64(word.text))
            .ok_or_else(|| WordError::expected(word, "a metric of 64 bits such as 10 or 0xa"))
            .map(Self)
    }

    fn json(&self, out: &mut String, _: &Style) -> bool {
        json::write(out, format_args!("\"{self}\""));
        true
    }
}

impl fmt::Display for Aigp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for text in ["10", "0xa", "0x000000000000000A"] {
            assert_eq!(Aigp::parse(&mut Words::new(text)).unwrap(), Aigp(10));
        }
        for refused in ["", "-1", "0x", "18446744073709551616", "0x1ffffffffffffffff", "a"] {
            assert!(Aigp::parse(&mut Words::new(refused)).is_err(), "{refused}");
        }
    }

    #[test]
    fn it_leaves_only_where_it_is_enabled() {
        let mut with = Negotiated::unnegotiated();
        with.peer_as = 1;
        let octets = |with: &Negotiated| {
            let mut out = BytesMut::new();
            Aigp(1).encode(&mut out, with);
            out.len()
        };
        assert_eq!(octets(&with), 0);
        assert!(Aigp::decode(&mut Reader::new(&[1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 1]), &with).is_err());
        with.aigp = true;
        assert_eq!(octets(&with), 11);
    }
}
