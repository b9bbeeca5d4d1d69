//! Capability 5: routes whose next hop is of another address family (RFC 8950 section 4).
//!
//! ```text
//! +-------------------------------+-------------------------------+
//! |             AFI               |             SAFI              |   repeated
//! +-------------------------------+-------------------------------+
//! |         Next hop AFI          |
//! +-------------------------------+
//! ```

use std::fmt;

use super::Capability;
use crate::{
    FamilyCode, Reader,
    family::afi_name,
    json::{self, Style},
};

/// Families and an AFI that their next hop may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtendedNextHop(pub Vec<(FamilyCode, u16)>);

impl Capability for ExtendedNextHop {
    const CODE: u8 = 5;
    const NAME: &'static str = "nexthop";

    fn decode(value: &mut Reader<'_>) -> Result<Self, String> {
        let mut entries = Vec::new();
        while !value.is_empty() {
            let (Some(afi), Some(safi), Some(next_hop)) = (value.u16(), value.u16(), value.u16()) else {
                return Err("is no list of entries of 6 octets".to_owned());
            };
            // A SAFI has one octet: no larger number names a family.
            if let Ok(safi) = u8::try_from(safi) {
                entries.push((FamilyCode { afi, safi }, next_hop));
            }
        }
        Ok(Self(entries))
    }

    fn encode(&self, value: &mut dyn FnMut(&[u8])) {
        let octets = self.0.iter().flat_map(|(family, next_hop)| {
            let ([a, b], [c, d]) = (family.afi.to_be_bytes(), next_hop.to_be_bytes());
            [a, b, 0, family.safi, c, d]
        });
        value(&octets.collect::<Vec<_>>());
    }

    fn json(&self, out: &mut String, _: &Style) {
        out.push_str("{ \"name\": \"nexthop\", \"conversion\": [ ");
        json::separated(out, ", ", &self.0, |out, (family, next_hop)| {
            json::write(out, format_args!("\"{family}/{}\"", afi_name(*next_hop)));
        });
        out.push_str(" ] }");
    }
}

impl fmt::Display for ExtendedNextHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = |(family, next_hop): &(FamilyCode, u16)| format!("{} {}", family.joined(' '), afi_name(*next_hop));
        write!(f, "extended nexthop({})", self.0.iter().map(entry).collect::<Vec<_>>().join(","))
    }
}
