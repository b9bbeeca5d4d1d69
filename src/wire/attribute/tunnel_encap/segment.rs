//! Segments of an SR policy (RFC 9830 section 2.4.4.2, RFC 9831 section 2.4).
//!
//! ```text
//! +-----------+-----------------------+-------------------------------+---------------------------+
//! | Flags (1) | Algorithm or zero (1) | Nodes and links (by the type) | SID (some need not have)  |
//! +-----------+-----------------------+-------------------------------+---------------------------+
//! ```
//!
//! A SID is an entry of a label stack, or one of SRv6 which its behavior may follow. The types differ in nothing else,
//! so that one table, [`SegmentKind`], says all about them.

use std::net::{Ipv4Addr, Ipv6Addr};

use bytes::{BufMut, BytesMut};

use crate::{Reader, json};

/// A segment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Segment {
    /// Its type.
    pub kind: SegmentKind,
    /// Flags: 0x80 verification, 0x40 with an algorithm, 0x20 with a name, 0x10 with a behavior.
    pub flags: u8,
    /// The algorithm of types that have one (IANA "IGP Algorithm Types").
    pub algorithm: u8,
    /// Nodes and links, in the order of the type.
    pub parts: Vec<SegmentPart>,
    /// The SID.
    pub sid: Option<SegmentSid>,
}

/// A node or a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentPart {
    /// Identifier of an interface.
    Interface(u32),
    /// Address of IPv4.
    V4(Ipv4Addr),
    /// Address of IPv6.
    V6(Ipv6Addr),
}

/// What stands for a segment in a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentSid {
    /// An entry of a label stack: label, traffic class, bottom of stack, TTL.
    Label(u32),
    /// A SID of SRv6, and its behavior.
    Srv6(Ipv6Addr, Option<Behavior>),
}

/// What a SID of SRv6 does, and its structure in bits (RFC 9830 section 2.4.4.2.3).
///
/// ```text
/// +--------------+--------------+-------------------+------------------+--------------+--------------+
/// | Behavior (2) | Reserved (2) | Locator block (1) | Locator node (1) | Function (1) | Argument (1) |
/// +--------------+--------------+-------------------+------------------+--------------+--------------+
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Behavior {
    /// The behavior (IANA "SRv6 Endpoint Behaviors").
    pub behavior: u16,
    /// Bits of locator block, locator node, function and argument.
    pub structure: [u8; 4],
}

/// A type of segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SegmentKind {
    /// A label.
    A,
    /// A SID of SRv6.
    B,
    /// A node of IPv4, by a label.
    C,
    /// A node of IPv6, by a label.
    D,
    /// A link of IPv4 by its interface.
    E,
    /// A link of IPv4 by its addresses.
    F,
    /// A link of IPv6 by its interfaces, by a label.
    G,
    /// A link of IPv6 by its addresses, by a label.
    H,
    /// A node of IPv6, by a SID of SRv6.
    I,
    /// A link of IPv6 by its interfaces, by a SID of SRv6.
    J,
    /// A link of IPv6 by its addresses, by a SID of SRv6.
    K,
}

/// How a type is written.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// Type code (IANA "SR Policy Segment List Sub-TLVs").
    code: u8,
    /// The word of the type in configuration and commands.
    pub(super) word: &'static str,
    /// The nodes and links of the type.
    pub(super) parts: &'static [Part],
    /// Whether the second octet is an algorithm.
    pub(super) algorithm: bool,
    /// Whether the SID is one of SRv6 rather than a label.
    pub(super) srv6: bool,
    /// The word of a SID that has to be there.
    pub(super) must: Option<&'static str>,
    /// Events tell the whole entry of the label stack.
    entry: bool,
}

/// A node or link of a type: what it is, and what it is called in words and in JSON.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) what: Address,
    pub(super) word: &'static str,
    key: &'static str,
}

/// The kinds of [`SegmentPart`].
#[derive(Clone, Copy)]
pub(super) enum Address {
    Interface,
    V4,
    V6,
}

const fn part(what: Address, word: &'static str, key: &'static str) -> Part {
    Part { what, word, key }
}

const NODE_4: &[Part] = &[part(Address::V4, "ipv4", "ipv4_node")];
const NODE_6: &[Part] = &[part(Address::V6, "ipv6", "ipv6_node")];
const INTERFACE_4: &[Part] =
    &[part(Address::Interface, "local-if-id", "local_if_id"), part(Address::V4, "ipv4", "ipv4_node")];
const INTERFACE_6: &[Part] = &[
    part(Address::Interface, "local-if-id", "local_if_id"),
    part(Address::V6, "local-ipv6", "local_ipv6"),
    part(Address::Interface, "remote-if-id", "remote_if_id"),
    part(Address::V6, "remote-ipv6", "remote_ipv6"),
];
const LINK_4: &[Part] = &[part(Address::V4, "local", "local_ipv4"), part(Address::V4, "remote", "remote_ipv4")];
const LINK_6: &[Part] = &[part(Address::V6, "local", "local_ipv6"), part(Address::V6, "remote", "remote_ipv6")];

impl SegmentKind {
    /// Every type.
    pub const ALL: [Self; 11] = {
        use SegmentKind::{A, B, C, D, E, F, G, H, I, J, K};
        [A, B, C, D, E, F, G, H, I, J, K]
    };

    pub(super) const fn layout(self) -> Layout {
        const fn of(code: u8, word: &'static str, parts: &'static [Part]) -> Layout {
            Layout { code, word, parts, algorithm: false, srv6: false, must: None, entry: false }
        }
        match self {
            Self::A => Layout { must: Some("mpls"), entry: true, ..of(1, "type-a", &[]) },
            Self::B => Layout { must: Some("srv6"), srv6: true, ..of(13, "type-b", &[]) },
            Self::C => Layout { algorithm: true, entry: true, ..of(3, "type-c", NODE_4) },
            Self::D => Layout { algorithm: true, ..of(4, "type-d", NODE_6) },
            Self::E => of(5, "type-e", INTERFACE_4),
            Self::F => of(6, "type-f", LINK_4),
            Self::G => of(7, "type-g", INTERFACE_6),
            Self::H => of(8, "type-h", LINK_6),
            Self::I => Layout { algorithm: true, srv6: true, ..of(14, "type-i", NODE_6) },
            Self::J => Layout { algorithm: true, srv6: true, ..of(15, "type-j", INTERFACE_6) },
            Self::K => Layout { algorithm: true, srv6: true, ..of(16, "type-k", LINK_6) },
        }
    }

    pub(super) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.layout().code == code)
    }

    /// The type code.
    pub const fn code(self) -> u8 {
        self.layout().code
    }
}

impl Segment {
    pub(super) fn decode(kind: SegmentKind, mut octets: Reader<'_>) -> Option<Self> {
        let layout = kind.layout();
        let (flags, second) = (octets.u8()?, octets.u8()?);
        let algorithm = if layout.algorithm { second } else { 0 };
        let parts = layout.parts.iter().map(|part| part.decode(&mut octets)).collect::<Option<_>>()?;
        let sid = match octets.is_empty() {
            true if layout.must.is_some() => return None,
            true => None,
            false if layout.srv6 => Some(SegmentSid::Srv6(octets.ipv6()?, Behavior::decode(&mut octets)?)),
            false => Some(SegmentSid::Label(octets.u32()?)),
        };
        octets.is_empty().then_some(Self { kind, flags, algorithm, parts, sid })
    }

    pub(super) fn encode(&self, out: &mut BytesMut) {
        out.put_slice(&[self.flags, self.algorithm]);
        for part in &self.parts {
            match part {
                SegmentPart::Interface(interface) => out.put_u32(*interface),
                SegmentPart::V4(address) => out.put_slice(&address.octets()),
                SegmentPart::V6(address) => out.put_slice(&address.octets()),
            }
        }
        match self.sid {
            None => {}
            Some(SegmentSid::Label(entry)) => out.put_u32(entry),
            Some(SegmentSid::Srv6(sid, behavior)) => {
                out.put_slice(&sid.octets());
                behavior.iter().for_each(|behavior| behavior.encode(out));
            }
        }
    }

    pub(super) fn json(&self, out: &mut String) {
        let layout = self.kind.layout();
        json::write(out, format_args!("{{\"type\": \"{:?}\"", self.kind));
        for (named, part) in layout.parts.iter().zip(&self.parts) {
            match part {
                SegmentPart::Interface(interface) => json::write(out, format_args!(", \"{}\": {interface}", named.key)),
                SegmentPart::V4(address) => json::write(out, format_args!(", \"{}\": \"{address}\"", named.key)),
                SegmentPart::V6(address) => json::write(out, format_args!(", \"{}\": \"{address}\"", named.key)),
            }
        }
        if layout.algorithm {
            json::write(out, format_args!(", \"algorithm\": {}", self.algorithm));
        }
        match self.sid {
            None => {}
            Some(SegmentSid::Label(entry)) => {
                let key = if layout.must.is_some() { "label" } else { "sid" };
                json::write(out, format_args!(", \"{key}\": {}", entry >> 12));
                if layout.entry {
                    let (class, bottom, ttl) = (entry >> 9 & 7, entry & BOTTOM != 0, entry & 0xFF);
                    json::write(out, format_args!(", \"tc\": {class}, \"s\": {bottom}, \"ttl\": {ttl}"));
                }
            }
            Some(SegmentSid::Srv6(sid, behavior)) => {
                json::write(out, format_args!(", \"sid\": \"{sid}\""));
                behavior.iter().for_each(|behavior| behavior.json(out));
            }
        }
        out.push('}');
    }
}

/// The bottom of the stack in an entry of a label stack (RFC 3032 section 2.1).
pub(super) const BOTTOM: u32 = 0x100;

impl Part {
    fn decode(&self, octets: &mut Reader<'_>) -> Option<SegmentPart> {
        match self.what {
            Address::Interface => octets.u32().map(SegmentPart::Interface),
            Address::V4 => octets.ipv4().map(SegmentPart::V4),
            Address::V6 => octets.ipv6().map(SegmentPart::V6),
        }
    }
}

impl Behavior {
    /// Reads one, if anything is left; nothing when it is cut short.
    #[expect(clippy::option_option, reason = "absent is not malformed")]
    pub(super) fn decode(octets: &mut Reader<'_>) -> Option<Option<Self>> {
        if octets.is_empty() {
            return Some(None);
        }
        let (behavior, _) = (octets.u16()?, octets.u16()?);
        Some(Some(Self { behavior, structure: octets.array()? }))
    }

    pub(super) fn encode(&self, out: &mut BytesMut) {
        out.put_u16(self.behavior);
        out.put_u16(0);
        out.put_slice(&self.structure);
    }

    fn json(&self, out: &mut String) {
        let Self { behavior, structure: [block, node, function, argument] } = self;
        json::write(
            out,
            format_args!(
                ", \"endpoint-behavior\": {{\"behavior\": {behavior}, \"lb-length\": {block}, \"ln-length\": {node}, \
                 \"fun-length\": {function}, \"arg-length\": {argument}}}"
            ),
        );
    }
}
