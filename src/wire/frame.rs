//! Cuts a stream at message boundaries: marker, length, type; nothing else.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +---------------------------------------------------------------+
//! |                       Marker (16 octets, all ones)            |
//! +-------------------------------+---------------+---------------+
//! |          Length               |      Type     |
//! +-------------------------------+---------------+
//! ```

use bytes::{BufMut, Bytes, BytesMut};

use crate::Notify;

/// The length of the header (RFC 4271 section 4.1).
pub const HEADER: usize = 19;
/// The longest message unless both sides announced the extended message capability.
pub const MAX: usize = 4096;
/// The longest message when both sides did (RFC 8654).
pub const MAX_EXTENDED: usize = 65535;

const MARKER: [u8; 16] = [0xFF; 16];

/// The message types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// OPEN, type 1.
    Open = 1,
    /// UPDATE, type 2.
    Update,
    /// NOTIFICATION, type 3.
    Notification,
    /// KEEPALIVE, type 4.
    Keepalive,
    /// ROUTE-REFRESH, type 5 (RFC 2918).
    Refresh,
    /// OPERATIONAL, type 6 (draft-ietf-idr-operational-message).
    Operational,
}

impl Kind {
    /// Every kind, by its code.
    pub const ALL: [Self; 6] =
        [Self::Open, Self::Update, Self::Notification, Self::Keepalive, Self::Refresh, Self::Operational];

    /// The kind of a type octet.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }

    /// The type octet.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The name used by the API and in logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Update => "update",
            Self::Notification => "notification",
            Self::Keepalive => "keepalive",
            Self::Refresh => "refresh",
            Self::Operational => "operational",
        }
    }
}

/// One whole message, header included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame(Bytes);

impl Frame {
    /// Wraps a message that [`split`] has found to be whole.
    pub const fn new(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// The type octet.
    pub fn kind(&self) -> u8 {
        self.0.get(18).copied().unwrap_or_default()
    }

    /// Marker, length and type.
    pub fn header(&self) -> &[u8] {
        self.0.get(..HEADER).unwrap_or(&self.0)
    }

    /// What follows the header.
    pub fn body(&self) -> &[u8] {
        self.0.get(HEADER..).unwrap_or_default()
    }

    /// The whole message.
    pub const fn bytes(&self) -> &Bytes {
        &self.0
    }
}

/// The length of the first message of `buf`, once all of it is there.
///
/// # Errors
/// The NOTIFICATION for a header that cannot be one: 1/1 for the marker, 1/2 for the length, with the two
/// octets of the length as data (RFC 4271 section 6.1).
pub fn split(buf: &[u8], limit: usize) -> Result<Option<usize>, Notify> {
    let Some((header, _)) = buf.split_first_chunk::<HEADER>() else {
        return check_partial_marker(buf).map(|()| None);
    };
    let [marker @ .., high, low, kind] = header;
    if *marker != MARKER {
        return Err(not_synchronized());
    }
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if length < HEADER || length > limit || !length_fits(*kind, length) {
        return Err(Notify::with_data(1, 2, Bytes::copy_from_slice(&[*high, *low])));
    }
    Ok((buf.len() >= length).then_some(length))
}

/// A stream that is not BGP is refused at its first octets rather than waited for.
fn check_partial_marker(buf: &[u8]) -> Result<(), Notify> {
    if buf.iter().take(MARKER.len()).all(|octet| *octet == 0xFF) { Ok(()) } else { Err(not_synchronized()) }
}

fn not_synchronized() -> Notify {
    Notify::with_text(1, 1, "The packet received does not contain a BGP marker")
}

const fn length_fits(kind: u8, length: usize) -> bool {
    match kind {
        1 => length >= 29,
        2 => length >= 23,
        3 => length >= 21,
        4 => length == 19,
        5 => length == 23,
        _ => true,
    }
}

/// Appends a message: header, then what `body` writes. The length is filled in afterwards.
pub fn write(out: &mut BytesMut, kind: u8, body: impl FnOnce(&mut BytesMut)) {
    let start = out.len();
    out.put_slice(&MARKER);
    out.put_u16(0);
    out.put_u8(kind);
    body(out);
    let length = u16::try_from(out.len() - start).unwrap_or(u16::MAX);
    if let Some(field) = out.get_mut(start + 16..start + 18) {
        field.copy_from_slice(&length.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(length: u16, kind: u8) -> Vec<u8> {
        let mut bytes = MARKER.to_vec();
        bytes.extend(length.to_be_bytes());
        bytes.push(kind);
        bytes
    }

    #[test]
    fn waits_for_the_whole_message() {
        let mut bytes = header(23, 2);
        assert_eq!(split(&bytes, MAX), Ok(None));
        bytes.extend([0; 4]);
        assert_eq!(split(&bytes, MAX), Ok(Some(23)));
        assert_eq!(split(&bytes[..10], MAX), Ok(None));
    }

    #[test]
    fn refuses_a_foreign_stream_at_once() {
        assert_eq!(split(b"GET / HTTP", MAX).unwrap_err().code, 1);
    }

    #[test]
    fn each_type_has_its_lengths() {
        for (length, kind) in [(18, 2), (28, 1), (22, 2), (20, 3), (20, 4), (24, 5), (4097, 2)] {
            let notify = split(&header(length, kind), MAX).unwrap_err();
            assert_eq!((notify.code, notify.subcode, &notify.data[..]), (1, 2, &length.to_be_bytes()[..]));
        }
        assert_eq!(split(&header(4097, 2), MAX_EXTENDED), Ok(None));
    }
}
