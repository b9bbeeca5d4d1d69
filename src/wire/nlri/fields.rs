//! What kinds of NLRIs with several named parts share.

use std::net::IpAddr;

use bytes::{BufMut, BytesMut};

use super::{Family, Nlri};
use crate::{Malformed, Reader, WordError, Words, json, number};

/// Reads `| Type (1) | Length (1) | Value |`; `what` is the kind of route.
pub(super) fn read_typed<'a>(octets: &mut Reader<'a>, what: &str) -> Result<(u8, Reader<'a>), Malformed> {
    let header = octets.u8().zip(octets.u8());
    let typed = header.and_then(|(code, length)| Some((code, octets.sub(length.into())?)));
    typed.ok_or_else(|| Malformed::new(format!("{what} is longer than the rest of its field")))
}

/// Writes the same.
pub(super) fn put_typed(code: u8, out: &mut BytesMut, write: impl FnOnce(&mut BytesMut)) {
    let mut value = BytesMut::with_capacity(64);
    write(&mut value);
    out.put_u8(code);
    out.put_u8(u8::try_from(value.len()).unwrap_or(u8::MAX));
    out.put_slice(&value);
}

/// Reads the word behind a keyword. The first one given wins.
pub(super) fn set<T>(
    place: &mut Option<T>,
    words: &mut Words<'_>,
    what: &'static str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<(), WordError> {
    let word = words.expect(what)?;
    let value = read(word.text).ok_or_else(|| WordError::expected(word, what))?;
    place.get_or_insert(value);
    Ok(())
}

/// What has been said, or the error that it is missing.
pub(super) fn need<T>(said: Option<T>, words: &Words<'_>, what: &str) -> Result<T, WordError> {
    said.ok_or_else(|| WordError::missing(words.column(), what))
}

/// Reads an address of the family's AFI.
pub(super) fn address_of(family: Family, text: &str) -> Option<IpAddr> {
    text.parse().ok().filter(|address: &IpAddr| address.is_ipv4() == (family.afi() == 1))
}

/// Takes an address of the family's AFI.
pub(super) fn read_address(family: Family, octets: &mut Reader<'_>) -> Option<IpAddr> {
    if family.afi() == 1 { octets.ipv4().map(IpAddr::V4) } else { octets.ipv6().map(IpAddr::V6) }
}

/// Takes an address behind the number of its bits, if that is one of whole addresses.
pub(super) fn read_sized_address(octets: &mut Reader<'_>) -> Option<IpAddr> {
    match octets.u8()? {
        32 => octets.ipv4().map(IpAddr::V4),
        128 => octets.ipv6().map(IpAddr::V6),
        _ => None,
    }
}

/// Writes an address.
pub(super) fn put_address(address: IpAddr, out: &mut BytesMut) {
    match address {
        IpAddr::V4(address) => out.put_slice(&address.octets()),
        IpAddr::V6(address) => out.put_slice(&address.octets()),
    }
}

/// The number of bits of an address.
pub(super) const fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Writes an address behind the number of its bits.
pub(super) fn put_sized_address(address: IpAddr, out: &mut BytesMut) {
    out.put_u8(bits(address));
    put_address(address, out);
}

/// Reads `0x…`, a whole NLRI without its path identifier: the words of types that have no words of their own.
pub(super) fn raw<T: Nlri>(family: Family, words: &mut Words<'_>) -> Result<T, WordError> {
    let word = words.expect("the octets of the route")?;
    let expected = || WordError::expected(word, "a whole route in hexadecimal");
    let octets = number::hex_octets(word.text).ok_or_else(expected)?;
    let mut reader = Reader::new(&octets);
    let nlri = T::decode(family, &mut reader, false).map_err(|why| WordError::new(word, why.0))?;
    if reader.is_empty() { Ok(nlri) } else { Err(expected()) }
}

/// All octets of an NLRI without its path identifier, as digits.
pub(super) fn digits(nlri: &impl Nlri) -> String {
    let (mut octets, mut digits) = (BytesMut::new(), String::new());
    nlri.encode(&mut octets, false);
    json::hex(&mut digits, &octets);
    digits
}
