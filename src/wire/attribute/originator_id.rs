//! ORIGINATOR_ID (9): the router that brought the route into the AS (RFC 4456 section 8).

use std::{fmt, net::Ipv4Addr};

use bytes::{BufMut, BytesMut};

use super::{Attribute, OPTIONAL, four};
use crate::{Malformed, Negotiated, OnError, Reader, Word, WordError, Words, json, json::Style};

/// The BGP identifier of the originator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OriginatorId(pub Ipv4Addr);

impl Attribute for OriginatorId {
    const CODE: u8 = 9;
    const FLAGS: u8 = OPTIONAL;
    const WORD: &'static str = "originator-id";
    const ON_ERROR: OnError = OnError::WithdrawFromInternal;
    const INTERNAL_ONLY: bool = true;

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        four(value, "ORIGINATOR_ID").map(|id| Self(id.into()))
    }

    fn encode(&self, out: &mut BytesMut, _: &Negotiated) {
        out.put_u32(self.0.into());
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let word = words.expect("the originator's identifier")?;
        word.text.parse().ok().ok_or_else(|| refused(word)).map(Self)
    }

    fn json(&self, out: &mut String, _: &Style) -> bool {
        json::write(out, format_args!("\"{self}\""));
        true
    }
}

fn refused(word: Word<'_>) -> WordError {
    WordError::expected(word, "an IPv4 address")
}

impl fmt::Display for OriginatorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
