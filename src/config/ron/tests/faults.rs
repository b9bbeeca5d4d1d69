//! All that is wrong with a file is told at once, and nothing that is only a consequence.

use std::path::Path;

use crate::{Env, Error, ron::faults as read, source::Source};

/// The lines of the faults of a file, and what they are.
fn faults(text: &str) -> Vec<String> {
    let source = Source { name: "test.ron", text, directory: Path::new("") };
    let told = |error: Error| {
        let first = error.to_string().lines().next().unwrap_or_default().to_owned();
        let said = first.split_once(": ").map_or(first.as_str(), |(_, said)| said);
        format!("{} {said}", error.place().map_or(0, |place| place.line))
    };
    read(&source, &Env::default()).into_iter().map(told).collect()
}

/// Compares the faults of a file with the beginnings of these lines.
fn assert_faults(text: &str, expected: &[&str]) {
    let told = faults(text);
    let equal = told.len() == expected.len() && told.iter().zip(expected).all(|(told, part)| told.starts_with(part));
    assert!(equal, "{told:#?} instead of {expected:#?}");
}

#[test]
fn no_fault_hides_another() {
    let text = "(
neighbors: [
  (peer_address: \"10.0.0.1\", local_as: many, hold_tiem: 30, hold_time: 2, hold_time: 3,
   capability: (asn5: true, asn4: maybe), families: [\"ipv4 unicats\", \"ipv4 unicast\", \"ipv5 unicast\"]),
  (peer_address: \"10.0.0.2\", local_address: \"10.0.0.9\", local_as: 1, peer_as: 2, tcp_ao: (keyid: 256),
   routes: [\"route x\", \"route 10.0.0.0/8 next-hop self\", \"route 10.0.0.0/8\"], operational: [\"asm\"],
   apis: [(proceses: []), (receive: (routes: true, update: 7))]),
  (peer_address: \"10.0.0.3\"),
  7,
],
processes: [(name: \"p\", run: \"/nowhere\", encoder: Xml), (run: \"/bin/cat\")],
restart: (peer: (first: x, jiter: 3), rob: ()), signals: (hup: Maybe, int: Stop), faults: perhaps, more: 1,
templates: {\"t\": (hold_time: 1)},
fleets: [(count: 2, peer_as: \"1..1\", routes: [\"route {x}\", \"rout\"], hold_time: 1)],
)";
    let expected = [
        "3 local_as: ",
        "3 hold_tiem: unknown key",
        "3 hold_time: ",
        "3 hold_time: given twice",
        "4 asn5: unknown key",
        "4 asn4: ",
        "4 families: ",
        "4 families: ",
        "5 keyid: ",
        "6 routes: ",
        "6 routes: ",
        "6 operational: ",
        "7 proceses: unknown key",
        "7 routes: unknown key",
        "7 update: ",
        "8 incomplete neighbor, missing local-as, peer-as",
        "9 expected fields",
        "11 run: ",
        "11 encoder: ",
        "11 name: every process needs one",
        "12 first: ",
        "12 jiter: unknown key",
        "12 rob: unknown key",
        "12 hup: ",
        "12 int: unknown key",
        "12 faults: ",
        "12 more: unknown key",
        "13 hold_time: ",
        "14 peer_as: 1..1 is enough for 1 members",
        "14 routes: \"{x}\"",
        "14 routes: ",
        "14 hold_time: ",
    ];
    assert_faults(text, &expected);
}

#[test]
fn a_fault_brings_no_others() {
    // Neither what uses a template that is refused, nor what names a process that is.
    let uses = "neighbors: [(peer_address: \"10.0.0.1\", inherit: \"t\"), \
                (peer_address: \"10.0.0.2\", local_address: \"10.0.0.9\", local_as: 1, peer_as: 2, apis: [(processes: [\"p\"])])]";
    assert_faults(
        &format!("(templates: {{\"t\": (local_as: x)}},\n{uses}, processes: [(name: \"p\", run: \"/bin/cat\")])"),
        &["1 local_as"],
    );
    assert_faults(
        &format!(
            "(templates: {{\"t\": (local_as: 1, peer_as: 1, router_id: \"1.1.1.1\")}},\n{uses}, processes: [(name: \"p\", run: \"/no\")])"
        ),
        &["2 run"],
    );
    // A process that is refused hides no template that is missing.
    let text = format!("({uses}, processes: [(name: \"p\")])");
    assert_faults(&text, &["1 inherit: there is no template", "1 run: every process"]);
    let both = format!("({uses})");
    assert_eq!(faults(&both).len(), 2, "{:?}", faults(&both));
    let twice = "neighbors: [(peer_address: \"10.0.0.1\", local_as: 1, peer_as: 2, router_id: \"1.1.1.1\", apis: [(processes: [\"p\"])]), \
                 (peer_address: \"10.0.0.2\", local_as: 1, peer_as: 2, router_id: \"1.1.1.1\", apis: [(processes: [\"q\"])])]";
    assert_eq!(faults(&format!("({twice})")).len(), 2);
    assert_eq!(faults("()"), Vec::<String>::new());
    assert_eq!(faults("(neighbors: [").len(), 1);
}

#[test]
fn there_is_an_end_to_faults() {
    let fields: String = (0..200).map(|index| format!("x{index}: 1, ")).collect();
    assert_eq!(faults(&format!("({fields})")).len(), 51);
}
