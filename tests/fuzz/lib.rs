//! What the fuzz targets share: sessions to decode on, the ways to render JSON, and what JSON has to be.

use std::{collections::HashSet, fmt};

use bytes::{Bytes, BytesMut};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use wire::{
    Family, Frame, Negotiated, NextHop, Quirks, frame,
    json::{Dialect, Style},
};

/// The session that the bits of an octet describe.
pub fn session(bits: u8) -> Negotiated {
    let has = |bit: u8| bits & 1 << bit != 0;
    let mut with = Negotiated::unnegotiated();
    (with.local_as, with.peer_as) = (65000, if has(0) { 65000 } else { 65001 });
    (with.asn4, with.extended_message, with.group_updates) = (has(1), has(3), has(4));
    with.families = Family::ALL.to_vec();
    if has(2) {
        with.add_path_send = Family::ALL.iter().copied().collect();
        with.add_path_receive = with.add_path_send;
    }
    if has(5) {
        with.next_hops = Family::ALL.iter().map(|family| (*family, 3_u16.saturating_sub(family.afi()))).collect();
    }
    if has(6) {
        with.quirks = Quirks::ALL;
    }
    with
}

/// The message that a session with these parameters reads; nothing when it cannot be as long as that.
pub fn message(kind: u8, body: &[u8], with: &Negotiated) -> Option<Frame> {
    if body.len() + frame::HEADER > with.message_size() {
        return None;
    }
    let mut out = BytesMut::new();
    frame::write(&mut out, kind % 8, |out| out.extend_from_slice(body));
    Some(Frame::new(Bytes::from(out)))
}

/// Every way to render a part of a message.
pub fn styles() -> impl Iterator<Item = Style> {
    let flags = [(false, false), (true, false), (true, true), (false, true)];
    let style = |dialect, (compact, add_path): (bool, bool)| {
        let next_hop = compact.then_some(NextHop::None);
        Style { dialect, compact, add_path, main: compact, next_hop }
    };
    [Dialect::V5, Dialect::V6].into_iter().flat_map(move |dialect| flags.map(|flags| style(dialect, flags)))
}

/// Fails unless the text is one JSON object in a line of ASCII, no key of an object twice.
pub fn assert_json(text: &str) {
    assert!(text.is_ascii() && !text.contains('\n'), "{text}");
    assert!(text.starts_with('{'), "{text}");
    assert_value(text);
}

/// Fails unless the text is one JSON value, no key of an object twice.
pub fn assert_value(text: &str) {
    if let Err(error) = serde_json::from_str::<Unambiguous>(text) {
        panic!("{text}: {error}");
    }
}

/// A value whose objects have each key once.
struct Unambiguous;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Look)
    }
}

struct Look;

impl<'de> Visitor<'de> for Look {
    type Value = Unambiguous;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_str<E>(self, _: &str) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_unit<E>(self) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unambiguous, A::Error> {
        while items.next_element::<Unambiguous>()?.is_some() {}
        Ok(Unambiguous)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Unambiguous, A::Error> {
        let mut keys = HashSet::new();
        while let Some((key, Unambiguous)) = members.next_entry::<String, Unambiguous>()? {
            if let Some(key) = keys.replace(key) {
                return Err(serde::de::Error::custom(format_args!("the key {key} comes twice")));
            }
        }
        Ok(Unambiguous)
    }
}
