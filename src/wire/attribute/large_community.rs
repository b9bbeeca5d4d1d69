//! LARGE_COMMUNITY (32): tags of three times 32 bits (RFC 8092).

use std::fmt;

use bytes::{BufMut, BytesMut};

use super::{Attribute, OPTIONAL, TRANSITIVE, bracketed, items};
use crate::{Malformed, Negotiated, Reader, Word, WordError, Words, json, json::Style, number};

/// Large communities, sorted and each once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LargeCommunities(pub Vec<[u32; 3]>);

impl LargeCommunities {
    fn new(mut communities: Vec<[u32; 3]>) -> Self {
        communities.sort_unstable();
        communities.dedup();
        Self(communities)
    }
}

impl Attribute for LargeCommunities {
    const CODE: u8 = 32;
    const FLAGS: u8 = OPTIONAL | TRANSITIVE;
    const WORD: &'static str = "large-community";

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        let items = items(value, 12, "LARGE_COMMUNITY")?;
        let mut seen = Vec::new();
        for octets in items {
            let mut reader = Reader::new(octets);
            let (Some(a), Some(b), Some(c)) = (reader.u32(), reader.u32(), reader.u32()) else { continue };
            if !seen.contains(&[a, b, c]) {
                seen.push([a, b, c]);
            }
        }
        Ok(Self(seen))
    }

    fn encode(&self, out: &mut BytesMut, _: &Negotiated) {
        Self::new(self.0.clone()).0.into_iter().flatten().for_each(|part| out.put_u32(part));
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        words.list("the large community", false, one).map(Self::new)
    }

    fn json(&self, out: &mut String, _: &Style) -> bool {
        out.push_str("[ ");
        json::separated(out, ", ", &self.0, |out, [a, b, c]| json::write(out, format_args!("[ {a}, {b} , {c} ]")));
        out.push_str(" ]");
        true
    }
}

fn one(word: Word<'_>) -> Result<[u32; 3], WordError> {
    three(word.text)
        .or_else(|| whole(word.text).map(parts))
        .ok_or_else(|| WordError::expected(word, "a large community such as 65000:1:2"))
}

fn three(text: &str) -> Option<[u32; 3]> {
    let mut fields = text.split(':');
    let parts = [number::u32(fields.next()?)?, number::u32(fields.next()?)?, number::u32(fields.next()?)?];
    fields.next().is_none().then_some(parts)
}

/// A number of 96 bits, decimal or hexadecimal.
fn whole(text: &str) -> Option<u128> {
    let number = match text.strip_prefix("0x") {
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            u128::from_str_radix(digits, 16).ok()?
        }
        Some(_) => return None,
        None => text.bytes().all(|digit| digit.is_ascii_digit()).then(|| text.parse().ok())??,
    };
    (number >> 96 == 0).then_some(number)
}

fn parts(number: u128) -> [u32; 3] {
    [number >> 64, number >> 32, number].map(|part| u32::try_from(part & 0xFFFF_FFFF).unwrap_or_default())
}

impl fmt::Display for LargeCommunities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |[a, b, c]: &[u32; 3]| format!("{a}:{b}:{c}");
        bracketed(f, &self.0.iter().map(text).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let parse = |text: &str| LargeCommunities::parse(&mut Words::new(text));
        assert_eq!(parse("[ 2:0:0 1:2:3 2:0:0 ]").unwrap().to_string(), "[ 1:2:3 2:0:0 ]");
        assert_eq!(parse("0x000000010000000200000003").unwrap().to_string(), "1:2:3");
        for refused in ["1:2", "1:2:3:4", "1:2:4294967296", "", "0xg", "0x+1"] {
            assert!(parse(refused).is_err(), "{refused}");
        }
    }
}
