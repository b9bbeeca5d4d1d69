//! One condition of a rule (RFC 8955 section 4.2.2, RFC 8956 section 3).
//!
//! ```text
//! +---------------+--------------------------------------+
//! |   Type (1)    | Prefix, or values with operators     |  see FlowPrefix and Term
//! +---------------+--------------------------------------+
//! ```

use bytes::{BufMut, BytesMut};

use super::{
    FlowPrefix, Term,
    names::{FRAGMENTS, ICMP_CODES, ICMP_TYPES, Names, PORTS, PROTOCOLS, TCP_FLAGS},
    operator,
};
use crate::{Family, Malformed, Reader};

/// The version of IP a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// What a condition looks at, by its type (IANA "Flow Spec Component Types").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Destination prefix.
    Destination = 1,
    /// Source prefix.
    Source = 2,
    /// IP protocol, or upper-layer protocol of IPv6.
    Protocol = 3,
    /// Source or destination port.
    Port = 4,
    /// Destination port.
    DestinationPort = 5,
    /// Source port.
    SourcePort = 6,
    /// ICMP type.
    IcmpType = 7,
    /// ICMP code.
    IcmpCode = 8,
    /// TCP flags.
    TcpFlags = 9,
    /// Length of the packet.
    PacketLength = 10,
    /// DSCP, or traffic class.
    Dscp = 11,
    /// Fragmentation.
    Fragment = 12,
    /// Flow label of IPv6.
    FlowLabel = 13,
}

/// A word that begins a condition.
#[derive(Debug)]
pub(super) struct Keyword {
    /// The word.
    pub(super) word: &'static str,
    /// What it looks at.
    pub(super) kind: Kind,
    /// The version of IP which has it; those of prefixes say it by themselves.
    pub(super) of: Option<Version>,
    /// The largest value that can be typed.
    pub(super) max: u32,
    /// Names of values.
    pub(super) names: Names,
}

const fn row(word: &'static str, kind: Kind, of: Option<Version>, max: u32, names: Names) -> Keyword {
    Keyword { word, kind, of, max, names }
}

const V4: Option<Version> = Some(Version::V4);
const V6: Option<Version> = Some(Version::V6);
const OCTET: u32 = 0xFF;
const SHORT: u32 = 0xFFFF;

/// The words. The first that fits kind and version is the one written.
pub(super) static KEYWORDS: &[Keyword] = &[
    row("destination-ipv4", Kind::Destination, V4, 0, &[]),
    row("destination-ipv6", Kind::Destination, V6, 0, &[]),
    row("destination", Kind::Destination, None, 0, &[]),
    row("source-ipv4", Kind::Source, V4, 0, &[]),
    row("source-ipv6", Kind::Source, V6, 0, &[]),
    row("source", Kind::Source, None, 0, &[]),
    row("protocol", Kind::Protocol, V4, OCTET, PROTOCOLS),
    row("next-header", Kind::Protocol, V6, OCTET, PROTOCOLS),
    row("port", Kind::Port, None, SHORT, PORTS),
    row("destination-port", Kind::DestinationPort, None, SHORT, PORTS),
    row("source-port", Kind::SourcePort, None, SHORT, PORTS),
    row("icmp-type", Kind::IcmpType, None, OCTET, ICMP_TYPES),
    row("icmp-code", Kind::IcmpCode, None, OCTET, ICMP_CODES),
    row("tcp-flags", Kind::TcpFlags, None, SHORT, TCP_FLAGS),
    row("packet-length", Kind::PacketLength, None, SHORT, &[]),
    row("dscp", Kind::Dscp, V4, 63, &[]),
    row("traffic-class", Kind::Dscp, V6, OCTET, &[]),
    row("fragment", Kind::Fragment, None, OCTET, FRAGMENTS),
    row("flow-label", Kind::FlowLabel, V6, 0xF_FFFF, &[]),
];

impl Version {
    /// That of a family.
    pub(super) const fn of(family: Family) -> Self {
        if family.afi() == 1 { Self::V4 } else { Self::V6 }
    }
}

impl Kind {
    /// Every kind, by type.
    pub const ALL: &'static [Self] = &[
        Self::Destination,
        Self::Source,
        Self::Protocol,
        Self::Port,
        Self::DestinationPort,
        Self::SourcePort,
        Self::IcmpType,
        Self::IcmpCode,
        Self::TcpFlags,
        Self::PacketLength,
        Self::Dscp,
        Self::Fragment,
        Self::FlowLabel,
    ];

    /// The kind of a type that rules of the version have.
    fn from_code(code: u8, version: Version) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code && kind.keyword(version).is_some())
    }

    /// The type.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Whether it compares a prefix rather than values.
    pub const fn is_prefix(self) -> bool {
        matches!(self, Self::Destination | Self::Source)
    }

    /// Whether its values are sets of bits.
    pub const fn is_bitmask(self) -> bool {
        matches!(self, Self::TcpFlags | Self::Fragment)
    }

    /// The word that is written for it.
    fn keyword(self, version: Version) -> Option<&'static Keyword> {
        KEYWORDS.iter().find(|keyword| keyword.kind == self && keyword.of.is_none_or(|of| of == version))
    }
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Component {
    /// The address lies in a prefix.
    Prefix(Kind, FlowPrefix),
    /// The value passes one of several tests.
    Values(Kind, Vec<Term>),
}

impl Component {
    /// What it looks at.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Prefix(kind, _) | Self::Values(kind, _) => *kind,
        }
    }

    /// Whether the order is right. The reference sends several prefixes of a kind when that is asked for.
    pub(super) fn may_follow(&self, before: &Self) -> bool {
        before.kind() < self.kind() || (before.kind() == self.kind() && self.kind().is_prefix())
    }

    /// Reads one of a rule of the version.
    pub(super) fn decode(version: Version, octets: &mut Reader<'_>, raw_offsets: bool) -> Result<Self, Malformed> {
        let code = octets.u8().ok_or_else(|| Malformed::skipped("a component of a flow is cut short"))?;
        let kind = Kind::from_code(code, version)
            .ok_or_else(|| Malformed::skipped(format!("a flow cannot have a component of type {code}")))?;
        if kind.is_prefix() {
            FlowPrefix::decode(version, octets, raw_offsets).map(|prefix| Self::Prefix(kind, prefix))
        } else {
            operator::decode(octets, kind.is_bitmask()).map(|terms| Self::Values(kind, terms))
        }
    }

    /// Writes it; `raw_offsets` leaves the octets of IPv6 prefixes where they are.
    pub(super) fn encode(&self, out: &mut BytesMut, raw_offsets: bool) {
        out.put_u8(self.kind().code());
        match self {
            Self::Prefix(_, prefix) => prefix.encode(out, raw_offsets),
            Self::Values(_, terms) => operator::encode(out, terms),
        }
    }

    /// Whether it is written without brackets: what has to hold together is several terms, too.
    pub(super) const fn is_single(&self) -> bool {
        match self {
            Self::Prefix(..) => true,
            Self::Values(_, terms) => terms.len() == 1,
        }
    }

    /// The word for it.
    pub(super) fn name(&self, version: Version) -> &'static str {
        self.kind().keyword(version).map_or("", |keyword| keyword.word)
    }

    /// The texts of its values, any of which has to hold.
    pub(super) fn values(&self, version: Version) -> impl Iterator<Item = String> {
        let (prefix, terms) = match self {
            Self::Prefix(_, prefix) => (Some(prefix.to_string()), &[][..]),
            Self::Values(_, terms) => (None, &terms[..]),
        };
        let names = self.kind().keyword(version).map_or(&[][..], |keyword| keyword.names);
        prefix.into_iter().chain(operator::texts(terms, self.kind(), names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_word() {
        for kind in Kind::ALL {
            assert!(kind.keyword(Version::V6).is_some(), "{kind:?}");
            assert_eq!(kind.keyword(Version::V4).is_some(), *kind != Kind::FlowLabel, "{kind:?}");
        }
        assert_eq!(Kind::Source.keyword(Version::V6).unwrap().word, "source-ipv6");
    }
}
