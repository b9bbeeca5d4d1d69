//! docs/FAULTS.md is written from the table of faults. `REGENERATE=1` writes it anew.
#![allow(clippy::unwrap_used, reason = "a test may fail this way")]

use std::{env, fs, path::Path};

#[test]
fn the_page_is_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/FAULTS.md");
    let page = fault::manual();
    if env::var_os("REGENERATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let differs = page.lines().zip(written.lines().chain(std::iter::repeat(""))).find(|(new, old)| new != old);
    assert!(page == written, "docs/FAULTS.md is stale, REGENERATE=1 writes it anew: {differs:?}");
}

#[test]
fn each_trial_is_there() {
    for trial in fault::TRIALS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/{}.rs", trial.file));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(&format!("fn {}()", trial.test)), "{trial:?}");
    }
}
