//! Types 3 and 4: a prefix of IPv4 or IPv6 (RFC 9552 section 5.2.3).

use std::net::IpAddr;

use super::{Object, descriptor::first};
use crate::{
    Reader,
    json::{self, Dialect},
};

/// Writes the members of its own. Descriptors that are not known are ignored.
pub(super) fn write(object: &Object<'_>, out: &mut String) -> Option<()> {
    super::local_node(object, out)?;
    if let Some(value) = first(&object.descriptors, 265) {
        let (address, length) = reachable(value, object.code == 3)?;
        match object.style.dialect {
            Dialect::V5 => json::write(out, format_args!(", \"ip-reachability-tlv\": \"{address}\"")),
            Dialect::V6 => json::write(out, format_args!(", \"ip-reachability-tlv\": \"{address}/{length}\"")),
        }
        json::write(out, format_args!(", \"ip-reach-prefix\": \"{address}/{length}\""));
    }
    let kind = match first(&object.descriptors, 264) {
        Some(mut value) => Some(value.u8().filter(|_| value.is_empty())?),
        None => None,
    };
    let write_kind = |out: &mut String| {
        kind.iter().for_each(|kind| json::write(out, format_args!(", \"ospf-route-type\": {kind}")));
    };
    if object.style.dialect == Dialect::V6 {
        write_kind(out);
    }
    object.write_next_hop_and_rd(out);
    if object.style.dialect == Dialect::V5 {
        write_kind(out);
    }
    Some(())
}

/// 265, what can be reached (RFC 9552 section 5.2.3.2): the length in bits and as many octets as hold them.
fn reachable(mut value: Reader<'_>, v4: bool) -> Option<(IpAddr, u8)> {
    let length = value.u8().filter(|length| *length <= if v4 { 32 } else { 128 })?;
    let octets = value.take(usize::from(length.div_ceil(8)))?;
    let mut whole = [0; 16];
    whole.iter_mut().zip(octets).for_each(|(to, from)| *to = *from);
    let address = if v4 { IpAddr::V4(Reader::new(&whole).ipv4()?) } else { IpAddr::V6(whole.into()) };
    Some((address, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes() {
        let read =
            |octets, v4| reachable(Reader::new(octets), v4).map(|(address, length)| format!("{address}/{length}"));
        assert_eq!(read(&[30, 10, 134, 2, 88], true).unwrap(), "10.134.2.88/30");
        assert_eq!(read(&[0], true).unwrap(), "0.0.0.0/0");
        assert_eq!(read(&[32, 0x20, 1, 0xd, 0xb8], false).unwrap(), "2001:db8::/32");
        for refused in [&[][..], &[33, 1, 2, 3, 4, 5], &[24, 10, 0]] {
            assert_eq!(read(refused, true), None, "{refused:?}");
        }
    }
}
