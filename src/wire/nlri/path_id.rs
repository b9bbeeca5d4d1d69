//! The path identifier that may precede an NLRI of any kind (RFC 7911 section 3).
//!
//! ```text
//! +---------------------------+
//! | Path identifier (4)       |  with ADD-PATH only
//! +---------------------------+
//! | NLRI                      |
//! +---------------------------+
//! ```

use std::net::Ipv4Addr;

use bytes::{BufMut, BytesMut};

use super::KeyBuf;
use crate::{Malformed, Reader, WordError, Words, json, number};

/// Reads one if `add_path`.
pub(super) fn decode(octets: &mut Reader<'_>, add_path: bool) -> Result<Option<u32>, Malformed> {
    if !add_path {
        return Ok(None);
    }
    octets.u32().map(Some).ok_or_else(cut_short)
}

#[cold]
pub(super) fn cut_short() -> Malformed {
    Malformed::new("a path identifier is cut short")
}

/// Writes it if `add_path`; 0 stands for none.
pub(super) fn encode(path: Option<u32>, out: &mut BytesMut, add_path: bool) {
    if add_path {
        out.put_u32(path.unwrap_or(0));
    }
}

/// Reads `path-information <number>`; `None` for any other keyword. The first one given wins.
pub(crate) fn word(path: &mut Option<u32>, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
    (keyword == "path-information").then(|| {
        let word = words.expect("the path identifier")?;
        let given = number::dotted_u32(word.text)
            .ok_or_else(|| WordError::expected(word, "a path identifier such as 1 or 0.0.0.1"))?;
        path.get_or_insert(given);
        Ok(())
    })
}

/// Writes it as a member of an object that has members already.
pub(super) fn json(path: Option<u32>, out: &mut String) {
    if let Some(path) = path {
        json::write(out, format_args!(", \"path-information\": \"{}\"", Ipv4Addr::from(path)));
    }
}

/// Writes it into a key. None is an identity of its own, which sorts behind most numbers.
pub(super) fn key(path: Option<u32>, out: &mut KeyBuf) {
    match path {
        None => out.push(b'd'),
        Some(path) => out.extend(&path.to_be_bytes()),
    }
}

/// Writes its words behind a blank.
pub(super) fn fmt(path: Option<u32>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    match path {
        Some(path) => write!(f, " path-information {}", Ipv4Addr::from(path)),
        None => Ok(()),
    }
}
