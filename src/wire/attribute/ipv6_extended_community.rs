//! IPV6 EXTENDED COMMUNITIES (25): tags of 160 bits around an IPv6 address (RFC 5701).
//!
//! ```text
//! +---------------+---------------+----------------------------+-------------------------------+
//! |  Type high    |  Type low     |  IPv6 address (16 octets)  |       Number (2 octets)       |
//! +---------------+---------------+----------------------------+-------------------------------+
//! ```

use std::{fmt, net::Ipv6Addr};

use bytes::{BufMut, BytesMut};

use super::{Attribute, OPTIONAL, TRANSITIVE, bracketed, items};
use crate::{Malformed, Negotiated, Reader, Word, WordError, Words, json, json::Dialect, json::Style, number};

/// One of them, as on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ipv6ExtendedCommunity(pub [u8; 20]);

/// IPv6 extended communities, in the order given or received.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ipv6ExtendedCommunities(pub Vec<Ipv6ExtendedCommunity>);

impl Ipv6ExtendedCommunity {
    fn build(kind: [u8; 2], address: Ipv6Addr, number: u16) -> Self {
        let mut octets = [0; 20];
        let parts = kind.into_iter().chain(address.octets()).chain(number.to_be_bytes());
        octets.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        Self(octets)
    }

    /// FlowSpec: traffic goes to this address (draft-ietf-idr-flowspec-redirect-ip).
    pub fn redirect_to(address: Ipv6Addr, copy: bool) -> Self {
        Self::build([0x00, 0x0C], address, u16::from(copy))
    }

    /// FlowSpec: traffic goes to the VRF with this target (RFC 8956 section 6.1).
    pub fn redirect(address: Ipv6Addr, number: u16) -> Self {
        Self::build([0x00, 0x0D], address, number)
    }
}

impl Attribute for Ipv6ExtendedCommunities {
    const CODE: u8 = 25;
    const FLAGS: u8 = OPTIONAL | TRANSITIVE;
    const WORD: &'static str = "extended-community-ipv6";

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        let items = items(value, 20, "IPV6 EXTENDED COMMUNITIES")?;
        Ok(Self(items.filter_map(|octets| Reader::new(octets).array().map(Ipv6ExtendedCommunity)).collect()))
    }

    fn encode(&self, out: &mut BytesMut, _: &Negotiated) {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted.iter().for_each(|community| out.put_slice(&community.0));
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        words.list("the extended community", false, one).map(Self)
    }

    fn json(&self, out: &mut String, style: &Style) -> bool {
        out.push_str("[ ");
        json::separated(out, ", ", &self.0, |out, community| {
            // The older dialect has no name for what the newer one tells in digits.
            let name = community.to_string();
            let name = if style.dialect == Dialect::V5 && name.starts_with("0x") { "" } else { &name };
            json::write(out, format_args!("{{ \"value\": {}, \"string\": \"{name}\" }}", decimal(community.0)));
        });
        out.push_str(" ]");
        true
    }

    fn join(&mut self, later: Self) {
        self.0.extend(later.0);
    }
}

fn one(word: Word<'_>) -> Result<Ipv6ExtendedCommunity, WordError> {
    let octets = number::hex_octets(word.text).and_then(|octets| <[u8; 20]>::try_from(octets).ok());
    octets.map(Ipv6ExtendedCommunity).ok_or_else(|| WordError::expected(word, "40 hexadecimal digits behind 0x"))
}

/// The number the octets form, which no integer of the language holds.
fn decimal(mut octets: [u8; 20]) -> String {
    let mut digits = Vec::new();
    while octets.iter().any(|octet| *octet != 0) {
        let mut rest = 0;
        for octet in &mut octets {
            let number = rest << 8 | u16::from(*octet);
            *octet = u8::try_from(number / 10).unwrap_or_default();
            rest = number % 10;
        }
        digits.push(char::from(b'0' + u8::try_from(rest).unwrap_or_default()));
    }
    if digits.is_empty() { "0".to_owned() } else { digits.into_iter().rev().collect() }
}

impl fmt::Display for Ipv6ExtendedCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reader = Reader::new(&self.0);
        match (reader.u16(), reader.ipv6(), reader.u16()) {
            (Some(0x000C), Some(address), Some(flags)) if flags & 1 == 0 => {
                write!(f, "redirect-to-nexthop-ietf {address}")
            }
            (Some(0x000C), Some(address), _) => write!(f, "copy-to-nexthop-ietf {address} (with copy)"),
            (Some(0x000D), Some(address), Some(number)) => write!(f, "redirect [{address}]:{number}"),
            _ => {
                f.write_str("0x")?;
                self.0.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
            }
        }
    }
}

impl fmt::Display for Ipv6ExtendedCommunities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bracketed(f, &self.0.iter().map(Ipv6ExtendedCommunity::to_string).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_160_bits() {
        assert_eq!(decimal([0; 20]), "0");
        let mut octets = [0; 20];
        octets[18..].copy_from_slice(&[1, 0]);
        assert_eq!(decimal(octets), "256");
        assert_eq!(decimal([0xFF; 20]), "1461501637330902918203684832716283019655932542975");
    }
}
