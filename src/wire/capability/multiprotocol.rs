//! Capability 1: a family the sender exchanges (RFC 4760 section 8).
//!
//! ```text
//! +-------------------------------+---------------+---------------+
//! |             AFI               |   Reserved    |     SAFI      |
//! +-------------------------------+---------------+---------------+
//! ```

use std::fmt;

use super::Capability;
use crate::{
    FamilyCode, Reader,
    json::{self, Style},
};

/// All families of an OPEN; each stands in a parameter of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multiprotocol(pub Vec<FamilyCode>);

impl Capability for Multiprotocol {
    const CODE: u8 = 1;
    const NAME: &'static str = "multiprotocol";

    fn decode(value: &mut Reader<'_>) -> Result<Self, String> {
        match (value.u16(), value.u8(), value.u8()) {
            (Some(afi), Some(_), Some(safi)) => Ok(Self(vec![FamilyCode { afi, safi }])),
            _ => Err("is shorter than the 4 octets of a family".to_owned()),
        }
    }

    fn encode(&self, value: &mut dyn FnMut(&[u8])) {
        for family in &self.0 {
            let [high, low] = family.afi.to_be_bytes();
            value(&[high, low, 0, family.safi]);
        }
    }

    fn join(&mut self, later: Self) {
        let new = later.0.into_iter().filter(|family| !self.0.contains(family)).collect::<Vec<_>>();
        self.0.extend(new);
    }

    fn json(&self, out: &mut String, _: &Style) {
        out.push_str("{ \"name\": \"multiprotocol\", \"families\": [ ");
        json::separated(out, ", ", &self.0, |out, family| json::write(out, format_args!("\"{family}\"")));
        out.push_str(" ] }");
    }
}

impl fmt::Display for Multiprotocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|family| family.joined(' ')).collect::<Vec<_>>();
        write!(f, "multiprotocol({})", names.join(","))
    }
}
