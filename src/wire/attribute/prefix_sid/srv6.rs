//! SRv6 services (RFC 9252).

use std::net::Ipv6Addr;

use bytes::{BufMut, BytesMut};

use crate::{
    Reader,
    attribute::{UnknownTlv, tlv},
    json,
};

/// A service of a layer (RFC 9252 section 2).
///
/// ```text
/// +--------------+------------------------------------+
/// | Reserved (1) | Sub-TLVs, with lengths of 2 octets |
/// +--------------+------------------------------------+
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Service {
    /// Whether packets or frames are carried.
    pub layer: Layer,
    /// What is said of it.
    pub parts: Vec<ServiceSubTlv>,
}

/// What a service carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// Packets: type 5.
    L3,
    /// Frames: type 6.
    L2,
}

/// A part of a service.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ServiceSubTlv {
    /// Type 1.
    Sid(ServiceSid),
    /// Of another type.
    Unknown(UnknownTlv),
}

/// Where a service is provided (RFC 9252 section 3.1).
///
/// ```text
/// +--------------+----------+-----------+-----------------------+--------------+------------------------+
/// | Reserved (1) | SID (16) | Flags (1) | Endpoint behavior (2) | Reserved (1) | Sub-TLVs, as those above |
/// +--------------+----------+-----------+-----------------------+--------------+------------------------+
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServiceSid {
    /// The SID.
    pub sid: Ipv6Addr,
    /// Flags, none of which is defined.
    pub flags: u8,
    /// What the SID does (IANA "SRv6 Endpoint Behaviors").
    pub behavior: u16,
    /// What else is said of it.
    pub parts: Vec<SidSubTlv>,
}

/// A part of a service's SID.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SidSubTlv {
    /// Type 1, lengths in bits (RFC 9252 section 3.2.1): `| Locator block (1) | Locator node (1) | Function (1) |
    /// Argument (1) | Transposition length (1) | Transposition offset (1) |`
    Structure([u8; 6]),
    /// Of another type.
    Unknown(UnknownTlv),
}

/// The type of [`ServiceSubTlv::Sid`] and [`SidSubTlv::Structure`].
const KNOWN: u8 = 1;

/// Names of the lengths in a structure.
const STRUCTURE: [&str; 6] = [
    "locator-block-length",
    "locator-node-length",
    "function-length",
    "argument-length",
    "transposition-length",
    "transposition-offset",
];

impl Service {
    pub(super) fn decode(layer: Layer, mut value: Reader<'_>) -> Option<Self> {
        value.u8()?;
        let parts = tlv::list(value, |octets| ServiceSubTlv::decode(octets).ok_or(())).ok()?;
        Some(Self { layer, parts })
    }

    pub(super) fn encode(&self, out: &mut BytesMut) {
        out.put_u8(0);
        for part in &self.parts {
            match part {
                ServiceSubTlv::Sid(sid) => tlv::write(out, KNOWN, true, |out| sid.encode(out)),
                ServiceSubTlv::Unknown(part) => part.encode(out),
            }
        }
    }
}

impl ServiceSubTlv {
    fn decode(octets: &mut Reader<'_>) -> Option<Self> {
        match tlv::read(octets, |_| true)? {
            (KNOWN, value) => ServiceSid::decode(value).map(Self::Sid),
            (kind, value) => Some(Self::Unknown(UnknownTlv::new(kind, &value))),
        }
    }

    pub(super) fn json(&self, out: &mut String) {
        match self {
            Self::Sid(sid) => sid.json(out),
            Self::Unknown(part) => part.json(out),
        }
    }
}

impl ServiceSid {
    fn decode(mut value: Reader<'_>) -> Option<Self> {
        value.u8()?;
        let (sid, flags, behavior) = (value.ipv6()?, value.u8()?, value.u16()?);
        value.u8()?;
        let parts = tlv::list(value, |octets| SidSubTlv::decode(octets).ok_or(())).ok()?;
        Some(Self { sid, flags, behavior, parts })
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_u8(0);
        out.put_slice(&self.sid.octets());
        out.put_u8(self.flags);
        out.put_u16(self.behavior);
        out.put_u8(0);
        for part in &self.parts {
            match part {
                SidSubTlv::Structure(lengths) => tlv::write(out, KNOWN, true, |out| out.put_slice(lengths)),
                SidSubTlv::Unknown(part) => part.encode(out),
            }
        }
    }

    fn json(&self, out: &mut String) {
        let Self { sid, flags, behavior, .. } = self;
        json::write(out, format_args!("{{ \"sid\": \"{sid}\", \"flags\": {flags}, \"endpoint_behavior\": {behavior}"));
        let structure = self.parts.iter().find_map(|part| match part {
            SidSubTlv::Structure(lengths) => Some(lengths),
            SidSubTlv::Unknown(_) => None,
        });
        if let Some(lengths) = structure {
            out.push_str(", \"structure\": {");
            json::separated(out, ", ", STRUCTURE.iter().zip(lengths), |out, (name, length)| {
                json::write(out, format_args!("\"{name}\": {length}"));
            });
            out.push('}');
        }
        let mut unknown = self
            .parts
            .iter()
            .filter_map(|part| match part {
                SidSubTlv::Unknown(part) => Some(part),
                SidSubTlv::Structure(_) => None,
            })
            .peekable();
        if unknown.peek().is_some() {
            out.push_str(", \"unknown\": [");
            json::separated(out, ", ", unknown, |out, part| part.json(out));
            out.push(']');
        }
        out.push_str(" }");
    }
}

impl SidSubTlv {
    fn decode(octets: &mut Reader<'_>) -> Option<Self> {
        match tlv::read(octets, |_| true)? {
            (KNOWN, mut value) => value.array().filter(|_| value.is_empty()).map(Self::Structure),
            (kind, value) => Some(Self::Unknown(UnknownTlv::new(kind, &value))),
        }
    }
}

impl UnknownTlv {
    fn encode(&self, out: &mut BytesMut) {
        tlv::write(out, self.kind, true, |out| out.put_slice(&self.value));
    }

    fn json(&self, out: &mut String) {
        json::write(out, format_args!("{{\"type\": {}, \"raw\": \"", self.kind));
        self.value.iter().for_each(|octet| json::write(out, format_args!("{octet:02x}")));
        out.push_str("\"}");
    }
}
