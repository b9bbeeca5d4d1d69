//! UPDATEs that are malformed, a row each: the session, the routes and the data of the NOTIFICATION are as RFC 4271, 4760, 6793
//! and 7606 have it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use support::rows::{
    Kind, NEXT_HOP,
    Outcome::{self, Kept, Reset, Told, Withdrawn},
    Row, V4, V4_NLRI, V6, V6_NLRI, attribute, reach_value, try_rows, update,
};

/// Also RFC 4271 section 6.3, RFC 7606 section 3.
#[test]
fn well_known_attributes_that_nobody_knows_end_the_session() {
    let row = |(flags, code): (u8, u8)| {
        let strange = attribute(flags, code, &[1, 2, 3]);
        let name = format!("attribute {code} with the flags {flags:#x}");
        let body = update(&[], &[Kind::Wide.attributes(), strange.clone()].concat(), V4_NLRI);
        Row { name, kind: Kind::Wide, about: V4, body, outcome: Reset(3, 2, Some(strange)) }
    };
    let rows = [(0x40, 0), (0x40, 60), (0x40, 255), (0x60, 60), (0x00, 99), (0x20, 99)].map(row);
    try_rows(&rows);
}

#[test]
fn prefixes_that_cannot_be_read_end_the_session() {
    let invalid = Reset(3, 10, None);
    let mut rows = Vec::new();
    for (name, kind, octets) in [
        ("a prefix of 33 bits", Kind::Wide, &[33, 10, 1, 0, 0, 0][..]),
        ("a prefix of 255 bits", Kind::Wide, &[255; 33]),
        ("a prefix that is cut short", Kind::Wide, &[24, 10, 1]),
        ("a prefix with octets behind it", Kind::Wide, &[16, 10, 1, 8]),
        ("a path identifier that is cut short", Kind::Paths, &[0, 0, 0]),
        ("a path identifier alone", Kind::Paths, &[0, 0, 0, 1]),
        ("a path identifier and half a prefix", Kind::Paths, &[0, 0, 0, 1, 16, 10]),
        ("a prefix without its path identifier", Kind::Paths, &[16, 10, 1]),
    ] {
        let [announced, withdrawn] =
            [update(&[], &kind.attributes(), octets), update(octets, &[], &[])].map(|body| (body, invalid.clone()));
        for (what, (body, outcome)) in [("announced", announced), ("withdrawn", withdrawn)] {
            rows.push(Row { name: format!("{name}, {what}"), kind, about: V4, body, outcome });
        }
    }
    for (name, kind, octets) in [
        ("a prefix of 129 bits", Kind::Wide, &[129; 18][..]),
        ("an IPv6 prefix that is cut short", Kind::Wide, &[64, 0x20, 1]),
        ("an IPv6 prefix with octets behind it", Kind::Wide, &[16, 0x20, 1, 64]),
        ("an IPv6 path identifier that is cut short", Kind::Paths, &[0, 0]),
        ("an IPv6 path identifier alone", Kind::Paths, &[0, 0, 0, 1]),
    ] {
        let reach = attribute(0x80, 14, &reach_value(IPV6, &NEXT_HOP, octets));
        let unreach = attribute(0x80, 15, &[&IPV6, octets].concat());
        for (what, attributes) in [("announced", [kind.attributes(), reach].concat()), ("withdrawn", unreach)] {
            let (name, body) = (format!("{name}, {what}"), update(&[], &attributes, &[]));
            rows.push(Row { name, kind, about: V6, body, outcome: invalid.clone() });
        }
    }
    try_rows(&rows);
}

/// RFC 4760 sections 3 and 7, RFC 7606 sections 3 g, 5.3 and 7.11.
#[test]
fn the_multiprotocol_attributes_are_read_with_care() {
    let reach = |next_hop: &[u8], nlri: &[u8]| attribute(0x80, 14, &reach_value(IPV6, next_hop, nlri));
    let whole = reach(&NEXT_HOP, V6_NLRI);
    let gone = attribute(0x80, 15, &[&IPV6, V6_NLRI].concat());
    let row = |name: &str, about: &'static str, extra: &[u8], nlri: &[u8], outcome: Outcome| {
        let body = update(&[], &[&Kind::Wide.attributes(), MED, extra].concat(), nlri);
        Row { name: name.to_owned(), kind: Kind::Wide, about, body, outcome }
    };
    let broken = |name: &str, extra: Vec<u8>| row(name, V6, &extra, &[], Reset(3, 9, Some(extra.clone())));
    let mut rows = vec![
        row("as it should be", V6, &whole, &[], told_med()),
        row("MP_REACH_NLRI twice", V6, &[whole.clone(), whole.clone()].concat(), &[], Reset(3, 1, None)),
        row("MP_UNREACH_NLRI twice", V6, &[gone.clone(), gone].concat(), &[], Reset(3, 1, None)),
        row("no prefix", V6, &reach(&NEXT_HOP, &[]), &[], Kept),
        row("MP_REACH_NLRI that is well-known", V6, &[&[0x40], &whole[1..]].concat(), &[], Withdrawn),
        row("MP_REACH_NLRI that is transitive", V6, &[&[0xC0], &whole[1..]].concat(), &[], Withdrawn),
    ];
    let mut reserved = whole;
    reserved[3 + 4 + 16] = 9;
    rows.push(row("another reserved octet", V6, &reserved, &[], told_med()));
    for length in [0, 1, 4, 15, 17, 31, 33, 128] {
        rows.push(broken(&format!("a next hop of {length} octets"), reach(&vec![0x20; length], V6_NLRI)));
    }
    let far = [&IPV6[..], &[255], &NEXT_HOP, &[0], V6_NLRI].concat();
    rows.push(broken("a next hop longer than the attribute", attribute(0x80, 14, &far)));
    for length in 0..4 {
        rows.push(broken(&format!("MP_REACH_NLRI of {length}"), attribute(0x80, 14, &[0, 2, 1, 16][..length])));
    }
    for length in 0..3 {
        rows.push(broken(&format!("MP_UNREACH_NLRI of {length}"), attribute(0x80, 15, &IPV6[..length])));
    }
    for family in [[0, 0, 1], [0, 2, 0], [0, 2, 99], [0, 99, 1], [255, 255, 255], [0, 1, 2]] {
        let (announced, withdrawn) = (reach_value(family, &NEXT_HOP, V6_NLRI), [&family, V6_NLRI].concat());
        for (code, value) in [(14, announced), (15, withdrawn)] {
            let name = format!("attribute {code} of the family {family:?}");
            rows.push(row(&name, V4, &attribute(0x80, code, &value), V4_NLRI, told_med()));
        }
    }
    try_rows(&rows);
}

/// RFC 4271 section 6.3, RFC 5065 section 5, RFC 7606 section 7.2.
#[test]
fn paths_are_read_with_care() {
    let row = |name: &str, path: &[u8], outcome: Outcome| {
        let attributes = [Kind::Wide.attributes_but_path(), attribute(0x40, 2, path)].concat();
        let body = update(&[], &attributes, V4_NLRI);
        Row { name: name.to_owned(), kind: Kind::Wide, about: V4, body, outcome }
    };
    let segment = |kind: u8, asns: &[u32]| segment(Kind::Wide, kind, asns);
    let mut rows: Vec<Row> = [0, 5, 9, 255]
        .map(|kind| row(&format!("a segment of type {kind}"), &segment(kind, &[65001]), Withdrawn))
        .into();
    rows.extend([
        row("a segment longer than the path", &[2, 2, 0, 0, 0xFD, 0xE9], Withdrawn),
        row("a segment of 255 that are not there", &[2, 255], Withdrawn),
        row("a segment of none", &[2, 0], Withdrawn),
        row("a segment of none behind one", &[segment(2, &[65001]), vec![2, 0]].concat(), Withdrawn),
        row("a segment without a count", &[2], Withdrawn),
        row("AS numbers of two octets", &[2, 1, 0xFD, 0xE9], Withdrawn),
        row("octets behind the last", &[segment(2, &[65001]), vec![0]].concat(), Withdrawn),
        // What neighbors may have in their paths is for whoever hears of them to decide.
        row("a set", &[segment(2, &[65001]), segment(1, &[65010, 65011])].concat(), told("( 65001 ) [ 65010 65011 ]")),
        row("a confederation", &[segment(3, &[65010]), segment(4, &[65011])].concat(), told("{( 65010 )} {[ 65011 ]}")),
        row("our own AS", &segment(2, &[65001, 65000]), told("( 65001 65000 )")),
        row("no path at all", &[], told("next-hop")),
    ]);
    let long: Vec<u32> = (0..4000).map(|asn| 4_200_000_000 + asn).collect();
    let many: Vec<u8> = long.chunks(250).flat_map(|asns| segment(2, asns)).collect();
    rows.push(row("4,000 AS numbers", &many, told("4200003998 4200003999 )")));
    try_rows(&rows);
}

/// RFC 6793 sections 4.2.3 and 6.
#[test]
fn paths_of_two_and_of_four_octets_become_one() {
    let row = |name: &str, kind: Kind, narrow: &[u8], wide: &[u8], outcome: Outcome| {
        let attributes = [kind.attributes_but_path(), attribute(0x40, 2, narrow), attribute(0xC0, 17, wide)].concat();
        Row { name: name.to_owned(), kind, about: V4, body: update(&[], &attributes, V4_NLRI), outcome }
    };
    let short = |asns: &[u32]| segment(Kind::Narrow, 2, asns);
    let wide = |kind: u8, asns: &[u32]| segment(Kind::Wide, kind, asns);
    let merged =
        |name: &str, four: &[u8], outcome: Outcome| row(name, Kind::Narrow, &short(&[65001, TRANS]), four, outcome);
    let unmerged = || told("( 65001 23456 )");
    let confederation = [wide(3, &[65010]), wide(2, &[LARGE]), wide(4, &[65011])].concat();
    let mut rows = vec![
        merged("the last of them", &wide(2, &[LARGE]), told("( 65001 ) ( 4200000000 )")),
        merged("all of them", &wide(2, &[65001, LARGE]), told("( 65001 4200000000 )")),
        merged("a set", &wide(1, &[LARGE, 65002]), told("( 65001 ) [ 4200000000 65002 ]")),
        merged("more of them", &wide(2, &[1, 2, LARGE]), unmerged()),
        merged("none", &[], unmerged()),
        merged("a confederation, which is forgotten", &confederation, told("( 65001 ) ( 4200000000 )")),
        merged("nothing but a confederation", &wide(3, &[65010]), unmerged()),
        merged("a segment of type 9", &wide(9, &[LARGE]), unmerged()),
        merged("a segment longer than the path", &[2, 2, 0, 0, 0, 1], unmerged()),
        merged("a segment of none", &[2, 0], unmerged()),
        merged("octets behind the last", &[wide(2, &[LARGE]), vec![2]].concat(), unmerged()),
        row("behind no path", Kind::Narrow, &[], &wide(2, &[LARGE]), told("next-hop")),
        row("from who needs none", Kind::Wide, &wide(2, &[65001]), &wide(2, &[LARGE]), Kept),
    ];
    let long = |kind: Kind, asns: &[u32]| asns.chunks(250).flat_map(|asns| segment(kind, 2, asns)).collect::<Vec<_>>();
    let four: Vec<u32> = (0..4000).map(|asn| LARGE + asn).collect();
    let outcome = told("4200003998 4200003999 )");
    rows.push(row(
        "4,000 of them",
        Kind::Narrow,
        &long(Kind::Narrow, &[TRANS; 4000]),
        &long(Kind::Wide, &four),
        outcome,
    ));
    try_rows(&rows);
}

fn segment(kind: Kind, code: u8, asns: &[u32]) -> Vec<u8> {
    let count = u8::try_from(asns.len()).unwrap();
    [vec![code, count], asns.iter().flat_map(|asn| kind.asn(*asn)).collect()].concat()
}

fn told(words: &str) -> Outcome {
    Told(words.to_owned())
}

fn told_med() -> Outcome {
    told("med 77")
}

const IPV6: [u8; 3] = [0, 2, 1];
const MED: &[u8] = &[0x80, 4, 4, 0, 0, 0, 77];
const TRANS: u32 = 23456;
const LARGE: u32 = 4_200_000_000;
