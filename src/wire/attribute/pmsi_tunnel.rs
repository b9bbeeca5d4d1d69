//! PMSI_TUNNEL (22): the tunnel that carries multicast, or broadcast of an EVPN (RFC 6514 section 5, RFC 7432
//! section 11.2).
//!
//! ```text
//! +-----------+----------+-----------+------------------------------+
//! | Flags (1) | Type (1) | Label (3) | Identifier (by type, 0 or n) |
//! +-----------+----------+-----------+------------------------------+
//! ```
//!
//! ExaBGP only decodes it. The words for it are the ones it is told by: `pmsi
//! pmsi:<type>:<flags>:<label>[(<field>)]:<identifier>`, where the whole field of 24 bits stands behind a label that
//! does not tell it.

use std::{fmt, net::Ipv4Addr};

use bytes::{BufMut, Bytes, BytesMut};

use super::{Attribute, OPTIONAL, TRANSITIVE};
use crate::{Malformed, Negotiated, Reader, Word, WordError, Words, json, json::Style, number};

/// A tunnel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PmsiTunnel {
    /// Flags; the lowest asks the leaves to answer.
    pub flags: u8,
    /// Tunnel type (IANA "P-Multicast Service Interface Tunnel Tunnel Types").
    pub kind: u8,
    /// The field of the label: its upper 20 bits, or a VNI in all of them (RFC 8365 section 5.1.3).
    pub label: u32,
    /// The identifier of the tunnel.
    pub identifier: Bytes,
}

/// Names of types, by number.
const NAMES: [&str; 8] = [
    "notunnel",
    "rsvp-tep2mplsp",
    "mldpp2mplsp",
    "pim-ssmtree",
    "pim-smtree",
    "bidir-pimtree",
    "ingressreplication",
    "mldpmp2mplsp",
];
/// No tunnel, which should have no identifier.
const NO_TUNNEL: u8 = 0;
/// Ingress replication, whose identifier should be an address.
const INGRESS_REPLICATION: u8 = 6;

impl Attribute for PmsiTunnel {
    const CODE: u8 = 22;
    const FLAGS: u8 = OPTIONAL | TRANSITIVE;
    const WORD: &'static str = "pmsi";

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        let length = value.len();
        let fixed = value.u8().zip(value.u8()).zip(value.array());
        let ((flags, kind), [high, middle, low]) =
            fixed.ok_or_else(|| Malformed::new(format!("PMSI_TUNNEL has {length} octets")))?;
        let label = u32::from_be_bytes([0, high, middle, low]);
        Ok(Self { flags, kind, label, identifier: Bytes::copy_from_slice(value.rest()) })
    }

    fn encode(&self, out: &mut BytesMut, _: &Negotiated) {
        out.put_slice(&[self.flags, self.kind]);
        let [_, label @ ..] = self.label.to_be_bytes();
        out.put_slice(&label);
        out.put_slice(&self.identifier);
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let first = words.expect("the tunnel")?;
        let mut text = first.text.to_owned();
        // Brackets are words of their own.
        if words.keyword("(") {
            text.push_str(&format!("({})", words.expect("the field of the label")?.text));
            if !words.keyword(")") {
                return Err(WordError::missing(words.column(), "the closing bracket of the label"));
            }
            text.push_str(words.expect("the identifier of the tunnel")?.text);
        }
        Self::from_text(&text).ok_or_else(|| refused(first))
    }

    fn json(&self, out: &mut String, _: &Style) -> bool {
        json::write(out, format_args!("\"{self}\""));
        true
    }
}

fn refused(word: Word<'_>) -> WordError {
    WordError::expected(word, "a tunnel such as pmsi:ingressreplication:0:100:10.0.0.1")
}

impl PmsiTunnel {
    fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("pmsi:")?.splitn(4, ':');
        let (name, flags, label, identifier) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let kind = u8::try_from(NAMES.iter().position(|known| *known == name)?).ok()?;
        let label = match label.split_once('(') {
            None => number::u32(label).filter(|label| *label < 1 << 20)? << 4,
            Some((label, field)) => {
                let field = number::u32(field.strip_suffix(')')?).filter(|field| *field < 1 << 24)?;
                number::u32(label).filter(|label| *label == field >> 4).map(|_| field)?
            }
        };
        let identifier = match (kind, identifier.parse::<Ipv4Addr>()) {
            (NO_TUNNEL, _) if identifier.is_empty() => Vec::new(),
            (INGRESS_REPLICATION, Ok(address)) => address.octets().to_vec(),
            _ => number::hex_octets(identifier)?,
        };
        Some(Self { flags: number::u8(flags)?, kind, label, identifier: identifier.into() })
    }
}

impl fmt::Display for PmsiTunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.get(usize::from(self.kind)).unwrap_or(&"unknown");
        write!(f, "pmsi:{name}:{}:{}", self.flags, self.label >> 4)?;
        if self.label & 0xF != 0 {
            write!(f, "({})", self.label)?;
        }
        match (self.kind, &self.identifier[..]) {
            (NO_TUNNEL, []) => f.write_str(":"),
            (INGRESS_REPLICATION, [a, b, c, d]) => write!(f, ":{a}.{b}.{c}.{d}"),
            (_, octets) => {
                let mut digits = String::new();
                json::hex(&mut digits, octets);
                write!(f, ":0x{digits}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for text in [
            "pmsi:ingressreplication:0:100:10.0.0.1",
            "pmsi:notunnel:1:100(1601):",
            "pmsi:rsvp-tep2mplsp:1:100(1601):0xAABBCCDD",
            "pmsi:bidir-pimtree:255:1048575:0x",
        ] {
            assert_eq!(PmsiTunnel::parse(&mut Words::new(text)).unwrap().to_string(), text);
        }
        for refused in [
            "pmsi:unknown:0:1:0x",
            "pmsi:notunnel:0:1",
            "pmsi:ingressreplication:0:1048576:10.0.0.1",
            "pmsi:ingressreplication:0:100(1700):10.0.0.1",
            "pmsi:ingressreplication:0:100(1601:10.0.0.1",
            "pmsi:ingressreplication:256:100:10.0.0.1",
            "ingressreplication:0:100:10.0.0.1",
        ] {
            assert!(PmsiTunnel::parse(&mut Words::new(refused)).is_err(), "{refused}");
        }
    }
}
