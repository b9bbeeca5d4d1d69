//! Decodes the NLRIs of one family: each is told as JSON and in a line of text, survives being sent, and what is typed
//! as it was told is the same.

#![no_main]

use bytes::BytesMut;
use exactix_fuzz::{assert_json, styles};
use libfuzzer_sys::fuzz_target;
use wire::{AnyNlri, Family, Intent, Quirks, Reader, Words, route};

/// Sent and read again it is equal, and has one identity.
fn survives(nlri: &AnyNlri, add_path: bool, quirks: Quirks) {
    let mut out = BytesMut::new();
    nlri.encode_for(&mut out, add_path, quirks);
    let mut reader = Reader::new(&out);
    let back = AnyNlri::decode_for(nlri.family(), &mut reader, add_path, quirks);
    assert_eq!(back.as_ref(), Ok(nlri), "{out:02x?}");
    assert!(reader.is_empty(), "{nlri}: {out:02x?}");
    assert_eq!(back.map(|back| back.key()), Ok(nlri.key()));
    out.clear();
    nlri.encode_withdrawn(&mut out, add_path, quirks);
    let back = AnyNlri::decode_for(nlri.family(), &mut Reader::new(&out), add_path, quirks);
    assert_eq!(back.map(|back| back.key()), Ok(nlri.key()), "withdrawn: {nlri}");
}

/// What is told can be typed, if the family can be typed at all.
fn typed(nlri: &AnyNlri) {
    let family = nlri.family();
    let text = nlri.to_string();
    assert!(text.is_ascii() && !text.contains('\n'), "{text}");
    if matches!(family, Family::BgpLs | Family::BgpLsVpn) {
        return;
    }
    let spec = match route::parse_family(family, &mut Words::new(&text), Intent::Withdraw) {
        Ok(spec) => spec,
        Err(error) if TOLD_ONLY.iter().any(|why| error.message.contains(why)) => return,
        Err(error) => panic!("{family} {text}: column {}: {error}", error.column),
    };
    let [again] = &spec.routes[..] else { panic!("{family} {text}: {} routes", spec.routes.len()) };
    assert_eq!(again.nlri.to_string(), text);
    assert_eq!(again.nlri.key(), nlri.key(), "{family} {text}");
}

/// Of what is told and not typed: values that a component cannot have, bits of no meaning, labels that do not exist.
const TOLD_ONLY: [&str; 5] =
    ["is not a value for", "is not flags for", "bits behind its length", "beyond the last label", "is not a QFI"];

fuzz_target!(|data: &[u8]| {
    let [first, flags, octets @ ..] = data else { return };
    let family = Family::ALL[usize::from(*first) % Family::ALL.len()];
    let add_path = flags & 1 == 1;
    let quirks = if flags & 2 == 2 { Quirks::ALL } else { Quirks::NONE };
    let mut reader = Reader::new(octets);
    while !reader.is_empty() {
        let before = reader.len();
        match AnyNlri::decode_for(family, &mut reader, add_path, quirks) {
            Err(why) => {
                assert!(!why.to_string().is_empty());
                if !why.is_skipped() {
                    return;
                }
            }
            Ok(nlri) => {
                assert_eq!(nlri.family(), family);
                for style in styles() {
                    let mut out = String::new();
                    nlri.json(&mut out, &style);
                    // A bare prefix is a string in one of the dialects.
                    if out.starts_with('"') { exactix_fuzz::assert_value(&out) } else { assert_json(&out) }
                }
                survives(&nlri, add_path, quirks);
                typed(&nlri);
            }
        }
        assert!(reader.len() < before, "nothing was read");
    }
});
