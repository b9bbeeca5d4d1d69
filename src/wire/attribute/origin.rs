//! ORIGIN (1): where the route came from (RFC 4271 section 5.1.1).

use std::fmt;

use bytes::{BufMut, BytesMut};

use super::{Attribute, TRANSITIVE};
use crate::{Malformed, Negotiated, Reader, WordError, Words, json::Style};

/// The origin of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Origin {
    /// Interior to the originating AS.
    Igp,
    /// Learned by EGP.
    Egp,
    /// By some other means.
    Incomplete,
}

impl Origin {
    const fn name(self) -> &'static str {
        match self {
            Self::Igp => "igp",
            Self::Egp => "egp",
            Self::Incomplete => "incomplete",
        }
    }
}

impl Attribute for Origin {
    const CODE: u8 = 1;
    const FLAGS: u8 = TRANSITIVE;
    const WORD: &'static str = "origin";

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        match value.rest() {
            [0] => Ok(Self::Igp),
            [1] => Ok(Self::Egp),
            [2] => Ok(Self::Incomplete),
            [other] => Err(Malformed::new(format!("ORIGIN has the value {other}"))),
            octets => Err(Malformed::new(format!("ORIGIN has {} octets where 1 is expected", octets.len()))),
        }
    }

    fn encode(&self, out: &mut BytesMut, _: &Negotiated) {
        out.put_u8(*self as u8);
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let word = words.expect("the origin")?;
        match word.text.to_ascii_lowercase().as_str() {
            "igp" => Ok(Self::Igp),
            "egp" => Ok(Self::Egp),
            "incomplete" => Ok(Self::Incomplete),
            _ => Err(WordError::expected(word, "igp, egp or incomplete")),
        }
    }

    fn json(&self, out: &mut String, _: &Style) -> bool {
        out.extend(["\"", self.name(), "\""]);
        true
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
