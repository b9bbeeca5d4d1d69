//! OPERATIONAL: notes and counts that speakers exchange beside routes (draft-ietf-idr-operational-message-00).
//!
//! ```text
//! +-------------------------------+-------------------------------+
//! |             Type              |             Length            |
//! +-------------------------------+---------------+---------------+
//! |             AFI               |     SAFI      |   Value ...
//! +-------------------------------+---------------+
//! ```

mod words;

use std::{fmt, net::Ipv4Addr};

use bytes::{BufMut, Bytes, BytesMut};

use crate::{FamilyCode, Notify, Reader, frame, json};

/// Octets of an advisory that are sent.
const LONGEST: usize = 2048;
/// The type that says a query was not answered.
const NOT_SATISFIED: u16 = 0xFFFF;

/// The names of the types from 1 on.
const NAMES: [&str; 8] = ["ADM", "ASM", "RPCQ", "RPCP", "APCQ", "APCP", "LPCQ", "LPCP"];

/// An OPERATIONAL message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operational {
    /// A text for whoever runs the other side.
    Advisory {
        /// What it is.
        kind: Advisory,
        /// The family it is about.
        family: FamilyCode,
        /// The text.
        text: String,
    },
    /// A question for a count, or its answer.
    Count {
        /// What is counted.
        what: Count,
        /// The family it is about.
        family: FamilyCode,
        /// BGP identifier of who asks; 0.0.0.0 until it is known, see [`Operational::by`].
        router_id: Ipv4Addr,
        /// Tells questions apart.
        sequence: u32,
        /// The answer; a question has none.
        counter: Option<u32>,
    },
    /// A question was not answered.
    NotSatisfied {
        /// The family it was about.
        family: FamilyCode,
        /// The question.
        sequence: u32,
        /// Why: 1 malformed, 2 unsupported, 3 too many, 4 prohibited, 5 busy, 6 not found.
        reason: u16,
    },
    /// A type without meaning to us.
    Unknown {
        /// The type.
        kind: u16,
        /// What follows the length.
        data: Bytes,
    },
}

/// A kind of advisory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Advisory {
    /// To be shown at once.
    Demand = 1,
    /// To be remembered, and sent again on each session.
    Static = 2,
}

/// What can be counted: the type of the question; that of the answer is one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Count {
    /// Reachable prefixes.
    Reachable = 3,
    /// Prefixes in the Adj-RIB-Out.
    AdjRibOut = 5,
    /// Prefixes in the Loc-RIB.
    LocRib = 7,
}

impl Operational {
    /// The type.
    pub fn code(&self) -> u16 {
        match self {
            Self::Advisory { kind, .. } => *kind as u16,
            Self::Count { what, counter, .. } => *what as u16 + u16::from(counter.is_some()),
            Self::NotSatisfied { .. } => NOT_SATISFIED,
            Self::Unknown { kind, .. } => *kind,
        }
    }

    /// The name of the type, as in events; commands have it in small letters.
    pub fn name(&self) -> &'static str {
        match self.code() {
            NOT_SATISFIED => "NS",
            code => NAMES.get(usize::from(code).wrapping_sub(1)).copied().unwrap_or("unknown"),
        }
    }

    /// The family whose advisory this is, if it is one to be remembered.
    pub const fn standing(&self) -> Option<FamilyCode> {
        match self {
            Self::Advisory { kind: Advisory::Static, family, .. } => Some(*family),
            _ => None,
        }
    }

    /// The family it is about, unless it is of a type without meaning to us.
    pub const fn family(&self) -> Option<FamilyCode> {
        match self {
            Self::Advisory { family, .. } | Self::Count { family, .. } | Self::NotSatisfied { family, .. } => {
                Some(*family)
            }
            Self::Unknown { .. } => None,
        }
    }

    /// The same from a speaker with this BGP identifier, where the message does not name one.
    #[must_use]
    pub fn by(mut self, speaker: Ipv4Addr) -> Self {
        if let Self::Count { router_id, .. } = &mut self
            && router_id.is_unspecified()
        {
            *router_id = speaker;
        }
        self
    }

    /// Reads a body.
    ///
    /// # Errors
    /// 5/0 for a body that is shorter than it says or than its type needs.
    pub fn decode(body: &[u8]) -> Result<Self, Notify> {
        let mut reader = Reader::new(body);
        let value = reader.u16().zip(reader.u16()).and_then(|(kind, length)| Some((kind, reader.sub(length.into())?)));
        let (kind, mut value) = value.ok_or_else(short)?;
        Self::read(kind, &mut value).ok_or_else(short)
    }

    fn read(kind: u16, value: &mut Reader<'_>) -> Option<Self> {
        if !matches!(kind, 1..=8 | NOT_SATISFIED) {
            return Some(Self::Unknown { kind, data: Bytes::copy_from_slice(value.rest()) });
        }
        let family = FamilyCode { afi: value.u16()?, safi: value.u8()? };
        let text = |value: &Reader<'_>| String::from_utf8_lossy(value.rest()).into_owned();
        let what = match kind {
            1 => return Some(Self::Advisory { kind: Advisory::Demand, family, text: text(value) }),
            2 => return Some(Self::Advisory { kind: Advisory::Static, family, text: text(value) }),
            3 | 4 => Count::Reachable,
            5 | 6 => Count::AdjRibOut,
            7 | 8 => Count::LocRib,
            _ => return Some(Self::NotSatisfied { family, sequence: value.u32()?, reason: value.u16()? }),
        };
        let (router_id, sequence) = (value.ipv4()?, value.u32()?);
        let counter = if kind.is_multiple_of(2) { Some(value.u32()?) } else { None };
        Some(Self::Count { what, family, router_id, sequence, counter })
    }

    /// Appends the whole message.
    pub fn encode(&self, out: &mut BytesMut) {
        let mut value = BytesMut::new();
        self.value(&mut value);
        frame::write(out, frame::Kind::Operational.code(), |out| {
            out.put_u16(self.code());
            out.put_u16(u16::try_from(value.len()).unwrap_or(u16::MAX));
            out.put_slice(&value);
        });
    }

    fn value(&self, out: &mut BytesMut) {
        match self {
            Self::Advisory { family, text, .. } => {
                put_family(out, *family);
                out.put_slice(cut(text).as_bytes());
            }
            Self::Count { family, router_id, sequence, counter, .. } => {
                put_family(out, *family);
                out.put_slice(&router_id.octets());
                out.put_u32(*sequence);
                counter.iter().for_each(|counter| out.put_u32(*counter));
            }
            Self::NotSatisfied { family, sequence, reason } => {
                put_family(out, *family);
                out.put_u32(*sequence);
                out.put_u16(*reason);
            }
            Self::Unknown { data, .. } => out.put_slice(data),
        }
    }

    /// Writes its object for events.
    pub fn json(&self, out: &mut String) {
        json::write(out, format_args!("{{ \"name\": \"{}\"", self.name()));
        match self {
            Self::Advisory { family, text, .. } => {
                write_family(out, *family);
                out.push_str(", \"advisory\": ");
                json::string(out, text);
            }
            Self::Count { family, router_id, sequence, counter, .. } => {
                write_family(out, *family);
                if let Some(counter) = counter {
                    json::write(out, format_args!(", \"router-id\": \"{router_id}\", \"sequence\": {sequence}"));
                    json::write(out, format_args!(", \"counter\": {counter}"));
                }
            }
            Self::NotSatisfied { family, sequence, reason } => {
                write_family(out, *family);
                json::write(out, format_args!(", \"sequence\": {sequence}, \"reason\": {reason}"));
            }
            Self::Unknown { kind, data } => {
                json::write(out, format_args!(", \"type\": {kind}, \"data\": \"0x"));
                json::hex(out, data);
                out.push('"');
            }
        }
        out.push_str(" }");
    }
}

fn short() -> Notify {
    Notify::with_text(5, 0, "operational message shorter than its type needs")
}

fn put_family(out: &mut BytesMut, family: FamilyCode) {
    out.put_u16(family.afi);
    out.put_u8(family.safi);
}

fn write_family(out: &mut String, family: FamilyCode) {
    let names = family.joined('/');
    let (afi, safi) = names.split_once('/').unwrap_or((&names, ""));
    json::write(out, format_args!(", \"afi\": \"{afi}\", \"safi\": \"{safi}\""));
}

/// The text, cut at a character, with dots where it was too long.
fn cut(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let mut end = LONGEST - 3;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}...", text.get(..end).unwrap_or_default())
}

/// The form of the text encoder.
impl fmt::Display for Operational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = |family: &FamilyCode| {
            let names = family.joined('/');
            let (afi, safi) = names.split_once('/').unwrap_or((&names, ""));
            format!("afi {afi} safi {safi}")
        };
        write!(f, "{}", self.name())?;
        match self {
            Self::Advisory { family: of, text, .. } => {
                // Whatever was sent stays one line of ASCII.
                let plain = |character| if matches!(character, ' '..='~') { character } else { '?' };
                write!(f, " {} advisory \"{}\"", family(of), text.chars().map(plain).collect::<String>())
            }
            Self::Count { family: of, router_id, sequence, counter: Some(counter), .. } => {
                write!(f, " {} router-id {router_id} sequence {sequence} counter {counter}", family(of))
            }
            Self::Count { family: of, .. } => write!(f, " {}", family(of)),
            Self::NotSatisfied { family: of, sequence, reason } => {
                write!(f, " {} sequence {sequence} reason {reason}", family(of))
            }
            Self::Unknown { kind, .. } => write!(f, " type {kind}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: FamilyCode = FamilyCode { afi: 1, safi: 1 };

    fn round(message: &Operational) -> String {
        let mut out = BytesMut::new();
        message.encode(&mut out);
        assert_eq!(frame::split(&out, frame::MAX), Ok(Some(out.len())));
        assert_eq!(Operational::decode(&out[frame::HEADER..]).as_ref(), Ok(message));
        let mut json = String::new();
        message.json(&mut json);
        format!("{json}|{message}")
    }

    #[test]
    fn messages_survive_and_are_told() {
        let advisory = Operational::Advisory { kind: Advisory::Static, family: FAMILY, text: "hello".into() };
        let expected = r#"{ "name": "ASM", "afi": "ipv4", "safi": "unicast", "advisory": "hello" }|ASM afi ipv4 safi unicast advisory "hello""#;
        assert_eq!(round(&advisory), expected);
        let id = Ipv4Addr::new(10, 0, 0, 1);
        let count = |counter| Operational::Count {
            what: Count::Reachable,
            family: FAMILY,
            router_id: id,
            sequence: 5,
            counter,
        };
        let expected = r#"{ "name": "RPCQ", "afi": "ipv4", "safi": "unicast" }|RPCQ afi ipv4 safi unicast"#;
        assert_eq!(round(&count(None)), expected);
        assert!(round(&count(Some(10))).starts_with(
            r#"{ "name": "RPCP", "afi": "ipv4", "safi": "unicast", "router-id": "10.0.0.1", "sequence": 5, "counter": 10 }"#
        ));
        assert!(round(&Operational::NotSatisfied { family: FAMILY, sequence: 1, reason: 2 }).contains("\"NS\""));
        let unknown = Operational::Unknown { kind: 99, data: Bytes::from_static(&[1, 2]) };
        assert!(round(&unknown).starts_with(r#"{ "name": "unknown", "type": 99, "data": "0x0102" }"#));
    }

    #[test]
    fn short_bodies_are_refused() {
        for body in [&[][..], &[0, 1, 0], &[0, 1, 0, 5, 0, 1, 1], &[0, 3, 0, 3, 0, 1, 1], &[0xFF, 0xFF, 0, 3, 0, 1, 1]]
        {
            assert_eq!(
                Operational::decode(body).map_err(|notify| (notify.code, notify.subcode)),
                Err((5, 0)),
                "{body:?}"
            );
        }
    }

    #[test]
    fn long_advisories_are_cut() {
        let mut out = BytesMut::new();
        Operational::Advisory { kind: Advisory::Demand, family: FAMILY, text: "é".repeat(2000) }.encode(&mut out);
        assert!(out.ends_with(b"...") && out.len() <= frame::HEADER + 4 + 3 + LONGEST);
    }
}
