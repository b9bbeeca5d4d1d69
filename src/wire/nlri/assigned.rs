//! Numbers that an AS or the owner of an address assigns: the values of route distinguishers (RFC 4364 section 4.2)
//! and route targets (RFC 4360 section 3, RFC 5668).
//!
//! ```text
//! type 0: | AS number (2)    | Assigned number (4) |
//! type 1: | IPv4 address (4)         | Number (2)  |
//! type 2: | AS number (4)            | Number (2)  |
//! ```

use std::{fmt, net::Ipv4Addr};

use crate::number;

/// An administrator and the number it assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Assigned {
    /// Type 0.
    As2(u16, u32),
    /// Type 1.
    Address(Ipv4Addr, u16),
    /// Type 2.
    As4(u32, u16),
}

impl Assigned {
    /// The value of a type; `None` for other types.
    pub(super) const fn from_octets(kind: u8, [a, b, c, d, e, f]: [u8; 6]) -> Option<Self> {
        match kind {
            0 => Some(Self::As2(u16::from_be_bytes([a, b]), u32::from_be_bytes([c, d, e, f]))),
            1 => Some(Self::Address(Ipv4Addr::new(a, b, c, d), u16::from_be_bytes([e, f]))),
            2 => Some(Self::As4(u32::from_be_bytes([a, b, c, d]), u16::from_be_bytes([e, f]))),
            _ => None,
        }
    }

    /// The type and the value.
    pub(super) const fn octets(self) -> (u8, [u8; 6]) {
        match self {
            Self::As2(asn, assigned) => {
                let ([a, b], [c, d, e, f]) = (asn.to_be_bytes(), assigned.to_be_bytes());
                (0, [a, b, c, d, e, f])
            }
            Self::Address(address, assigned) => {
                let ([a, b, c, d], [e, f]) = (address.octets(), assigned.to_be_bytes());
                (1, [a, b, c, d, e, f])
            }
            Self::As4(asn, assigned) => {
                let ([a, b, c, d], [e, f]) = (asn.to_be_bytes(), assigned.to_be_bytes());
                (2, [a, b, c, d, e, f])
            }
        }
    }

    /// Reads `<asn>:<number>` or `<ipv4>:<number>`. A large AS number, or one with an `L` behind it, takes four octets.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let (administrator, assigned) = text.split_once(':')?;
        if let Ok(address) = administrator.parse() {
            return Some(Self::Address(address, number::u16(assigned)?));
        }
        if let Some(wide) = administrator.strip_suffix('L') {
            return Some(Self::As4(number::asn(wide)?, number::u16(assigned)?));
        }
        let asn = number::asn(administrator)?;
        match u16::try_from(asn) {
            Ok(asn) => Some(Self::As2(asn, number::u32(assigned)?)),
            Err(_) => Some(Self::As4(asn, number::u16(assigned)?)),
        }
    }
}

impl fmt::Display for Assigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::As2(asn, assigned) => write!(f, "{asn}:{assigned}"),
            Self::Address(address, assigned) => write!(f, "{address}:{assigned}"),
            // Without the letter it would be read as type 0.
            Self::As4(asn, assigned) if *asn <= u32::from(u16::MAX) => write!(f, "{asn}L:{assigned}"),
            Self::As4(asn, assigned) => write!(f, "{asn}:{assigned}"),
        }
    }
}
