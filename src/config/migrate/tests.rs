//! Each rule, and the way they are chained.

use super::*;

/// One step, and how many things it changed.
fn step(text: &str, from: Version, to: Version) -> (String, usize) {
    let done = rewrite(text, from, to);
    assert_eq!(rewrite(&done.text, from, to).changes, Vec::<String>::new(), "{}", done.text);
    (done.text, done.changes.len())
}

#[test]
fn processes_get_an_encoder() {
    let old = |text| step(text, Version::V3, Version::V4).0;
    assert_eq!(old("process a {\n  run x; # why\n}\n"), "process a {\n  run x;\n  encoder text; # why\n}\n");
    assert_eq!(old("process a { run x; }"), "process a { run x; encoder text; }");
    assert_eq!(old("process a {}"), "process a {encoder text; }");
    for same in ["process a { run x; encoder json; }", "neighbor 1.1.1.1 { description \"process a { run; }\"; }"] {
        assert_eq!(step(same, Version::V3, Version::V4), (same.to_owned(), 0));
    }
}

#[test]
fn processes_of_neighbors_become_apis() {
    let old = "neighbor 1.1.1.1 {\n\tprocess a;\n\tprocess b;\n}";
    let new = "neighbor 1.1.1.1 {\n\tapi { processes [ a ]; }\n\tapi { processes [ b ]; }\n}";
    assert_eq!(step(old, Version::V3, Version::V4), (new.to_owned(), 2));
    let old = "group { neighbor 1.1.1.1 { process a; } }";
    assert_eq!(step(old, Version::V3, Version::V4).1, 1);
}

#[test]
fn a_bare_route_refresh_is_enabled() {
    let (old, new) = ("capability { route-refresh; }", "capability { route-refresh enable; }");
    assert_eq!(step(old, Version::V3, Version::V4), (new.to_owned(), 1));
    let same = "capability { route-refresh disable; } # route-refresh;";
    assert_eq!(step(same, Version::V3, Version::V4), (same.to_owned(), 0));
}

#[test]
fn words_of_version_4() {
    for (old, new) in [
        ("capability { route  refresh enable; }", "capability { route-refresh enable; }"),
        ("tcp.once true; tcp.once false;", "tcp.attempts 1; tcp.attempts 0;"),
        ("fragment [ not-a-fragment is-fragment ];", "fragment [ !is-fragment is-fragment ];"),
        ("facility syslog", "facility daemon"),
    ] {
        let changes = old.matches("tcp").count().max(1);
        assert_eq!(step(old, Version::V4, Version::V5), (new.to_owned(), changes));
        assert_eq!(step(old, Version::V5, Version::Main), (old.to_owned(), 0));
    }
    for same in ["description \"facility syslog\";", "# not-a-fragment", "route 10.0.0.0/8;", "facility user"] {
        assert_eq!(step(same, Version::V4, Version::V5), (same.to_owned(), 0));
    }
}

#[test]
fn words_of_version_5() {
    let (old, new) = ("family { ipv4 nlri-mpls; }", "family { ipv4 labeled-unicast; }");
    assert_eq!(step(old, Version::V5, Version::Main), (new.to_owned(), 1));
}

#[test]
fn steps_are_chained() {
    let old = "process a { run x; }\nneighbor 1.1.1.1 { process a; capability { route refresh; } family { ipv4 nlri-mpls; } }";
    let done = rewrite(old, Version::V3, Version::Main);
    let changes = ["line 1: encoder text; added", "line 2: process a; became api { processes [ a ]; }"];
    assert_eq!(done.changes[..2], changes);
    assert_eq!(done.changes.len(), 4);
    assert!(done.text.contains("route-refresh;") && done.text.contains("ipv4 labeled-unicast"));
    for (from, to) in [(Version::V4, Version::V4), (Version::V5, Version::V4)] {
        assert_eq!(rewrite(old, from, to).text, old);
    }
}

#[test]
fn programs_are_wrapped_once() {
    let old = "process a { run ./x.py --fast; encoder text; }";
    let done = wrap(old, Version::V3);
    assert_eq!(done.text, "process a { run exabgp migrate api -f 4 -t main --exec ./x.py --fast; encoder text; }");
    assert_eq!(wrap(&done.text, Version::V5).changes, Vec::<String>::new());
    assert!(wrap(old, Version::V5).text.contains("-f 5 "));
}

#[test]
fn names_and_order() {
    assert!(Version::ALL.is_sorted());
    assert_eq!(Version::from_name("3.4"), Some(Version::V3));
    assert_eq!(Version::from_name("6"), None);
}
