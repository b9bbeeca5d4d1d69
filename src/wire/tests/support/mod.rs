//! Sessions to encode and decode with, attributes cut out of their block, and the golden files.

#![allow(dead_code, reason = "each test uses its part")]

pub(crate) mod golden;
pub(crate) mod nlris;

use std::{fmt::Write as _, net::Ipv4Addr};

use bytes::BytesMut;
use wire::{AnyAttribute, Attributes, Family, Negotiated, Update, Words, attribute::AttributesBuilder};

/// The AS both sides of an internal session are in.
pub(crate) const LOCAL_AS: u32 = 65533;

/// An internal session of all families with AS numbers of four octets, changed as the words say: `external`,
/// `asn2`, `add-path`, `next-hops` (any next hop for any family), `extended`, `alone` (no grouping), `aigp`, `quirks`
/// (all of them).
pub(crate) fn session(words: &str) -> Negotiated {
    let mut with = Negotiated::unnegotiated();
    (with.local_as, with.peer_as, with.asn4) = (LOCAL_AS, LOCAL_AS, true);
    with.local_address = Some([10, 0, 0, 1].into());
    with.router_id = Ipv4Addr::new(10, 0, 0, 1);
    with.families = Family::ALL.to_vec();
    for word in words.split_whitespace() {
        match word {
            "external" => with.peer_as = 65000,
            "asn2" => with.asn4 = false,
            "add-path" => {
                with.add_path_send = Family::ALL.iter().copied().collect();
                with.add_path_receive = with.add_path_send;
            }
            "next-hops" => {
                with.next_hops =
                    Family::ALL.iter().map(|family| (*family, 3_u16.saturating_sub(family.afi()))).collect();
            }
            "extended" => with.extended_message = true,
            "quirks" => with.quirks = wire::Quirks::ALL,
            "aigp" => with.aigp = true,
            "alone" => with.group_updates = false,
            other => panic!("\"{other}\" says nothing about a session"),
        }
    }
    with
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// The octets of hexadecimal digits.
pub(crate) fn octets(hex: &str) -> Result<Vec<u8>, String> {
    wire::number::hex_octets(&format!("0x{hex}")).ok_or_else(|| format!("\"{hex}\" is not hexadecimal"))
}

/// Attributes of a block, each with its code.
pub(crate) fn cut(mut block: &[u8]) -> Result<Vec<(u8, &[u8])>, String> {
    let mut found = Vec::new();
    while !block.is_empty() {
        let (length, header) = match block {
            [flags, _, high, low, ..] if flags & 0x10 != 0 => (usize::from(*high) << 8 | usize::from(*low), 4),
            [flags, _, length, ..] if flags & 0x10 == 0 => (usize::from(*length), 3),
            _ => return Err("an attribute has no length".to_owned()),
        };
        let (whole, rest) =
            block.split_at_checked(header + length).ok_or("an attribute is longer than the rest of its block")?;
        found.push((whole[1], whole));
        block = rest;
    }
    Ok(found)
}

/// The attributes that stand in `block`, read as part of an UPDATE which has all that is mandatory besides them.
pub(crate) fn decode_attributes(block: &[u8], with: &Negotiated) -> Result<Attributes, String> {
    // A block that cannot be cut is decoded all the same: its own error is what is asked for.
    let present: Vec<u8> = cut(block).unwrap_or_default().into_iter().map(|(code, _)| code).collect();
    let mandatory: [(u8, &[u8]); 4] =
        [(1, &[0x40, 1, 1, 0]), (2, &[0x40, 2, 0]), (3, &[0x40, 3, 4, 10, 0, 0, 2]), (5, &[0x40, 5, 4, 0, 0, 0, 100])];
    let added: Vec<u8> = mandatory
        .iter()
        .map(|(code, _)| *code)
        .filter(|code| !present.contains(code) && (*code != 5 || with.is_ibgp()))
        .collect();
    let mut all = Vec::new();
    for (_, attribute) in mandatory.iter().filter(|(code, _)| added.contains(code)) {
        all.extend_from_slice(attribute);
    }
    all.extend_from_slice(block);
    let mut body = vec![0, 0];
    body.extend(u16::try_from(all.len()).unwrap().to_be_bytes());
    body.extend(all);
    body.extend([8, 10]);
    let update = Update::decode(&body, with).map_err(|notify| format!("reset {}/{}", notify.code, notify.subcode))?;
    if let Some(fault) = update.fault {
        return Err(format!("{}: {}", fault.name(), update.complaints.join("; ")));
    }
    let mut builder = AttributesBuilder::default();
    for attribute in update.attributes.iter().filter(|attribute| !added.contains(&attribute.code())) {
        builder.add(attribute.clone());
    }
    let attributes = builder.finish();
    if attributes.is_empty() { Err("ignored".to_owned()) } else { Ok(attributes) }
}

/// The attributes that words say.
pub(crate) fn parse_attributes(words: &str) -> Result<Attributes, String> {
    let mut words = Words::new(words);
    let mut builder = AttributesBuilder::default();
    while let Some(keyword) = words.next() {
        let attribute = AnyAttribute::parse(keyword.text, &mut words)
            .ok_or_else(|| format!("\"{}\" is no attribute", keyword.text))?
            .map_err(|error| format!("column {}: {error}", error.column))?;
        builder.add(attribute);
    }
    Ok(builder.finish())
}

/// The octets of attributes, without what every route gets.
pub(crate) fn encode_attributes(attributes: &Attributes, with: &Negotiated) -> Result<Vec<u8>, String> {
    let mut block = BytesMut::new();
    attributes.encode(&mut block, None, with);
    let wanted = |code: u8| !matches!(code, 1 | 2 | 3 | 5) || attributes.get(code).is_some();
    let kept = cut(&block)?.into_iter().filter(|(code, _)| wanted(*code));
    Ok(kept.flat_map(|(_, whole)| whole.iter().copied()).collect())
}
