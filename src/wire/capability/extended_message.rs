//! Capability 6: messages of up to 65,535 octets (RFC 8654).

use std::fmt;

use super::Capability;
use crate::{Reader, json::Style};

/// Messages may be longer than 4,096 octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtendedMessage;

impl Capability for ExtendedMessage {
    const CODE: u8 = 6;
    const NAME: &'static str = "extended-message";

    fn decode(_: &mut Reader<'_>) -> Result<Self, String> {
        Ok(Self)
    }

    fn encode(&self, value: &mut dyn FnMut(&[u8])) {
        value(&[]);
    }

    fn json(&self, out: &mut String, _: &Style) {
        out.push_str("{ \"name\": \"extended-message\", \"size\": 65535 }");
    }
}

impl fmt::Display for ExtendedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("extended message(65535)")
    }
}
