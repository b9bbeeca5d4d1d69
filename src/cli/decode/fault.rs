//! Where a message is malformed: which octets, what they should be, and which RFC says so.

use std::fmt;

use wire::{AnyNlri, Family, Kind, Negotiated, Notify, Reader, Update};

/// A part of a message that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The first octet of the part, counted from 0 in what was given.
    offset: usize,
    part: String,
    why: String,
    /// What rules the case.
    rule: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, part, why, rule } = self;
        write!(f, "octet {offset}: {part}: {why} ({rule})")
    }
}

/// The attributes whose errors have rules, by code.
const ATTRIBUTES: &[(u8, &str, &str)] = &[
    (1, "ORIGIN", "RFC 7606 section 7.1"),
    (2, "AS_PATH", "RFC 7606 section 7.2"),
    (3, "NEXT_HOP", "RFC 7606 section 7.3"),
    (4, "MULTI_EXIT_DISC", "RFC 7606 section 7.4"),
    (5, "LOCAL_PREF", "RFC 7606 section 7.5"),
    (6, "ATOMIC_AGGREGATE", "RFC 7606 section 7.6"),
    (7, "AGGREGATOR", "RFC 7606 section 7.7"),
    (8, "COMMUNITIES", "RFC 7606 section 7.8"),
    (9, "ORIGINATOR_ID", "RFC 7606 section 7.9"),
    (10, "CLUSTER_LIST", "RFC 7606 section 7.10"),
    (14, "MP_REACH_NLRI", "RFC 7606 section 7.11"),
    (15, "MP_UNREACH_NLRI", "RFC 7606 section 7.12"),
    (16, "EXTENDED_COMMUNITIES", "RFC 7606 section 7.14"),
    (17, "AS4_PATH", "RFC 6793 section 6"),
    (18, "AS4_AGGREGATOR", "RFC 6793 section 6"),
    (22, "PMSI_TUNNEL", "RFC 6514 section 5"),
    (23, "TUNNEL_ENCAPSULATION", "RFC 9012 section 13"),
    (25, "IPV6_EXTENDED_COMMUNITIES", "RFC 7606 section 7.15"),
    (26, "AIGP", "RFC 7311 section 3"),
    (29, "BGP-LS", "RFC 9552 section 8.2.2"),
    (32, "LARGE_COMMUNITY", "RFC 8092 section 6"),
    (35, "OTC", "RFC 9234 section 5"),
    (40, "PREFIX_SID", "RFC 8669 section 6"),
];

/// The parts of an OPEN's body, by the subcode of the error about them (RFC 4271 section 6.2).
const OPEN: &[(u8, usize, &str)] =
    &[(1, 0, "version"), (2, 1, "AS number"), (3, 5, "BGP identifier"), (6, 3, "hold time")];

/// The faults of the body of an UPDATE which is decoded, if not as it was meant, or not at all.
pub(super) fn of_update(body: &[u8], with: &Negotiated, start: usize) -> Vec<Fault> {
    let Some(sections) = Sections::of(body) else {
        let part = "UPDATE".to_owned();
        let why = "its parts are longer than the message".to_owned();
        return vec![Fault { offset: start, part, why, rule: "RFC 4271 section 6.3" }];
    };
    let mut faults = sections.attribute_faults(with, start);
    faults.extend(sections.prefix_fault(sections.withdrawn, 2, with, start));
    faults.extend(sections.prefix_fault(sections.nlri, sections.nlri_at(), with, start));
    if faults.is_empty() {
        // What no part of the message is to blame for, such as one that is missing.
        let why = match Update::decode(body, with) {
            Ok(update) => update.complaints.join("; "),
            Err(notify) => sentence(&notify),
        };
        let (offset, part) = (start + sections.attributes_at(), "attributes".to_owned());
        faults.push(Fault { offset, part, why, rule: "RFC 7606 section 3 d" });
    }
    faults
}

/// The fault of any other message: what the NOTIFICATION that would answer it says.
pub(super) fn of_message(kind: Kind, notify: &Notify, start: usize) -> Fault {
    let why = sentence(notify);
    if kind == Kind::Open {
        let known = OPEN.iter().find(|(subcode, ..)| *subcode == notify.subcode);
        let (_, place, part) = known.copied().unwrap_or((0, 9, "optional parameters"));
        return Fault { offset: start + place, part: part.to_owned(), why, rule: "RFC 4271 section 6.2" };
    }
    let rule = match kind {
        Kind::Refresh => "RFC 7313 section 5",
        Kind::Operational => "draft-ietf-idr-operational-message section 5",
        _ => "RFC 4271 section 6",
    };
    Fault { offset: start, part: kind.name().to_owned(), why, rule }
}

/// An NLRI that cannot be read.
pub(super) fn of_nlri(family: Family, offset: usize, why: String) -> Fault {
    Fault { offset, part: format!("NLRI of {family}"), why, rule: "RFC 7606 section 5.3" }
}

/// The codes of a NOTIFICATION, and what it says where that is a sentence.
fn sentence(notify: &Notify) -> String {
    let text = String::from_utf8_lossy(&notify.data);
    let readable = !text.is_empty() && text.chars().all(|character| matches!(character, ' '..='~'));
    let text = if readable { &text } else { notify.name() };
    format!("{text}, answered by NOTIFICATION {}/{}", notify.code, notify.subcode)
}

/// The codes of the attributes in the body of an UPDATE.
pub(super) fn codes(body: &[u8]) -> Vec<u8> {
    Sections::of(body)
        .map(|sections| sections.attributes().into_iter().map(|(_, code)| code).collect())
        .unwrap_or_default()
}

/// The three parts of the body of an UPDATE (RFC 4271 section 4.3).
struct Sections<'a> {
    withdrawn: &'a [u8],
    attributes: &'a [u8],
    nlri: &'a [u8],
}

impl<'a> Sections<'a> {
    fn of(body: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        let length = reader.u16()?;
        let withdrawn = reader.take(length.into())?;
        let length = reader.u16()?;
        Some(Self { withdrawn, attributes: reader.take(length.into())?, nlri: reader.rest() })
    }

    const fn attributes_at(&self) -> usize {
        4 + self.withdrawn.len()
    }

    const fn nlri_at(&self) -> usize {
        self.attributes_at() + self.attributes.len()
    }

    /// Where each attribute ends in the block, and its code. The last one may lack octets.
    fn attributes(&self) -> Vec<(usize, u8)> {
        let (mut reader, mut all) = (Reader::new(self.attributes), Vec::new());
        while let Some((flags, code)) = reader.u8().zip(reader.u8()) {
            let extended = flags & wire::attribute::EXTENDED != 0;
            let length = if extended { reader.u16().map(usize::from) } else { reader.u8().map(usize::from) };
            let whole = length.and_then(|length| reader.take(length)).is_some();
            let end = if whole { self.attributes.len() - reader.len() } else { self.attributes.len() };
            all.push((end, code));
            if !whole {
                break;
            }
        }
        all
    }

    /// The attributes are read one more at a time: what is complained about anew is the last one's.
    fn attribute_faults(&self, with: &Negotiated, start: usize) -> Vec<Fault> {
        let (mut faults, mut begin, mut before) = (Vec::new(), 0, Vec::new());
        for (end, code) in self.attributes() {
            let block = self.attributes.get(..end).unwrap_or_default();
            let decoded = Update::decode(&alone(block), with);
            let (complaints, fatal) = match decoded {
                Ok(update) => (update.complaints, false),
                Err(notify) => (vec![sentence(&notify)], true),
            };
            let missing = |text: &&String| text.ends_with(" is missing");
            for why in complaints.iter().filter(|text| !missing(text) && !before.contains(*text)) {
                faults.push(of_attribute(start + self.attributes_at() + begin, code, why.clone()));
            }
            if fatal {
                break;
            }
            (begin, before) = (end, complaints);
        }
        faults
    }

    /// The first prefix of a field that cannot be read.
    fn prefix_fault(&self, field: &[u8], at: usize, with: &Negotiated, start: usize) -> Option<Fault> {
        let family = Family::Ipv4Unicast;
        let mut reader = Reader::new(field);
        while !reader.is_empty() {
            let offset = start + at + (field.len() - reader.len());
            if let Err(why) = AnyNlri::decode(family, &mut reader, with.add_path_receive.contains(family)) {
                return Some(of_nlri(family, offset, why.0));
            }
        }
        None
    }
}

fn of_attribute(offset: usize, code: u8, why: String) -> Fault {
    let known = ATTRIBUTES.iter().find(|(known, ..)| *known == code);
    let (name, rule) = known.map_or(("unknown", "RFC 4271 section 6.3"), |(_, name, rule)| (*name, *rule));
    Fault { offset, part: format!("attribute {code}, {name}"), why, rule }
}

/// The body of an UPDATE with nothing but attributes.
fn alone(block: &[u8]) -> Vec<u8> {
    let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
    [&[0, 0], &length.to_be_bytes()[..], block].concat()
}

#[cfg(test)]
mod tests {
    use wire::frame;

    use super::*;

    fn faults(hex: &str) -> Vec<String> {
        let body = wire::number::hex_octets(&format!("0x{}", hex.replace(' ', ""))).unwrap();
        let mut with = Negotiated::unnegotiated();
        (with.asn4, with.families) = (true, Family::ALL.to_vec());
        of_update(&body, &with, frame::HEADER).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn attributes_are_named() {
        let found = faults("0000 0011 40010100 400200 8004 03 000000 c00801 01 08 0a");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("octet 30: attribute 4, MULTI_EXIT_DISC: "), "{found:?}");
        assert!(found[0].ends_with("(RFC 7606 section 7.4)"), "{found:?}");
        assert!(found[1].starts_with("octet 36: attribute 8, COMMUNITIES: "), "{found:?}");
    }

    #[test]
    fn prefixes_are_found() {
        let found = faults("0000 0007 40010100 400200 08 0a 21 0a000001");
        assert!(found[0].starts_with("octet 32: NLRI of ipv4 unicast: invalid mask 33"), "{found:?}");
    }

    #[test]
    fn what_is_missing() {
        let found = faults("0000 0004 40010100 08 0a");
        assert!(found[0].contains("is missing") && found[0].contains("RFC 7606 section 3 d"), "{found:?}");
    }

    #[test]
    fn lengths() {
        assert!(faults("0009 0000")[0].contains("longer than the message"));
        assert!(faults("0000 0005 40010400 0a")[0].starts_with("octet 23: attribute 1, ORIGIN: "));
    }
}
