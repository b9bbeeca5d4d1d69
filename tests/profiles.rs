//! A child that panics is restarted, which takes a panic that unwinds, in every profile.

use std::{collections::BTreeMap, env, fs, path::Path};

#[test]
fn this_profile_unwinds() {
    assert!(std::panic::catch_unwind(|| panic!("as any child may")).is_err());
    assert_eq!(cfg!(panic = "unwind").then_some("unwind"), Some("unwind"));
}

#[test]
fn every_profile_unwinds() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let profiles = profiles(&manifest);
    for name in ["dev", "release"] {
        let panic = profiles.get(name).and_then(|keys| keys.get("panic"));
        assert_eq!(panic.map(String::as_str), Some("\"unwind\""), "profile {name}");
    }
    for (name, keys) in &profiles {
        // Cargo ignores the key for tests and benches, and others take it from what they inherit.
        if let Some(panic) = keys.get("panic") {
            assert_eq!(panic, "\"unwind\"", "profile {name}");
        }
    }
}

#[test]
fn no_setting_beside_the_manifest_overrides_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in [".cargo/config.toml", ".cargo/config"] {
        let text = fs::read_to_string(root.join(name)).unwrap_or_default();
        assert!(!text.contains("abort"), "{name} speaks of abort");
    }
    let variables = env::vars().filter(|(key, _)| key.starts_with("CARGO_PROFILE_") && key.ends_with("_PANIC"));
    variables.for_each(|(key, value)| assert_eq!(value, "unwind", "{key}"));
}

#[test]
fn the_reader_of_this_test_reads() {
    let text = "[profile.dev] # x\npanic = 'abort' # no\n[profile.dev.package.\"*\"]\ndebug = false\n[profile.\"x-y\"]\npanic=\"unwind\"";
    let profiles = profiles(text);
    assert_eq!(profiles["dev"]["panic"], "\"abort\"");
    assert_eq!(profiles["x-y"]["panic"], "\"unwind\"");
    assert_eq!(profiles.len(), 3);
}

/// The keys of every `[profile.…]` table. TOML in general takes more to read, this manifest does not.
fn profiles(manifest: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut profiles: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut table = None;
    for line in manifest.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            table = name.strip_prefix("profile.").map(|name| name.trim_matches('"').to_owned());
            if let Some(name) = &table {
                profiles.entry(name.clone()).or_default();
            }
        } else if let (Some(name), Some((key, value))) = (&table, line.split_once('=')) {
            let keys = profiles.entry(name.clone()).or_default();
            keys.insert(key.trim().to_owned(), value.trim().replace('\'', "\""));
        }
    }
    profiles
}
