//! Routes of the mobile user plane (draft-mpmz-bess-mup-safi section 3.1).
//!
//! ```text
//! +---------------------------+
//! | Path identifier (4)       |  with ADD-PATH only
//! +---------------------------+
//! | Architecture type (1)     |  1: 3gpp-5g
//! +---------------------------+
//! | Route type (2)            |
//! +---------------------------+
//! | Length in octets (1)      |
//! +---------------------------+
//! | Of the route type         |  see Route
//! +---------------------------+
//! ```

mod words;

use std::net::IpAddr;

use bytes::{BufMut, Bytes, BytesMut};

use super::{Family, KeyBuf, Nlri, fields, inet::Inet, path_id, rd::RouteDistinguisher};
use crate::{Malformed, Reader, WordError, Words, json, json::Style};

/// A route of the mobile user plane.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mup {
    /// What it says.
    pub route: Route,
    /// The path identifier.
    pub path: Option<u32>,
}

/// What a route says, by its type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Route {
    /// Type 1 (section 3.1.1): `| RD (8) | Length of the prefix (1) | Prefix |`
    InterworkSegment {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// Prefix of the radio network; it has no path identifier of its own.
        prefix: Inet,
    },
    /// Type 2 (section 3.1.2): `| RD (8) | Address (4 or 16) |`
    DirectSegment {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// Address of the router.
        address: IpAddr,
    },
    /// Type 3 (section 3.1.3): `| RD (8) | Length of the prefix (1) | Prefix | TEID (4) | QFI (1) |
    /// Bits of the endpoint (1) | Endpoint (4 or 16) | Bits of the source (1) | Source (0, 4 or 16) |`
    Session1(Session1),
    /// Type 4 (section 3.1.4): `| RD (8) | Bits of endpoint and TEID (1) | Endpoint (4 or 16) | TEID (0 to 4) |`
    Session2 {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// Address of the tunnel's end.
        endpoint: IpAddr,
        /// The tunnel endpoint identifier, in the lowest bits.
        teid: u32,
        /// The number of its bits, at most 32.
        bits: u8,
    },
    /// Another type or architecture, as it came.
    Unknown {
        /// Architecture type.
        architecture: u8,
        /// Route type.
        code: u16,
        /// What follows the length.
        value: Bytes,
    },
}

/// A session of a device.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Session1 {
    /// Route distinguisher.
    pub rd: RouteDistinguisher,
    /// Prefix of the device; it has no path identifier of its own.
    pub prefix: Inet,
    /// Tunnel endpoint identifier.
    pub teid: u32,
    /// QoS flow identifier, of 6 bits.
    pub qfi: u8,
    /// Address of the tunnel's end.
    pub endpoint: IpAddr,
    /// Address the tunnel comes from.
    pub source: Option<IpAddr>,
}

/// The architecture whose routes are read.
const ARCHITECTURE_5G: u8 = 1;
/// Names of the types, by number.
const NAMES: [&str; 4] = [
    "InterworkSegmentDiscoveryRoute",
    "DirectSegmentDiscoveryRoute",
    "Type1SessionTransformedRoute",
    "Type2SessionTransformedRoute",
];

impl Route {
    const fn architecture(&self) -> u8 {
        match self {
            Self::Unknown { architecture, .. } => *architecture,
            _ => ARCHITECTURE_5G,
        }
    }

    const fn code(&self) -> u16 {
        match self {
            Self::InterworkSegment { .. } => 1,
            Self::DirectSegment { .. } => 2,
            Self::Session1(_) => 3,
            Self::Session2 { .. } => 4,
            Self::Unknown { code, .. } => *code,
        }
    }

    fn decode(family: Family, code: u16, mut octets: Reader<'_>) -> Option<Self> {
        let rd = RouteDistinguisher(octets.array()?);
        let route = match code {
            1 => Self::InterworkSegment { rd, prefix: Inet::decode(family, &mut octets, false).ok()? },
            2 => Self::DirectSegment { rd, address: fields::read_address(family, &mut octets)? },
            3 => Self::Session1(Session1 {
                rd,
                prefix: Inet::decode(family, &mut octets, false).ok()?,
                teid: octets.u32()?,
                qfi: octets.u8()?,
                endpoint: fields::read_sized_address(&mut octets)?,
                source: match octets.rest() {
                    // Senders leave it out, or say that it has no bits.
                    [] => None,
                    [0] => octets.u8().and(None),
                    _ => Some(fields::read_sized_address(&mut octets)?),
                },
            }),
            _ => Self::decode_session2(family, rd, &mut octets)?,
        };
        octets.is_empty().then_some(route)
    }

    fn decode_session2(family: Family, rd: RouteDistinguisher, octets: &mut Reader<'_>) -> Option<Self> {
        let all = octets.u8()?;
        let endpoint = fields::read_address(family, octets)?;
        let bits = all.checked_sub(fields::bits(endpoint)).filter(|bits| *bits <= 32)?;
        let octets = octets.take(bits.div_ceil(8).into())?;
        let teid = octets.iter().fold(0, |teid, octet| teid << 8 | u32::from(*octet));
        Some(Self::Session2 { rd, endpoint, teid, bits })
    }

    /// Writes what follows the length.
    fn encode(&self, out: &mut BytesMut) {
        match self {
            Self::InterworkSegment { rd, prefix } => {
                out.put_slice(&rd.0);
                prefix.encode(out, false);
            }
            Self::DirectSegment { rd, address } => {
                out.put_slice(&rd.0);
                fields::put_address(*address, out);
            }
            Self::Session1(session) => {
                out.put_slice(&session.rd.0);
                session.prefix.encode(out, false);
                out.put_u32(session.teid);
                out.put_u8(session.qfi);
                fields::put_sized_address(session.endpoint, out);
                session.source.iter().for_each(|source| fields::put_sized_address(*source, out));
            }
            Self::Session2 { rd, endpoint, teid, bits } => {
                out.put_slice(&rd.0);
                out.put_u8(fields::bits(*endpoint) + (*bits).min(32));
                fields::put_address(*endpoint, out);
                out.put_uint((*teid).into(), bits.div_ceil(8).min(4).into());
            }
            Self::Unknown { value, .. } => out.put_slice(value),
        }
    }

    /// Writes what the type adds to the members of its object.
    fn json(&self, out: &mut String, style: &Style) {
        match self {
            Self::InterworkSegment { rd, prefix: Inet { address, length, .. } } => json::write(
                out,
                format_args!(", \"prefix_ip_len\": {length}, \"prefix_ip\": \"{address}\", \"rd\": \"{rd}\""),
            ),
            Self::DirectSegment { rd, address } => {
                json::write(out, format_args!(", \"ip\": \"{address}\", \"rd\": \"{rd}\""));
            }
            Self::Session1(session) => session.json(out, style),
            Self::Session2 { rd, endpoint, teid, bits } => {
                let bits = fields::bits(*endpoint) + bits;
                json::write(out, format_args!(", \"endpoint_len\": {bits}, \"endpoint_ip\": \"{endpoint}\""));
                json::write(out, format_args!(", \"rd\": \"{rd}\", \"teid\": \"{teid}\""));
            }
            Self::Unknown { .. } => {}
        }
    }
}

impl Session1 {
    fn json(&self, out: &mut String, style: &Style) {
        let Self { rd, prefix: Inet { address, length, .. }, teid, qfi, endpoint, source } = self;
        json::write(out, format_args!(", \"prefix_ip_len\": {length}, \"prefix_ip\": \"{address}\""));
        json::write(out, format_args!(", \"teid\": \"{teid}\", \"qfi\": \"{qfi}\", \"rd\": \"{rd}\""));
        let bits = fields::bits(*endpoint);
        json::write(out, format_args!(", \"endpoint_ip_len\": {bits}, \"endpoint_ip\": \"{endpoint}\""));
        match source {
            None if style.main => out.push_str(", \"source_ip_len\": 0, \"source_ip\": \"b''\""),
            None => out.push_str(", \"source_ip_len\": 0, \"source_ip\": \"\""),
            Some(source) => {
                let bits = fields::bits(*source);
                json::write(out, format_args!(", \"source_ip_len\": {bits}, \"source_ip\": \"{source}\""));
            }
        }
    }
}

impl Nlri for Mup {
    fn decode(family: Family, octets: &mut Reader<'_>, add_path: bool) -> Result<Self, Malformed> {
        let cut_short = || Malformed::new("a MUP route is longer than the rest of its field");
        let path = path_id::decode(octets, add_path)?;
        let header = octets.u8().zip(octets.u16()).zip(octets.u8());
        let ((architecture, code), length) = header.ok_or_else(cut_short)?;
        let value = octets.sub(length.into()).ok_or_else(cut_short)?;
        let route = match (architecture, code) {
            (ARCHITECTURE_5G, 1..=4) => Route::decode(family, code, value)
                .ok_or_else(|| Malformed::skipped(format!("a MUP route of type {code} cannot be read")))?,
            _ => Route::Unknown { architecture, code, value: Bytes::copy_from_slice(value.rest()) },
        };
        Ok(Self { route, path })
    }

    fn encode(&self, out: &mut BytesMut, add_path: bool) {
        path_id::encode(self.path, out, add_path);
        let mut value = BytesMut::with_capacity(64);
        self.route.encode(&mut value);
        out.put_u8(self.route.architecture());
        out.put_u16(self.route.code());
        out.put_u8(u8::try_from(value.len()).unwrap_or(u8::MAX));
        out.put_slice(&value);
    }

    fn parse(family: Family, words: &mut Words<'_>) -> Result<Self, WordError> {
        words::parse(family, words)
    }

    fn word(&mut self, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        path_id::word(&mut self.path, keyword, words)
    }

    fn json(&self, out: &mut String, style: &Style) {
        let (architecture, code) = (self.route.architecture(), self.route.code());
        let known = !matches!(self.route, Route::Unknown { .. });
        let name = NAMES.get(usize::from(code).wrapping_sub(1)).filter(|_| known);
        out.push_str("{ ");
        if let Some(name) = name {
            // The reference puts two blanks behind the last of them.
            let blank = if code == 4 { " " } else { "" };
            json::write(out, format_args!("\"name\": \"{name}\", {blank}"));
        }
        json::write(out, format_args!("\"arch\": {architecture}, \"code\": {code}"));
        self.route.json(out, style);
        json::write(out, format_args!(", \"raw\": \"{}\"", fields::digits(self)));
        path_id::json(self.path, out);
        out.push_str(" }");
    }

    /// A session of a device is told by its prefix (section 3.1.3).
    fn key(&self, out: &mut KeyBuf) {
        path_id::key(self.path, out);
        let mut octets = BytesMut::new();
        match &self.route {
            Route::Session1(session) => {
                octets.put_slice(&session.rd.0);
                session.prefix.encode(&mut octets, false);
            }
            other => other.encode(&mut octets),
        }
        out.push(self.route.architecture());
        out.extend(&self.route.code().to_be_bytes());
        out.extend(&octets);
    }
}
