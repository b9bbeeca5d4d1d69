//! Prefixes of ipv4/ipv6 unicast and multicast (RFC 4271 section 4.3, RFC 4760 section 5).
//!
//! ```text
//! +---------------------------+
//! | Path identifier (4)       |  with ADD-PATH only
//! +---------------------------+
//! | Length in bits (1 octet)  |
//! +---------------------------+
//! | Prefix (0 to 16 octets)   |
//! +---------------------------+
//! ```

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use bytes::{BufMut, BytesMut};

use super::{Family, KeyBuf, Nlri, path_id};
use crate::{
    Malformed, Reader, Word, WordError, Words,
    json::{self, Style},
};

/// A prefix, with the path identifier it may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Inet {
    /// The address part, with the bits behind the length as received.
    pub address: IpAddr,
    /// The number of significant bits.
    pub length: u8,
    /// The path identifier.
    pub path: Option<u32>,
}

impl Inet {
    /// A prefix without path identifier.
    pub const fn new(address: IpAddr, length: u8) -> Self {
        Self { address, length, path: None }
    }

    /// Reads `<address>[/<length>]`; without a length it is a host.
    ///
    /// # Errors
    /// When it is no prefix, or has bits behind its length.
    pub fn from_word(word: Word<'_>) -> Result<Self, WordError> {
        let (text, length) = match word.text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (word.text, None),
        };
        let address: IpAddr = text.parse().map_err(|_| WordError::expected(word, "an IP prefix"))?;
        let bits = bits_of(address);
        let length = match length {
            None => bits,
            Some(length) => crate::number::u8(length)
                .filter(|length| *length <= bits)
                .ok_or_else(|| WordError::new(word, format!("\"{}\" has no length from 0 to {bits}", word.text)))?,
        };
        let prefix = Self::new(address, length);
        if prefix.network() != address {
            let network = prefix.network();
            let text = format!("\"{}\" has bits behind its length; the network is {network}/{length}", word.text);
            return Err(WordError::new(word, text));
        }
        Ok(prefix)
    }

    /// The address with the bits behind the length cleared.
    pub fn network(&self) -> IpAddr {
        match self.address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.length.min(32))).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from(u32::from(address) & mask))
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.length.min(128))).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from(u128::from(address) & mask))
            }
        }
    }

    /// The unicast family, or the multicast one for a group address of IPv4.
    pub fn family(&self) -> Family {
        match self.address {
            IpAddr::V4(address) if address.is_multicast() => Family::Ipv4Multicast,
            IpAddr::V4(_) => Family::Ipv4Unicast,
            IpAddr::V6(address) if address.to_ipv4_mapped().is_some_and(|mapped| mapped.is_multicast()) => {
                Family::Ipv6Multicast
            }
            IpAddr::V6(_) => Family::Ipv6Unicast,
        }
    }

    /// Reads one whose address has `N` octets. Always inlined: a list of prefixes then leaves the registers only
    /// when it is written.
    #[inline(always)]
    fn read<const N: usize>(octets: &mut Reader<'_>, add_path: bool) -> Result<Self, Refusal>
    where
        IpAddr: From<[u8; N]>,
    {
        let path = if add_path { Some(octets.u32().ok_or(Refusal::NoPath)?) } else { None };
        let length = octets.u8().ok_or(Refusal::CutShort)?;
        if usize::from(length) > N * 8 {
            return Err(Refusal::Mask(length));
        }
        let address = octets.padded::<N>(octets_of(length)).ok_or(Refusal::CutShort)?;
        Ok(Self { address: IpAddr::from(address), length, path })
    }

    /// The length octet in front of a prefix and as many octets as hold its bits.
    pub(super) fn field<'a>(family: Family, octets: &mut Reader<'a>) -> Result<(u8, Reader<'a>), Malformed> {
        let cut_short = || Refusal::CutShort.explain(family);
        let bits = octets.u8().ok_or_else(cut_short)?;
        Ok((bits, octets.sub(octets_of(bits)).ok_or_else(cut_short)?))
    }

    /// The prefix that is left of such a field: `left` of its `bits`, in the octets of `body`.
    pub(super) fn rest(family: Family, left: Option<usize>, bits: u8, body: &Reader<'_>) -> Result<Self, Malformed> {
        let v4 = family.afi() == 1;
        let length = left.and_then(|left| u8::try_from(left).ok()).filter(|left| *left <= if v4 { 32 } else { 128 });
        let length = length.ok_or_else(|| Refusal::Mask(bits).explain(family))?;
        let (mut octets, size) = (*body, octets_of(length));
        let address =
            if v4 { octets.padded::<4>(size).map(IpAddr::from) } else { octets.padded::<16>(size).map(IpAddr::from) };
        Ok(Self::new(address.ok_or_else(|| Refusal::CutShort.explain(family))?, length))
    }

    /// Writes the octets that hold the significant bits.
    pub(super) fn put_address(&self, out: &mut BytesMut) {
        let size = octets_of(self.length);
        match self.address {
            IpAddr::V4(address) => out.put_slice(address.octets().get(..size).unwrap_or_default()),
            IpAddr::V6(address) => out.put_slice(address.octets().get(..size).unwrap_or_default()),
        }
    }

    /// Writes the members of its object.
    pub(super) fn members(&self, out: &mut String) {
        out.push_str("\"nlri\": ");
        self.string(out);
        path_id::json(self.path, out);
    }

    fn string(&self, out: &mut String) {
        out.push('"');
        json::address(out, self.address);
        out.push('/');
        json::octet(out, self.length);
        out.push('"');
    }
}

const fn bits_of(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The octets that hold `bits` bits.
const fn octets_of(bits: u8) -> usize {
    bits.div_ceil(8) as usize
}

impl Nlri for Inet {
    #[inline(always)]
    fn decode(family: Family, octets: &mut Reader<'_>, add_path: bool) -> Result<Self, Malformed> {
        let read =
            if family.afi() == 1 { Self::read::<4>(octets, add_path) } else { Self::read::<16>(octets, add_path) };
        read.map_err(|refusal| refusal.explain(family))
    }

    fn encode(&self, out: &mut BytesMut, add_path: bool) {
        path_id::encode(self.path, out, add_path);
        out.put_u8(self.length);
        self.put_address(out);
    }

    fn parse(family: Family, words: &mut Words<'_>) -> Result<Self, WordError> {
        let word = words.expect("the prefix")?;
        let prefix = Self::from_word(word)?;
        if prefix.address.is_ipv4() == (family.afi() == 1) {
            return Ok(prefix);
        }
        Err(WordError::expected(word, if family.afi() == 1 { "an IPv4 prefix" } else { "an IPv6 prefix" }))
    }

    fn json(&self, out: &mut String, style: &Style) {
        if style.compact && !style.add_path {
            return self.string(out);
        }
        out.push_str("{ ");
        self.members(out);
        out.push_str(" }");
    }

    fn key(&self, out: &mut KeyBuf) {
        path_id::key(self.path, out);
        out.push(self.length);
        // Bits behind the length mean nothing (RFC 4271 section 4.3).
        match self.network() {
            IpAddr::V4(address) => out.extend(&address.octets()),
            IpAddr::V6(address) => out.extend(&address.octets()),
        }
    }

    fn word(&mut self, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        path_id::word(&mut self.path, keyword, words)
    }

    fn split(&self, length: u8) -> Option<Vec<Self>> {
        let Some(extra) = length.checked_sub(self.length).filter(|extra| *extra > 0) else { return Some(vec![*self]) };
        if length > bits_of(self.address) {
            return None;
        }
        let count = 1_u32.checked_shl(u32::from(extra)).filter(|count| *count <= 1 << 20)?;
        let step = bits_of(self.address) - length;
        let at = |index: u32| match self.address {
            IpAddr::V4(address) => {
                IpAddr::V4((u32::from(address) | index.checked_shl(u32::from(step)).unwrap_or(0)).into())
            }
            IpAddr::V6(address) => {
                IpAddr::V6((u128::from(address) | u128::from(index).checked_shl(u32::from(step)).unwrap_or(0)).into())
            }
        };
        Some((0..count).map(|index| Self { address: at(index), length, path: self.path }).collect())
    }
}

/// Why octets form no prefix; small, so that it costs nothing where they do.
enum Refusal {
    NoPath,
    CutShort,
    Mask(u8),
}

impl Refusal {
    #[cold]
    fn explain(self, family: Family) -> Malformed {
        match self {
            Self::NoPath => path_id::cut_short(),
            Self::CutShort => Malformed::new("a prefix is longer than the rest of its field"),
            Self::Mask(bits) => Malformed::new(format!("invalid mask {bits} in NLRI prefix for {}", family.afi_name())),
        }
    }
}

impl fmt::Display for Inet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)?;
        path_id::fmt(self.path, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> Result<Inet, WordError> {
        Inet::from_word(Word { text, column: 1 })
    }

    #[test]
    fn words() {
        assert_eq!(prefix("10.0.0.0/8").unwrap().to_string(), "10.0.0.0/8");
        assert_eq!(prefix("10.0.0.1").unwrap().to_string(), "10.0.0.1/32");
        assert_eq!(prefix("::/0").unwrap().to_string(), "::/0");
        assert!(prefix("10.0.0.1/24").unwrap_err().message.contains("10.0.0.0/24"));
        for refused in ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/a", "10.0.0", "x", "::/129", "10.0.0.0/255.0.0.0"] {
            assert!(prefix(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn shorter_prefixes_sort_first() {
        let key = |text| super::super::AnyNlri::Ipv4Unicast(prefix(text).unwrap()).key();
        assert!(key("200.0.0.0/8") < key("10.0.0.0/16"));
        assert!(key("10.0.0.0/16") < key("10.1.0.0/16"));
    }

    #[test]
    fn bits_behind_the_length_mean_nothing() {
        let read = |octets: &[u8]| {
            super::super::AnyNlri::decode(Family::Ipv4Unicast, &mut Reader::new(octets), false).unwrap()
        };
        let (clean, dirty) = (read(&[20, 10, 0, 16]), read(&[20, 10, 0, 31]));
        assert_eq!((dirty.to_string(), dirty.key()), ("10.0.31.0/20".to_owned(), clean.key()));
    }

    #[test]
    fn splitting() {
        let parts = prefix("10.0.0.0/22").unwrap().split(24).unwrap();
        assert_eq!(
            parts.iter().map(Inet::to_string).collect::<Vec<_>>().join(" "),
            "10.0.0.0/24 10.0.1.0/24 10.0.2.0/24 10.0.3.0/24"
        );
        assert_eq!(prefix("::/0").unwrap().split(2).unwrap()[3].to_string(), "c000::/2");
        assert!(prefix("10.0.0.0/24").unwrap().split(33).is_none());
    }
}
