//! Reads lines a helper prints: cut without losing a byte, routes say themselves, errors have a column in the line.

#![no_main]

use api::{Context, Verb, line, parse};
use libfuzzer_sys::fuzz_target;
use wire::{Intent, Words, json::Dialect, route};

/// Routes say themselves in words; those of an announcement without a path can be read back.
fn routes(ops: &[rib::Op]) {
    for op in ops.iter().take(16) {
        let rib::Op::Announce(route) = op else { continue };
        // The printed brackets of a path are not those of the input.
        if route.attributes.get(2).is_some() || route.attributes.get(17).is_some() {
            continue;
        }
        let words = route.to_string();
        let family = route.nlri.family();
        match route::parse_family(family, &mut Words::new(&words), Intent::Announce) {
            Ok(spec) => assert_eq!(spec.routes[..], [route.clone()][..], "{words}"),
            Err(error) => panic!("{words}: {error}"),
        }
    }
}

fn understood(text: &str, dialect: Dialect) {
    let context = Context { service: "fuzz", dialect, version: "5.0.15" };
    let verb = parse(text, &context);
    match verb {
        Ok(Verb::Rib { ops, .. }) => routes(&ops),
        Ok(_) => {}
        Err(error) => {
            assert!(error.column.is_none_or(|column| (1..=text.len() + 1).contains(&column)), "{error:?}");
            assert!(!error.to_string().is_empty());
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let dialect = if data.len() & 1 == 0 { Dialect::V5 } else { Dialect::V6 };
    let mut rest = data;
    // To guess what an unknown command may have meant takes most of the time: few lines, many inputs.
    for _ in 0..4 {
        let Ok(Some(line)) = line::split(rest, 4096) else { break };
        assert!(line.length > 0 && line.length <= rest.len());
        assert_eq!(rest[line.length - 1], b'\n');
        assert!(!line.text.contains('\n') && line.text.is_ascii());
        understood(line.text, dialect);
        rest = &rest[line.length..];
    }
    if let Ok(text) = std::str::from_utf8(rest) {
        understood(text, dialect);
    }
});
