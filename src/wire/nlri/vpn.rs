//! Prefixes of VPNs: ipv4/ipv6 mpls-vpn (RFC 4364 section 4.3.4, RFC 4659 section 3.2).
//!
//! ```text
//! +---------------------------+
//! | Path identifier (4)       |  with ADD-PATH only
//! +---------------------------+
//! | Length in bits (1 octet)  |  of labels, route distinguisher and prefix
//! +---------------------------+
//! | Labels (3 octets each)    |  to the bottom of the stack
//! +---------------------------+
//! | Route distinguisher (8)   |
//! +---------------------------+
//! | Prefix (0 to 16 octets)   |
//! +---------------------------+
//! ```

use std::fmt;

use bytes::{BufMut, BytesMut};

use super::{Family, KeyBuf, Nlri, inet::Inet, label::Labels, labelled::check_labels, path_id, rd::RouteDistinguisher};
use crate::{Intent, Malformed, Quirks, Reader, WordError, Words, json, json::Style};

/// The bits of a route distinguisher.
const RD_BITS: usize = 64;

/// A prefix of one VPN and the labels to reach it with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Vpn {
    /// The prefix, with the path identifier it may carry.
    pub prefix: Inet,
    /// The labels; none in a withdrawal that does not name them.
    pub labels: Labels,
    /// The VPN's route distinguisher; missing only while the words of the route are being read.
    pub rd: Option<RouteDistinguisher>,
}

impl Vpn {
    fn rd(&self) -> RouteDistinguisher {
        self.rd.unwrap_or_default()
    }
}

impl Nlri for Vpn {
    fn decode(family: Family, octets: &mut Reader<'_>, add_path: bool) -> Result<Self, Malformed> {
        let path = path_id::decode(octets, add_path)?;
        let (bits, mut body) = Inet::field(family, octets)?;
        let labels = Labels::decode(&mut body)?;
        let rd = RouteDistinguisher::decode(&mut body)?;
        let left = usize::from(bits).checked_sub(labels.bits() + RD_BITS);
        Ok(Self { prefix: Inet { path, ..Inet::rest(family, left, bits, &body)? }, labels, rd: Some(rd) })
    }

    fn encode(&self, out: &mut BytesMut, add_path: bool) {
        path_id::encode(self.prefix.path, out, add_path);
        let bits = self.labels.bits() + RD_BITS + usize::from(self.prefix.length);
        out.put_u8(u8::try_from(bits).unwrap_or(u8::MAX));
        self.labels.encode(out);
        out.put_slice(&self.rd().0);
        self.prefix.put_address(out);
    }

    fn encode_withdrawn(&self, out: &mut BytesMut, add_path: bool, quirks: Quirks) {
        let labels = self.labels.withdrawn(quirks);
        Self { labels, ..self.clone() }.encode(out, add_path);
    }

    fn parse(family: Family, words: &mut Words<'_>) -> Result<Self, WordError> {
        Inet::parse(family, words).map(|prefix| Self { prefix, labels: Labels::default(), rd: None })
    }

    fn word(&mut self, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        let Self { prefix, labels, rd } = self;
        let own = prefix.word(keyword, words).or_else(|| labels.word(keyword, words));
        own.or_else(|| RouteDistinguisher::word(rd, keyword, words))
    }

    fn complete(&self, intent: Intent) -> Result<(), String> {
        if self.rd.is_none() {
            return Err("the rd of the route is missing".to_owned());
        }
        check_labels(&self.labels, RD_BITS + usize::from(self.prefix.length), intent)
    }

    fn json(&self, out: &mut String, style: &Style) {
        out.push_str("{ ");
        self.prefix.members(out);
        self.labels.json(out, style.dialect);
        json::write(out, format_args!(", \"rd\": \"{}\" }}", self.rd()));
    }

    fn key(&self, out: &mut KeyBuf) {
        out.extend(&self.rd().0);
        self.prefix.key(out);
    }

    fn split(&self, length: u8) -> Option<Vec<Self>> {
        let parts = self.prefix.split(length)?;
        Some(parts.into_iter().map(|prefix| Self { prefix, ..self.clone() }).collect())
    }

    fn before_next_hop(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.prefix)?;
        if self.labels.is_empty() { Ok(()) } else { write!(f, " {}", self.labels) }
    }

    fn behind_next_hop(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " rd {}", self.rd())
    }
}

impl fmt::Display for Vpn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.before_next_hop(f)?;
        self.behind_next_hop(f)
    }
}
