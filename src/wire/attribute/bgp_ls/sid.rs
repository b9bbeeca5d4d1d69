//! Segment identifiers of SR-MPLS (RFC 9085 section 2.1.1).

use super::value::u24;
use crate::{Reader, json, tlv::Tlv};

/// The type of the SID/Label TLV.
const SID_LABEL: u16 = 1161;

/// The SID of a SID/Label TLV: a label of 20 bits in three octets, or an index in four.
pub(super) fn of_tlv(octets: &mut Reader<'_>) -> Option<u32> {
    let tlv = Tlv::read(octets).filter(|tlv| tlv.code == SID_LABEL)?;
    let mut value = tlv.value;
    match value.len() {
        3 => label(&mut value),
        4 => value.u32(),
        _ => None,
    }
}

/// A label in the lower 20 of 24 bits.
pub(super) fn label(value: &mut Reader<'_>) -> Option<u32> {
    u24(value).map(|number| number & 0x000F_FFFF)
}

/// What stands behind flags: labels when both the value and the local flag are set, indexes when neither is. Octets
/// that are neither are kept aside.
pub(super) struct Sids<'a> {
    known: Vec<u32>,
    unknown: Option<&'a [u8]>,
}

impl<'a> Sids<'a> {
    /// Takes all that is left.
    pub(super) fn read(value: &mut Reader<'a>, value_flag: bool, local_flag: bool) -> Option<Self> {
        let mut known = Vec::new();
        while !value.is_empty() {
            known.push(match (value_flag, local_flag) {
                (true, true) => label(value)?,
                (false, false) => value.u32()?,
                _ => return Some(Self { known, unknown: value.take(value.len()) }),
            });
        }
        Some(Self { known, unknown: None })
    }

    /// Writes the list of those that are known.
    pub(super) fn known(&self, out: &mut String) {
        out.push('[');
        json::separated(out, ", ", &self.known, |out, sid| json::write(out, format_args!("{sid}")));
        out.push(']');
    }

    /// Writes the list of those that are not.
    pub(super) fn unknown(&self, out: &mut String) {
        out.push('[');
        if let Some(octets) = self.unknown {
            out.push_str("\"0x");
            json::hex(out, octets);
            out.push('"');
        }
        out.push(']');
    }
}
