//! Flow specifications that are malformed, a row each: the rules of their message are withdrawn, and the session stays (RFC 8955
//! sections 4 and 10, RFC 8956, RFC 7606 section 5.3).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use support::{
    raw::octet,
    rows::{
        FLOW, FLOW_NLRI, Kind,
        Outcome::{self, Kept, Reset, Told, Withdrawn},
        Row, V4, V4_NLRI, attribute, reach_value, try_rows, update,
    },
};

#[test]
fn malformed_rules_are_withdrawn_and_the_session_stays() {
    let rows: Vec<Row> = broken().into_iter().map(|(name, rule)| beside(&name, IPV4, &rule)).collect();
    try_rows(&rows);
}

#[test]
fn rules_of_ipv6_and_of_vpns_are_read_with_care() {
    let ipv6 = [
        ("a length without an offset", vec![1, 64]),
        ("129 bits", vec![1, 129, 0]),
        ("an offset behind the length", vec![1, 8, 9, 0]),
        ("a pattern that is cut short", vec![1, 64, 8, 1, 2]),
        ("a flow label that is cut short", vec![13, 0xA1, 0, 0]),
        ("a component 14", vec![14, 0x81, 0]),
    ];
    let vpn = [
        ("half a route distinguisher", vec![0, 0, 0, 1]),
        ("nothing behind the route distinguisher", vec![0, 0, 0, 1, 0, 0, 0, 1]),
        ("half a component", vec![0, 0, 0, 1, 0, 0, 0, 1, 3, 0x81]),
    ];
    let mut rows: Vec<Row> = ipv6.iter().map(|(name, rule)| beside(name, IPV6, rule)).collect();
    rows.extend(vpn.iter().map(|(name, rule)| beside(name, VPN, rule)));
    try_rows(&rows);
}

#[test]
fn lengths_of_rules_are_checked() {
    let row = |name: &str, field: &[u8], outcome: Outcome| {
        let reach = attribute(0x80, 14, &reach_value(IPV4, &[], field));
        let body = update(&[], &[Kind::Wide.attributes(), MED.to_vec(), reach].concat(), &[]);
        Row { name: name.to_owned(), kind: Kind::Wide, about: FLOW, body, outcome }
    };
    let invalid = || Reset(3, 10, None);
    let ports = ports();
    let whole = [&[0xFF, 0xFF][..], &ports, FLOW_NLRI].concat();
    let mut rows = vec![
        row("no rule", &[], Kept),
        row("half a length", &[0xF0], invalid()),
        row("longer than the field", &[9, 3, 0x81, 6], invalid()),
        row("4,095 octets that are not there", &[0xFF, 0xFF, 3, 0x81, 6], invalid()),
        row("4,095 octets but one", &whole[..4096], invalid()),
        row("4,095 octets", &whole, Told("med 77".to_owned())),
        row("4,095 octets of zeros", &[&[0xFF, 0xFF][..], &[0; 4095], FLOW_NLRI].concat(), Withdrawn),
        row("a short length in two octets", &[&[0xF0, 3, 3, 0x81, 6], FLOW_NLRI].concat(), Told("med 77".to_owned())),
        row("no component", &[&[0], FLOW_NLRI].concat(), Withdrawn),
    ];
    // Values longer than any there is are told as they are.
    for (kind, size) in (3..=12).flat_map(|kind| (0..4).map(move |size| (kind, size))) {
        let value = vec![0xFE; 1 << size];
        let rule = [&[octet(2 + value.len()), kind, 0x81 | size << 4], &value[..], FLOW_NLRI].concat();
        rows.push(row(&format!("component {kind}, size {size}"), &rule, Told("med 77".to_owned())));
    }
    try_rows(&rows);
}

/// Rules that are malformed, each shorter than 20 octets: every component with each length of its operator and too little behind
/// it, and what may not stand at all.
fn broken() -> Vec<(String, Vec<u8>)> {
    let mut rules = Vec::new();
    let mut rule = |name: String, octets: &[u8]| rules.push((name, octets.to_vec()));
    for kind in 3..=12 {
        rule(format!("component {kind} alone"), &[kind]);
        for size in 0..4 {
            let short = vec![0; (1 << size) - 1];
            rule(
                format!("component {kind}, size {size}, cut short"),
                &[&[kind, 0x81 | size << 4], &short[..]].concat(),
            );
            rule(
                format!("component {kind}, size {size}, without an end"),
                &[&[kind, 1 | size << 4, 0], &short[..]].concat(),
            );
        }
        rule(format!("component {kind} twice"), &[kind, 0x81, 1, kind, 0x81, 2]);
        rule(format!("component {kind} before a smaller one"), &[kind, 0x81, 1, kind - 1, 0x81, 2]);
    }
    for kind in 1..=2 {
        rule(format!("component {kind} alone"), &[kind]);
        rule(format!("component {kind} of 33 bits"), &[kind, 33, 10, 0, 0, 0, 0]);
        rule(format!("component {kind} of 255 bits"), &[kind, 255]);
        rule(format!("component {kind} cut short"), &[kind, 24, 10, 0]);
    }
    for kind in [0, 13, 14, 128, 255] {
        rule(format!("component {kind}"), &[kind, 0x81, 1]);
        rule(format!("component {kind} behind another"), &[3, 0x81, 6, kind, 0x81, 1]);
    }
    rules
}

/// A message with the rule, the flow that is known, and a prefix.
fn beside(name: &str, family: [u8; 3], rule: &[u8]) -> Row {
    let length = u8::try_from(rule.len()).unwrap();
    let behind = if family == IPV4 { FLOW_NLRI } else { &[] };
    let field = [&[length], rule, behind].concat();
    let reach = attribute(0x80, 14, &reach_value(family, &[], &field));
    // One of another family shows that the whole message is treated so, where the flow itself is not in it.
    let (about, prefix) = if family == IPV4 { (FLOW, &[][..]) } else { (V4, V4_NLRI) };
    let body = update(&[], &[Kind::Wide.attributes(), reach].concat(), prefix);
    Row { name: name.to_owned(), kind: Kind::Wide, about, body, outcome: Withdrawn }
}

/// 4,095 octets of a rule: as many ports.
fn ports() -> Vec<u8> {
    let ports = (1000..2364_u16).flat_map(|port| [&[0x11], &port.to_be_bytes()[..]].concat());
    let octets = [vec![4], ports.collect(), vec![0x81, 80]].concat();
    assert_eq!(octets.len(), 4095);
    octets
}

const IPV4: [u8; 3] = [0, 1, 133];
const IPV6: [u8; 3] = [0, 2, 133];
const VPN: [u8; 3] = [0, 1, 134];
const MED: &[u8] = &[0x80, 4, 4, 0, 0, 0, 77];
