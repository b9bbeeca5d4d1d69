//! TLVs of a prefix (RFC 9552 section 5.3.3, RFC 9085 section 2.3).

use super::{sid::Sids, value::flags};
use crate::{Reader, json};

/// 1152, flags of the IGP: down, no unicast, local address, propagate NSSA.
///
/// ```text
/// +-+-+-+-+-+-+-+-+
/// |D|N|L|P|       |
/// +-+-+-+-+-+-+-+-+
/// ```
pub(super) fn igp_flags(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    flags(value.u8()?, &["D", "N", "L", "P"], out);
    Some(())
}

/// 1158, the segment of the prefix: the members, without braces.
///
/// ```text
/// +---------------+---------------+-------------------------------+
/// |R|N|P|E|V|L|   |   Algorithm   |          Reserved             |
/// +---------------+---------------+-------------------------------+
/// | Label (3) or index (4)        |
/// +-------------------------------+
/// ```
pub(super) fn sid_members(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let [bits, algorithm, _, _] = value.array()?;
    let sids = Sids::read(value, bits & 0x08 != 0, bits & 0x04 != 0)?;
    out.push_str("\"sr-prefix-flags\": ");
    flags(bits, &["R", "N", "P", "E", "V", "L"], out);
    out.push_str(", \"sids\": ");
    sids.known(out);
    out.push_str(", \"undecoded-sids\": ");
    sids.unknown(out);
    json::write(out, format_args!(", \"sr-algorithm\": {algorithm}"));
    Some(())
}

/// 1158 as an object.
pub(super) fn sid(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    out.push('{');
    sid_members(value, out)?;
    out.push('}');
    Some(())
}

/// 1170, flags of IS-IS (RFC 7794): external, re-advertised, node.
///
/// ```text
/// +-+-+-+-+-+-+-+-+
/// |X|R|N|         |
/// +-+-+-+-+-+-+-+-+
/// ```
pub(super) fn attribute_flags(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    flags(value.u8()?, &["X", "R", "N"], out);
    Some(())
}
