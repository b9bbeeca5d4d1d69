//! Numbers as people write them: ASCII digits, nothing else.

use std::net::Ipv4Addr;

/// A decimal number of 64 bits: digits only, no sign, no blank.
pub fn u64(text: &str) -> Option<u64> {
    digits(text)?.parse().ok()
}

/// A decimal number of 32 bits.
pub fn u32(text: &str) -> Option<u32> {
    digits(text)?.parse().ok()
}

/// A decimal number of 16 bits.
pub fn u16(text: &str) -> Option<u16> {
    digits(text)?.parse().ok()
}

/// A decimal number of 8 bits.
pub fn u8(text: &str) -> Option<u8> {
    digits(text)?.parse().ok()
}

/// A hexadecimal number of 64 bits, with its `0x`.
pub fn hex_u64(text: &str) -> Option<u64> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) { u64::from_str_radix(digits, 16).ok() } else { None }
}

/// A hexadecimal number of 32 bits, with its `0x`.
pub fn hex_u32(text: &str) -> Option<u32> {
    hex_u64(text)?.try_into().ok()
}

/// A number of 16 bits, decimal or hexadecimal.
pub fn any_u16(text: &str) -> Option<u16> {
    u16(text).or_else(|| hex_u64(text)?.try_into().ok())
}

/// The octets behind a `0x`; an odd number of digits is refused.
pub fn hex_octets(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?.as_bytes();
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some(nibble(*high)? << 4 | nibble(*low)?)).collect()
}

/// An AS number, plain (RFC 5396 asplain) or as two halves (asdot).
pub fn asn(text: &str) -> Option<u32> {
    match text.split_once('.') {
        None => u32(text),
        Some((high, low)) => Some(u32::from(u16(high)?) << 16 | u32::from(u16(low)?)),
    }
}

/// A path identifier: a number or four dotted octets.
pub fn dotted_u32(text: &str) -> Option<u32> {
    u32(text).or_else(|| text.parse::<Ipv4Addr>().ok().map(u32::from))
}

fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asn_forms() {
        assert_eq!(asn("65000"), Some(65000));
        assert_eq!(asn("1.1"), Some(65537));
        for refused in ["", "-1", "+1", "1_0", "4294967296", "1.65536", "1.", "a"] {
            assert_eq!(asn(refused), None, "{refused}");
        }
    }

    #[test]
    fn octets() {
        assert_eq!(hex_octets("0x00fF"), Some(vec![0, 255]));
        assert_eq!(hex_octets("0x"), Some(vec![]));
        assert_eq!(hex_octets("0x0"), None);
        assert_eq!(hex_octets("00"), None);
    }
}
