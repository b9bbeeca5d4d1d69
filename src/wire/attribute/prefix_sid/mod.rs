//! PREFIX_SID (40): the segment of a prefix (RFC 8669 section 3), and SRv6 services (RFC 9252 section 2).
//!
//! ```text
//! +----------+------------+-----------------------+
//! | Type (1) | Length (2) | Value, see Tlv        |  and more of them
//! +----------+------------+-----------------------+
//! ```

mod srv6;
mod words;

use bytes::{BufMut, BytesMut};

pub use srv6::{Layer, Service, ServiceSid, ServiceSubTlv, SidSubTlv};

use super::{Attribute, OPTIONAL, TRANSITIVE, UnknownTlv, tlv};
use crate::{Malformed, Negotiated, OnError, Reader, WordError, Words, json, json::Style};

/// What is said of the segment, in the order given or received.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PrefixSid(pub Vec<Tlv>);

/// One thing that is said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tlv {
    /// Type 1, the index of the label (RFC 8669 section 3.1): `| Reserved (1) | Flags (2) | Label index (4) |`
    LabelIndex {
        /// Flags, none of which is defined.
        flags: u16,
        /// Index in the ranges of labels of each router.
        index: u32,
    },
    /// Type 3, the ranges of labels of the originator (RFC 8669 section 3.2): `| Flags (2) |` and
    /// `| First label (3) | Labels (3) |` for each.
    Srgb {
        /// Flags, none of which is defined.
        flags: u16,
        /// First label and number of labels, each below 2^24.
        ranges: Vec<(u32, u32)>,
    },
    /// Type 5 or 6.
    Service(Service),
    /// Of another type.
    Unknown(UnknownTlv),
}

const LABEL_INDEX: u8 = 1;
const SRGB: u8 = 3;
const L3_SERVICE: u8 = 5;
const L2_SERVICE: u8 = 6;

impl Tlv {
    fn decode(octets: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (kind, value) =
            tlv::read(octets, |_| true).ok_or_else(|| Malformed::new("a TLV of PREFIX_SID is cut short"))?;
        let read = match kind {
            LABEL_INDEX => Self::decode_index(value),
            SRGB => Self::decode_srgb(value),
            L3_SERVICE => Service::decode(Layer::L3, value).map(Self::Service),
            L2_SERVICE => Service::decode(Layer::L2, value).map(Self::Service),
            _ => Some(Self::Unknown(UnknownTlv::new(kind, &value))),
        };
        read.ok_or_else(|| Malformed::new(format!("a TLV of PREFIX_SID, type {kind}, cannot be read")))
    }

    fn decode_index(mut value: Reader<'_>) -> Option<Self> {
        value.u8()?;
        let (flags, index) = (value.u16()?, value.u32()?);
        value.is_empty().then_some(Self::LabelIndex { flags, index })
    }

    fn decode_srgb(mut value: Reader<'_>) -> Option<Self> {
        let flags = value.u16()?;
        let (ranges, []) = value.rest().as_chunks::<6>() else { return None };
        let ranges: Vec<(u32, u32)> = ranges
            .iter()
            .map(|[a, b, c, d, e, f]| (u32::from_be_bytes([0, *a, *b, *c]), u32::from_be_bytes([0, *d, *e, *f])))
            .collect();
        (!ranges.is_empty()).then_some(Self::Srgb { flags, ranges })
    }

    fn encode(&self, out: &mut BytesMut) {
        match self {
            Self::LabelIndex { flags, index } => tlv::write(out, LABEL_INDEX, true, |out| {
                out.put_u8(0);
                out.put_u16(*flags);
                out.put_u32(*index);
            }),
            Self::Srgb { flags, ranges } => tlv::write(out, SRGB, true, |out| {
                out.put_u16(*flags);
                for number in ranges.iter().flat_map(|(base, range)| [base, range]) {
                    out.put_uint((*number).into(), 3);
                }
            }),
            Self::Service(service) => {
                let kind = if service.layer == Layer::L3 { L3_SERVICE } else { L2_SERVICE };
                tlv::write(out, kind, true, |out| service.encode(out));
            }
            Self::Unknown(unknown) => tlv::write(out, unknown.kind, true, |out| out.put_slice(&unknown.value)),
        }
    }
}

impl Attribute for PrefixSid {
    const CODE: u8 = 40;
    const FLAGS: u8 = OPTIONAL | TRANSITIVE;
    const WORD: &'static str = "bgp-prefix-sid";
    const KEYWORDS: &'static [&'static str] = &[Self::WORD, words::SRV6];
    const ON_ERROR: OnError = OnError::Discard;

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        if value.is_empty() {
            return Err(Malformed::new("PREFIX_SID has 0 octets"));
        }
        tlv::list(*value, Tlv::decode).map(Self)
    }

    fn encode(&self, out: &mut BytesMut, _: &Negotiated) {
        self.0.iter().for_each(|tlv| tlv.encode(out));
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        words::labels(words)
    }

    fn parse_keyword(keyword: &str, words: &mut Words<'_>) -> Result<Self, WordError> {
        if keyword == words::SRV6 { words::service(words) } else { Self::parse(words) }
    }

    fn json(&self, out: &mut String, _: &Style) -> bool {
        out.push_str("{ ");
        let mut first = true;
        if let Some(index) = self.0.iter().find_map(|tlv| match tlv {
            Tlv::LabelIndex { index, .. } => Some(index),
            _ => None,
        }) {
            tlv::member(out, &mut first, "sr-label-index");
            json::write(out, format_args!("{index}"));
        }
        self.json_ranges(out, &mut first);
        for (layer, key) in [(Layer::L3, "l3-service"), (Layer::L2, "l2-service")] {
            let services = self.0.iter().filter_map(|tlv| match tlv {
                Tlv::Service(service) if service.layer == layer => Some(service),
                _ => None,
            });
            let mut parts = services.flat_map(|service| &service.parts).peekable();
            if parts.peek().is_some() {
                tlv::member(out, &mut first, key);
                out.push_str("[ ");
                json::separated(out, ", ", parts, |out, part| part.json(out));
                out.push_str(" ]");
            }
        }
        self.json_unknown(out, &mut first);
        out.push_str(" }");
        true
    }
}

impl PrefixSid {
    fn json_ranges(&self, out: &mut String, first: &mut bool) {
        let ranges = self.0.iter().filter_map(|tlv| match tlv {
            Tlv::Srgb { ranges, .. } => Some(ranges),
            _ => None,
        });
        let mut ranges = ranges.flatten().peekable();
        if ranges.peek().is_some() {
            tlv::member(out, first, "sr-srgbs");
            out.push('[');
            json::separated(out, ", ", ranges, |out, (base, range)| {
                json::write(out, format_args!("[{base}, {range}]"));
            });
            out.push(']');
        }
    }

    fn json_unknown(&self, out: &mut String, first: &mut bool) {
        let unknown: Vec<_> = self
            .0
            .iter()
            .filter_map(|tlv| match tlv {
                Tlv::Unknown(unknown) => Some((unknown.kind, &unknown.value)),
                _ => None,
            })
            .collect();
        let key = |kind: &u8| format!("attribute-not-implemented-{kind}");
        tlv::json_members(out, first, &unknown, key, |out, value| tlv::json_hex(out, value));
    }
}
