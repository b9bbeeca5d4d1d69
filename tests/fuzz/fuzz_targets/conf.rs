//! Reads a configuration in either form: errors are told, all of them, and what is accepted is read again alike.

#![no_main]

use std::sync::LazyLock;

use config::{Change, Env, Form, Origin, diff, examine_str, load_str};
use libfuzzer_sys::fuzz_target;

static ENV: LazyLock<Env> = LazyLock::new(Env::default);

fuzz_target!(|data: &[u8]| {
    let Some((first, text)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(text);
    let mut origin = Origin::named("fuzz");
    origin.form = match first {
        b'r' => Some(Form::Ron),
        b'c' => Some(Form::Exabgp),
        _ => None,
    };
    match examine_str(&text, &origin, &ENV) {
        Err(errors) => {
            assert!(!errors.is_empty());
            assert!(errors.iter().all(|error| !error.to_string().trim().is_empty()));
        }
        Ok(config) => {
            let again = load_str(&text, &origin, &ENV).unwrap();
            assert_eq!(config, again);
            let changes: Vec<Change> = diff(&config, &again);
            assert!(changes.is_empty(), "{changes:?}");
        }
    }
});
