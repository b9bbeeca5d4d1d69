//! Prefixes with labels: ipv4/ipv6 nlri-mpls (RFC 8277 section 2).
//!
//! ```text
//! +---------------------------+
//! | Path identifier (4)       |  with ADD-PATH only
//! +---------------------------+
//! | Length in bits (1 octet)  |  of labels and prefix
//! +---------------------------+
//! | Labels (3 octets each)    |  to the bottom of the stack
//! +---------------------------+
//! | Prefix (0 to 16 octets)   |
//! +---------------------------+
//! ```

use std::fmt;

use bytes::{BufMut, BytesMut};

use super::{Family, KeyBuf, Nlri, inet::Inet, label::Labels, path_id};
use crate::{Intent, Malformed, Quirks, Reader, WordError, Words, json::Style};

/// A prefix and the labels to reach it with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Labelled {
    /// The prefix, with the path identifier it may carry.
    pub prefix: Inet,
    /// The labels; none in a withdrawal that does not name them.
    pub labels: Labels,
}

impl Nlri for Labelled {
    fn decode(family: Family, octets: &mut Reader<'_>, add_path: bool) -> Result<Self, Malformed> {
        let path = path_id::decode(octets, add_path)?;
        let (bits, mut body) = Inet::field(family, octets)?;
        let labels = Labels::decode(&mut body)?;
        let left = usize::from(bits).checked_sub(labels.bits());
        Ok(Self { prefix: Inet { path, ..Inet::rest(family, left, bits, &body)? }, labels })
    }

    fn encode(&self, out: &mut BytesMut, add_path: bool) {
        path_id::encode(self.prefix.path, out, add_path);
        let bits = self.labels.bits() + usize::from(self.prefix.length);
        out.put_u8(u8::try_from(bits).unwrap_or(u8::MAX));
        self.labels.encode(out);
        self.prefix.put_address(out);
    }

    fn encode_withdrawn(&self, out: &mut BytesMut, add_path: bool, quirks: Quirks) {
        let labels = self.labels.withdrawn(quirks);
        Self { labels, ..self.clone() }.encode(out, add_path);
    }

    fn parse(family: Family, words: &mut Words<'_>) -> Result<Self, WordError> {
        Inet::parse(family, words).map(|prefix| Self { prefix, labels: Labels::default() })
    }

    fn word(&mut self, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        self.prefix.word(keyword, words).or_else(|| self.labels.word(keyword, words))
    }

    fn complete(&self, intent: Intent) -> Result<(), String> {
        check_labels(&self.labels, usize::from(self.prefix.length), intent)
    }

    fn json(&self, out: &mut String, style: &Style) {
        out.push_str("{ ");
        self.prefix.members(out);
        self.labels.json(out, style.dialect);
        out.push_str(" }");
    }

    fn key(&self, out: &mut KeyBuf) {
        self.prefix.key(out);
    }

    fn split(&self, length: u8) -> Option<Vec<Self>> {
        let parts = self.prefix.split(length)?;
        Some(parts.into_iter().map(|prefix| Self { prefix, labels: self.labels.clone() }).collect())
    }
}

/// Labels are needed to announce, and must fit into the length octet together with the `bits` behind them.
pub(super) fn check_labels(labels: &Labels, bits: usize, intent: Intent) -> Result<(), String> {
    if intent == Intent::Announce && labels.is_empty() {
        return Err("the label of the route is missing".to_owned());
    }
    if labels.bits() + bits > usize::from(u8::MAX) {
        return Err("the labels are too many: labels and prefix have at most 255 bits".to_owned());
    }
    Ok(())
}

impl fmt::Display for Labelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.prefix.fmt(f)?;
        if self.labels.is_empty() { Ok(()) } else { write!(f, " {}", self.labels) }
    }
}
