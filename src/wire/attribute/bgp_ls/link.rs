//! TLVs of a link: traffic engineering (RFC 9552 section 5.3.2), segments (RFC 9085 section 2.2), measurements
//! (RFC 8571).

use super::{
    sid::Sids,
    value::{flags, measured, u24},
};
use crate::{Reader, json};

/// 258, the numbers that both ends give the link (RFC 5307 section 1.1).
pub(super) fn identifiers(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let (local, remote) = value.u32().zip(value.u32())?;
    json::write(out, format_args!("{{\"local-id\": {local}, \"remote-id\": {remote}}}"));
    Some(())
}

/// 1093, how the link is protected (RFC 5307 section 1.2): the lowest bit is the first.
///
/// ```text
/// +---------------+---------------+
/// |  Capability   |   Reserved    |
/// +---------------+---------------+
/// ```
pub(super) fn protection(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let [capability, _] = value.array()?;
    let names = ["ExtraTrafic", "Unprotected", "Shared", "Dedicated 1:1", "Dedicated 1+1", "Enhanced"];
    flags(capability.reverse_bits(), &names, out);
    Some(())
}

/// 1094, the label protocols (RFC 9552 section 5.3.2.2).
pub(super) fn mpls_mask(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    flags(value.u8()?, &["LDP", "RSVP-TE"], out);
    Some(())
}

/// 1095, the metric of the IGP in one octet (of which IS-IS uses six bits), two or three.
pub(super) fn igp_metric(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let metric = match value.len() {
        1 => u32::from(value.u8()? & 0x3F),
        2 => u32::from(value.u16()?),
        _ => u24(value)?,
    };
    json::write(out, format_args!("{metric}"));
    Some(())
}

/// 1099, the segment of the adjacency.
///
/// ```text
/// +---------------+---------------+-------------------------------+
/// |F|B|V|L|S|P|   |    Weight     |          Reserved             |
/// +---------------+---------------+-------------------------------+
/// | Label (3) or index (4)        |
/// +-------------------------------+
/// ```
pub(super) fn adjacency_sid(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let [bits, weight, _, _] = value.array()?;
    let sids = Sids::read(value, bits & 0x20 != 0, bits & 0x10 != 0)?;
    out.push_str("{\"flags\": ");
    flags(bits, ADJACENCY, out);
    out.push_str(", \"sids\": ");
    sids.known(out);
    json::write(out, format_args!(", \"weight\": {weight}, \"undecoded-sids\": "));
    sids.unknown(out);
    out.push('}');
    Some(())
}

const ADJACENCY: &[&str] = &["F", "B", "V", "L", "S", "P"];

/// 1100, the segment of the adjacency with one of the nodes of a LAN. A system identifier of IS-IS has six octets, a
/// router identifier of OSPF four; the length of the TLV tells which it is.
///
/// ```text
/// +---------------+---------------+-------------------------------+
/// |F|B|V|L|S|P|   |    Weight     |          Reserved             |
/// +---------------+---------------+-------------------------------+
/// | Neighbor (4 or 6)             | Label (3) or index (4)        |
/// +-------------------------------+-------------------------------+
/// ```
pub(super) fn lan_adjacency_sid(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let [bits, weight, _, _] = value.array()?;
    json::write(out, format_args!("{{\"flags\": "));
    flags(bits, ADJACENCY, out);
    json::write(out, format_args!(", \"weight\": {weight}, \"system-id\": "));
    if value.len() > 8 {
        super::value::hex(&mut value.sub(6)?, out)?;
    } else {
        super::value::ipv4(value, out)?;
    }
    let sids = Sids::read(value, bits & 0x20 != 0, bits & 0x10 != 0)?;
    out.push_str(", \"sids\": ");
    sids.known(out);
    out.push_str(", \"undecoded\": ");
    sids.unknown(out);
    out.push('}');
    Some(())
}

/// 1114, the delay of the link (RFC 8571 section 2.1).
///
/// ```text
/// +-+-------------+-----------------------------------------------+
/// |A|  Reserved   |                Delay (24 bits)                |
/// +-+-------------+-----------------------------------------------+
/// ```
pub(super) fn delay(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let (anomalous, delay) = measured(value)?;
    json::write(out, format_args!("{{\"delay-us\": {delay}, \"anomalous\": {anomalous}}}"));
    Some(())
}

/// 1115, the least and the longest delay (RFC 8571 section 2.2), each laid out as that of 1114.
pub(super) fn delays(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let ((anomalous, least), (_, most)) = measured(value).zip(measured(value))?;
    json::write(
        out,
        format_args!("{{\"min-delay-us\": {least}, \"max-delay-us\": {most}, \"anomalous\": {anomalous}}}"),
    );
    Some(())
}

/// 1116, how much the delay varies (RFC 8571 section 2.3).
pub(super) fn delay_variation(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let (_, variation) = measured(value)?;
    json::write(out, format_args!("{variation}"));
    Some(())
}

/// 1117, what is lost (RFC 8571 section 2.4): units of 0.000003 %.
pub(super) fn loss(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let (anomalous, units) = measured(value)?;
    let percent = f64::from(units) * 0.000_003;
    json::write(out, format_args!("{{\"loss-percent\": {percent:?}, \"anomalous\": {anomalous}}}"));
    Some(())
}
