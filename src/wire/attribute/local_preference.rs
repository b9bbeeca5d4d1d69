//! LOCAL_PREF (5): the degree of preference inside an AS (RFC 4271 section 5.1.5).

use std::fmt;

use bytes::{BufMut, BytesMut};

use super::{Attribute, TRANSITIVE, four};
use crate::{Malformed, Negotiated, OnError, Reader, Word, WordError, Words, json, json::Style};

/// The preference; the higher is preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LocalPreference(pub u32);

impl Attribute for LocalPreference {
    const CODE: u8 = 5;
    const FLAGS: u8 = TRANSITIVE;
    const WORD: &'static str = "local-preference";
    const ON_ERROR: OnError = OnError::WithdrawFromInternal;
    const INTERNAL_ONLY: bool = true;

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        four(value, "LOCAL_PREF").map(Self)
    }

    fn encode(&self, out: &mut BytesMut, _: &Negotiated) {
        out.put_u32(self.0);
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let word = words.expect("the preference")?;
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

impl fmt::Display for LocalPreference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
