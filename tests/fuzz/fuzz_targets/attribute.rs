//! Decodes path attributes: whatever is kept is told as JSON and in a line of text, and survives being sent.

#![no_main]

use std::{collections::BTreeSet, sync::Arc};

use bytes::{BufMut, Bytes, BytesMut};
use exactix_fuzz::{assert_json, session, styles};
use libfuzzer_sys::fuzz_target;
use wire::{
    AnyAttribute, Attributes, Negotiated, NextHop, Packer, Route, Update, UpdateFault, Words,
    attribute::AttributesBuilder, frame,
};

/// The body of an UPDATE with these attributes and one prefix, and those which make it whole.
fn body(attributes: &[u8]) -> Vec<u8> {
    let mut block = BytesMut::new();
    block.put_slice(attributes);
    block.put_slice(&[0x40, 1, 1, 0, 0x40, 2, 0, 0x40, 3, 4, 10, 0, 0, 1, 0x40, 5, 4, 0, 0, 0, 100]);
    let mut out = BytesMut::new();
    out.put_u16(0);
    out.put_u16(u16::try_from(block.len()).unwrap_or(u16::MAX));
    out.put_slice(&block);
    out.put_slice(&[24, 10, 0, 0]);
    out.to_vec()
}

fn told(attributes: &Attributes) {
    for style in styles() {
        let mut out = String::from("{ ");
        attributes.json(&mut out, &style);
        out.push_str(" }");
        assert_json(&out);
    }
    let text = attributes.to_string();
    assert!(text.is_ascii() && !text.contains('\n'), "{text}");
}

/// One attribute that can be typed as it is told is the same when it is typed.
fn typed(attribute: &AnyAttribute) {
    // The brackets of a path that is told are not those of one that is typed.
    if matches!(attribute.code(), 2 | 17) {
        return;
    }
    let mut builder = AttributesBuilder::default();
    builder.add(attribute.clone());
    let text = builder.finish().to_string();
    let mut words = Words::new(&text);
    let Some(keyword) = words.next() else { return };
    let Some(Ok(again)) = AnyAttribute::parse(keyword.text, &mut words) else { return };
    if words.is_empty() {
        let mut builder = AttributesBuilder::default();
        builder.add(again);
        // Some are sorted, and rid of what comes twice, as soon as they are typed.
        assert_eq!(words_of(&builder.finish().to_string()), words_of(&text));
    }
}

fn words_of(text: &str) -> BTreeSet<String> {
    text.split_whitespace().filter(|word| !matches!(*word, "[" | "]")).map(str::to_owned).collect()
}

/// What came in goes out, and comes in the same.
fn survives(update: &Update, with: &Negotiated) {
    let Some(reach) = update.announced.first().filter(|reach| reach.next_hop != NextHop::None) else { return };
    let Some(nlri) = reach.nlris.first() else { return };
    let mut with = with.clone();
    with.extended_message = true;
    let route = Route { nlri: nlri.clone(), next_hop: reach.next_hop, attributes: update.attributes.clone() };
    let (mut packer, mut out) = (Packer::new(Arc::new(with.clone())), BytesMut::new());
    if packer.announce(&route, &mut out).is_err() {
        return;
    }
    packer.finish(&mut out);
    let back = Update::decode(&out[frame::HEADER..], &with).unwrap();
    assert_eq!(back.fault, None, "{:?}", back.complaints);
    let mut second = BytesMut::new();
    let mut packer = Packer::new(Arc::new(with));
    let route = Route { attributes: back.attributes, ..route };
    packer.announce(&route, &mut second).unwrap();
    packer.finish(&mut second);
    assert_eq!(Bytes::from(second), out);
}

fuzz_target!(|data: &[u8]| {
    let [bits, attributes @ ..] = data else { return };
    let with = session(*bits);
    let body = body(attributes);
    if body.len() + frame::HEADER > with.message_size() {
        return;
    }
    let Ok(update) = Update::decode(&body, &with) else { return };
    told(&update.attributes);
    update.attributes.iter().for_each(typed);
    match update.fault {
        Some(UpdateFault::TreatAsWithdraw) => assert!(update.announced.is_empty(), "{update:?}"),
        _ => survives(&update, &with),
    }
});
