//! From hexadecimal digits to a message.

use wire::{Frame, Kind, frame};

/// The length of the marker before a header (RFC 4271 section 4.1).
const MARKER: usize = 16;

/// Octets that are no message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// The digits are none.
    Digits(String),
    /// The header is not whole.
    Header,
    /// The type is none of ours.
    Type(u8),
}

/// A message, and where its body begins in what was given.
#[derive(Debug, Clone)]
pub(super) struct Payload {
    pub(super) kind: Kind,
    pub(super) frame: Frame,
    pub(super) offset: usize,
    /// What the header says of the length, if the octets say otherwise.
    pub(super) claimed: Option<usize>,
}

/// The octets of digits. Blanks and colons between them mean nothing.
pub(super) fn octets(text: &str) -> Result<Vec<u8>, Refused> {
    let digits: String = text.chars().filter(|character| !character.is_whitespace() && *character != ':').collect();
    let digits = digits.strip_prefix("0x").unwrap_or(&digits);
    wire::number::hex_octets(&format!("0x{digits}"))
        .filter(|octets| !octets.is_empty())
        .ok_or_else(|| Refused::Digits(text.chars().take(50).collect()))
}

impl Payload {
    /// A whole message when it starts with a marker, else the body of an UPDATE.
    pub(super) fn read(octets: &[u8]) -> Result<Self, Refused> {
        if !octets.starts_with(&[0xFF; MARKER]) {
            return Ok(Self::new(Kind::Update, octets, 0));
        }
        let header = octets.get(MARKER..frame::HEADER).ok_or(Refused::Header)?;
        let [high, low, kind] = *header else { return Err(Refused::Header) };
        let kind = Kind::from_code(kind).ok_or(Refused::Type(kind))?;
        let claimed = usize::from(u16::from_be_bytes([high, low]));
        // What follows a whole message is another one's.
        let end = if claimed >= frame::HEADER { claimed.min(octets.len()) } else { octets.len() };
        let body = octets.get(frame::HEADER..end).unwrap_or_default();
        let claimed = (claimed != octets.len()).then_some(claimed);
        Ok(Self { claimed, ..Self::new(kind, body, frame::HEADER) })
    }

    fn new(kind: Kind, body: &[u8], offset: usize) -> Self {
        let mut out = Default::default();
        frame::write(&mut out, kind.code(), |out| out.extend_from_slice(body));
        Self { kind, frame: Frame::new(out.freeze()), offset, claimed: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKED: &str = "ffffffffffffffff ffffffffffffffff";

    fn read(text: &str) -> Result<Payload, Refused> {
        Payload::read(&octets(text)?)
    }

    #[test]
    fn digits() {
        assert_eq!(octets("00:0A fF\n"), Ok(vec![0, 10, 255]));
        assert_eq!(octets("0x0a"), Ok(vec![10]));
        assert_eq!(octets(&"xy".repeat(40)), Err(Refused::Digits("xy".repeat(25))));
        assert!(octets("0").is_err() && octets("").is_err());
    }

    #[test]
    fn a_marker_makes_a_message() {
        let whole = read(&format!("{MARKED}:0017:02:00000000")).unwrap();
        assert_eq!((whole.kind, whole.offset, whole.frame.body()), (Kind::Update, 19, &[0; 4][..]));
        let body = read("00000000").unwrap();
        assert_eq!((body.kind, body.offset, body.frame), (Kind::Update, 0, whole.frame));
        assert_eq!(read(MARKED).unwrap_err(), Refused::Header);
        assert_eq!(read(&format!("{MARKED}0013 09")).unwrap_err(), Refused::Type(9));
    }

    #[test]
    fn a_length_that_disagrees() {
        for (length, body) in [("0018", "00000000"), ("0017", "0000000000"), ("0000", "00000000")] {
            let payload = read(&format!("{MARKED}{length}02{body}")).unwrap();
            assert_eq!(payload.frame.body(), [0; 4]);
            assert!(payload.claimed.is_some());
        }
    }
}
