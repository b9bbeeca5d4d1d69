//! docs/FAULTS.md is written from the table of faults, `REGENERATE=1` writes it anew; what docs/FAULTS-CATALOGUE.md names is there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail this way")]

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

/// The second cell of each row of the catalogue.
fn cells(page: &str) -> impl Iterator<Item = &str> {
    let rows = page.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(|row| row.split('|').nth(2).unwrap_or_default().trim())
}

/// The files that a cell names, each with the tests of it that are meant: "`file`: one, two; `other`".
fn trials(cell: &str) -> Vec<(&str, Vec<&str>)> {
    cell.split(';').map(|part| trial(part).unwrap_or((part, Vec::new()))).collect()
}

fn trial(part: &str) -> Option<(&str, Vec<&str>)> {
    let (file, rest) = part.trim().strip_prefix('`')?.split_once('`')?;
    Some((file, rest.strip_prefix(": ").map_or_else(Vec::new, |tests| tests.split(", ").collect())))
}

#[test]
fn each_test_of_the_catalogue_is_there() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(top.join("docs/FAULTS-CATALOGUE.md")).unwrap();
    let trials: Vec<_> = cells(&page).flat_map(trials).collect();
    assert!(trials.len() > 50, "where are the rows? {trials:?}");
    for (file, tests) in trials {
        let text = fs::read_to_string(top.join(format!("tests/{file}.rs")));
        let text = text.unwrap_or_else(|error| panic!("{file}: {error}"));
        for test in tests {
            assert!(text.contains(&format!("fn {test}()")), "there is no {test} in {file}");
        }
    }
}

#[test]
fn a_cell_may_name_several() {
    let cell = "`one`: first, second; `two` (`make two`); `three`, with more; something else";
    let expected = [("one", vec!["first", "second"]), ("two", vec![]), ("three", vec![]), (" something else", vec![])];
    assert_eq!(trials(cell), expected);
}
