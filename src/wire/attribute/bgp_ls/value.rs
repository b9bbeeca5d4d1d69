//! The pieces that several TLVs are made of: each takes octets from the front and writes the value of a member.

use crate::{Reader, json};

/// Takes a 24-bit number.
pub(super) fn u24(value: &mut Reader<'_>) -> Option<u32> {
    value.array().map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
}

/// Takes a 64-bit number.
fn u64(value: &mut Reader<'_>) -> Option<u64> {
    value.array().map(u64::from_be_bytes)
}

/// Takes all that is left.
pub(super) fn rest<'a>(value: &mut Reader<'a>) -> Option<&'a [u8]> {
    value.take(value.len())
}

/// A 32-bit number.
pub(super) fn number(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let number = value.u32()?;
    json::write(out, format_args!("{number}"));
    Some(())
}

/// A list of 32-bit numbers.
pub(super) fn numbers(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    list(value, out, number)
}

/// A list of 64-bit numbers.
pub(super) fn wide_numbers(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    list(value, out, |value, out| {
        let number = u64(value)?;
        json::write(out, format_args!("{number}"));
        Some(())
    })
}

/// A list of octets.
pub(super) fn octets(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    list(value, out, |value, out| {
        let octet = value.u8()?;
        json::write(out, format_args!("{octet}"));
        Some(())
    })
}

/// A number of IEEE 754 with 32 bits. JSON has neither infinity nor NaN.
pub(super) fn float(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let number = f32::from_bits(value.u32()?);
    if number.is_finite() {
        json::write(out, format_args!("{:?}", f64::from(number)));
    } else {
        out.push_str("null");
    }
    Some(())
}

/// Eight such numbers, one a priority.
pub(super) fn eight_floats(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let mut eight = value.sub(32)?;
    list(&mut eight, out, float)
}

/// Items until nothing is left.
pub(super) fn list(
    value: &mut Reader<'_>,
    out: &mut String,
    one: impl Fn(&mut Reader<'_>, &mut String) -> Option<()>,
) -> Option<()> {
    out.push('[');
    let mut separator = "";
    while !value.is_empty() {
        out.push_str(separator);
        one(value, out)?;
        separator = ", ";
    }
    out.push(']');
    Some(())
}

/// Text, whatever its encoding.
pub(super) fn text(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    json::string(out, &String::from_utf8_lossy(rest(value)?));
    Some(())
}

/// Octets as lower-case hexadecimal digits.
pub(super) fn hex(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    out.push('"');
    rest(value)?.iter().for_each(|octet| json::write(out, format_args!("{octet:02x}")));
    out.push('"');
    Some(())
}

/// Octets as upper-case hexadecimal digits behind `0x`.
pub(super) fn raw(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    out.push_str("\"0x");
    json::hex(out, rest(value)?);
    out.push('"');
    Some(())
}

/// An IPv4 address.
pub(super) fn ipv4(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let address = value.ipv4()?;
    json::write(out, format_args!("\"{address}\""));
    Some(())
}

/// An IPv6 address.
pub(super) fn ipv6(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    let address = value.ipv6()?;
    json::write(out, format_args!("\"{address}\""));
    Some(())
}

/// An address of either kind, told by its length.
pub(super) fn address(value: &mut Reader<'_>, out: &mut String) -> Option<()> {
    if value.len() == 4 { ipv4(value, out) } else { ipv6(value, out) }
}

/// Flags as an object of bits, the highest first. An empty name passes over a bit; those behind the last name are
/// reserved.
pub(super) fn flags(octet: u8, names: &[&str], out: &mut String) {
    out.push('{');
    for (place, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        let bit = octet.checked_shr(7_u32.saturating_sub(u32::try_from(place).unwrap_or(7))).unwrap_or(0) & 1;
        json::write(out, format_args!("\"{name}\": {bit}, "));
    }
    out.push_str("\"RSV\": 0}");
}

/// A flag which, set, says that the figure behind it left its bounds (RFC 8571 section 2), and that figure of 24 bits.
pub(super) fn measured(value: &mut Reader<'_>) -> Option<(bool, u32)> {
    let word = value.u32()?;
    Some((word >> 31 == 1, word & 0x00FF_FFFF))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(octets: &[u8], read: impl Fn(&mut Reader<'_>, &mut String) -> Option<()>) -> Option<String> {
        let (mut value, mut out) = (Reader::new(octets), String::new());
        read(&mut value, &mut out).filter(|()| value.is_empty()).map(|()| out)
    }

    #[test]
    fn floats_are_json() {
        assert_eq!(shown(&[0x4C, 0xEE, 0x6B, 0x28], float).unwrap(), "125000000.0");
        assert_eq!(shown(&[0x7F, 0x80, 0, 0], float).unwrap(), "null");
        assert_eq!(shown(&[0; 31], eight_floats), None);
    }

    #[test]
    fn lists() {
        assert_eq!(shown(&[0, 0, 0, 1, 0, 0, 0, 2], numbers).unwrap(), "[1, 2]");
        assert_eq!(shown(&[], octets).unwrap(), "[]");
        assert_eq!(shown(&[0, 0, 1], numbers), None);
    }

    #[test]
    fn the_highest_bit_has_the_first_name() {
        let mut out = String::new();
        flags(0b1010_0000, &["A", "", "C"], &mut out);
        assert_eq!(out, "{\"A\": 1, \"C\": 1, \"RSV\": 0}");
    }
}
