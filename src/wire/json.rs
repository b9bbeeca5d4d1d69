//! The few pieces of JSON that types write themselves with.
//!
//! ExaBGP's key order and spacing are part of the contract with helpers, so JSON is pushed piece by piece
//! into one growing string rather than built as a tree.

use std::{
    fmt::Write as _,
    net::{IpAddr, Ipv4Addr},
};

use crate::NextHop;

/// Which generation of ExaBGP's JSON is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Dialect {
    /// `"exabgp": "5.0.0"`.
    #[default]
    V5,
    /// `"exabgp": "6.0.0"`.
    V6,
}

/// How values are rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// The dialect.
    pub dialect: Dialect,
    /// Plain strings for unicast and multicast prefixes.
    pub compact: bool,
    /// The family carries path identifiers, so that a plain string would lose them.
    pub add_path: bool,
    /// To the letter as ExaBGP's main line writes it, mistakes included.
    pub main: bool,
    /// The next hop of an NLRI, where its object has a place for it; [`NextHop::None`] stands for none.
    pub next_hop: Option<NextHop>,
}

/// Writes `text` as a JSON string in ASCII: whatever a peer sent, the line stays one valid line.
pub fn string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(character),
            _ => escape(out, character),
        }
    }
    out.push('"');
}

fn escape(out: &mut String, character: char) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        write(out, format_args!("\\u{unit:04x}"));
    }
}

/// Writes octets as upper-case hexadecimal digits, without `0x`.
pub fn hex(out: &mut String, octets: &[u8]) {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    out.reserve(octets.len() * 2);
    for octet in octets {
        out.extend([octet >> 4, octet & 15].iter().filter_map(|nibble| DIGITS.get(usize::from(*nibble))));
    }
}

/// Writes a number. Formatting costs more than all else that an event needs, so what is in every event goes without.
pub fn number(out: &mut String, number: u32) {
    let mut digits = [b'0'; 10];
    let (mut left, mut start) = (number, digits.len());
    for (place, digit) in digits.iter_mut().enumerate().rev() {
        *digit = decimal(left % 10);
        (left, start) = (left / 10, place);
        if left == 0 {
            break;
        }
    }
    let digits = digits.get(start..).and_then(|digits| std::str::from_utf8(digits).ok());
    out.push_str(digits.unwrap_or_default());
}

fn decimal(digit: u32) -> u8 {
    b'0' + u8::try_from(digit).unwrap_or_default()
}

/// Writes an address.
pub fn address(out: &mut String, address: IpAddr) {
    match address {
        IpAddr::V4(address) => ipv4(out, address),
        IpAddr::V6(address) => write(out, format_args!("{address}")),
    }
}

/// Writes an address of IPv4.
pub fn ipv4(out: &mut String, address: Ipv4Addr) {
    let [a, b, c, d] = address.octets();
    octet(out, a);
    for next in [b, c, d] {
        out.push('.');
        octet(out, next);
    }
}

/// Writes a number of up to three digits.
pub fn octet(out: &mut String, octet: u8) {
    if octet >= 100 {
        out.push(char::from(b'0' + octet / 100));
    }
    if octet >= 10 {
        out.push(char::from(b'0' + octet / 10 % 10));
    }
    out.push(char::from(b'0' + octet % 10));
}

/// Writes formatted text; a `String` takes whatever it is given.
pub fn write(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    let written = out.write_fmt(arguments);
    debug_assert!(written.is_ok(), "a Display implementation failed");
}

/// Writes `items` with `separator` between them.
pub fn separated<T>(
    out: &mut String,
    separator: &str,
    items: impl IntoIterator<Item = T>,
    mut one: impl FnMut(&mut String, T),
) {
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        one(out, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_ascii_and_escaped() {
        let mut out = String::new();
        string(&mut out, "a\"b\\c\n\u{1}é😀\u{7f}");
        assert_eq!(out, r#""a\"b\\c\n\u0001\u00e9\ud83d\ude00\u007f""#);
    }

    #[test]
    fn numbers_and_addresses() {
        let written = |write: &dyn Fn(&mut String)| {
            let mut out = String::new();
            write(&mut out);
            out
        };
        for value in [0, 7, 10, 99, 100, 65000, 4_000_000_000, u32::MAX] {
            assert_eq!(written(&|out| number(out, value)), value.to_string());
        }
        for value in 0..=u8::MAX {
            assert_eq!(written(&|out| octet(out, value)), value.to_string());
        }
        for text in ["0.0.0.0", "10.9.100.255", "2001:db8::1", "::ffff:1.2.3.4"] {
            assert_eq!(written(&|out| address(out, text.parse().unwrap())), text);
        }
    }

    #[test]
    fn hexadecimal() {
        let mut out = String::new();
        hex(&mut out, &[0, 0xab, 0xff]);
        assert_eq!(out, "00ABFF");
    }
}
