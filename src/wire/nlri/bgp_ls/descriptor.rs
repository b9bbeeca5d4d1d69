//! Descriptors that several NLRI types have: of nodes (RFC 9552 section 5.2.1), addresses, topologies.

use crate::{Reader, json, tlv::Tlv};

/// Writes what describes a node as a list of objects, in the order of the octets; a TLV that is not known is told by
/// its octets.
pub(super) fn node(value: Option<Reader<'_>>, out: &mut String) -> Option<()> {
    let parts = Tlv::all(value.unwrap_or(Reader::new(&[])))?;
    list(out, parts, |out, tlv| {
        out.push_str("{ ");
        part(tlv, out)?;
        out.push_str(" }");
        Some(())
    })
}

/// One sub-TLV of a node.
fn part(Tlv { code, mut value }: Tlv<'_>, out: &mut String) -> Option<()> {
    match code {
        512 => json::write(out, format_args!("\"autonomous-system\": {}", value.u32()?)),
        513 => json::write(out, format_args!("\"bgp-ls-identifier\": \"{}\"", value.u32()?)),
        514 => json::write(out, format_args!("\"ospf-area-id\": \"{}\"", value.ipv4()?)),
        515 => router(&mut value, out)?,
        _ => {
            json::write(out, format_args!("\"generic-node-descriptor-{code}\": "));
            hex(&mut value, out);
        }
    }
    value.is_empty().then_some(())
}

/// 515, the IGP router identifier (RFC 9552 section 5.2.1.4): a router of OSPF in four octets, its network behind its
/// designated router in eight, a system of IS-IS in six, its pseudonode in seven.
fn router(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    match value.len() {
        4 => json::write(out, format_args!("\"router-id\": \"{}\"", value.ipv4()?)),
        8 => {
            let (router, designated) = value.ipv4().zip(value.ipv4())?;
            let text = format_args!("\"router-id\": \"{router}\", \"designated-router-id\": \"{designated}\"");
            json::write(out, text);
        }
        6 | 7 => {
            let octets = value.take(value.len())?;
            out.push_str("\"router-id\": \"");
            octets.iter().for_each(|octet| json::write(out, format_args!("{octet:02x}")));
            out.push('"');
            octets.get(6).iter().for_each(|psn| json::write(out, format_args!(", \"psn\": \"{psn}\"")));
        }
        _ => return None,
    }
    Some(())
}

/// Octets as digits behind `0x`.
pub(super) fn hex(value: &mut Reader<'_>, out: &mut String) {
    out.push_str("\"0x");
    json::hex(out, value.take(value.len()).unwrap_or_default());
    out.push('"');
}

/// The value of the first TLV of this type.
pub(super) fn first<'a>(descriptors: &[Tlv<'a>], code: u16) -> Option<Reader<'a>> {
    of(descriptors, &[code]).next()
}

/// The values of all TLVs of these types.
pub(super) fn of<'t, 'a>(descriptors: &'t [Tlv<'a>], codes: &'t [u16]) -> impl Iterator<Item = Reader<'a>> + 't {
    descriptors.iter().filter(|tlv| codes.contains(&tlv.code)).map(|tlv| tlv.value)
}

/// Writes a list; an empty one has two blanks in it.
pub(super) fn list<T>(
    out: &mut String,
    items: impl IntoIterator<Item = T>,
    mut one: impl FnMut(&mut String, T) -> Option<()>,
) -> Option<()> {
    out.push_str("[ ");
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        one(out, item)?;
    }
    out.push_str(" ]");
    Some(())
}

/// The multi-topology identifiers of TLV 263 (RFC 9552 section 5.2.2.1): twelve bits of sixteen each.
pub(super) fn topologies(descriptors: &[Tlv<'_>]) -> Option<Vec<u16>> {
    let mut all = Vec::new();
    for mut value in of(descriptors, &[263]) {
        while !value.is_empty() {
            all.push(value.u16()? & 0x0FFF);
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routers() {
        let shown = |octets: &[u8]| {
            let mut out = String::new();
            node(Some(Reader::new(octets)), &mut out).map(|()| out)
        };
        let psn = [2, 3, 0, 7, 0, 0, 0, 0, 0, 0x14, 3];
        assert_eq!(shown(&psn).unwrap(), "[ { \"router-id\": \"00000000001403\", \"psn\": \"3\" } ]");
        assert_eq!(shown(&[2, 3, 0, 5, 1, 2, 3, 4, 5]), None);
        assert_eq!(shown(&[2, 4, 0, 1, 10]).unwrap(), "[ { \"generic-node-descriptor-516\": \"0x0A\" } ]");
        assert_eq!(shown(&[2, 0, 0, 5, 0, 0, 0, 1, 0]), None);
    }
}
