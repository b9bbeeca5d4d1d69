//! TLVs of a node (RFC 9552 section 5.3.1, RFC 9085 section 2.1).

use super::{
    sid,
    value::{flags, rest, u24},
};
use crate::{Reader, json};

/// 1024, node flag bits: overload, attached, external, ABR, router, V6.
///
/// ```text
/// +-+-+-+-+-+-+-+-+
/// |O|T|E|B|R|V|   |
/// +-+-+-+-+-+-+-+-+
/// ```
pub(super) fn node_flags(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    flags(value.u8()?, &["O", "T", "E", "B", "R", "V"], out);
    Some(())
}

/// 1027, the area of IS-IS: its octets as one decimal number.
pub(super) fn area(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let octets = rest(value)?;
    if octets.is_empty() || octets.len() > 16 {
        return None;
    }
    let number = octets.iter().fold(0_u128, |number, octet| number << 8 | u128::from(*octet));
    json::write(out, format_args!("\"{number}\""));
    Some(())
}

/// 1034, the SIDs a node can give: two members.
///
/// ```text
/// +---------------+---------------+
/// |     Flags     |   Reserved    |  then, once or more:
/// +---------------+---------------+---------------+
/// |             Range size (3)                    |  SID/Label TLV 1161
/// +---------------+---------------+---------------+
/// ```
pub(super) fn sr_capabilities(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let bits = value.u8()?;
    value.u8()?;
    out.push_str("\"sr-capability-flags\": ");
    flags(bits, &["I", "V"], out);
    out.push_str(", \"sids\": ");
    super::value::list(value, out, |value, out| {
        let range = u24(value)?;
        let first = sid::of_tlv(value)?;
        json::write(out, format_args!("[{range}, {first}]"));
        Some(())
    })
}
