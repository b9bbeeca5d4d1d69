//! TLVs of SRv6 (RFC 9514).

use super::value::{flags, hex, ipv4, ipv6, rest};
use crate::{Reader, json, tlv::Tlv};

/// The type of the structure of a SID, alone or inside of another TLV.
pub(super) const STRUCTURE: u16 = 1252;

/// 1038, what a node can do (section 3.1). The O flag is the second bit.
///
/// ```text
/// +-+-+---------------------------+-------------------------------+
/// | |O|          Flags            |          Reserved             |  sub-TLVs
/// +-+-+---------------------------+-------------------------------+
/// ```
pub(super) fn capabilities(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let [high, _, _, _] = value.array()?;
    rest(value)?;
    json::write(out, format_args!("{{\"flags\": {{\"O\": {}}}}}", high >> 6 & 1));
    Some(())
}

/// 1106, the SID of an adjacency (section 4.1).
///
/// ```text
/// +-------------------------------+---------------+---------------+
/// |     Endpoint behavior         |B|S|P|         |   Algorithm   |
/// +---------------+---------------+---------------+---------------+
/// |    Weight     |   Reserved    | SID (16)                      |  sub-TLVs
/// +---------------+---------------+-------------------------------+
/// ```
pub(super) fn end_x(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    adjacency(value, out, |_, _| Some(()))
}

/// 1107, the same on a LAN of IS-IS (section 4.2): the neighbor's system identifier stands before the SID.
pub(super) fn lan_end_x_isis(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    adjacency(value, out, |value, out| {
        out.push_str(", \"neighbor-id\": ");
        hex(&mut value.sub(6)?, out)
    })
}

/// 1108, the same on a LAN of OSPF: the neighbor's router identifier stands before the SID.
pub(super) fn lan_end_x_ospf(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    adjacency(value, out, |value, out| {
        out.push_str(", \"neighbor-id\": ");
        ipv4(value, out)
    })
}

fn adjacency(
    value: &mut Reader<'_>,
    out: &mut String,
    neighbor: impl Fn(&mut Reader<'_>, &mut String) -> Option<()>,
) -> Option<()> {
    let behavior = value.u16()?;
    let [bits, algorithm, weight, _] = value.array()?;
    out.push_str("{\"flags\": ");
    flags(bits, &["B", "S", "P"], out);
    neighbor(value, out)?;
    json::write(
        out,
        format_args!(", \"behavior\": {behavior}, \"algorithm\": {algorithm}, \"weight\": {weight}, \"sid\": "),
    );
    ipv6(value, out)?;
    // Sub-TLVs that are not known are ignored.
    for tlv in Tlv::all(*value)?.into_iter().filter(|tlv| tlv.code == STRUCTURE).take(1) {
        out.push_str(", \"srv6-sid-structure\": ");
        structure(&mut tlv.value.clone(), out)?;
    }
    rest(value)?;
    out.push('}');
    Some(())
}

/// 1162, a locator (section 5.1).
///
/// ```text
/// +---------------+---------------+-------------------------------+
/// |D|             |   Algorithm   |          Reserved             |
/// +---------------+---------------+-------------------------------+
/// |                          Metric                               |  sub-TLVs
/// +---------------------------------------------------------------+
/// ```
pub(super) fn locator(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let [bits, algorithm, _, _] = value.array()?;
    let metric = value.u32()?;
    rest(value)?;
    out.push_str("{\"flags\": ");
    flags(bits, &["D"], out);
    json::write(out, format_args!(", \"algorithm\": {algorithm}, \"metric\": {metric}}}"));
    Some(())
}

/// 1250, what happens at the end of a SID (section 7.1). No flag has a name.
///
/// ```text
/// +-------------------------------+---------------+---------------+
/// |     Endpoint behavior         |     Flags     |   Algorithm   |
/// +-------------------------------+---------------+---------------+
/// ```
pub(super) fn behavior(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let behavior = value.u16()?;
    let [_, algorithm] = value.array()?;
    json::write(out, format_args!("{{\"endpoint-behavior\": {behavior}, \"flags\": [], \"algorithm\": {algorithm}}}"));
    Some(())
}

/// 1252, of which lengths a SID is made (section 8).
///
/// ```text
/// +---------------+---------------+---------------+---------------+
/// | Locator block | Locator node  |   Function    |   Argument    |
/// +---------------+---------------+---------------+---------------+
/// ```
pub(super) fn structure(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let [block, node, function, argument] = value.array()?;
    json::write(
        out,
        format_args!(
            "{{\"loc_block_len\": {block}, \"loc_node_len\": {node}, \"func_len\": {function}, \"arg_len\": {argument}}}"
        ),
    );
    Some(())
}
