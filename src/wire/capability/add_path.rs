//! Capability 69: several paths to one prefix (RFC 7911 section 4).
//!
//! ```text
//! +-------------------------------+---------------+---------------+
//! |             AFI               |     SAFI      | Send/Receive  |   repeated
//! +-------------------------------+---------------+---------------+
//! ```

use std::fmt;

use super::{Capability, by_family};
use crate::{
    Family, FamilyCode, FamilySet, Reader,
    json::{self, Style},
};

/// Families, and what the sender does with path identifiers in each: bit 0 it receives them, bit 1 it sends them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddPath(pub Vec<(FamilyCode, u8)>);

impl AddPath {
    /// The bit of a speaker that receives path identifiers.
    pub const RECEIVES: u8 = 1;
    /// The bit of a speaker that sends them.
    pub const SENDS: u8 = 2;

    /// Our families with this bit; the last word about a family counts.
    pub fn families(&self, bit: u8) -> FamilySet {
        let mut set = FamilySet::new();
        for (code, mode) in &self.0 {
            match code.family() {
                Some(family) if mode & bit != 0 => set.insert(family),
                Some(family) => set.remove(family),
                None => {}
            }
        }
        set
    }

    /// What we do in these families, in ExaBGP's order: by SAFI, then AFI.
    pub fn new(send: FamilySet, receive: FamilySet) -> Self {
        let mut families = Family::ALL.to_vec();
        families.sort_by_key(|family| (family.safi(), family.afi()));
        let bit = |set: FamilySet, family, bit: u8| if set.contains(family) { bit } else { 0 };
        let mode = |family| bit(send, family, Self::SENDS) | bit(receive, family, Self::RECEIVES);
        let entries = families.into_iter().map(|family| (FamilyCode::from(family), mode(family)));
        Self(entries.filter(|(_, mode)| *mode != 0).collect())
    }
}

fn mode(mode: u8) -> String {
    match mode {
        0 => "disabled".to_owned(),
        1 => "receive".to_owned(),
        2 => "send".to_owned(),
        3 => "send/receive".to_owned(),
        other => format!("invalid ({other})"),
    }
}

impl Capability for AddPath {
    const CODE: u8 = 69;
    const NAME: &'static str = "add-path";

    fn decode(value: &mut Reader<'_>) -> Result<Self, String> {
        let mut entries: Vec<(FamilyCode, u8)> = Vec::new();
        while !value.is_empty() {
            let (Some(afi), Some(safi), Some(mode)) = (value.u16(), value.u8(), value.u8()) else {
                return Err("is no list of entries of 4 octets".to_owned());
            };
            let code = FamilyCode { afi, safi };
            match entries.iter_mut().find(|(earlier, _)| *earlier == code) {
                Some(earlier) => earlier.1 = mode,
                None => entries.push((code, mode)),
            }
        }
        Ok(Self(entries))
    }

    fn encode(&self, value: &mut dyn FnMut(&[u8])) {
        let mut octets = Vec::new();
        for (family, mode) in &self.0 {
            let [high, low] = family.afi.to_be_bytes();
            octets.extend([high, low, family.safi, *mode]);
        }
        value(&octets);
    }

    fn json(&self, out: &mut String, _: &Style) {
        out.push_str("{ \"name\": \"addpath\"");
        for (family, (_, bits)) in by_family::named(&self.0, |(family, _)| *family) {
            json::write(out, format_args!(", \"{family}\": \"{}\"", mode(*bits)));
        }
        out.push_str(" }");
    }
}

impl fmt::Display for AddPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = |(family, bits): &(FamilyCode, u8)| format!("{} {}", mode(*bits), family.joined(' '));
        write!(f, "addpath({})", self.0.iter().map(entry).collect::<Vec<_>>().join(","))
    }
}
