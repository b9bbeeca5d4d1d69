//! Type, length and value inside attributes.

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};

use crate::{Reader, json};

/// One that we do not know, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnknownTlv {
    /// Type.
    pub kind: u8,
    /// Value.
    pub value: Bytes,
}

impl UnknownTlv {
    pub(super) fn new(kind: u8, value: &Reader<'_>) -> Self {
        Self { kind, value: Bytes::copy_from_slice(value.rest()) }
    }
}

/// Reads a type of one octet, a length of two octets if `wide` and of one otherwise, and the value.
pub(super) fn read<'a>(octets: &mut Reader<'a>, wide: impl Fn(u8) -> bool) -> Option<(u8, Reader<'a>)> {
    let kind = octets.u8()?;
    let length = if wide(kind) { usize::from(octets.u16()?) } else { usize::from(octets.u8()?) };
    Some((kind, octets.sub(length)?))
}

/// Writes a type of one octet, a length of two octets if `wide` and of one otherwise, and the value.
pub(super) fn write(out: &mut BytesMut, kind: u8, wide: bool, value: impl FnOnce(&mut BytesMut)) {
    let mut octets = BytesMut::new();
    value(&mut octets);
    out.put_u8(kind);
    if wide {
        out.put_u16(u16::try_from(octets.len()).unwrap_or(u16::MAX));
    } else {
        out.put_u8(u8::try_from(octets.len()).unwrap_or(u8::MAX));
    }
    out.put_slice(&octets);
}

/// Takes the next of the values that may follow each other; the error is for one that is cut short.
pub(super) fn list<'a, T, E>(
    mut octets: Reader<'a>,
    mut one: impl FnMut(&mut Reader<'a>) -> Result<T, E>,
) -> Result<Vec<T>, E> {
    let mut all = Vec::new();
    while !octets.is_empty() {
        all.push(one(&mut octets)?);
    }
    Ok(all)
}

/// Writes members of an object whose keys may repeat: one value as it is, several of a key in a list.
pub(super) fn json_members<K: PartialEq, T>(
    out: &mut String,
    first: &mut bool,
    items: &[(K, T)],
    key: impl Fn(&K) -> String,
    value: impl Fn(&mut String, &T),
) {
    for (place, (kind, item)) in items.iter().enumerate() {
        if items.iter().take(place).any(|(earlier, _)| earlier == kind) {
            continue;
        }
        member(out, first, key(kind));
        let mut more = items.iter().skip(place + 1).filter(|(later, _)| later == kind).peekable();
        let several = more.peek().is_some();
        out.push_str(if several { "[" } else { "" });
        value(out, item);
        for (_, later) in more {
            out.push_str(", ");
            value(out, later);
        }
        out.push_str(if several { "]" } else { "" });
    }
}

/// Writes the key of a member, behind a comma unless it is the first one.
pub(super) fn member(out: &mut String, first: &mut bool, key: impl fmt::Display) {
    let comma = if std::mem::replace(first, false) { "" } else { ", " };
    json::write(out, format_args!("{comma}\"{key}\": "));
}

/// Writes octets as a string of hexadecimal digits.
pub(super) fn json_hex(out: &mut String, octets: &[u8]) {
    out.push_str("\"0x");
    json::hex(out, octets);
    out.push('"');
}
