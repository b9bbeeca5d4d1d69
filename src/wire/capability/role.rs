//! Capability 9: what the sender is to us (RFC 9234 section 4.1).

use std::fmt;

use super::Capability;
use crate::{
    Reader,
    json::{self, Style},
};

/// The number of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role(pub u8);

impl Role {
    const fn name(self) -> &'static str {
        match self.0 {
            0 => "provider",
            1 => "rs",
            2 => "rs-client",
            3 => "customer",
            4 => "peer",
            _ => "unassigned",
        }
    }
}

impl Capability for Role {
    const CODE: u8 = 9;
    const NAME: &'static str = "role";

    fn decode(value: &mut Reader<'_>) -> Result<Self, String> {
        match value.rest() {
            [role] => Ok(Self(*role)),
            octets => Err(format!("has {} octets where 1 is expected", octets.len())),
        }
    }

    fn encode(&self, value: &mut dyn FnMut(&[u8])) {
        value(&[self.0]);
    }

    fn json(&self, out: &mut String, _: &Style) {
        json::write(
            out,
            format_args!("{{ \"name\": \"role\", \"role\": \"{}\", \"value\": {} }}", self.name(), self.0),
        );
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "role({})", self.name())
    }
}
