//! Routes of Ethernet VPNs (RFC 7432 section 7, RFC 9136 section 3.1).
//!
//! ```text
//! +---------------------------+
//! | Path identifier (4)       |  with ADD-PATH only
//! +---------------------------+
//! | Route type (1)            |
//! +---------------------------+
//! | Length in octets (1)      |
//! +---------------------------+
//! | Of the route type         |  see Route
//! +---------------------------+
//! ```

mod identifier;
mod json;
mod words;

use std::{fmt, net::IpAddr};

use bytes::{BufMut, Bytes, BytesMut};

pub use identifier::{Esi, Mac};

use super::{Family, KeyBuf, Nlri, fields, inet::Inet, label, path_id, rd::RouteDistinguisher};
use crate::{Malformed, Reader, WordError, Words, json::Style};

/// A route of an Ethernet VPN.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Evpn {
    /// What it says.
    pub route: Route,
    /// The path identifier.
    pub path: Option<u32>,
}

/// What a route says, by its type. Labels are fields of 24 bits, as they are sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Route {
    /// Type 1 (RFC 7432 section 7.1): `| RD (8) | ESI (10) | Ethernet tag (4) | Label (3) |`
    EthernetAd {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// Ethernet segment.
        esi: Esi,
        /// Ethernet tag.
        tag: u32,
        /// Label.
        label: u32,
    },
    /// Type 2 (RFC 7432 section 7.2): `| RD (8) | ESI (10) | Ethernet tag (4) | Bits of the MAC address (1) | MAC (6) |
    /// Bits of the IP address (1) | IP (0, 4 or 16) | Label (3) | Second label (0 or 3) |`
    MacIp {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// Ethernet segment.
        esi: Esi,
        /// Ethernet tag.
        tag: u32,
        /// MAC address.
        mac: Mac,
        /// IP address.
        ip: Option<IpAddr>,
        /// Label.
        label: u32,
        /// Label for routing.
        second: Option<u32>,
    },
    /// Type 3 (RFC 7432 section 7.3): `| RD (8) | Ethernet tag (4) | Bits of the IP address (1) | IP (4 or 16) |`
    Multicast {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// Ethernet tag.
        tag: u32,
        /// Address of the router it comes from.
        ip: IpAddr,
    },
    /// Type 4 (RFC 7432 section 7.4): `| RD (8) | ESI (10) | Bits of the IP address (1) | IP (4 or 16) |`
    EthernetSegment {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// Ethernet segment.
        esi: Esi,
        /// Address of the router it comes from.
        ip: IpAddr,
    },
    /// Type 5 (RFC 9136 section 3.1): `| RD (8) | ESI (10) | Ethernet tag (4) | Length of the prefix (1) |
    /// Prefix (4 or 16) | Gateway (4 or 16) | Label (3) |`
    IpPrefix {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// Ethernet segment.
        esi: Esi,
        /// Ethernet tag.
        tag: u32,
        /// The prefix; it has no path identifier of its own.
        prefix: Inet,
        /// Address of the gateway, of the same kind as the prefix.
        gateway: IpAddr,
        /// Label.
        label: u32,
    },
    /// A type we do not know, as it came.
    Unknown {
        /// Route type.
        code: u8,
        /// What follows the length.
        value: Bytes,
    },
}

impl Route {
    /// The route type.
    pub const fn code(&self) -> u8 {
        match self {
            Self::EthernetAd { .. } => 1,
            Self::MacIp { .. } => 2,
            Self::Multicast { .. } => 3,
            Self::EthernetSegment { .. } => 4,
            Self::IpPrefix { .. } => 5,
            Self::Unknown { code, .. } => *code,
        }
    }

    /// Reads a route whose type is known; nothing when the octets are too few, too many or not what they should be.
    fn decode(code: u8, mut value: Reader<'_>) -> Option<Self> {
        let octets = &mut value;
        let rd = RouteDistinguisher(octets.array()?);
        let route = match code {
            1 => Self::EthernetAd { rd, esi: Esi(octets.array()?), tag: octets.u32()?, label: read_label(octets)? },
            2 => Self::decode_mac_ip(rd, octets)?,
            3 => Self::Multicast { rd, tag: octets.u32()?, ip: read_address(octets)?? },
            4 => Self::EthernetSegment { rd, esi: Esi(octets.array()?), ip: read_address(octets)?? },
            _ => Self::decode_ip_prefix(rd, octets)?,
        };
        octets.is_empty().then_some(route)
    }

    fn decode_mac_ip(rd: RouteDistinguisher, octets: &mut Reader<'_>) -> Option<Self> {
        let (esi, tag) = (Esi(octets.array()?), octets.u32()?);
        octets.u8().filter(|bits| *bits == 48)?;
        let (mac, ip, label) = (Mac(octets.array()?), read_address(octets)?, read_label(octets)?);
        let second = if octets.is_empty() { None } else { Some(read_label(octets)?) };
        Some(Self::MacIp { rd, esi, tag, mac, ip, label, second })
    }

    fn decode_ip_prefix(rd: RouteDistinguisher, octets: &mut Reader<'_>) -> Option<Self> {
        let (esi, tag, length) = (Esi(octets.array()?), octets.u32()?, octets.u8()?);
        // Prefix, gateway and label follow.
        let (address, gateway): (IpAddr, IpAddr) = match octets.len() {
            11 if length <= 32 => (octets.ipv4()?.into(), octets.ipv4()?.into()),
            35 if length <= 128 => (octets.ipv6()?.into(), octets.ipv6()?.into()),
            _ => return None,
        };
        Some(Self::IpPrefix { rd, esi, tag, prefix: Inet::new(address, length), gateway, label: read_label(octets)? })
    }

    /// Writes what follows the length.
    fn encode(&self, out: &mut BytesMut) {
        match self {
            Self::EthernetAd { rd, esi, tag, label } => {
                put_segment(rd, esi, Some(*tag), out);
                label::put(*label, out);
            }
            Self::MacIp { rd, esi, tag, mac, ip, label, second } => {
                put_segment(rd, esi, Some(*tag), out);
                out.put_u8(48);
                out.put_slice(&mac.0);
                put_address(*ip, out);
                label::put(*label, out);
                second.iter().for_each(|label| label::put(*label, out));
            }
            Self::Multicast { rd, tag, ip } => {
                out.put_slice(&rd.0);
                out.put_u32(*tag);
                put_address(Some(*ip), out);
            }
            Self::EthernetSegment { rd, esi, ip } => {
                put_segment(rd, esi, None, out);
                put_address(Some(*ip), out);
            }
            Self::IpPrefix { rd, esi, tag, prefix, gateway, label } => {
                put_segment(rd, esi, Some(*tag), out);
                out.put_u8(prefix.length);
                put_octets(prefix.address, out);
                put_octets(*gateway, out);
                label::put(*label, out);
            }
            Self::Unknown { value, .. } => out.put_slice(value),
        }
    }

    /// The parts that tell one route from another (RFC 7432 section 7, RFC 9136 section 3.1): labels and gateways do
    /// not, nor does the segment where the route is about an address.
    fn key(&self, out: &mut KeyBuf) {
        let mut octets = BytesMut::new();
        match self {
            Self::EthernetAd { rd, esi, tag, .. } => put_segment(rd, esi, Some(*tag), &mut octets),
            Self::MacIp { rd, tag, mac, ip, .. } => {
                octets.put_slice(&rd.0);
                octets.put_u32(*tag);
                octets.put_slice(&mac.0);
                put_address(*ip, &mut octets);
            }
            Self::IpPrefix { rd, tag, prefix, .. } => {
                octets.put_slice(&rd.0);
                octets.put_u32(*tag);
                octets.put_u8(prefix.length);
                put_octets(prefix.address, &mut octets);
            }
            Self::Multicast { .. } | Self::EthernetSegment { .. } | Self::Unknown { .. } => self.encode(&mut octets),
        }
        out.push(self.code());
        out.extend(&octets);
    }
}

fn read_label(octets: &mut Reader<'_>) -> Option<u32> {
    octets.array().map(|[high, middle, low]| u32::from_be_bytes([0, high, middle, low]))
}

/// An address behind the number of its bits; 0 bits are no address.
fn read_address(octets: &mut Reader<'_>) -> Option<Option<IpAddr>> {
    Some(match octets.u8()? {
        0 => None,
        32 => Some(octets.ipv4()?.into()),
        128 => Some(octets.ipv6()?.into()),
        _ => return None,
    })
}

fn put_segment(rd: &RouteDistinguisher, esi: &Esi, tag: Option<u32>, out: &mut BytesMut) {
    out.put_slice(&rd.0);
    out.put_slice(&esi.0);
    tag.iter().for_each(|tag| out.put_u32(*tag));
}

fn put_address(address: Option<IpAddr>, out: &mut BytesMut) {
    let Some(address) = address else { return out.put_u8(0) };
    out.put_u8(if address.is_ipv4() { 32 } else { 128 });
    put_octets(address, out);
}

fn put_octets(address: IpAddr, out: &mut BytesMut) {
    match address {
        IpAddr::V4(address) => out.put_slice(&address.octets()),
        IpAddr::V6(address) => out.put_slice(&address.octets()),
    }
}

impl Nlri for Evpn {
    fn decode(_: Family, octets: &mut Reader<'_>, add_path: bool) -> Result<Self, Malformed> {
        let path = path_id::decode(octets, add_path)?;
        let (code, value) = fields::read_typed(octets, "an EVPN route")?;
        let route = match code {
            1..=5 => Route::decode(code, value)
                .ok_or_else(|| Malformed::skipped(format!("an EVPN route of type {code} cannot be read")))?,
            _ => Route::Unknown { code, value: Bytes::copy_from_slice(value.rest()) },
        };
        Ok(Self { route, path })
    }

    fn encode(&self, out: &mut BytesMut, add_path: bool) {
        path_id::encode(self.path, out, add_path);
        fields::put_typed(self.route.code(), out, |value| self.route.encode(value));
    }

    fn parse(_: Family, words: &mut Words<'_>) -> Result<Self, WordError> {
        words::parse(words).map(|route| Self { route, path: None })
    }

    fn word(&mut self, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        path_id::word(&mut self.path, keyword, words)
    }

    fn json(&self, out: &mut String, _: &Style) {
        json::write(self, out);
    }

    fn key(&self, out: &mut KeyBuf) {
        path_id::key(self.path, out);
        self.route.key(out);
    }
}

impl fmt::Display for Evpn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.route.fmt(f)?;
        path_id::fmt(self.path, f)
    }
}
