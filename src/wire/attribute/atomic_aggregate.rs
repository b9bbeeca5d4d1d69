//! ATOMIC_AGGREGATE (6): parts of the path were left out (RFC 4271 section 5.1.6).

use std::fmt;

use bytes::BytesMut;

use super::{Attribute, TRANSITIVE};
use crate::{Malformed, Negotiated, OnError, Reader, WordError, Words, json::Style};

/// The route is an aggregate that lost some of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AtomicAggregate;

impl Attribute for AtomicAggregate {
    const CODE: u8 = 6;
    const FLAGS: u8 = TRANSITIVE;
    const WORD: &'static str = "atomic-aggregate";
    const ON_ERROR: OnError = OnError::Discard;

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        match value.len() {
            0 => Ok(Self),
            length => Err(Malformed::new(format!("ATOMIC_AGGREGATE has {length} octets where none is expected"))),
        }
    }

    fn encode(&self, _: &mut BytesMut, _: &Negotiated) {}

    fn parse(_: &mut Words<'_>) -> Result<Self, WordError> {
        Ok(Self)
    }

    fn json(&self, out: &mut String, _: &Style) -> bool {
        out.push_str("true");
        true
    }
}

impl fmt::Display for AtomicAggregate {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}
