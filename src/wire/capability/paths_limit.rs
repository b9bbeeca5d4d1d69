//! Capability 76: how many paths to one prefix the sender takes (draft-abraitis-idr-addpath-paths-limit).
//!
//! ```text
//! +-------------------------------+---------------+-------------------------------+
//! |             AFI               |     SAFI      |            Limit              |   repeated
//! +-------------------------------+---------------+-------------------------------+
//! ```

use std::fmt;

use super::{Capability, by_family};
use crate::{
    FamilyCode, Reader,
    json::{self, Style},
};

/// Families and the number of paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathsLimit(pub Vec<(FamilyCode, u16)>);

impl Capability for PathsLimit {
    const CODE: u8 = 76;
    const NAME: &'static str = "paths-limit";

    /// A limit of 0 says nothing, and the first word about a family counts.
    fn decode(value: &mut Reader<'_>) -> Result<Self, String> {
        let mut entries: Vec<(FamilyCode, u16)> = Vec::new();
        while !value.is_empty() {
            let (Some(afi), Some(safi), Some(limit)) = (value.u16(), value.u8(), value.u16()) else {
                return Err("is no list of entries of 5 octets".to_owned());
            };
            let code = FamilyCode { afi, safi };
            if limit > 0 && !entries.iter().any(|(earlier, _)| *earlier == code) {
                entries.push((code, limit));
            }
        }
        Ok(Self(entries))
    }

    fn encode(&self, value: &mut dyn FnMut(&[u8])) {
        let octets = self.0.iter().flat_map(|(family, limit)| {
            let ([a, b], [c, d]) = (family.afi.to_be_bytes(), limit.to_be_bytes());
            [a, b, family.safi, c, d]
        });
        value(&octets.collect::<Vec<_>>());
    }

    fn json(&self, out: &mut String, _: &Style) {
        out.push_str("{ \"name\": \"paths-limit\"");
        for (family, (_, limit)) in by_family::named(&self.0, |(family, _)| *family) {
            json::write(out, format_args!(", \"{family}\": {limit}"));
        }
        out.push_str(" }");
    }
}

impl fmt::Display for PathsLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = |(family, limit): &(FamilyCode, u16)| format!("{} {limit}", family.joined(' '));
        write!(f, "paths-limit({})", self.0.iter().map(entry).collect::<Vec<_>>().join(","))
    }
}
