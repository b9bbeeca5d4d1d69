//! COMMUNITIES (8): tags of 32 bits (RFC 1997).

use std::fmt;

use bytes::{BufMut, BytesMut};

use super::{Attribute, OPTIONAL, TRANSITIVE, bracketed, items};
use crate::{Malformed, Negotiated, Reader, Word, WordError, Words, json, json::Style, number};

/// Communities, in the order given or received.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Communities(pub Vec<u32>);

/// Names of well-known communities (IANA "BGP Well-known Communities"); the first of a value is printed.
const NAMES: &[(&str, u32)] = &[
    ("no-export", 0xFFFF_FF01),
    ("no-advertise", 0xFFFF_FF02),
    ("no-export-subconfed", 0xFFFF_FF03),
    ("no-peer", 0xFFFF_FF04),
    ("blackhole", 0xFFFF_029A),
    ("nopeer", 0xFFFF_FF04),
    ("no_export", 0xFFFF_FF01),
    ("no_advertise", 0xFFFF_FF02),
];

impl Communities {
    fn sorted(&self) -> Vec<u32> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted
    }

    /// The words in the order given; the text form sorts them.
    pub(crate) const fn as_given(&self) -> InOrder<'_> {
        InOrder(self.0.as_slice())
    }
}

impl Attribute for Communities {
    const CODE: u8 = 8;
    const FLAGS: u8 = OPTIONAL | TRANSITIVE;
    const WORD: &'static str = "community";

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        let items = items(value, 4, "COMMUNITIES")?;
        Ok(Self(items.filter_map(|octets| Reader::new(octets).u32()).collect()))
    }

    fn encode(&self, out: &mut BytesMut, _: &Negotiated) {
        self.sorted().into_iter().for_each(|community| out.put_u32(community));
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        words.list("the community", false, one).map(Self)
    }

    fn json(&self, out: &mut String, style: &Style) -> bool {
        let shown = if style.dialect == json::Dialect::V5 { self.sorted() } else { self.0.clone() };
        out.push_str("[ ");
        json::separated(out, ", ", shown, |out, community| {
            out.push_str("[ ");
            json::number(out, community >> 16);
            out.push_str(", ");
            json::number(out, community & 0xFFFF);
            out.push_str(" ]");
        });
        out.push_str(" ]");
        true
    }
}

fn one(word: Word<'_>) -> Result<u32, WordError> {
    let halves = |(high, low)| Some(u32::from(number::u16(high)?) << 16 | u32::from(number::u16(low)?));
    word.text
        .split_once(':')
        .and_then(halves)
        .or_else(|| number::hex_u32(word.text))
        .or_else(|| number::u32(word.text))
        .or_else(|| NAMES.iter().find(|(name, _)| *name == word.text).map(|(_, value)| *value))
        .ok_or_else(|| WordError::expected(word, "a community such as 65000:1, 0xFFFFFF01 or no-export"))
}

impl fmt::Display for Communities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        InOrder(&self.sorted()).fmt(f)
    }
}

/// Communities in words, in this order.
pub(crate) struct InOrder<'a>(&'a [u32]);

impl fmt::Display for InOrder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |community: &u32| match NAMES.iter().find(|(_, value)| value == community) {
            Some((name, _)) => (*name).to_owned(),
            None => format!("{}:{}", community >> 16, community & 0xFFFF),
        };
        bracketed(f, &self.0.iter().map(text).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Communities, WordError> {
        Communities::parse(&mut Words::new(text))
    }

    #[test]
    fn words() {
        assert_eq!(parse("[ 3:3 1:1 3:3 no-export 0x10001 ]").unwrap().to_string(), "[ 1:1 1:1 3:3 3:3 no-export ]");
        assert_eq!(parse("65535:666").unwrap().to_string(), "blackhole");
        for refused in ["70000:1", "1:70000", "a", "[ 1:1", "[ 1:1, 2:2 ]"] {
            assert!(parse(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn octets_are_sorted() {
        let mut out = BytesMut::new();
        parse("[ 2:0 1:0 ]").unwrap().encode(&mut out, &Negotiated::unnegotiated());
        assert_eq!(out[..], [0, 1, 0, 0, 0, 2, 0, 0]);
    }
}
