//! NOTIFICATION: why a session ends, by code and by name.
//!
//! ```text
//! +---------------+---------------+----------------------------+
//! |  Error code   | Error subcode |  Data (variable)           |
//! +---------------+---------------+----------------------------+
//! ```

use std::fmt::{self, Write as _};

use bytes::{BufMut, Bytes, BytesMut};

use crate::{Reader, frame, json};

/// A NOTIFICATION, to be sent or received (RFC 4271 section 4.5).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Notify {
    /// Error code.
    pub code: u8,
    /// Error subcode.
    pub subcode: u8,
    /// Data, as on the wire.
    pub data: Bytes,
}

impl Notify {
    /// A NOTIFICATION whose data is the name of its code, as ExaBGP sends it.
    pub fn new(code: u8, subcode: u8) -> Self {
        match (code, name(code, subcode)) {
            (4, _) => Self::with_data(code, subcode, Bytes::new()),
            (_, text) => Self::with_text(code, subcode, text),
        }
    }

    /// A NOTIFICATION with a sentence as data. Administrative shutdown and reset carry it behind a length
    /// octet (RFC 9003); the sentence is cut to what that octet can say.
    pub fn with_text(code: u8, subcode: u8, text: &str) -> Self {
        if (code, subcode) != (6, 2) && (code, subcode) != (6, 4) {
            return Self { code, subcode, data: Bytes::copy_from_slice(text.as_bytes()) };
        }
        let mut end = text.len().min(255);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = text.get(..end).unwrap_or_default();
        let mut data = BytesMut::with_capacity(end + 1);
        data.put_u8(u8::try_from(end).unwrap_or(u8::MAX));
        data.put_slice(text.as_bytes());
        Self { code, subcode, data: data.freeze() }
    }

    /// A NOTIFICATION with these octets as data.
    pub fn with_data(code: u8, subcode: u8, data: impl Into<Bytes>) -> Self {
        Self { code, subcode, data: data.into() }
    }

    /// The hard reset that says the same, and that nothing outlives the session (RFC 8538 section 3.1).
    #[must_use]
    pub fn hard(&self) -> Self {
        let mut data = BytesMut::with_capacity(self.data.len() + 2);
        data.put_u8(self.code);
        data.put_u8(self.subcode);
        data.put_slice(&self.data);
        Self { code: CEASE_CODE, subcode: HARD_RESET, data: data.freeze() }
    }

    /// What a hard reset says within, if it is one and says anything.
    pub fn within(&self) -> Option<Self> {
        let is_hard = (self.code, self.subcode) == (CEASE_CODE, HARD_RESET);
        (is_hard && self.data.len() >= 2).then(|| Self::decode(&self.data))
    }

    /// Reads a body. One too short for its two codes reads as 0/0.
    pub fn decode(body: &[u8]) -> Self {
        let mut reader = Reader::new(body);
        match (reader.u8(), reader.u8()) {
            (Some(code), Some(subcode)) => Self::with_data(code, subcode, Bytes::copy_from_slice(reader.rest())),
            _ => Self::with_data(0, 0, Bytes::new()),
        }
    }

    /// Appends the whole message.
    pub fn encode(&self, out: &mut BytesMut) {
        frame::write(out, frame::Kind::Notification.code(), |out| {
            out.put_u8(self.code);
            out.put_u8(self.subcode);
            out.put_slice(self.data.get(..self.data.len().min(frame::MAX - 21)).unwrap_or_default());
        });
    }

    /// The registered name of code and subcode.
    pub fn name(&self) -> &'static str {
        name(self.code, self.subcode)
    }

    /// What a received NOTIFICATION says: for administrative shutdown and reset the shutdown communication
    /// (RFC 9003), for every other code the data as text.
    pub fn message_text(&self) -> String {
        match (self.code, self.subcode) {
            (6, 2 | 4) => communication(&self.data),
            (CEASE_CODE, HARD_RESET) => match self.within() {
                // One within another says nothing more.
                Some(within) if within.subcode != HARD_RESET => format!("{within}: {}", within.message_text()),
                _ => String::from_utf8_lossy(&self.data).into_owned(),
            },
            _ => String::from_utf8_lossy(&self.data).into_owned(),
        }
    }
}

impl fmt::Display for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{} {}", self.code, self.subcode, self.name())
    }
}

fn communication(data: &[u8]) -> String {
    let Some((length, rest)) = data.split_first() else { return String::new() };
    if *length == 0 {
        return "empty Shutdown Communication.".to_owned();
    }
    let Some((text, trailing)) = rest.split_at_checked(usize::from(*length)) else {
        return unreadable("buffer underrun", *length, rest);
    };
    let Ok(text) = std::str::from_utf8(text) else { return unreadable("invalid UTF-8", *length, text) };
    let mut message = format!("Shutdown Communication: \"{}\"", text.replace(['\r', '\n'], " "));
    if !trailing.is_empty() {
        message.push_str(", trailing data: 0x");
        json::hex(&mut message, trailing);
    }
    message
}

fn unreadable(why: &str, length: u8, octets: &[u8]) -> String {
    let mut text = format!("invalid Shutdown Communication ({why}) length : {length} [0x");
    json::hex(&mut text, octets);
    let _ = text.write_char(']');
    text
}

/// The registered name of a code and subcode (IANA "BGP Error (Notification) Codes").
pub fn name(code: u8, subcode: u8) -> &'static str {
    let names: &[&str] = match code {
        1 => &["Unspecific", "Connection Not Synchronized", "Bad Message Length", "Bad Message Type"],
        2 => OPEN,
        3 => UPDATE,
        4 => &["Unspecific"],
        5 => &[
            "Unspecific",
            "Receive Unexpected Message in OpenSent State",
            "Receive Unexpected Message in OpenConfirm State",
            "Receive Unexpected Message in Established State",
        ],
        6 => CEASE,
        7 => &["unknown notification type", "Invalid Message Length", "Malformed Message Subtype"],
        8 => &["Send Hold Timer Expired"],
        _ => &[],
    };
    names.get(usize::from(subcode)).copied().unwrap_or("unknown notification type")
}

const CEASE_CODE: u8 = 6;
/// The subcode of RFC 8538 section 3.
const HARD_RESET: u8 = 9;

const OPEN: &[&str] = &[
    "Unspecific",
    "Unsupported Version Number",
    "Bad Peer AS",
    "Bad BGP Identifier",
    "Unsupported Optional Parameter",
    "Authentication Notification (Deprecated)",
    "Unacceptable Hold Time",
    "Unsupported Capability",
    "Grouping Conflict",
    "Grouping Required",
    "Capability Value Mismatch",
    "Role Mismatch",
];

const UPDATE: &[&str] = &[
    "Unspecific",
    "Malformed Attribute List",
    "Unrecognized Well-known Attribute",
    "Missing Well-known Attribute",
    "Attribute Flags Error",
    "Attribute Length Error",
    "Invalid ORIGIN Attribute",
    "AS Routing Loop",
    "Invalid NEXT_HOP Attribute",
    "Optional Attribute Error",
    "Invalid Network Field",
    "Malformed AS_PATH",
];

const CEASE: &[&str] = &[
    "Unspecific",
    "Maximum Number of Prefixes Reached",
    "Administrative Shutdown",
    "Peer De-configured",
    "Administrative Reset",
    "Connection Rejected",
    "Other Configuration Change",
    "Connection Collision Resolution",
    "Out of Resources",
    "Hard Reset",
    "BFD Down",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn administrative_reset_has_a_length_octet() {
        assert_eq!(Notify::new(6, 4).data[..], *b"\x14Administrative Reset");
        assert_eq!(Notify::new(6, 3).data[..], *b"Peer De-configured");
        assert_eq!(Notify::new(6, 99).data[..], *b"unknown notification type");
        assert!(Notify::new(4, 0).data.is_empty());
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        let notify = Notify::with_text(6, 2, &"é".repeat(200));
        assert_eq!((notify.data[0], notify.data.len()), (254, 255));
    }

    #[test]
    fn communications() {
        let read = |data: &'static [u8]| Notify::with_data(6, 2, data).message_text();
        assert_eq!(read(b""), "");
        assert_eq!(read(b"\0"), "empty Shutdown Communication.");
        assert_eq!(read(b"\x05hello"), "Shutdown Communication: \"hello\"");
        assert_eq!(read(b"\x03a\nbX"), "Shutdown Communication: \"a b\", trailing data: 0x58");
        assert_eq!(read(b"\x05ab"), "invalid Shutdown Communication (buffer underrun) length : 5 [0x6162]");
        assert_eq!(read(b"\x01\xff"), "invalid Shutdown Communication (invalid UTF-8) length : 1 [0xFF]");
    }

    #[test]
    fn a_hard_reset_says_what_ends() {
        let hard = Notify::with_text(6, 2, "work").hard();
        assert_eq!((hard.code, hard.subcode, &hard.data[..]), (6, 9, &b"\x06\x02\x04work"[..]));
        assert_eq!(hard.message_text(), "6,2 Administrative Shutdown: Shutdown Communication: \"work\"");
        assert_eq!(hard.hard().message_text().len(), 9, "as text");
        assert_eq!(Notify::with_data(6, 9, &b"\x06"[..]).message_text(), "\x06");
        assert_eq!((Notify::new(6, 2).within(), hard.within()), (None, Some(Notify::with_text(6, 2, "work"))));
    }

    #[test]
    fn a_stump_reads_as_unknown() {
        assert_eq!((Notify::decode(&[6]).code, Notify::decode(&[6]).subcode), (0, 0));
    }
}
