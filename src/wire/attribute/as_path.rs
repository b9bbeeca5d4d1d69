//! AS_PATH (2) and AS4_PATH (17): the ASes a route has passed (RFC 4271 section 5.1.2, RFC 6793).
//!
//! ```text
//! +---------------+---------------+-------------------------------+
//! | Segment type  | Count of ASes |  AS numbers (2 or 4 octets) ..|   repeated
//! +---------------+---------------+-------------------------------+
//! ```

use std::fmt;

use bytes::{BufMut, BytesMut};

use super::{Attribute, OPTIONAL, TRANSITIVE};
use crate::{AS_TRANS, Malformed, Negotiated, OnError, Reader, Word, WordError, Words, json, json::Style, number};

/// What a segment is (RFC 4271 section 4.3, RFC 5065 section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SegmentKind {
    /// AS_SET: without order.
    Set = 1,
    /// AS_SEQUENCE: in the order passed.
    Sequence,
    /// AS_CONFED_SEQUENCE: members of a confederation, in order.
    ConfedSequence,
    /// AS_CONFED_SET: members of a confederation, without order.
    ConfedSet,
}

impl SegmentKind {
    const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Set,
            2 => Self::Sequence,
            3 => Self::ConfedSequence,
            4 => Self::ConfedSet,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Set => "as-set",
            Self::Sequence => "as-sequence",
            Self::ConfedSequence => "as-confed-sequence",
            Self::ConfedSet => "as-confed-set",
        }
    }

    const fn is_confed(self) -> bool {
        matches!(self, Self::ConfedSequence | Self::ConfedSet)
    }

    /// Brackets of the text form, which are not those of the input.
    const fn brackets(self) -> (&'static str, &'static str) {
        match self {
            Self::Sequence => ("( ", " )"),
            Self::Set => ("[ ", " ]"),
            Self::ConfedSequence => ("{( ", " )}"),
            Self::ConfedSet => ("{[ ", " ]}"),
        }
    }
}

/// One segment of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Segment {
    /// Its kind.
    pub kind: SegmentKind,
    /// Its AS numbers.
    pub asns: Vec<u32>,
}

/// The path of a route.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct AsPath(pub Vec<Segment>);

/// The path in four octets, for routes that passed a speaker of two.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct As4Path(pub AsPath);

impl AsPath {
    /// One sequence.
    pub fn sequence(asns: impl Into<Vec<u32>>) -> Self {
        Self(vec![Segment { kind: SegmentKind::Sequence, asns: asns.into() }])
    }

    /// Whether an AS number that AS4_PATH may carry does not fit in two octets.
    pub fn needs_as4(&self) -> bool {
        let carried = self.0.iter().filter(|segment| !segment.kind.is_confed());
        carried.flat_map(|segment| &segment.asns).any(|asn| u16::try_from(*asn).is_err())
    }

    /// The path without the segments of confederations, which AS4_PATH must not carry (RFC 6793 section 3).
    #[must_use]
    pub fn without_confederations(&self) -> Self {
        Self(self.0.iter().filter(|segment| !segment.kind.is_confed()).cloned().collect())
    }

    /// The length that the decision process counts: a set is one, a confederation nothing (RFC 5065 5.3).
    fn count(&self) -> usize {
        self.0.iter().map(Segment::count).sum()
    }

    /// The path of a route that came through a speaker of two octets: the leading part of AS_PATH followed by
    /// AS4_PATH (RFC 6793 section 4.2.3).
    #[must_use]
    pub fn merged(&self, wide: &Self) -> Self {
        let Some(mut keep) = self.count().checked_sub(wide.count()) else { return self.clone() };
        let mut segments = Vec::new();
        for segment in &self.0 {
            if keep == 0 && !segment.kind.is_confed() {
                break;
            }
            segments.push(segment.leading(keep));
            keep = keep.saturating_sub(segment.count());
        }
        segments.extend(wide.0.iter().cloned());
        Self(segments)
    }

    /// Writes the segments with AS numbers of four or two octets.
    pub fn write(&self, out: &mut BytesMut, asn4: bool) {
        for segment in &self.0 {
            for asns in segment.asns.chunks(255) {
                out.put_u8(segment.kind as u8);
                out.put_u8(u8::try_from(asns.len()).unwrap_or(u8::MAX));
                asns.iter().for_each(|asn| write_asn(out, *asn, asn4));
            }
        }
    }

    fn read(value: &mut Reader<'_>, asn4: bool) -> Result<Self, Malformed> {
        let mut segments = Vec::new();
        while let Some(code) = value.u8() {
            let kind = SegmentKind::from_code(code).ok_or_else(|| Malformed::new(format!("segment type {code}")))?;
            let count = usize::from(value.u8().unwrap_or_default());
            let asns = value.take(count * if asn4 { 4 } else { 2 }).filter(|asns| !asns.is_empty());
            let asns = asns.ok_or_else(|| Malformed::new(format!("a segment of {count} AS numbers does not fit")))?;
            segments.push(Segment { kind, asns: read_asns(asns, asn4) });
        }
        Ok(Self(segments))
    }
}

impl Segment {
    const fn count(&self) -> usize {
        match self.kind {
            SegmentKind::Sequence => self.asns.len(),
            SegmentKind::Set => 1,
            _ => 0,
        }
    }

    /// The first `count` AS numbers of a sequence; other kinds are not divided.
    fn leading(&self, count: usize) -> Self {
        let asns = match self.kind {
            SegmentKind::Sequence => self.asns.iter().copied().take(count).collect(),
            _ => self.asns.clone(),
        };
        Self { kind: self.kind, asns }
    }
}

fn read_asns(octets: &[u8], asn4: bool) -> Vec<u32> {
    if asn4 {
        return octets.as_chunks::<4>().0.iter().map(|asn| u32::from_be_bytes(*asn)).collect();
    }
    octets.as_chunks::<2>().0.iter().map(|asn| u32::from(u16::from_be_bytes(*asn))).collect()
}

fn write_asn(out: &mut BytesMut, asn: u32, asn4: bool) {
    if asn4 { out.put_u32(asn) } else { out.put_u16(u16::try_from(asn).unwrap_or(AS_TRANS)) }
}

impl Attribute for AsPath {
    const CODE: u8 = 2;
    const FLAGS: u8 = TRANSITIVE;
    const WORD: &'static str = "as-path";

    fn decode(value: &mut Reader<'_>, with: &Negotiated) -> Result<Self, Malformed> {
        Self::read(value, with.asn4)
    }

    fn encode(&self, out: &mut BytesMut, with: &Negotiated) {
        self.write(out, with.asn4);
    }

    /// `[ 1 2 ]` is a sequence, `( 3 4 )` a set; a brace inside makes either one of a confederation.
    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let mut segments = Vec::new();
        while let Some(word) = words.peek() {
            let (kind, close) = match word.text {
                "[" => (SegmentKind::Sequence, "]"),
                "(" => (SegmentKind::Set, ")"),
                _ if segments.is_empty() => {
                    words.next();
                    return Ok(Self::sequence([asn(word)?]));
                }
                _ => break,
            };
            words.next();
            segments.push(parse_segment(words, kind, close)?);
        }
        if segments.is_empty() {
            return Err(WordError::missing(words.column(), "the AS path"));
        }
        segments.retain(|segment| !segment.asns.is_empty());
        Ok(Self(segments))
    }

    fn json(&self, out: &mut String, style: &Style) -> bool {
        let name = |kind: SegmentKind| match (style.dialect, kind) {
            (json::Dialect::V5, SegmentKind::ConfedSequence | SegmentKind::ConfedSet) => "as-sequence",
            _ => kind.name(),
        };
        out.push('{');
        json::separated(out, ", ", self.0.iter().enumerate(), |out, (index, segment)| {
            out.push('"');
            json::number(out, u32::try_from(index).unwrap_or(u32::MAX));
            out.extend(["\": {\"element\": \"", name(segment.kind), "\", \"value\": ["]);
            json::separated(out, ", ", &segment.asns, |out, asn| json::number(out, *asn));
            out.push_str("]}");
        });
        out.push('}');
        !self.0.is_empty()
    }
}

fn asn(word: Word<'_>) -> Result<u32, WordError> {
    number::asn(word.text).ok_or_else(|| WordError::expected(word, "an AS number"))
}

fn parse_segment(words: &mut Words<'_>, kind: SegmentKind, close: &str) -> Result<Segment, WordError> {
    let confed = words.keyword("{");
    let kind = match (confed, kind) {
        (true, SegmentKind::Sequence) => SegmentKind::ConfedSequence,
        (true, SegmentKind::Set) => SegmentKind::ConfedSet,
        (_, kind) => kind,
    };
    let mut asns = Vec::new();
    loop {
        let word = words.expect("the closing bracket of the AS path")?;
        match word.text {
            text if text == close => return Ok(Segment { kind, asns }),
            "," => {}
            "}" if confed => {}
            _ => asns.push(asn(word)?),
        }
    }
}

impl fmt::Display for AsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.0.iter().enumerate() {
            let (open, close) = segment.kind.brackets();
            let asns = segment.asns.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
            write!(f, "{}{open}{asns}{close}", if index > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

impl Attribute for As4Path {
    const CODE: u8 = 17;
    const FLAGS: u8 = OPTIONAL | TRANSITIVE;
    const WORD: &'static str = "as4-path";
    const ON_ERROR: OnError = OnError::Discard;

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        AsPath::read(value, true).map(Self)
    }

    fn encode(&self, out: &mut BytesMut, _: &Negotiated) {
        self.0.write(out, true);
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        AsPath::parse(words).map(Self)
    }

    fn json(&self, out: &mut String, style: &Style) -> bool {
        self.0.json(out, style)
    }
}

impl fmt::Display for As4Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> AsPath {
        AsPath::parse(&mut Words::new(text)).unwrap()
    }

    #[test]
    fn wide_numbers_of_confederations_need_no_as4_path() {
        assert!(!path("[ { 70000 } ]").needs_as4() && !path("[ 1 ] ( { 70000 } )").needs_as4());
        assert!(path("[ 70000 ] ( { 1 } )").needs_as4());
    }

    #[test]
    fn words() {
        assert_eq!(path("[ 1 2 ] ( 3, 4 ) [ 1.0 ]").to_string(), "( 1 2 ) [ 3 4 ] ( 65536 )");
        assert_eq!(path("65000"), AsPath::sequence([65000]));
        assert_eq!(path("[ ]"), AsPath::default());
        assert_eq!(path("[ { 1 2 } ] ( { 3 } )").to_string(), "{( 1 2 )} {[ 3 ]}");
        for refused in ["[ 1 ( 2 ) ]", "[ 1", "[ x ]", ""] {
            assert!(AsPath::parse(&mut Words::new(refused)).is_err(), "{refused}");
        }
    }

    #[test]
    fn long_sequences_are_cut_at_255() {
        let mut out = BytesMut::new();
        AsPath::sequence(vec![1; 300]).write(&mut out, true);
        assert_eq!((out[1], out[2 + 255 * 4 + 1]), (255, 45));
    }

    #[test]
    fn merging() {
        let narrow = path("[ 23456 2 3 ] ( 9 8 )");
        assert_eq!(narrow.merged(&path("[ 70000 ] ( 9 8 )")).to_string(), "( 23456 2 ) ( 70000 ) [ 9 8 ]");
        assert_eq!(path("[ 1 ]").merged(&path("[ 70000 2 ]")), path("[ 1 ]"));
    }

    #[test]
    fn an_empty_segment_is_malformed() {
        let with = Negotiated::unnegotiated();
        for octets in [&[2, 0][..], &[2, 1, 0], &[9, 1, 0, 1], &[2]] {
            assert!(AsPath::decode(&mut Reader::new(octets), &with).is_err(), "{octets:?}");
        }
    }
}
