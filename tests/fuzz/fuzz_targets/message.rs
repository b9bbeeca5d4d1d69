//! Decodes one message on one of several sessions: what is understood can be told as JSON and survives being sent.

#![no_main]

use std::sync::Arc;

use bytes::BytesMut;
use exactix_fuzz::{assert_json, assert_value, session, styles};
use libfuzzer_sys::fuzz_target;
use wire::{Message, Negotiated, NextHop, Notify, Open, Packer, Reach, Route, Update, frame, json::Style};

fn open(open: &Open) {
    for capability in &open.capabilities {
        let mut out = String::new();
        capability.json(&mut out, &Style::default());
        assert_json(&out);
        assert!(!capability.to_string().is_empty());
    }
    let mut out = BytesMut::new();
    open.encode(&mut out);
    assert_eq!(frame::split(&out, frame::MAX), Ok(Some(out.len())));
    assert_eq!(Open::decode(&out[frame::HEADER..]).as_ref(), Ok(open));
}

fn notification(notify: &Notify) {
    let mut out = String::new();
    wire::json::string(&mut out, &notify.message_text());
    assert_value(&out);
}

fn update(update: &Update, with: &Negotiated) {
    for style in styles() {
        let mut out = String::from("{ ");
        update.attributes.json(&mut out, &style);
        out.push_str(" }");
        assert_json(&out);
        for nlri in update.announced.iter().flat_map(|reach| &reach.nlris).chain(&update.withdrawn) {
            let mut out = String::new();
            nlri.json(&mut out, &style);
            assert_value(&out);
        }
    }
    assert!(!update.attributes.to_string().contains('\n'));
    for reach in &update.announced {
        assert!(with.has(reach.family) && !reach.nlris.is_empty());
        again(update, reach, with);
    }
}

/// What came in can go out, and comes in as the same routes.
fn again(update: &Update, reach: &Reach, with: &Negotiated) {
    assert_ne!(reach.next_hop, NextHop::Itself);
    let mut with = with.clone();
    // Its own octets and what every route gets may be longer than the message it came in.
    with.extended_message = true;
    let (mut packer, mut out) = (Packer::new(Arc::new(with.clone())), BytesMut::new());
    let mut sent = Vec::new();
    for nlri in &reach.nlris {
        let route = Route { nlri: nlri.clone(), next_hop: reach.next_hop, attributes: update.attributes.clone() };
        if packer.announce(&route, &mut out).is_ok() {
            sent.push(nlri.clone());
        }
    }
    packer.finish(&mut out);
    let (mut rest, mut heard) = (&out[..], Vec::new());
    while let Some(length) = frame::split(rest, with.message_size()).unwrap() {
        let back = Update::decode(&rest[frame::HEADER..length], &with).unwrap();
        heard.extend(back.announced.into_iter().flat_map(|reach| reach.nlris));
        rest = &rest[length..];
    }
    assert!(rest.is_empty());
    assert_eq!(heard, sent);
}

fuzz_target!(|data: &[u8]| {
    let [bits, kind, body @ ..] = data else { return };
    let with = session(*bits);
    let Some(frame) = exactix_fuzz::message(*kind, body, &with) else { return };
    match Message::decode(&frame, &with) {
        Ok(Message::Open(message)) => open(&message),
        Ok(Message::Update(message)) => update(&message, &with),
        Ok(Message::Notification(message)) => notification(&message),
        Ok(Message::Keepalive | Message::Refresh(_) | Message::Operational(_)) => {}
        Err(notify) => assert!((1..=7).contains(&notify.code), "{notify}"),
    }
});
