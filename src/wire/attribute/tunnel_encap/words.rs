//! Words of an SR policy, which stand behind its NLRI in any order. Segment lists and what is in them are sent as
//! written.
//!
//! ```text
//! preference 100                          priority 10
//! binding-sid mpls 24000                  binding-sid null
//! srv6-binding-sid fc00::1                policy-name "gold"
//! candidate-path-name "primary"
//! segment-list weight 1 segment type-a mpls 16001 segment type-b srv6 fc00::1 endpoint-behavior 65 32 0 16 0
//! ```

use std::{fmt, net::Ipv6Addr};

use bytes::Bytes;

use super::{
    Behavior, BindingSid, PolicySubTlv, Segment, SegmentKind, SegmentListPart, SegmentPart, SegmentSid, SrPolicyTunnel,
    Tunnel, TunnelEncap,
    segment::{Address, BOTTOM, Part},
};
use crate::{Word, WordError, Words, number};

/// What a label to bind to is sent with; the RFC has no name for this flag.
const BINDING_FLAG: u8 = 0x10;
/// The segment has an algorithm.
const WITH_ALGORITHM: u8 = 0x40;
/// The segment has a behavior.
const WITH_BEHAVIOR: u8 = 0x10;

/// Reads one part of a policy.
pub(crate) fn sub_tlv(keyword: Word<'_>, words: &mut Words<'_>) -> Result<TunnelEncap, WordError> {
    let part = match keyword.text {
        "preference" => PolicySubTlv::Preference { flags: 0, preference: u32_of(words, "the preference")? },
        "priority" => PolicySubTlv::Priority(u8_of(words, "the priority")?),
        "binding-sid" => binding_sid(words)?,
        "srv6-binding-sid" => {
            PolicySubTlv::Srv6BindingSid { flags: 0, sid: ipv6_of(words, "the binding SID")?, behavior: None }
        }
        "segment-list" => segment_list(words)?,
        "candidate-path-name" => PolicySubTlv::CandidatePathName(name(words)?),
        "policy-name" => PolicySubTlv::PolicyName(name(words)?),
        _ => return Err(WordError::expected(keyword, "a part of an SR policy")),
    };
    Ok(TunnelEncap(vec![Tunnel::SrPolicy(SrPolicyTunnel(vec![part]))]))
}

fn binding_sid(words: &mut Words<'_>) -> Result<PolicySubTlv, WordError> {
    let word = words.expect("the binding SID: mpls with a label, or null")?;
    match word.text {
        "mpls" => {
            let label = label(words)?;
            Ok(PolicySubTlv::BindingSid { flags: BINDING_FLAG, sid: BindingSid::Mpls(label | BOTTOM) })
        }
        "null" => Ok(PolicySubTlv::BindingSid { flags: 0, sid: BindingSid::Null }),
        _ => Err(WordError::expected(word, "mpls or null")),
    }
}

fn segment_list(words: &mut Words<'_>) -> Result<PolicySubTlv, WordError> {
    if !words.keyword("weight") {
        return Err(WordError::missing(words.column(), "the weight of the segment list"));
    }
    let mut parts = vec![SegmentListPart::Weight { flags: 0, weight: u32_of(words, "the weight")? }];
    while words.keyword("segment") {
        parts.push(SegmentListPart::Segment(segment(words)?));
    }
    // The label stack ends with the last label of the list.
    let mut entries = parts.iter_mut().rev().filter_map(|part| match part {
        SegmentListPart::Segment(Segment { sid: Some(SegmentSid::Label(entry)), .. }) => Some(entry),
        _ => None,
    });
    if let Some(entry) = entries.next() {
        *entry |= BOTTOM;
    }
    Ok(PolicySubTlv::SegmentList(parts))
}

fn segment(words: &mut Words<'_>) -> Result<Segment, WordError> {
    let word = words.expect("the type of the segment")?;
    let kind = SegmentKind::ALL.into_iter().find(|kind| kind.layout().word == word.text);
    let kind = kind.ok_or_else(|| WordError::expected(word, "a type of segments from type-a to type-k"))?;
    let layout = kind.layout();
    let parts = layout.parts.iter().map(|part| node(part, words)).collect::<Result<_, _>>()?;
    let mut segment = Segment { kind, flags: 0, algorithm: 0, parts, sid: None };
    if layout.algorithm {
        need(words, "algorithm")?;
        segment.algorithm = u8_of(words, "the algorithm")?;
        segment.flags = if segment.algorithm == 0 { 0 } else { WITH_ALGORITHM };
    }
    match layout.must {
        Some(word) => need(words, word)?,
        None if !words.keyword("sid") => return Ok(segment),
        None => {}
    }
    segment.sid = Some(if layout.srv6 {
        let (sid, behavior) = (ipv6_of(words, "the SID")?, behavior(words)?);
        segment.flags |= if behavior.is_some() { WITH_BEHAVIOR } else { 0 };
        SegmentSid::Srv6(sid, behavior)
    } else {
        SegmentSid::Label(label(words)?)
    });
    Ok(segment)
}

fn node(part: &Part, words: &mut Words<'_>) -> Result<SegmentPart, WordError> {
    need(words, part.word)?;
    let word = words.expect("a node or a link of the segment")?;
    let (read, what) = match part.what {
        Address::Interface => (number::u32(word.text).map(SegmentPart::Interface), "the number of an interface"),
        Address::V4 => (word.text.parse().ok().map(SegmentPart::V4), "an IPv4 address"),
        Address::V6 => (word.text.parse().ok().map(SegmentPart::V6), "an IPv6 address"),
    };
    read.ok_or_else(|| WordError::expected(word, what))
}

fn behavior(words: &mut Words<'_>) -> Result<Option<Behavior>, WordError> {
    if !words.keyword("endpoint-behavior") {
        return Ok(None);
    }
    let word = words.expect("the behavior")?;
    let behavior =
        number::any_u16(word.text).ok_or_else(|| WordError::expected(word, "a behavior such as 65 or 0x41"))?;
    let mut structure = [0; 4];
    for length in &mut structure {
        *length = u8_of(words, "a length of the SID's structure")?;
    }
    Ok(Some(Behavior { behavior, structure }))
}

fn need(words: &mut Words<'_>, text: &'static str) -> Result<(), WordError> {
    let word = words.expect(text)?;
    if word.text == text { Ok(()) } else { Err(WordError::expected(word, text)) }
}

fn u32_of(words: &mut Words<'_>, what: &'static str) -> Result<u32, WordError> {
    let word = words.expect(what)?;
    number::u32(word.text).ok_or_else(|| WordError::expected(word, "a number from 0 to 4294967295"))
}

fn u8_of(words: &mut Words<'_>, what: &'static str) -> Result<u8, WordError> {
    let word = words.expect(what)?;
    number::u8(word.text).ok_or_else(|| WordError::expected(word, "a number from 0 to 255"))
}

fn ipv6_of(words: &mut Words<'_>, what: &'static str) -> Result<Ipv6Addr, WordError> {
    let word = words.expect(what)?;
    word.text.parse().map_err(|_| WordError::expected(word, "an IPv6 address"))
}

/// An entry of a label stack.
fn label(words: &mut Words<'_>) -> Result<u32, WordError> {
    let word = words.expect("the label")?;
    let label = number::u32(word.text).filter(|label| *label < 1 << 20);
    label.map(|label| label << 12).ok_or_else(|| WordError::expected(word, "a label from 0 to 1048575"))
}

fn name(words: &mut Words<'_>) -> Result<Bytes, WordError> {
    let word = words.expect("the name")?;
    // The RFC sets no limit; this one keeps the attribute within a message.
    if word.text.len() > 255 {
        return Err(WordError::new(word, "the name is longer than 255 octets"));
    }
    Ok(Bytes::copy_from_slice(word.text.as_bytes()))
}

/// As it would be typed; what words cannot say is passed over.
impl fmt::Display for SrPolicyTunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            f.write_str(if index > 0 { " " } else { "" })?;
            part.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for PolicySubTlv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Preference { preference, .. } => write!(f, "preference {preference}"),
            Self::BindingSid { sid: BindingSid::Null, .. } => f.write_str("binding-sid null"),
            Self::BindingSid { sid: BindingSid::Mpls(entry), .. } => write!(f, "binding-sid mpls {}", entry >> 12),
            Self::Priority(priority) => write!(f, "priority {priority}"),
            Self::Srv6BindingSid { sid, .. } => write!(f, "srv6-binding-sid {sid}"),
            Self::SegmentList(parts) => {
                f.write_str("segment-list")?;
                parts.iter().try_for_each(|part| part.fmt(f))
            }
            Self::CandidatePathName(name) => write!(f, "candidate-path-name \"{}\"", String::from_utf8_lossy(name)),
            Self::PolicyName(name) => write!(f, "policy-name \"{}\"", String::from_utf8_lossy(name)),
            Self::BindingSid { sid: BindingSid::Srv6(_), .. } | Self::Unknown(_) => Ok(()),
        }
    }
}

impl fmt::Display for SegmentListPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weight { weight, .. } => write!(f, " weight {weight}"),
            Self::Segment(segment) => write!(f, " segment {segment}"),
            Self::Unknown(_) => Ok(()),
        }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layout = self.kind.layout();
        f.write_str(layout.word)?;
        for (named, part) in layout.parts.iter().zip(&self.parts) {
            match part {
                SegmentPart::Interface(interface) => write!(f, " {} {interface}", named.word)?,
                SegmentPart::V4(address) => write!(f, " {} {address}", named.word)?,
                SegmentPart::V6(address) => write!(f, " {} {address}", named.word)?,
            }
        }
        if layout.algorithm {
            write!(f, " algorithm {}", self.algorithm)?;
        }
        let word = layout.must.unwrap_or("sid");
        match self.sid {
            None => Ok(()),
            Some(SegmentSid::Label(entry)) => write!(f, " {word} {}", entry >> 12),
            Some(SegmentSid::Srv6(sid, None)) => write!(f, " {word} {sid}"),
            Some(SegmentSid::Srv6(sid, Some(Behavior { behavior, structure: [block, node, function, argument] }))) => {
                write!(f, " {word} {sid} endpoint-behavior {behavior} {block} {node} {function} {argument}")
            }
        }
    }
}
