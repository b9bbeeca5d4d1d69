//! Capability 65: AS numbers of four octets (RFC 6793).

use std::fmt;

use super::Capability;
use crate::{
    Reader,
    json::{self, Style},
};

/// The sender's AS number in four octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asn4(pub u32);

impl Capability for Asn4 {
    const CODE: u8 = 65;
    const NAME: &'static str = "asn4";

    fn decode(value: &mut Reader<'_>) -> Result<Self, String> {
        match value.len() {
            4 => value.u32().map(Self).ok_or_else(String::new),
            2 => value.u16().map(|asn| Self(u32::from(asn))).ok_or_else(String::new),
            length => Err(format!("has {length} octets where 4 are expected")),
        }
    }

    fn encode(&self, value: &mut dyn FnMut(&[u8])) {
        value(&self.0.to_be_bytes());
    }

    fn json(&self, out: &mut String, _: &Style) {
        json::write(out, format_args!("{{ \"name\": \"asn4\", \"asn4\": {} }}", self.0));
    }
}

impl fmt::Display for Asn4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "asn4({})", self.0)
    }
}
