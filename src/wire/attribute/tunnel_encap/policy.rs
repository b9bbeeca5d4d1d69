//! What the tunnel of an SR policy says (RFC 9830 section 2.4).
//!
//! ```text
//! +----------+------------------------------------+-----------+
//! | Type (1) | Length (1, or 2 from type 128 on)  | Value     |  and more of them
//! +----------+------------------------------------+-----------+
//! ```

use std::net::Ipv6Addr;

use bytes::{BufMut, Bytes, BytesMut};

use super::{Behavior, Segment, SegmentKind};
use crate::{
    Malformed, Reader,
    attribute::{UnknownTlv, tlv},
    json,
};

/// The tunnel of a candidate path, part by part.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SrPolicyTunnel(pub Vec<PolicySubTlv>);

/// A part of a candidate path. Flags are kept; those that the RFC defines are named.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PolicySubTlv {
    /// Type 12 (RFC 9830 section 2.4.1): `| Flags (1) | Reserved (1) | Preference (4) |`
    Preference {
        /// Flags, none of which is defined.
        flags: u8,
        /// The preference; the higher is preferred.
        preference: u32,
    },
    /// Type 13 (RFC 9830 section 2.4.2): `| Flags (1) | Reserved (1) | SID (0, 4 or 16) |`
    BindingSid {
        /// Flags: 0x80 only this SID, 0x40 drop upon invalid.
        flags: u8,
        /// The SID.
        sid: BindingSid,
    },
    /// Type 15 (RFC 9830 section 2.4.6): `| Priority (1) | Reserved (1) |`
    Priority(u8),
    /// Type 20 (RFC 9830 section 2.4.3): `| Flags (1) | Reserved (1) | SID (16) | Behavior and structure (0 or 8) |`
    Srv6BindingSid {
        /// Flags: 0x80 only this SID, 0x40 drop upon invalid, 0x20 with a behavior.
        flags: u8,
        /// The SID.
        sid: Ipv6Addr,
        /// Its behavior.
        behavior: Option<Behavior>,
    },
    /// Type 128 (RFC 9830 section 2.4.4): `| Reserved (1) | Sub-TLVs, with lengths of 1 octet |`
    SegmentList(Vec<SegmentListPart>),
    /// Type 129 (RFC 9830 section 2.4.7): `| Reserved (1) | Name |`
    CandidatePathName(Bytes),
    /// Type 130 (RFC 9830 section 2.4.8): `| Reserved (1) | Name |`
    PolicyName(Bytes),
    /// Of another type.
    Unknown(UnknownTlv),
}

/// What stands for a policy in a label stack or a header.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BindingSid {
    /// None is asked for.
    Null,
    /// An entry of a label stack: label, traffic class, bottom of stack, TTL.
    Mpls(u32),
    /// A SID of SRv6.
    Srv6(Ipv6Addr),
}

/// A part of a segment list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SegmentListPart {
    /// Type 9 (RFC 9830 section 2.4.4.1): `| Flags (1) | Reserved (1) | Weight (4) |`
    Weight {
        /// Flags, none of which is defined.
        flags: u8,
        /// The share of traffic.
        weight: u32,
    },
    /// A segment.
    Segment(Segment),
    /// Of another type.
    Unknown(UnknownTlv),
}

const PREFERENCE: u8 = 12;
const BINDING_SID: u8 = 13;
const PRIORITY: u8 = 15;
const SRV6_BINDING_SID: u8 = 20;
const SEGMENT_LIST: u8 = 128;
const CANDIDATE_PATH_NAME: u8 = 129;
const POLICY_NAME: u8 = 130;
const WEIGHT: u8 = 9;

/// RFC 9012 section 2.
const fn has_long_length(kind: u8) -> bool {
    kind >= 128
}

impl SrPolicyTunnel {
    pub(super) fn decode(value: Reader<'_>) -> Result<Self, Malformed> {
        tlv::list(value, |octets| {
            let (kind, value) = tlv::read(octets, has_long_length)
                .ok_or_else(|| Malformed::new("a part of an SR policy is cut short"))?;
            PolicySubTlv::decode(kind, value)
                .ok_or_else(|| Malformed::new(format!("a part of an SR policy, type {kind}, cannot be read")))
        })
        .map(Self)
    }

    pub(super) fn encode(&self, out: &mut BytesMut) {
        for part in &self.0 {
            let kind = part.kind();
            tlv::write(out, kind, has_long_length(kind), |out| part.encode(out));
        }
    }

    pub(super) fn join(&mut self, later: &Self) {
        for part in &later.0 {
            if part.kind() == SEGMENT_LIST || self.0.iter().all(|earlier| earlier.kind() != part.kind()) {
                self.0.push(part.clone());
            }
        }
    }

    pub(super) fn json(&self, out: &mut String) {
        const ORDER: [u8; 6] = [PREFERENCE, BINDING_SID, SRV6_BINDING_SID, PRIORITY, POLICY_NAME, CANDIDATE_PATH_NAME];
        out.push('{');
        let mut first = true;
        for kind in ORDER {
            // Of one that is repeated the first counts (RFC 9830 section 2.4).
            if let Some(part) = self.0.iter().find(|part| part.kind() == kind) {
                part.json(out, &mut first);
            }
        }
        let lists = self.0.iter().filter_map(|part| match part {
            PolicySubTlv::SegmentList(parts) => Some(parts),
            _ => None,
        });
        let mut lists = lists.peekable();
        if lists.peek().is_some() {
            tlv::member(out, &mut first, "segment-lists");
            out.push('[');
            json::separated(out, ", ", lists, |out, parts| json_list(out, parts));
            out.push(']');
        }
        let unknown = self.0.iter().filter_map(|part| match part {
            PolicySubTlv::Unknown(part) => Some((part.kind, &part.value)),
            _ => None,
        });
        let key = |kind: &u8| format!("unknown-subtlv-{kind}");
        tlv::json_members(out, &mut first, &unknown.collect::<Vec<_>>(), key, |out, value| tlv::json_hex(out, value));
        out.push('}');
    }
}

impl PolicySubTlv {
    const fn kind(&self) -> u8 {
        match self {
            Self::Preference { .. } => PREFERENCE,
            Self::BindingSid { .. } => BINDING_SID,
            Self::Priority(_) => PRIORITY,
            Self::Srv6BindingSid { .. } => SRV6_BINDING_SID,
            Self::SegmentList(_) => SEGMENT_LIST,
            Self::CandidatePathName(_) => CANDIDATE_PATH_NAME,
            Self::PolicyName(_) => POLICY_NAME,
            Self::Unknown(part) => part.kind,
        }
    }

    fn decode(kind: u8, value: Reader<'_>) -> Option<Self> {
        let mut octets = value;
        let part = match kind {
            PREFERENCE => {
                let (flags, _) = (octets.u8()?, octets.u8()?);
                Self::Preference { flags, preference: octets.u32()? }
            }
            BINDING_SID => {
                let (flags, _) = (octets.u8()?, octets.u8()?);
                let sid = match octets.len() {
                    0 => BindingSid::Null,
                    4 => BindingSid::Mpls(octets.u32()?),
                    _ => BindingSid::Srv6(octets.ipv6()?),
                };
                Self::BindingSid { flags, sid }
            }
            PRIORITY => {
                let (priority, _) = (octets.u8()?, octets.u8()?);
                Self::Priority(priority)
            }
            SRV6_BINDING_SID => {
                let (flags, _) = (octets.u8()?, octets.u8()?);
                let sid = octets.ipv6()?;
                Self::Srv6BindingSid { flags, sid, behavior: Behavior::decode(&mut octets)? }
            }
            SEGMENT_LIST => {
                octets.u8()?;
                let parts = tlv::list(octets, |octets| SegmentListPart::decode(octets).ok_or(())).ok()?;
                return Some(Self::SegmentList(parts));
            }
            CANDIDATE_PATH_NAME => return named(octets).map(Self::CandidatePathName),
            POLICY_NAME => return named(octets).map(Self::PolicyName),
            _ => return Some(Self::Unknown(UnknownTlv::new(kind, &value))),
        };
        octets.is_empty().then_some(part)
    }

    fn encode(&self, out: &mut BytesMut) {
        match self {
            Self::Preference { flags, preference } => {
                out.put_slice(&[*flags, 0]);
                out.put_u32(*preference);
            }
            Self::BindingSid { flags, sid } => {
                out.put_slice(&[*flags, 0]);
                match sid {
                    BindingSid::Null => {}
                    BindingSid::Mpls(entry) => out.put_u32(*entry),
                    BindingSid::Srv6(sid) => out.put_slice(&sid.octets()),
                }
            }
            Self::Priority(priority) => out.put_slice(&[*priority, 0]),
            Self::Srv6BindingSid { flags, sid, behavior } => {
                out.put_slice(&[*flags, 0]);
                out.put_slice(&sid.octets());
                behavior.iter().for_each(|behavior| behavior.encode(out));
            }
            Self::SegmentList(parts) => {
                out.put_u8(0);
                parts.iter().for_each(|part| part.encode(out));
            }
            Self::CandidatePathName(name) | Self::PolicyName(name) => {
                out.put_u8(0);
                out.put_slice(name);
            }
            Self::Unknown(part) => out.put_slice(&part.value),
        }
    }

    /// Writes the member of a part that is there once.
    fn json(&self, out: &mut String, first: &mut bool) {
        let mut member = |key| tlv::member(out, first, key);
        match self {
            Self::Preference { preference, .. } => {
                member("preference");
                json::write(out, format_args!("{preference}"));
            }
            Self::BindingSid { sid, .. } => {
                member("binding-sid");
                match sid {
                    BindingSid::Null => out.push_str("null"),
                    BindingSid::Mpls(entry) => {
                        json::write(out, format_args!("{{\"type\": \"mpls\", \"label\": {}}}", entry >> 12));
                    }
                    BindingSid::Srv6(sid) => {
                        json::write(out, format_args!("{{\"type\": \"srv6\", \"sid\": \"{sid}\"}}"));
                    }
                }
            }
            Self::Priority(priority) => {
                member("priority");
                json::write(out, format_args!("{priority}"));
            }
            Self::Srv6BindingSid { sid, .. } => {
                member("srv6-binding-sid");
                json::write(out, format_args!("\"{sid}\""));
            }
            Self::CandidatePathName(name) => {
                member("candidate-path-name");
                json::string(out, &String::from_utf8_lossy(name));
            }
            Self::PolicyName(name) => {
                member("policy-name");
                json::string(out, &String::from_utf8_lossy(name));
            }
            Self::SegmentList(_) | Self::Unknown(_) => {}
        }
    }
}

fn named(mut octets: Reader<'_>) -> Option<Bytes> {
    octets.u8()?;
    Some(Bytes::copy_from_slice(octets.rest()))
}

impl SegmentListPart {
    fn decode(octets: &mut Reader<'_>) -> Option<Self> {
        let (kind, mut value) = tlv::read(octets, |_| false)?;
        if kind == WEIGHT {
            let (flags, _, weight) = (value.u8()?, value.u8()?, value.u32()?);
            return value.is_empty().then_some(Self::Weight { flags, weight });
        }
        match SegmentKind::from_code(kind) {
            Some(kind) => Segment::decode(kind, value).map(Self::Segment),
            None => Some(Self::Unknown(UnknownTlv::new(kind, &value))),
        }
    }

    fn encode(&self, out: &mut BytesMut) {
        match self {
            Self::Weight { flags, weight } => tlv::write(out, WEIGHT, false, |out| {
                out.put_slice(&[*flags, 0]);
                out.put_u32(*weight);
            }),
            Self::Segment(segment) => tlv::write(out, segment.kind.code(), false, |out| segment.encode(out)),
            Self::Unknown(part) => tlv::write(out, part.kind, false, |out| out.put_slice(&part.value)),
        }
    }
}

fn json_list(out: &mut String, parts: &[SegmentListPart]) {
    out.push('{');
    let weight = parts.iter().find_map(|part| match part {
        SegmentListPart::Weight { weight, .. } => Some(weight),
        _ => None,
    });
    if let Some(weight) = weight {
        json::write(out, format_args!("\"weight\": {weight}, "));
    }
    out.push_str("\"segments\": [");
    let segments = parts.iter().filter(|part| !matches!(part, SegmentListPart::Weight { .. }));
    json::separated(out, ", ", segments, |out, part| match part {
        SegmentListPart::Segment(segment) => segment.json(out),
        SegmentListPart::Unknown(part) => {
            json::write(out, format_args!("{{\"type\": {}, \"raw\": ", part.kind));
            tlv::json_hex(out, &part.value);
            out.push('}');
        }
        SegmentListPart::Weight { .. } => {}
    });
    out.push_str("]}");
}
