//! Route target constraints: which VPN routes a peer wants (RFC 4684 section 4).
//!
//! ```text
//! +---------------------------+
//! | Path identifier (4)       |  with ADD-PATH only
//! +---------------------------+
//! | Length in bits (1 octet)  |  0, or 32 to 96
//! +---------------------------+
//! | Origin AS (4)             |
//! +---------------------------+
//! | Route target (0 to 8)     |  the leading bits of one
//! +---------------------------+
//! ```
//!
//! ExaBGP only decodes the family. Our words for it:
//!
//! ```text
//! origin-as 65000 route-target 65000:1        as in extended communities: <asn>:<n>, <ipv4>:<n>, 0x<16 digits>
//! origin-as 65000 route-target 0x0002FDE8/32  targets which begin with these 32 bits
//! origin-as 65000                             all targets of an AS
//! wildcard                                    all routes
//! ```

use std::fmt;

use bytes::{BufMut, BytesMut};

use super::{Family, KeyBuf, Nlri, assigned::Assigned, path_id};
use crate::{Malformed, Reader, Word, WordError, Words, json, json::Style, number};

/// The bits of the origin AS in front of a route target.
const ORIGIN_BITS: u8 = 32;
/// The bits of a whole membership.
const ALL_BITS: u8 = 96;

/// A wish for routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RouteTargetConstraint {
    /// The AS the wish comes from, and the targets; `None` for all routes.
    pub member: Option<Member>,
    /// The path identifier.
    pub path: Option<u32>,
}

/// Targets wanted in an AS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Member {
    /// The AS the wish comes from.
    pub origin: u32,
    /// The route target; octets that hold none of its `bits` are zero.
    pub target: [u8; 8],
    /// How many leading bits of the target count, at most 64.
    pub bits: u8,
}

impl Nlri for RouteTargetConstraint {
    fn decode(_: Family, octets: &mut Reader<'_>, add_path: bool) -> Result<Self, Malformed> {
        let cut_short = || Malformed::new("a route target constraint is longer than the rest of its field");
        let path = path_id::decode(octets, add_path)?;
        let length = octets.u8().ok_or_else(cut_short)?;
        let mut body = octets.sub(usize::from(length.div_ceil(8))).ok_or_else(cut_short)?;
        if length == 0 {
            return Ok(Self { member: None, path });
        }
        if !(ORIGIN_BITS..=ALL_BITS).contains(&length) {
            return Err(Malformed::skipped(format!("a route target constraint cannot have {length} bits")));
        }
        let origin = body.u32().ok_or_else(cut_short)?;
        let mut target = [0; 8];
        target.iter_mut().zip(body.rest()).for_each(|(to, from)| *to = *from);
        Ok(Self { member: Some(Member { origin, target, bits: length - ORIGIN_BITS }), path })
    }

    fn encode(&self, out: &mut BytesMut, add_path: bool) {
        path_id::encode(self.path, out, add_path);
        let Some(member) = self.member else { return out.put_u8(0) };
        out.put_u8(ORIGIN_BITS + member.bits.min(ALL_BITS - ORIGIN_BITS));
        out.put_u32(member.origin);
        out.put_slice(member.prefix());
    }

    fn parse(_: Family, words: &mut Words<'_>) -> Result<Self, WordError> {
        if words.keyword("wildcard") {
            return Ok(Self { member: None, path: None });
        }
        let (mut origin, mut target) = (None, None);
        loop {
            if words.keyword("origin-as") {
                let word = words.expect("the AS number")?;
                let asn = number::asn(word.text).ok_or_else(|| WordError::expected(word, "an AS number"))?;
                origin.get_or_insert(asn);
            } else if words.keyword("route-target") {
                let given = parse_target(words.expect("the route target")?)?;
                target.get_or_insert(given);
            } else {
                break;
            }
        }
        let Some(origin) = origin else {
            return Err(WordError::missing(words.column(), "origin-as with its AS number, or the word wildcard,"));
        };
        let (target, bits) = target.unwrap_or_default();
        Ok(Self { member: Some(Member { origin, target, bits }), path: None })
    }

    fn word(&mut self, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        path_id::word(&mut self.path, keyword, words)
    }

    fn json(&self, out: &mut String, _: &Style) {
        let origin = self.member.map_or(0, |member| member.origin);
        json::write(out, format_args!("{{ \"origin\": {origin}, \"route-target\": "));
        // The reference does not look at the highest two bits of the type.
        let member = self.member.filter(|member| member.bits > 0);
        match (member, member.and_then(|member| member.assigned(0x3F))) {
            (None, _) => out.push_str("null"),
            (_, Some(assigned)) => json::write(out, format_args!("\"target:{assigned}\"")),
            (Some(member), None) => json::write(out, format_args!("\"{member}\"")),
        }
        path_id::json(self.path, out);
        out.push_str(" }");
    }

    fn key(&self, out: &mut KeyBuf) {
        path_id::key(self.path, out);
        if let Some(member) = self.member {
            out.push(member.bits);
            out.extend(&member.origin.to_be_bytes());
            out.extend(member.prefix());
        }
    }
}

impl Member {
    /// The octets that hold the bits which count.
    fn prefix(&self) -> &[u8] {
        self.target.get(..usize::from(self.bits.div_ceil(8))).unwrap_or(&self.target)
    }

    /// The target, if it is a whole one and the bits of its type in `mask` are known.
    fn assigned(&self, mask: u8) -> Option<Assigned> {
        match self.target {
            [kind, 2, value @ ..] if self.bits == 64 => Assigned::from_octets(kind & mask, value),
            _ => None,
        }
    }
}

/// `65000:1`, or `0x` with the octets that count and `/` with the number of bits if some are missing.
fn parse_target(word: Word<'_>) -> Result<([u8; 8], u8), WordError> {
    let expected = || WordError::expected(word, "a route target such as 65000:1 or 0x0002FDE8/32");
    if let Some(assigned) = Assigned::from_text(word.text) {
        let (kind, [a, b, c, d, e, f]) = assigned.octets();
        return Ok(([kind, 2, a, b, c, d, e, f], 64));
    }
    let (digits, bits) = match word.text.split_once('/') {
        Some((digits, bits)) => (digits, number::u8(bits).ok_or_else(expected)?),
        None => (word.text, 64),
    };
    let octets = number::hex_octets(digits).ok_or_else(expected)?;
    if bits == 0 || bits > 64 || octets.len() != usize::from(bits.div_ceil(8)) {
        return Err(expected());
    }
    let mut target = [0; 8];
    target.iter_mut().zip(octets).for_each(|(to, from)| *to = from);
    Ok((target, bits))
}

/// The target.
impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(assigned) = self.assigned(u8::MAX) {
            return assigned.fmt(f);
        }
        let mut digits = String::new();
        json::hex(&mut digits, self.prefix());
        if self.bits == 64 { write!(f, "0x{digits}") } else { write!(f, "0x{digits}/{}", self.bits) }
    }
}

impl fmt::Display for RouteTargetConstraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.member {
            None => f.write_str("wildcard")?,
            Some(member) if member.bits == 0 => write!(f, "origin-as {}", member.origin)?,
            Some(member) => write!(f, "origin-as {} route-target {member}", member.origin)?,
        }
        path_id::fmt(self.path, f)
    }
}
