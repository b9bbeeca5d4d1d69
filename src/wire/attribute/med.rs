//! MULTI_EXIT_DISC (4): which of several links to prefer (RFC 4271 section 5.1.4).

use std::fmt;

use bytes::{BufMut, BytesMut};

use super::{Attribute, OPTIONAL, four};
use crate::{Malformed, Negotiated, Reader, Word, WordError, Words, json, json::Style};

/// The metric; the lower is preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Med(pub u32);

impl Attribute for Med {
    const CODE: u8 = 4;
    const FLAGS: u8 = OPTIONAL;
    const WORD: &'static str = "med";

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        four(value, "MULTI_EXIT_DISC").map(Self)
    }

    fn encode(&self, out: &mut BytesMut, _: &Negotiated) {
        out.put_u32(self.0);
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let word = words.expect("the metric")?;
        crate::number::u32(word.text).ok_or_else(|| refused(word)).map(Self)
    }

    fn json(&self, out: &mut String, _: &Style) -> bool {
        json::number(out, self.0);
        true
    }
}

fn refused(word: Word<'_>) -> WordError {
    WordError::expected(word, "a number from 0 to 4294967295")
}

impl fmt::Display for Med {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
