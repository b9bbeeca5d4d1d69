//! Names of Ethernet segments and of stations.

use std::fmt;

use crate::number;

/// An Ethernet segment identifier (RFC 7432 section 5); all zeros stand for a site with one link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Esi(pub [u8; 10]);

/// A MAC address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mac(pub [u8; 6]);

impl Esi {
    /// Whether it is all zeros.
    pub fn is_zero(self) -> bool {
        self.0 == [0; 10]
    }

    /// Reads ten octets in hexadecimal with colons between them, or `-` for zeros.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        if text == "-" { Some(Self::default()) } else { octets(text).map(Self) }
    }
}

impl Mac {
    /// Reads six octets in hexadecimal with colons between them.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        octets(text).map(Self)
    }
}

fn octets<const N: usize>(text: &str) -> Option<[u8; N]> {
    let octet = |digits: &str| match number::hex_octets(&format!("0x{digits}")).as_deref() {
        Some(&[octet]) => Some(octet),
        _ => None,
    };
    text.split(':').map(octet).collect::<Option<Vec<_>>>()?.try_into().ok()
}

fn colons(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, octet) in octets.iter().enumerate() {
        write!(f, "{}{octet:02X}", if index > 0 { ":" } else { "" })?;
    }
    Ok(())
}

impl fmt::Display for Esi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() { f.write_str("-") } else { colons(&self.0, f) }
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        colons(&self.0, f)
    }
}
